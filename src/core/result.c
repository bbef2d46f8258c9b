/* SPDX-License-Identifier: MIT */
#include "core/result.h"
#include "core/error.h"
#include <errno.h>
#include <stddef.h>
#include <stdio.h>

static const struct {
	uint16_t result;
	int code;
	const char *cause;
	const char *remedy;
} results[] = {
	{ APUI_RESULT_EIO, -EIO, "the firmware failed", "" },
	{ APUI_RESULT_E2BIG, -E2BIG, "the firmware found the request too large",
	  "send less at once" },
	{ APUI_RESULT_ENOMEM, -ENOMEM, "the firmware is out of memory",
	  "use smaller buffers" },
	{ APUI_RESULT_EFAULT, -EFAULT,
	  "the request names memory that is not mapped to the device",
	  "list the buffer in the request, or map it first" },
	{ APUI_RESULT_EINVAL, -EINVAL, "the firmware found the request wrong",
	  "see the command's rules in docs/sim.md" },
	{ APUI_RESULT_ERANGE, -ERANGE, "a value in the data is out of range",
	  "check the inputs" },
	{ APUI_RESULT_EBADMSG, -EBADMSG,
	  "the firmware found the program broken", "load the model again" },
	{ APUI_RESULT_DRIVER_TIMEOUT, -ETIMEDOUT,
	  "a request was not done within the driver's timeout",
	  "lower the work of a request, or raise timeout_ms" },
	{ APUI_RESULT_ENOTSUP, -EOPNOTSUPP,
	  "the firmware does not know the command",
	  "check the command, or the firmware's version" },
	{ APUI_RESULT_ECANCELED, -ECANCELED,
	  "an earlier request of the same inference failed",
	  "submit the job again" },
};

#define RESULT_COUNT (sizeof(results) / sizeof(results[0]))

/* Returns RESULT_COUNT for a number that has no meaning. */
static size_t
find_result(uint16_t result)
{
	size_t i = 0;

	while (i < RESULT_COUNT && results[i].result != result)
		i++;
	return i;
}

int
apui_result_to_errno(uint16_t result)
{
	size_t i = find_result(result);

	if (result == APUI_RESULT_OK)
		return 0;
	return i < RESULT_COUNT ? results[i].code : -EIO;
}

static void
explain_without_result(int status)
{
	switch (status) {
	case -ETIMEDOUT:
		apui_fail(status, NULL, "the job was given up at its deadline");
		apui_fail_remedy("give it more time");
		break;
	case -ENODEV:
		apui_fail(status, NULL, "the device was lost");
		apui_fail_remedy("open the device again");
		break;
	default:
		apui_fail(status, NULL, "the driver lost the job");
		apui_fail_remedy("submit the job again");
		break;
	}
}

void
apui_result_explain(int status, uint16_t result,
		    const struct apui_run_report *report)
{
	size_t i = find_result(result);
	char where[64] = "";

	/* Given up: whatever came later is not the reason. */
	if (result == 0 || apui_result_to_errno(result) != status) {
		explain_without_result(status);
		return;
	}
	if (i == RESULT_COUNT) {
		apui_fail(status, NULL, "the firmware's result is %u", result);
		return;
	}
	if (report->failed_operator != APUI_RUN_NO_OPERATOR)
		snprintf(where, sizeof(where), " (operator %u of the program)",
			 report->failed_operator);
	apui_fail(status, NULL, "%s%s", results[i].cause, where);
	apui_fail_remedy("%s", results[i].remedy);
}
