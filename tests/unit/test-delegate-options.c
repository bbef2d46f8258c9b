/* SPDX-License-Identifier: MIT */
#include "delegates/tflite/op_options.h"
#include "delegates/tflite/options.h"
#include "test.h"
#include <errno.h>
#include <string.h>

struct row {
	const char *name, *key, *value;
	const char *why; /* part of it; NULL: taken */
};

static const struct row rows[] = {
	{ "a_device_is_taken", "device", "sim:", NULL },
	{ "pythons_true_is_taken", "strict", "True", NULL },
	{ "one_is_true", "profile", "1", NULL },
	{ "a_level_is_taken", "log", "debug", NULL },
	{ "sixty_four_threads_are_taken", "threads", "64", NULL },
	{ "an_unknown_key_is_named", "devices", "sim:", "'devices'" },
	{ "an_empty_key_is_refused", "", "1", "unknown option ''" },
	{ "no_threads_are_refused", "threads", "0", "1 to 64" },
	{ "too_many_threads_are_refused", "threads", "65", "1 to 64" },
	{ "a_number_with_a_tail_is_refused", "threads", "2x", "'2x'" },
	{ "a_number_with_a_sign_is_refused", "threads", "+2", "'+2'" },
	{ "a_huge_number_is_refused", "max_partitions",
	  "99999999999999999999999", "max_partitions" },
	{ "neither_true_nor_false_is_refused", "strict", "2", "true or false" },
	{ "an_empty_folder_is_refused", "cache_dir", "", "folder" },
	{ "no_value_is_refused", "device", NULL, "no value" },
};

static void
check_row(void **state)
{
	const struct row *row = *state;
	char *keys[] = { (char *)row->key };
	char *values[] = { (char *)row->value };
	struct apui_text why = { .bytes = NULL };
	struct apui_options options;
	int ret;

	ret = apui_options_read(&options, keys, values, 1, &why);
	if (row->why == NULL) {
		assert_int_equal(ret, 0);
		assert_string_equal(apui_text_get(&why), "");
	} else {
		assert_int_equal(ret, -EINVAL);
		assert_non_null(strstr(apui_text_get(&why), row->why));
	}
	apui_text_clear(&why);
	apui_options_free(&options);
}

static void
the_last_of_two_values_counts(void **state)
{
	char *keys[] = { "device", "device", "threads" };
	char *values[] = { "sim:", "null:", "2" };
	struct apui_text why = { .bytes = NULL };
	struct apui_options options;

	(void)state;
	assert_int_equal(apui_options_read(&options, keys, values, 3, &why), 0);
	assert_string_equal(options.device, "null:");
	assert_int_equal(options.threads, 2);
	assert_int_equal(options.log, APU_LOG_WARNING);
	assert_false(options.strict);
	apui_options_free(&options);
}

/* CONV_2D: padding VALID, strides 2 and 3, RELU6, dilations 4 and 5. */
static void
parameters_become_fields(void **state)
{
	const int32_t params[] = { 2, 2, 3, 3, 4, 5 };
	const int64_t want[] = { TFLITE_VALID, 2, 3, TFLITE_ACT_RELU6, 4, 5 };
	struct op_options options;

	(void)state;
	assert_int_equal(
		apui_tfl_read_options(TFLITE_CONV_2D, params, &options), 0);
	assert_int_equal(options.type, TFLITE_CONV_2D_OPTIONS);
	assert_int_equal(options.field_count, COUNT(want));
	for (uint32_t i = 0; i < COUNT(want); i++) {
		assert_int_equal(options.fields[i].id, i);
		assert_int_equal(options.fields[i].integer, want[i]);
	}
}

static void
padding_that_the_schema_lacks_is_refused(void **state)
{
	const int32_t params[] = { 0, 1, 1, 0, 1, 1 };
	struct op_options options;

	(void)state;
	assert_int_equal(
		apui_tfl_read_options(TFLITE_CONV_2D, params, &options),
		-EINVAL);
}

static void
missing_parameters_are_refused(void **state)
{
	struct op_options options;

	(void)state;
	assert_int_equal(apui_tfl_read_options(TFLITE_CONV_2D, NULL, &options),
			 -EINVAL);
	assert_int_equal(apui_tfl_read_options(TFLITE_LOGISTIC, NULL, &options),
			 0);
	assert_int_equal(options.type, TFLITE_NO_OPTIONS);
}

static void
a_list_of_nine_dimensions_is_refused(void **state)
{
	const int32_t params[9] = { [8] = 9 };
	struct op_options options;

	(void)state;
	assert_int_equal(
		apui_tfl_read_options(TFLITE_SQUEEZE, params, &options),
		-EINVAL);
}

static void
types_of_a_cast_that_the_file_left_out_stay_out(void **state)
{
	const int32_t params[] = { 0, 0 };
	struct op_options options;

	(void)state;
	assert_int_equal(apui_tfl_read_options(TFLITE_CAST, params, &options),
			 0);
	assert_int_equal(options.type, TFLITE_NO_OPTIONS);
}

/* Nothing is copied of what cannot be held. */
static void
a_tensor_of_two_gib_fails_the_file(void **state)
{
	const struct tflite_tensor tensor = {
		.data = "x",
		.size_bytes = (size_t)INT32_MAX + 1,
	};
	const struct tflite_model model = {
		.tensors = &tensor,
		.tensor_count = 1,
	};
	struct tflite_file file = tflite_write(&model);

	(void)state;
	assert_true(file.failed);
	tflite_file_free(&file);
}

static void
unknown_types_and_operators_have_no_name(void **state)
{
	(void)state;
	assert_int_equal(apui_tfl_schema_type(0), -1);
	assert_int_equal(apui_tfl_schema_type(-5), -1);
	assert_int_equal(apui_tfl_schema_type(1000), -1);
	assert_null(apui_tfl_builtin_name(-1));
	assert_null(apui_tfl_builtin_name(100000));
	assert_string_equal(apui_tfl_builtin_name(TFLITE_CONV_2D), "CONV_2D");
}

int
main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(the_last_of_two_values_counts),
		cmocka_unit_test(parameters_become_fields),
		cmocka_unit_test(padding_that_the_schema_lacks_is_refused),
		cmocka_unit_test(missing_parameters_are_refused),
		cmocka_unit_test(a_list_of_nine_dimensions_is_refused),
		cmocka_unit_test(
			types_of_a_cast_that_the_file_left_out_stay_out),
		cmocka_unit_test(a_tensor_of_two_gib_fails_the_file),
		cmocka_unit_test(unknown_types_and_operators_have_no_name),
	};
	struct CMUnitTest all[COUNT(rows) + COUNT(others)];

	for (size_t i = 0; i < COUNT(rows); i++)
		all[i] = (struct CMUnitTest) {
			.name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)&rows[i],
		};
	memcpy(&all[COUNT(rows)], others, sizeof(others));
	return cmocka_run_group_tests(all, NULL, NULL);
}
