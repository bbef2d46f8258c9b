/* SPDX-License-Identifier: MIT */
#include "inputs.h"
#include "describe.h"
#include "report.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static int
fail_size(const char *path, size_t size_bytes, const char *of_what,
	  size_t unit_bytes)
{
	char what[PATH_MAX + 16], what_to_do[64];

	snprintf(what, sizeof(what), "read %s", path);
	snprintf(what_to_do, sizeof(what_to_do),
		 "give 1 or more times %zu bytes", unit_bytes);
	return apui_report_failure(what, what_to_do,
				   "its %zu bytes are not a whole multiple of "
				   "the size of %s, %zu bytes",
				   size_bytes, of_what, unit_bytes);
}

/* How many inferences @size_bytes are enough for. */
static int
count_inferences(const char *path, size_t size_bytes, const char *of_what,
		 size_t unit_bytes, uint64_t *out_count)
{
	/* Tensors without elements: nothing to give, once. */
	if (unit_bytes == 0 && size_bytes == 0) {
		*out_count = 1;
		return APUI_DONE;
	}
	if (unit_bytes == 0 || size_bytes == 0 || size_bytes % unit_bytes != 0)
		return fail_size(path, size_bytes, of_what, unit_bytes);
	*out_count = size_bytes / unit_bytes;
	return APUI_DONE;
}

static int
collect_raw(const struct apui_side *side, const char *path,
	    struct apui_inputs *inputs)
{
	size_t total_bytes, offset_bytes = 0;
	int status;

	if (!apui_side_total_bytes(side, &total_bytes))
		return apui_report_errno(EOVERFLOW, "add the inputs' sizes");
	status = apui_bytes_read(path, &inputs->raw);
	if (status != APUI_DONE)
		return status;
	status = count_inferences(path, inputs->raw.size_bytes,
				  "the model's input", total_bytes,
				  &inputs->inference_count);
	if (status != APUI_DONE)
		return status;

	for (unsigned int i = 0; i < inputs->count; i++) {
		inputs->items[i].first = inputs->raw.data + offset_bytes;
		inputs->items[i].stride_bytes = total_bytes;
		offset_bytes +=
			apu_tensor_size_bytes(side->get(side->model, i));
	}
	return APUI_DONE;
}

/* All inputs must be given for the same number of inferences. */
static int
agree_on_count(struct apui_inputs *inputs, const char *path, uint64_t count)
{
	char what[PATH_MAX + 16];

	if (inputs->inference_count == 0)
		inputs->inference_count = count;
	if (inputs->inference_count == count)
		return APUI_DONE;
	snprintf(what, sizeof(what), "read %s", path);
	return apui_report_failure(
		what, "give all inputs the same number of times",
		"it is enough for %llu inferences, the inputs before it for "
		"%llu",
		(unsigned long long)count,
		(unsigned long long)inputs->inference_count);
}

static int
collect_binding(const struct apui_side *side,
		const struct apui_binding *binding, struct apui_inputs *inputs)
{
	struct apui_bytes bytes;
	struct apui_input *input;
	unsigned int index;
	uint64_t count = 0;
	int status;

	status = apui_side_find(side, binding->name, binding->name_bytes,
				&index);
	if (status != APUI_DONE)
		return status;
	input = &inputs->items[index];
	if (input->first != NULL)
		return apui_report_usage("--input", "input %u is given twice",
					 index);

	status = apui_bytes_read(binding->path, &bytes);
	if (status != APUI_DONE)
		return status;
	input->first = bytes.data;
	input->owned = bytes.data;
	input->stride_bytes =
		apu_tensor_size_bytes(side->get(side->model, index));
	status = count_inferences(binding->path, bytes.size_bytes, "this input",
				  input->stride_bytes, &count);
	if (status != APUI_DONE)
		return status;
	return agree_on_count(inputs, binding->path, count);
}

static int
collect_image(const struct apui_side *side, const struct apui_options *options,
	      struct apui_inputs *inputs)
{
	const struct apu_tensor *tensor = NULL;
	struct apui_input *input = NULL;
	int status;

	for (unsigned int i = 0; i < side->count && input == NULL; i++) {
		tensor = side->get(side->model, i);
		if (inputs->items[i].first == NULL && apui_image_fits(tensor))
			input = &inputs->items[i];
	}
	if (input == NULL)
		return apui_report_failure("--image", "use --raw-in or --input",
					   "the model has no input of shape "
					   "[1, H, W, 1 or 3] left for it");

	status =
		apui_image_read(options, tensor, &input->owned, &inputs->image);
	if (status != APUI_DONE)
		return status;
	inputs->has_image = true;
	input->first = input->owned;
	input->stride_bytes = apu_tensor_size_bytes(tensor);
	return agree_on_count(inputs, options->image, 1);
}

static int
check_all_given(const struct apui_side *side, const struct apui_inputs *inputs)
{
	char what[256];

	for (unsigned int i = 0; i < inputs->count; i++) {
		if (inputs->items[i].first != NULL)
			continue;
		snprintf(what, sizeof(what), "input %u %s", i,
			 apu_tensor_name(side->get(side->model, i)));
		return apui_report_failure(
			what, "add --raw-in, --input or --image",
			"the model wants it, and it was not given");
	}
	return APUI_DONE;
}

static int
collect(const struct apui_side *side, const struct apui_options *options,
	struct apui_inputs *inputs)
{
	int status = APUI_DONE;

	if (options->raw_in != NULL)
		return collect_raw(side, options->raw_in, inputs);
	for (unsigned int i = 0; i < options->inputs.count; i++) {
		status = collect_binding(side, &options->inputs.items[i],
					 inputs);
		if (status != APUI_DONE)
			return status;
	}
	if (options->image != NULL)
		status = collect_image(side, options, inputs);
	if (status != APUI_DONE)
		return status;
	return check_all_given(side, inputs);
}

int
apui_inputs_collect(const struct apu_model *model,
		    const struct apui_options *options,
		    struct apui_inputs *out_inputs)
{
	struct apui_side side = apui_side_inputs(model);
	struct apui_inputs inputs = { .count = side.count };
	int status;

	inputs.items = calloc((size_t)side.count + 1, sizeof(*inputs.items));
	if (inputs.items == NULL)
		return apui_report_errno(ENOMEM, "collect inputs");
	status = collect(&side, options, &inputs);
	if (status != APUI_DONE) {
		apui_inputs_finish(&inputs);
		return status;
	}

	/* A model without inputs can still run. */
	if (inputs.inference_count == 0)
		inputs.inference_count = 1;
	*out_inputs = inputs;
	return APUI_DONE;
}

void
apui_inputs_finish(struct apui_inputs *inputs)
{
	for (unsigned int i = 0; inputs->items != NULL && i < inputs->count;
	     i++)
		free(inputs->items[i].owned);
	free(inputs->items);
	free(inputs->raw.data);
}
