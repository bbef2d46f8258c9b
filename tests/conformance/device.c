/* SPDX-License-Identifier: MIT */
#include "conformance.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
limits_are_sane(void **state)
{
	struct apu_device *dev = open_device();
	uint64_t value;

	(void)state;
	assert_int_equal(apu_device_query(dev, APU_DEVICE_LIMIT_CORES, &value),
			 0);
	assert_in_range(value, 1, 64);
	assert_int_equal(
		apu_device_query(dev, APU_DEVICE_LIMIT_BUFFER_BYTES, &value),
		0);
	assert_in_range(value, 1 << 20, UINT32_MAX);
	assert_int_equal(
		apu_device_query(dev, APU_DEVICE_LIMIT_REQUEST_BYTES, &value),
		0);
	assert_int_equal(value, 496);
	assert_int_equal(
		apu_device_query(dev, APU_DEVICE_LIMIT_IN_FLIGHT, &value), 0);
	assert_in_range(value, 1, 300);
	assert_int_equal(
		apu_device_query(dev, APU_DEVICE_LIMIT_TIMEOUT_NS, &value), 0);
	assert_true(value > 0);
	apu_device_unref(dev);
}

static void
unknown_limit_is_refused(void **state)
{
	struct apu_device *dev = open_device();
	uint64_t value = 77;

	(void)state;
	assert_int_equal(
		apu_device_query(dev, (enum apu_device_limit)99, &value),
		-EINVAL);
	assert_int_equal(apu_device_query(dev, APU_DEVICE_LIMIT_CORES, NULL),
			 -EINVAL);
	assert_int_equal(value, 77);
	apu_device_unref(dev);
}

static void
name_opens_the_device_again(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_device *again = NULL;

	(void)state;
	assert_true(strlen(apu_device_driver(dev)) > 0);
	assert_int_equal(apu_device_open(apu_device_name(dev), &again), 0);
	assert_string_equal(apu_device_driver(again), apu_device_driver(dev));
	apu_device_unref(again);
	apu_device_unref(dev);
}

static void
environment_names_the_device(void **state)
{
	struct apu_device *dev = UNTOUCHED;

	(void)state;
	assert_int_equal(setenv("APU_DEVICE", conformance_spec, 1), 0);
	assert_int_equal(apu_device_open(NULL, &dev), 0);
	assert_string_equal(apu_device_name(dev), conformance_spec);
	apu_device_unref(dev);
	assert_int_equal(unsetenv("APU_DEVICE"), 0);
}

static void
bad_strings_are_refused(void **state)
{
	static const struct {
		const char *spec;
		int code;
	} rows[] = {
		{ "", -EINVAL },
		{ "sim", -EINVAL },
		{ "nosuch:", -EINVAL },
		{ "sim:nosuch=1", -EINVAL },
		{ "sim:cores=0", -EINVAL },
		{ "sim:cores=5", -EINVAL },
		{ "sim:cores=two", -EINVAL },
		{ "sim:cores=", -EINVAL },
		{ "sim:cores=1,cores=1", -EINVAL },
		{ "sim:timeout_ms=-1", -EINVAL },
		{ "sim:/dev/null", -EINVAL },
		{ "null:cores=1", -EINVAL },
		{ "sim:quirks=all", -EOPNOTSUPP },
		{ "sim:faults=hang", -EINVAL },
		{ "sim:clock=virtual", -EOPNOTSUPP },
		{ "drm:/nonexistent", -ENOENT },
		{ "drm:/dev/null", -ENODEV },
		{ "drm:abi=2022x,abi=2023", -EINVAL },
		{ "record:/tmp/x,of=sim:", -EOPNOTSUPP },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct apu_device *dev = UNTOUCHED;
		int ret = apu_device_open(rows[i].spec, &dev);

		if (ret != rows[i].code)
			fail_msg("\"%s\" gives %d, not %d", rows[i].spec, ret,
				 rows[i].code);
		assert_ptr_equal(dev, UNTOUCHED);
		assert_int_equal(apu_error_code(apu_error_last()), ret);
		assert_string_not_equal(apu_error_cause(apu_error_last()), "");
	}
	assert_int_equal(apu_device_open("sim:", NULL), -EINVAL);
}

/* Where the machine has a node it is taken, and never a simulator. */
static void
no_device_named_is_the_first_node_or_an_error(void **state)
{
	struct apu_device *dev = UNTOUCHED;
	int ret;

	(void)state;
	assert_int_equal(unsetenv("APU_DEVICE"), 0);
	ret = apu_device_open(NULL, &dev);
	if (ret == 0) {
		assert_int_equal(strncmp(apu_device_name(dev), "drm:", 4), 0);
		apu_device_unref(dev);
		return;
	}
	assert_int_equal(ret, -ENODEV);
	assert_ptr_equal(dev, UNTOUCHED);
	assert_non_null(strstr(apu_error_remedy(apu_error_last()), "sim:"));
}

static void
opening_and_closing_leaks_no_fd(void **state)
{
	unsigned int before = count_open_fds();

	(void)state;
	for (unsigned int i = 0; i < scaled(50); i++) {
		struct apu_device *dev = open_device();
		struct apu_buffer *buf;
		void *map;

		buf = new_buffer(dev, 4096, 0, &map);
		apu_device_unref(dev);
		apu_buffer_unref(buf);
	}
	assert_int_equal(count_open_fds(), before);
}

static void
list_has_every_scheme(void **state)
{
	struct apu_device_list *list = NULL;
	unsigned int count;
	bool has_sim = false;

	(void)state;
	assert_int_equal(apu_device_list_new(NULL), -EINVAL);
	assert_int_equal(apu_device_list_new(&list), 0);
	count = apu_device_list_count(list);
	for (unsigned int i = 0; i < count; i++) {
		struct apu_device *dev = NULL;

		has_sim |= strcmp(apu_device_list_spec(list, i), "sim:") == 0;
		assert_true(strlen(apu_device_list_description(list, i)) > 0);
		assert_int_equal(
			apu_device_open(apu_device_list_spec(list, i), &dev),
			0);
		apu_device_unref(dev);
	}
	assert_true(has_sim);
	assert_null(apu_device_list_spec(list, count));
	assert_null(apu_device_list_description(list, count));
	apu_device_list_free(list);
	apu_device_list_free(NULL);
}

static void
deadlines_saturate(void **state)
{
	struct apu_device *dev = open_device();
	int64_t now_ns = apu_device_now_ns(dev);

	(void)state;
	assert_true(now_ns > 0);
	assert_true(apu_device_deadline_ns(dev, -5) >= now_ns);
	assert_true(apu_device_deadline_ns(dev, INT64_MAX) == INT64_MAX);
	assert_true(apu_device_deadline_ns(dev, 1000) >= now_ns + 1000);
	apu_device_unref(dev);
}

static void
firmware_tells_its_version(void **state)
{
	struct apu_device *dev = open_device();
	uint32_t version = 0;

	(void)state;
	assert_int_equal(apu_device_firmware_version(dev, 0, &version), 0);
	assert_int_equal(version, 0x000100);
	assert_int_equal(apu_device_firmware_version(dev, 99, &version),
			 -ENODEV);
	assert_int_equal(apu_device_firmware_version(dev, 0, NULL), -EINVAL);
	apu_device_unref(dev);
}

static void
no_firmware_no_version(void **state)
{
	struct apu_device *dev = open_device();
	uint32_t version = 77;

	(void)state;
	assert_int_equal(apu_device_firmware_version(dev, 0, &version),
			 -EOPNOTSUPP);
	assert_int_equal(version, 77);
	apu_device_unref(dev);
}

static void
count_messages(enum apu_log_level level, const char *message, void *data)
{
	assert_true(level <= APU_LOG_INFO);
	assert_null(strchr(message, '\n'));
	(*(unsigned int *)data)++;
}

static void
log_is_silent_until_asked(void **state)
{
	struct apu_device *dev = open_device();
	unsigned int messages = 0;

	(void)state;
	apu_device_set_log(dev, APU_LOG_INFO, count_messages, &messages);
	apu_device_set_log(dev, APU_LOG_INFO, NULL, NULL);
	apu_device_unref(dev);
	assert_int_equal(messages, 0);
}

static void
cores_are_online(void **state)
{
	struct apu_device *dev = open_device();
	uint64_t count = 0;

	(void)state;
	assert_int_equal(apu_device_query(dev, APU_DEVICE_LIMIT_CORES, &count),
			 0);
	for (unsigned int i = 0; i < count; i++)
		assert_int_equal(apu_device_core_online(dev, i), 1);
	assert_int_equal(apu_device_core_online(dev, (unsigned int)count),
			 -ENODEV);
	assert_int_equal(apu_device_core_online(dev, UINT32_MAX), -ENODEV);
	assert_int_equal(apu_device_core_online(NULL, 0), -EINVAL);
	apu_device_unref(dev);
}

static const struct conformance_case cases[] = {
	{ "limits are sane", CAN_ALWAYS, limits_are_sane },
	{ "unknown limit is refused", CAN_ALWAYS, unknown_limit_is_refused },
	{ "name opens the device again", CAN_ALWAYS,
	  name_opens_the_device_again },
	{ "environment names the device", CAN_ALWAYS,
	  environment_names_the_device },
	{ "bad device strings are refused", CAN_ALWAYS,
	  bad_strings_are_refused },
	{ "no device named is the first node or an error", CAN_ALWAYS,
	  no_device_named_is_the_first_node_or_an_error },
	{ "opening and closing leaks no fd", CAN_ALWAYS,
	  opening_and_closing_leaks_no_fd },
	{ "list has every scheme", CAN_ALWAYS, list_has_every_scheme },
	{ "deadlines saturate", CAN_ALWAYS, deadlines_saturate },
	{ "cores are online", CAN_ALWAYS, cores_are_online },
	{ "firmware tells its version", CAN_RUN_MODELS,
	  firmware_tells_its_version },
	{ "no firmware, no version", CANNOT_RUN, no_firmware_no_version },
	{ "log is silent until asked", CAN_ALWAYS, log_is_silent_until_asked },
};

const struct conformance_group device_group = { cases, COUNT(cases) };
