/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "core/result.h"
#include "test.h"
#include <errno.h>
#include <string.h>

static const struct {
	uint16_t result;
	int code;
} rows[] = {
	{ 0, 0 },
	{ 5, -EIO },
	{ 7, -E2BIG },
	{ 12, -ENOMEM },
	{ 14, -EFAULT },
	{ 22, -EINVAL },
	{ 34, -ERANGE },
	{ 77, -EBADMSG },
	{ 110, -ETIMEDOUT },
	{ 134, -EOPNOTSUPP },
	{ 140, -ECANCELED },
	{ 1, -EIO },
	{ 95, -EIO },
	{ 116, -EIO },
	{ 65535, -EIO },
};

static const struct apui_run_report nowhere = {
	.failed_operator = APUI_RUN_NO_OPERATOR,
};

static void
every_number_has_its_errno(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(apui_result_to_errno(rows[i].result),
				 rows[i].code);
}

static void
every_failure_has_a_cause(void **state)
{
	const struct apu_error *e = apu_error_last();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (rows[i].code == 0)
			continue;
		apui_result_explain(rows[i].code, rows[i].result, &nowhere);
		assert_int_equal(apu_error_code(e), rows[i].code);
		assert_string_not_equal(apu_error_cause(e), "");
		assert_null(strstr(apu_error_cause(e), "operator"));
	}
}

static void
run_names_the_operator_that_failed(void **state)
{
	const struct apui_run_report report = { .failed_operator = 7 };

	(void)state;
	apui_result_explain(-EBADMSG, 77, &report);
	assert_non_null(
		strstr(apu_error_cause(apu_error_last()), "operator 7"));
}

static void
giving_up_is_told_from_the_drivers_timeout(void **state)
{
	const struct apu_error *e = apu_error_last();

	(void)state;
	apui_result_explain(-ETIMEDOUT, 110, &nowhere);
	assert_non_null(strstr(apu_error_cause(e), "driver"));
	apui_result_explain(-ETIMEDOUT, 0, &nowhere);
	assert_non_null(strstr(apu_error_cause(e), "given up"));
	/* What came after it was given up is not the reason. */
	apui_result_explain(-ETIMEDOUT, 140, &nowhere);
	assert_non_null(strstr(apu_error_cause(e), "given up"));
}

static void
loss_is_told_from_a_lost_job(void **state)
{
	const struct apu_error *e = apu_error_last();

	(void)state;
	apui_result_explain(-ENODEV, 0, &nowhere);
	assert_non_null(strstr(apu_error_cause(e), "device was lost"));
	apui_result_explain(-EIO, 0, &nowhere);
	assert_non_null(strstr(apu_error_cause(e), "lost the job"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_number_has_its_errno),
		cmocka_unit_test(every_failure_has_a_cause),
		cmocka_unit_test(run_names_the_operator_that_failed),
		cmocka_unit_test(giving_up_is_told_from_the_drivers_timeout),
		cmocka_unit_test(loss_is_told_from_a_lost_job),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
