/* SPDX-License-Identifier: MIT */
#include "describe.h"
#include "ranking.h"
#include "report.h"
#include "run.h"
#include <inttypes.h>
#include <stdlib.h>

#define DEFAULT_TOP 5
#define NS_PER_MS   1e6

struct time_summary {
	double min_ms, median_ms, max_ms;
};

static int
compare_times(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return a < b ? -1 : a > b;
}

static struct time_summary
summarise_times(struct apui_run *run)
{
	size_t count = run->time_count;
	int64_t *times = run->times_ns;
	double low, high;

	qsort(times, count, sizeof(*times), compare_times);
	low = (double)times[(count - 1) / 2];
	high = (double)times[count / 2];
	return (struct time_summary) {
		.min_ms = (double)times[0] / NS_PER_MS,
		.median_ms = (low + high) / 2 / NS_PER_MS,
		.max_ms = (double)times[count - 1] / NS_PER_MS,
	};
}

static size_t
count_top(const struct apui_run *run)
{
	uint64_t wanted =
		run->options->top != 0 ? run->options->top : DEFAULT_TOP;

	return wanted < run->class_count ? (size_t)wanted : run->class_count;
}

/* A class without a name is called by its number. */
static void
print_class(FILE *out, const struct apui_run *run, size_t rank,
	    const struct apui_class *class)
{
	fprintf(out, "%zu  ", rank);
	if (run->labels.names != NULL)
		apui_report_name(out, run->labels.names[class->index]);
	else
		fprintf(out, "class %zu", class->index);
	fprintf(out, "  %.6g\n", class->score);
}

static struct json_object *
describe_class(const struct apui_run *run, size_t rank,
	       const struct apui_class *class)
{
	struct json_object *object = apui_json_object();

	apui_json_add_uint(object, "rank", rank);
	apui_json_add_uint(object, "class", class->index);
	if (run->labels.names != NULL)
		apui_json_add_text(object, "label",
				   run->labels.names[class->index]);
	apui_json_add_real(object, "score", class->score);
	return object;
}

/* The best classes of one inference: as text, or appended to @array. */
static int
report_classes(FILE *out, const struct apui_run *run, uint64_t number,
	       struct json_object *array)
{
	struct apui_class *classes;
	int status;

	status = apui_ranking_new(apu_model_output(run->runner.model, 0),
				  apui_outputs_at(&run->outputs, number),
				  run->class_count, &classes);
	if (status != APUI_DONE)
		return status;
	if (array == NULL && run->outputs.inference_count > 1)
		fprintf(out, "inference %" PRIu64 ":\n", number);
	for (size_t i = 0; i < count_top(run); i++) {
		if (array != NULL)
			apui_json_append(
				array, describe_class(run, i + 1, &classes[i]));
		else
			print_class(out, run, i + 1, &classes[i]);
	}
	free(classes);
	return APUI_DONE;
}

static void
print_files(FILE *out, const struct apui_run *run)
{
	for (size_t i = 0; i < run->outputs.file_count; i++) {
		fputs("wrote: ", out);
		apui_report_name(out, run->outputs.files[i].path);
		fprintf(out, ", %zu bytes\n", run->outputs.files[i].size_bytes);
	}
}

/* Somebody who asked for no output sees at least what there is. */
static void
print_unused_outputs(FILE *out, const struct apui_run *run)
{
	struct apui_side side = apui_side_outputs(run->runner.model);

	if (run->outputs.file_count > 0 || run->class_count > 0)
		return;
	fputs("outputs (see --raw-out, --output, --top):\n", out);
	for (unsigned int i = 0; i < side.count; i++)
		apui_describe_tensor(out, i, side.get(side.model, i));
}

static void
print_times(FILE *out, struct apui_run *run)
{
	struct time_summary times = summarise_times(run);

	if (run->time_count == 1)
		fprintf(out, "time: %.3f ms\n", times.min_ms);
	else
		fprintf(out,
			"time: %zu runs, min %.3f ms, median %.3f ms, "
			"max %.3f ms\n",
			run->time_count, times.min_ms, times.median_ms,
			times.max_ms);
}

static int
print_text(FILE *out, struct apui_run *run)
{
	int status = APUI_DONE;

	fputs("device: ", out);
	apui_report_name(out, apu_device_name(run->runner.dev));
	fputc('\n', out);
	if (run->inputs.has_image)
		apui_image_print_note(out, &run->inputs.image);
	for (uint64_t i = 0; i < run->outputs.inference_count &&
			     run->class_count > 0 && status == APUI_DONE;
	     i++)
		status = report_classes(out, run, i, NULL);
	print_unused_outputs(out, run);
	print_files(out, run);
	print_times(out, run);
	return status;
}

static struct json_object *
list_files(const struct apui_run *run)
{
	struct json_object *array = apui_json_array();

	for (size_t i = 0; i < run->outputs.file_count; i++) {
		struct json_object *object = apui_json_object();

		apui_json_add_text(object, "file", run->outputs.files[i].path);
		apui_json_add_uint(object, "bytes",
				   run->outputs.files[i].size_bytes);
		apui_json_append(array, object);
	}
	return array;
}

static struct json_object *
list_times(struct apui_run *run)
{
	struct time_summary times = summarise_times(run);
	struct json_object *object = apui_json_object();

	apui_json_add_uint(object, "runs", run->time_count);
	apui_json_add_real(object, "min_ms", times.min_ms);
	apui_json_add_real(object, "median_ms", times.median_ms);
	apui_json_add_real(object, "max_ms", times.max_ms);
	return object;
}

static struct json_object *
list_outputs(const struct apui_run *run)
{
	struct apui_side side = apui_side_outputs(run->runner.model);
	struct json_object *array = apui_json_array();

	for (unsigned int i = 0; i < side.count; i++)
		apui_json_append(array, apui_describe_tensor_json(
						i, side.get(side.model, i)));
	return array;
}

/* One array an inference; empty when nobody asked for classes. */
static int
list_classes(FILE *out, const struct apui_run *run, struct json_object *all)
{
	int status = APUI_DONE;

	for (uint64_t i = 0; i < run->outputs.inference_count &&
			     run->class_count > 0 && status == APUI_DONE;
	     i++) {
		struct json_object *array = apui_json_array();

		apui_json_append(all, array);
		status = report_classes(out, run, i, array);
	}
	return status;
}

static int
print_json(FILE *out, struct apui_run *run)
{
	struct json_object *object = apui_json_object();
	struct json_object *classes = apui_json_array();
	int status;

	apui_json_add_text(object, "model", run->options->model);
	apui_json_add_text(object, "device", apu_device_name(run->runner.dev));
	apui_json_add(object, "device_is_fallback",
		      apui_json_bool(run->runner.is_fallback));
	apui_json_add_uint(object, "inferences", run->outputs.inference_count);
	if (run->inputs.has_image)
		apui_json_add(object, "image",
			      apui_image_note_json(&run->inputs.image));
	apui_json_add(object, "outputs", list_outputs(run));
	apui_json_add(object, "classes", classes);
	apui_json_add(object, "files", list_files(run));
	apui_json_add(object, "time", list_times(run));

	status = list_classes(out, run, classes);
	if (status != APUI_DONE)
		json_object_put(object);
	else
		apui_json_print(out, object);
	return status;
}

int
apui_run_report(struct apui_run *run)
{
	FILE *out = apui_outputs_use_stdout(&run->outputs) ? stderr : stdout;

	/* Only now: a failure is one line, and nothing beside it. */
	if (run->runner.is_fallback)
		fputs("apu: no apu node found: using the simulator sim:\n",
		      stderr);
	return run->options->json ? print_json(out, run) : print_text(out, run);
}
