/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "test.h"
#include "transport/transport.h"
#include <errno.h>
#include <string.h>

struct row {
	const char *name;
	const char *spec;
	int code;
	unsigned int core_count;
	uint64_t max_buffer_mb;
	int64_t timeout_ms;
};

static const struct row rows[] = {
	{ "sim_alone", "sim:", 0, 1, 240, 500 },
	{ "sim_with_all_keys",
	  "sim:name=x,cores=4,timeout_ms=600000,max_mb=1,clock=real", 0, 4, 1,
	  600000 },
	{ "null_alone", "null:", 0, 1, 240, 500 },
	{ "sim_without_cores", "sim:cores=0", -EINVAL, 0, 0, 0 },
	{ "sim_of_5_cores", "sim:cores=5", -EINVAL, 0, 0, 0 },
	{ "sim_without_timeout", "sim:timeout_ms=0", -EINVAL, 0, 0, 0 },
	{ "sim_of_too_long_timeout", "sim:timeout_ms=600001", -EINVAL, 0, 0,
	  0 },
	{ "sim_without_memory", "sim:max_mb=0", -EINVAL, 0, 0, 0 },
	{ "sim_of_241_mb", "sim:max_mb=241", -EINVAL, 0, 0, 0 },
	{ "sim_with_path", "sim:/dev/apu0", -EINVAL, 0, 0, 0 },
	{ "null_with_path", "null:/dev/apu0", -EINVAL, 0, 0, 0 },
	{ "null_with_key", "null:cores=1", -EINVAL, 0, 0, 0 },
	{ "unknown_scheme", "cuda:", -EINVAL, 0, 0, 0 },
	{ "path_alone", "/dev/accel/accel0", -EINVAL, 0, 0, 0 },
	{ "drm_without_a_node", "drm:/nonexistent,abi=2023", -ENOENT, 0, 0, 0 },
	{ "drm_of_another_device", "drm:/dev/null", -ENODEV, 0, 0, 0 },
	{ "drm_without_timeout", "drm:timeout_ms=0", -EINVAL, 0, 0, 0 },
	{ "drm_with_long_path",
	  "drm:/"
	  "0123456789012345678901234567890123456789012345678901234567890123",
	  -EINVAL, 0, 0, 0 },
	{ "record_is_reserved", "record:file,of=sim:cores=2", -EOPNOTSUPP, 0, 0,
	  0 },
	{ "quirks_are_reserved", "sim:quirks=K4+K13", -EOPNOTSUPP, 0, 0, 0 },
	{ "faults_are_checked", "sim:faults=hang", -EINVAL, 0, 0, 0 },
	{ "virtual_clock_is_reserved", "sim:clock=virtual", -EOPNOTSUPP, 0, 0,
	  0 },
	{ "seed_is_reserved", "sim:seed=1", -EOPNOTSUPP, 0, 0, 0 },
};

static void
check_row(void **state)
{
	struct apui_transport *const untouched = (struct apui_transport *)state;
	struct apui_transport *transport = untouched;
	const struct row *row = *state;
	const struct apui_transport_info *info;
	int ret;

	apui_error_clear();
	ret = apui_transport_open(row->spec, &transport);
	assert_int_equal(ret, row->code);
	if (ret < 0) {
		assert_ptr_equal(transport, untouched);
		assert_int_equal(apu_error_code(apu_error_last()), ret);
		assert_string_not_equal(apu_error_cause(apu_error_last()), "");
		return;
	}
	info = &transport->info;
	assert_int_equal(strncmp(row->spec, info->driver, strlen(info->driver)),
			 0);
	assert_int_equal(info->core_count, row->core_count);
	assert_int_equal(info->max_buffer_bytes, row->max_buffer_mb << 20);
	assert_int_equal(info->timeout_ns, row->timeout_ms * 1000000);
	assert_int_equal(info->max_request_bytes, 496);
	assert_int_equal(info->max_in_flight, 300);
	transport->ops->close(transport);
}

static void
kernels_nodes_come_first_in_the_list(void **state)
{
	(void)state;
	assert_string_equal(apui_transports[0]->scheme, "drm");
	assert_string_equal(apui_transports[1]->scheme, "sim");
	assert_string_equal(apui_transports[2]->scheme, "null");
	assert_null(apui_transports[3]);
}

static void
sim_runs_the_real_firmware(void **state)
{
	static uint8_t data[APUI_DEQUEUE_BYTES];
	struct apui_transport *t = NULL;
	struct apui_request req = { .cmd = 0xfffe };
	struct apui_result result = { 0 };

	(void)state;
	assert_int_equal(apui_transport_open("sim:", &t), 0);
	assert_int_equal(t->ops->syncobj_create(t, &req.out_syncobj), 0);
	assert_int_equal(t->ops->queue(t, &req), 0);
	assert_int_equal(t->ops->syncobj_wait(t, req.out_syncobj, INT64_MAX),
			 0);
	assert_int_equal(t->ops->dequeue(t, req.out_syncobj, data, &result), 0);
	assert_int_equal(result.result, 134);
	t->ops->close(t);
}

int
main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(kernels_nodes_come_first_in_the_list),
		cmocka_unit_test(sim_runs_the_real_firmware),
	};
	struct CMUnitTest tests[COUNT(rows) + COUNT(others)];

	for (size_t i = 0; i < COUNT(rows); i++)
		tests[i] = (struct CMUnitTest) {
			.name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)&rows[i],
		};
	memcpy(tests + COUNT(rows), others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
