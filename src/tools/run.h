/* SPDX-License-Identifier: MIT */
#ifndef APUI_RUN_H
#define APUI_RUN_H

/* One `apu run`: cmd_run.c does it, run_report.c tells of it. */

#include "inputs.h"
#include "labels.h"
#include "options.h"
#include "outputs.h"
#include "runner.h"

struct apui_run {
	const struct apui_options *options;
	struct apui_runner runner;
	struct apui_inputs inputs;
	struct apui_outputs outputs;
	struct apui_labels labels;
	size_t class_count; /* of the first output; 0: do not rank */
	int64_t *times_ns;  /* one a run */
	size_t time_count;
};

/* Say what was done, as text or JSON. Sorts the times. */
int
apui_run_report(struct apui_run *run);

#endif
