/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "test.h"
#include "transport/spec.h"
#include <errno.h>
#include <string.h>

struct options {
	char name[APUI_SPEC_TEXT_BYTES];
	uint32_t count;
	struct apui_spec_text text;
};

static const struct apui_option table[] = {
	{ .key = "name",
	  .type = APUI_OPTION_NAME,
	  .offset = offsetof(struct options, name),
	  .text = "unnamed" },
	{ .key = "count",
	  .type = APUI_OPTION_UINT,
	  .offset = offsetof(struct options, count),
	  .min = 2,
	  .max = UINT32_MAX,
	  .initial = 7 },
	{ .key = "text",
	  .type = APUI_OPTION_TEXT,
	  .offset = offsetof(struct options, text) },
	{ .key = "clock", .type = APUI_OPTION_ONLY, .text = "real" },
	{ .key = "seed", .type = APUI_OPTION_RESERVED },
	{ .type = APUI_OPTION_END },
};

#define NAME_63                                                                \
	"123456789_123456789_123456789_123456789_123456789_123456789_123"

struct row {
	const char *name;
	const char *text;
	int code;
	const char *path;
	const char *option_name;
	uint32_t option_count;
};

static const struct row rows[] = {
	{ "scheme_alone", "sim:", 0, "", "unnamed", 7 },
	{ "one_key", "sim:count=2", 0, "", "unnamed", 2 },
	{ "two_keys", "sim:count=2,name=a.B_c-9", 0, "", "a.B_c-9", 2 },
	{ "comma_before_keys", "sim:,count=2", 0, "", "unnamed", 2 },
	{ "path", "drm:/dev/accel/accel0", 0, "/dev/accel/accel0", "unnamed",
	  7 },
	{ "path_and_key", "drm:/dev/x,count=3", 0, "/dev/x", "unnamed", 3 },
	{ "path_with_equals_sign", "drm:/dev/x=y", 0, "/dev/x=y", "unnamed",
	  7 },
	{ "greatest_number", "sim:count=4294967295", 0, "", "unnamed",
	  UINT32_MAX },
	{ "leading_zeros", "sim:count=0000000000003", 0, "", "unnamed", 3 },
	{ "longest_name", "sim:name=" NAME_63, 0, "", NAME_63, 7 },
	{ "text_with_colons", "sim:text=a:b=2+c:d,count=3", 0, "", "unnamed",
	  3 },
	{ "only_value", "sim:clock=real", 0, "", "unnamed", 7 },

	{ "empty_string", "", -EINVAL, NULL, NULL, 0 },
	{ "no_colon", "sim", -EINVAL, NULL, NULL, 0 },
	{ "no_scheme", ":count=2", -EINVAL, NULL, NULL, 0 },
	{ "capital_scheme", "SIM:", -EINVAL, NULL, NULL, 0 },
	{ "blank_before_scheme", " sim:", -EINVAL, NULL, NULL, 0 },
	{ "scheme_of_16", "abcdefghijklmnop:", -EINVAL, NULL, NULL, 0 },
	{ "comma_alone", "sim:,", -EINVAL, NULL, NULL, 0 },
	{ "comma_at_end", "sim:count=2,", -EINVAL, NULL, NULL, 0 },
	{ "comma_after_path", "sim:/x,", -EINVAL, NULL, NULL, 0 },
	{ "two_commas", "sim:count=2,,name=a", -EINVAL, NULL, NULL, 0 },
	{ "key_without_value", "sim:count=", -EINVAL, NULL, NULL, 0 },
	{ "key_without_equals_sign", "sim:count=2,name", -EINVAL, NULL, NULL,
	  0 },
	{ "value_without_key", "sim:count=2,=3", -EINVAL, NULL, NULL, 0 },
	{ "unknown_key", "sim:colour=red", -EINVAL, NULL, NULL, 0 },
	{ "unknown_key_of", "sim:of=sim:count=2,name=x", -EINVAL, NULL, NULL,
	  0 },
	{ "start_of_a_key", "sim:coun=2", -EINVAL, NULL, NULL, 0 },
	{ "more_than_a_key", "sim:counts=2", -EINVAL, NULL, NULL, 0 },
	{ "text_without_value", "sim:text=", -EINVAL, NULL, NULL, 0 },
	{ "key_twice", "sim:count=2,count=2", -EINVAL, NULL, NULL, 0 },
	{ "number_below_least", "sim:count=1", -EINVAL, NULL, NULL, 0 },
	{ "number_above_32_bits", "sim:count=4294967296", -EINVAL, NULL, NULL,
	  0 },
	{ "number_above_64_bits", "sim:count=99999999999999999999", -EINVAL,
	  NULL, NULL, 0 },
	{ "negative_number", "sim:count=-2", -EINVAL, NULL, NULL, 0 },
	{ "signed_number", "sim:count=+2", -EINVAL, NULL, NULL, 0 },
	{ "hexadecimal_number", "sim:count=0x2", -EINVAL, NULL, NULL, 0 },
	{ "blank_in_number", "sim:count= 2", -EINVAL, NULL, NULL, 0 },
	{ "number_and_letters", "sim:count=2M", -EINVAL, NULL, NULL, 0 },
	{ "name_too_long", "sim:name=" NAME_63 "4", -EINVAL, NULL, NULL, 0 },
	{ "name_with_slash", "sim:name=a/b", -EINVAL, NULL, NULL, 0 },
	{ "name_with_newline", "sim:name=a\nb", -EINVAL, NULL, NULL, 0 },
	{ "other_value_than_only", "sim:clock=virtual", -EOPNOTSUPP, NULL, NULL,
	  0 },
	{ "start_of_only_value", "sim:clock=rea", -EOPNOTSUPP, NULL, NULL, 0 },
	{ "reserved_key", "sim:seed=1", -EOPNOTSUPP, NULL, NULL, 0 },
	{ "reserved_key_without_value", "sim:seed=", -EINVAL, NULL, NULL, 0 },
};

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct options options = { 0 };
	struct apui_spec spec;
	int ret;

	apui_error_clear();
	ret = apui_spec_split(row->text, &spec);
	if (ret == 0)
		ret = apui_spec_parse_options(&spec, table, &options);
	assert_int_equal(ret, row->code);
	if (ret < 0) {
		assert_int_equal(apu_error_code(apu_error_last()), ret);
		assert_string_not_equal(apu_error_cause(apu_error_last()), "");
		return;
	}
	assert_int_equal(spec.path_bytes, strlen(row->path));
	assert_memory_equal(spec.path, row->path, spec.path_bytes);
	assert_string_equal(options.name, row->option_name);
	assert_int_equal(options.count, row->option_count);
}

static void
text_is_all_up_to_the_comma(void **state)
{
	struct options options;
	struct apui_spec spec;

	(void)state;
	assert_int_equal(apui_spec_split("sim:text=a:b=2+c:d,count=3", &spec),
			 0);
	assert_int_equal(apui_spec_parse_options(&spec, table, &options), 0);
	assert_int_equal(options.text.bytes, 9);
	assert_memory_equal(options.text.start, "a:b=2+c:d", 9);
	assert_int_equal(apui_spec_split("sim:", &spec), 0);
	assert_int_equal(apui_spec_parse_options(&spec, table, &options), 0);
	assert_int_equal(options.text.bytes, 0);
}

static void
unknown_key_names_the_known_ones(void **state)
{
	struct options options;
	struct apui_spec spec;

	(void)state;
	assert_int_equal(apui_spec_split("sim:colour=red", &spec), 0);
	assert_int_equal(apui_spec_parse_options(&spec, table, &options),
			 -EINVAL);
	assert_string_equal(apu_error_cause(apu_error_last()),
			    "sim: has no key \"colour\"");
	assert_string_equal(apu_error_remedy(apu_error_last()),
			    "its keys are name count text clock");
}

static void
value_out_of_range_names_the_range(void **state)
{
	struct options options;
	struct apui_spec spec;

	(void)state;
	assert_int_equal(apui_spec_split("sim:count=1", &spec), 0);
	assert_int_equal(apui_spec_parse_options(&spec, table, &options),
			 -EINVAL);
	assert_string_equal(apu_error_cause(apu_error_last()),
			    "count=1 is not a number of 2 to 4294967295");
}

static void
no_table_takes_no_key(void **state)
{
	struct apui_spec spec;
	char options = 0;

	(void)state;
	assert_int_equal(apui_spec_split("null:a=b", &spec), 0);
	assert_int_equal(apui_spec_parse_options(&spec, NULL, &options),
			 -EINVAL);
	assert_int_equal(apui_spec_split("null:", &spec), 0);
	assert_int_equal(apui_spec_parse_options(&spec, NULL, &options), 0);
}

int
main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(text_is_all_up_to_the_comma),
		cmocka_unit_test(unknown_key_names_the_known_ones),
		cmocka_unit_test(value_out_of_range_names_the_range),
		cmocka_unit_test(no_table_takes_no_key),
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
