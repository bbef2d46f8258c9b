/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "test.h"
#include <errno.h>
#include <pthread.h>
#include <string.h>

static void
record_has_all_parts(void **state)
{
	const struct apu_error *e = apu_error_last();
	int ret;

	(void)state;
	ret = apui_fail(-EINVAL, "m.tflite", "operator %d is odd", 7);
	apui_fail_remedy("use operator %d", 8);
	apui_fail_where(7, 3, 1024);
	ret = apui_fail_during(ret, "load a model", NULL);

	assert_int_equal(ret, -EINVAL);
	assert_int_equal(apu_error_code(e), -EINVAL);
	assert_string_equal(apu_error_operation(e), "load a model");
	assert_string_equal(apu_error_object(e), "m.tflite");
	assert_string_equal(apu_error_cause(e), "operator 7 is odd");
	assert_string_equal(apu_error_remedy(e), "use operator 8");
	assert_int_equal(apu_error_operator_index(e), 7);
	assert_int_equal(apu_error_tensor_index(e), 3);
	assert_int_equal(apu_error_byte_offset(e), 1024);
	assert_string_equal(apu_error_message(e),
			    "load a model m.tflite: operator 7 is odd: "
			    "use operator 8");
}

static void
bare_errno_gets_its_own_text(void **state)
{
	(void)state;
	apui_fail(-EINVAL, "old", "an older failure");
	apui_fail_during(-EINVAL, "do one thing", NULL);
	apui_fail_during(-EINVAL, "do another", "thing");

	assert_string_equal(apu_error_message(apu_error_last()),
			    "do another thing: Invalid argument");
}

static void
new_record_forgets_the_old(void **state)
{
	const struct apu_error *e = apu_error_last();

	(void)state;
	apui_fail(-EINVAL, "a", "b");
	apui_fail_remedy("c");
	apui_fail_where(1, 2, 3);
	apui_fail(-EIO, NULL, "d");

	assert_string_equal(apu_error_object(e), "");
	assert_string_equal(apu_error_remedy(e), "");
	assert_int_equal(apu_error_operator_index(e), -1);
	assert_int_equal(apu_error_tensor_index(e), -1);
	assert_int_equal(apu_error_byte_offset(e), -1);
}

static void
record_stays_one_line_and_inside(void **state)
{
	char name[4096];
	const char *message;

	(void)state;
	memset(name, '\n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	apui_fail(-EINVAL, name, "%s", name);
	apui_fail_remedy("%s", name);
	apui_fail_during(-EINVAL, name, name);

	message = apu_error_message(apu_error_last());
	assert_null(strchr(message, '\n'));
	assert_in_range(strlen(message), 500, 1023);
}

static void *
read_own_code(void *out)
{
	*(int *)out = apu_error_code(apu_error_last());
	return NULL;
}

static void
each_thread_has_its_own(void **state)
{
	pthread_t thread;
	int code = 1;

	(void)state;
	apui_fail(-EINVAL, NULL, "mine");
	assert_int_equal(pthread_create(&thread, NULL, read_own_code, &code),
			 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(code, 0);
}

static void
null_record_reads_as_none(void **state)
{
	(void)state;
	assert_int_equal(apu_error_code(NULL), 0);
	assert_string_equal(apu_error_message(NULL), "");
	assert_string_equal(apu_error_cause(NULL), "");
	assert_int_equal(apu_error_byte_offset(NULL), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_has_all_parts),
		cmocka_unit_test(bare_errno_gets_its_own_text),
		cmocka_unit_test(new_record_forgets_the_old),
		cmocka_unit_test(record_stays_one_line_and_inside),
		cmocka_unit_test(each_thread_has_its_own),
		cmocka_unit_test(null_record_reads_as_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
