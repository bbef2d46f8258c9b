/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "sim.h"
#include <dirent.h>
#include <stdio.h>

static void
same_name_is_the_same_machine(void **state)
{
	const struct apui_sim_config config = test_config();
	struct apui_sim_client *one = open_client(&config);
	struct apui_sim_client *two = open_client(&config);

	(void)state;
	assert_ptr_equal(one->machine, two->machine);
	apui_sim_client_close(one);
	/* It lives on for the other. */
	queue_data(two, new_syncobj(two), DO_ECHO, "x", 1, 1);
	assert_int_equal(finish_job(two, 1, NULL).size_bytes, 1);
	apui_sim_client_close(two);
}

static void
other_name_is_another_machine(void **state)
{
	struct apui_sim_config config = test_config();
	struct apui_sim_client *one = open_client(&config);
	struct apui_sim_client *two;

	(void)state;
	memcpy(config.name, "other", 6);
	config.cores = 4;
	two = open_client(&config);
	assert_ptr_not_equal(one->machine, two->machine);
	assert_int_equal(one->machine->config.cores, 1);
	assert_int_equal(two->machine->config.cores, 4);
	apui_sim_client_close(one);
	apui_sim_client_close(two);
}

static void
name_is_free_again_after_the_last_client(void **state)
{
	struct apui_sim_config config = test_config();
	struct apui_sim_client *client;

	(void)state;
	for (uint32_t cores = 1; cores <= 4; cores++) {
		config.cores = cores;
		client = open_client(&config);
		assert_int_equal(client->machine->config.cores, cores);
		apui_sim_client_close(client);
	}
}

static size_t
other_firmware(const struct apui_fw_host *host, const uint8_t *request,
	       size_t request_bytes, uint8_t *reply, size_t reply_capacity)
{
	(void)host;
	(void)request;
	(void)request_bytes;
	(void)reply;
	(void)reply_capacity;
	return 0;
}

struct row {
	const char *name;
	struct apui_sim_config config;
	const char *faults; /* in the cause */
};

#define NO_FAULTS                                                              \
	{                                                                      \
		.count = 0                                                     \
	}
#define TWO_FAULTS                                                             \
	{                                                                      \
		.count = 2                                                     \
	}

static const struct row rows[] = {
	{ "other_core_count_is_refused",
	  { "test", 2, 600000, 240, NO_FAULTS, test_firmware, 0 },
	  "" },
	{ "other_timeout_is_refused",
	  { "test", 1, 500, 240, NO_FAULTS, test_firmware, 0 },
	  "" },
	{ "other_memory_is_refused",
	  { "test", 1, 600000, 239, NO_FAULTS, test_firmware, 0 },
	  "" },
	{ "other_faults_are_refused",
	  { "test", 1, 600000, 240, TWO_FAULTS, test_firmware, 0 },
	  " and other faults" },
	{ "other_firmware_is_refused",
	  { "test", 1, 600000, 240, NO_FAULTS, other_firmware, 0 },
	  "" },
	{ "default_firmware_is_another",
	  { "test", 1, 600000, 240, NO_FAULTS, NULL, 0 },
	  "" },
};

static void
check_row(void **state)
{
	const struct row *row = *state;
	const struct apui_sim_config config = test_config();
	struct apui_sim_client *client = open_client(&config);
	struct apui_sim_client *other = client;
	char cause[160];

	assert_int_equal(apui_sim_client_open(&row->config, &other), -EBUSY);
	assert_ptr_equal(other, client);
	snprintf(cause, sizeof(cause),
		 "the simulated machine \"test\" is open with "
		 "cores=1,timeout_ms=600000,max_mb=240%s",
		 row->faults);
	assert_string_equal(apu_error_cause(apu_error_last()), cause);
	apui_sim_client_close(client);
}

static bool
has_thread(const char *wanted)
{
	DIR *dir = opendir("/proc/self/task");
	struct dirent *entry;
	bool is_found = false;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		char path[300], name[32] = "";
		FILE *file;

		snprintf(path, sizeof(path), "/proc/self/task/%s/comm",
			 entry->d_name);
		file = fopen(path, "r");
		if (file == NULL)
			continue;
		if (fgets(name, sizeof(name), file) != NULL &&
		    strcmp(name, wanted) == 0)
			is_found = true;
		fclose(file);
	}
	closedir(dir);
	return is_found;
}

static void
each_core_has_a_named_thread(void **state)
{
	struct apui_sim_config config = test_config();
	struct apui_sim_client *client;

	(void)state;
	config.cores = 2;
	client = open_client(&config);
	assert_true(has_thread("apu-sim-core0\n"));
	assert_true(has_thread("apu-sim-core1\n"));
	apui_sim_client_close(client);
	assert_false(has_thread("apu-sim-core0\n"));
	assert_false(has_thread("apu-sim-core1\n"));
}

int
main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(same_name_is_the_same_machine),
		cmocka_unit_test(other_name_is_another_machine),
		cmocka_unit_test(name_is_free_again_after_the_last_client),
		cmocka_unit_test(each_core_has_a_named_thread),
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
