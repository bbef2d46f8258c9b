/* SPDX-License-Identifier: MIT */
#ifndef APUI_RESULT_H
#define APUI_RESULT_H

/*
 * What a firmware's result means here: its numbers are newlib's (wire.h), ours
 * are Linux's negative errnos.
 */

#include "firmware/wire.h"

/* 0 for 0, else a negative errno; -EIO for numbers that have no meaning. */
int
apui_result_to_errno(uint16_t result);

/*
 * Record why a submission ended with @status < 0. @result is the firmware's, 0
 * when it gave none; @report says where a RUN stopped.
 */
void
apui_result_explain(int status, uint16_t result,
		    const struct apui_run_report *report);

#endif
