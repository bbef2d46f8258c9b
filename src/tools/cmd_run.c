/* SPDX-License-Identifier: MIT */
#include "ranking.h"
#include "report.h"
#include "run.h"
#include <errno.h>
#include <stdlib.h>

static int
check_usage(const struct apui_options *options)
{
	bool has_parts = options->image != NULL || options->inputs.count > 0;

	if (options->raw_in != NULL && has_parts)
		return apui_report_usage("--raw-in",
					 "it gives all inputs, so --input and "
					 "--image cannot be added");
	if ((options->has_mean || options->has_std) && options->image == NULL)
		return apui_report_usage("--mean and --std",
					 "they are for --image");
	if (options->std == 0)
		return apui_report_usage("--std", "it divides, so not 0");
	return APUI_DONE;
}

/* What --top and --labels want must be there before a long run. */
static int
prepare_ranking(struct apui_run *run)
{
	const struct apui_options *options = run->options;
	const struct apu_tensor *first = apu_model_output(run->runner.model, 0);
	int status;

	if (options->top == 0 && options->labels == NULL)
		return APUI_DONE;
	if (first == NULL)
		return apui_report_failure("--top", "leave it out",
					   "the model has no output");
	status = apui_ranking_count(first, &run->class_count);
	if (status != APUI_DONE || options->labels == NULL)
		return status;
	return apui_labels_read(options->labels, run->class_count,
				&run->labels);
}

static int
prepare(struct apui_run *run)
{
	const struct apui_options *options = run->options;
	uint64_t repeat = options->repeat != 0 ? options->repeat : 1;
	size_t time_count;
	int status;

	status = apui_runner_open(options, &run->runner);
	if (status != APUI_DONE)
		return status;
	status = apui_inputs_collect(run->runner.model, options, &run->inputs);
	if (status != APUI_DONE)
		return status;
	status = apui_outputs_init(run->runner.model, options,
				   run->inputs.inference_count, &run->outputs);
	if (status != APUI_DONE)
		return status;
	status = prepare_ranking(run);
	if (status != APUI_DONE)
		return status;

	if (__builtin_mul_overflow(repeat, run->inputs.inference_count,
				   &time_count))
		return apui_report_errno(EOVERFLOW, "count the runs");
	run->times_ns = calloc(time_count, sizeof(*run->times_ns));
	if (run->times_ns == NULL)
		return apui_report_errno(ENOMEM, "keep the times");
	return apui_runner_prepare(&run->runner, options);
}

/* The inputs stay where they are while an inference is repeated. */
static int
run_inference(struct apui_run *run, uint64_t number)
{
	uint64_t repeat = run->options->repeat != 0 ? run->options->repeat : 1;
	int status;

	status = apui_runner_write_inputs(&run->runner, &run->inputs, number);
	for (uint64_t i = 0; i < repeat && status == APUI_DONE; i++)
		status = apui_runner_run(&run->runner,
					 &run->times_ns[run->time_count++]);
	if (status != APUI_DONE)
		return status;
	return apui_runner_read_outputs(&run->runner,
					apui_outputs_at(&run->outputs, number));
}

static int
run_all(struct apui_run *run)
{
	uint64_t count = run->inputs.inference_count;
	int status = APUI_DONE;

	for (uint64_t i = 0; i < count && status == APUI_DONE; i++)
		status = run_inference(run, i);
	return status;
}

static void
finish(struct apui_run *run)
{
	free(run->times_ns);
	apui_labels_finish(&run->labels);
	apui_outputs_finish(&run->outputs);
	apui_inputs_finish(&run->inputs);
	apui_runner_finish(&run->runner);
}

int
apui_cmd_run(const struct apui_options *options)
{
	struct apui_run run = { .options = options };
	int status;

	status = check_usage(options);
	if (status != APUI_DONE)
		return status;

	status = prepare(&run);
	if (status == APUI_DONE)
		status = run_all(&run);
	if (status == APUI_DONE)
		status = apui_outputs_write(&run.outputs, run.runner.model,
					    options);
	if (status == APUI_DONE)
		status = apui_run_report(&run);
	finish(&run);
	return status;
}
