/* SPDX-License-Identifier: MIT */
#include "outputs.h"
#include "describe.h"
#include "report.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int
add_file(struct apui_outputs *outputs, const char *path, size_t size_bytes)
{
	for (size_t i = 0; i < outputs->file_count; i++)
		if (strcmp(outputs->files[i].path, path) == 0)
			return apui_report_usage("run",
						 "two outputs go to one file, "
						 "%s",
						 path);
	outputs->files[outputs->file_count++] = (struct apui_file) {
		.path = path,
		.size_bytes = size_bytes,
	};
	return APUI_DONE;
}

/* The inferences of one output, one after another. */
static int
add_column(struct apui_outputs *outputs, const struct apui_side *side,
	   const struct apui_binding *binding)
{
	size_t size_bytes;
	unsigned int index;
	uint8_t *column;
	int status;

	status = apui_side_find(side, binding->name, binding->name_bytes,
				&index);
	if (status != APUI_DONE)
		return status;

	/* No overflow: it is a part of data, whose size is known to fit. */
	size_bytes = apu_tensor_size_bytes(side->get(side->model, index)) *
		     (size_t)outputs->inference_count;
	status = add_file(outputs, binding->path, size_bytes);
	if (status != APUI_DONE)
		return status;
	column = malloc(size_bytes != 0 ? size_bytes : 1);
	if (column == NULL)
		return apui_report_errno(ENOMEM, "collect outputs");
	outputs->columns[outputs->file_count - 1] = column;
	outputs->files[outputs->file_count - 1].data = column;
	return APUI_DONE;
}

static int
add_files(struct apui_outputs *outputs, const struct apui_side *side,
	  const struct apui_options *options, size_t data_bytes)
{
	int status = APUI_DONE;

	if (options->raw_out != NULL) {
		status = add_file(outputs, options->raw_out, data_bytes);
		outputs->files[0].data = outputs->data;
	}
	for (unsigned int i = 0;
	     i < options->outputs.count && status == APUI_DONE; i++)
		status = add_column(outputs, side, &options->outputs.items[i]);
	return status;
}

int
apui_outputs_init(const struct apu_model *model,
		  const struct apui_options *options, uint64_t inference_count,
		  struct apui_outputs *out_outputs)
{
	struct apui_side side = apui_side_outputs(model);
	struct apui_outputs outputs = { .inference_count = inference_count };
	size_t data_bytes;
	int status;

	if (!apui_side_total_bytes(&side, &outputs.stride_bytes) ||
	    __builtin_mul_overflow(outputs.stride_bytes, inference_count,
				   &data_bytes))
		return apui_report_errno(EOVERFLOW, "add the outputs' sizes");
	outputs.data = malloc(data_bytes != 0 ? data_bytes : 1);
	if (outputs.data == NULL)
		return apui_report_errno(ENOMEM, "collect outputs");

	status = add_files(&outputs, &side, options, data_bytes);
	if (status != APUI_DONE) {
		apui_outputs_finish(&outputs);
		return status;
	}
	*out_outputs = outputs;
	return APUI_DONE;
}

uint8_t *
apui_outputs_at(const struct apui_outputs *outputs, uint64_t number)
{
	return outputs->data + (size_t)number * outputs->stride_bytes;
}

static void
fill_column(struct apui_outputs *outputs, const struct apui_side *side,
	    unsigned int index, uint8_t *column)
{
	size_t size_bytes =
		apu_tensor_size_bytes(side->get(side->model, index));
	size_t offset_bytes = 0;

	for (unsigned int i = 0; i < index; i++)
		offset_bytes +=
			apu_tensor_size_bytes(side->get(side->model, i));
	for (uint64_t n = 0; n < outputs->inference_count; n++)
		memcpy(column + (size_t)n * size_bytes,
		       apui_outputs_at(outputs, n) + offset_bytes, size_bytes);
}

int
apui_outputs_write(struct apui_outputs *outputs, const struct apu_model *model,
		   const struct apui_options *options)
{
	struct apui_side side = apui_side_outputs(model);
	size_t first = options->raw_out != NULL ? 1 : 0;
	unsigned int index;
	int status;

	for (unsigned int i = 0; i < options->outputs.count; i++) {
		const struct apui_binding *binding = &options->outputs.items[i];

		status = apui_side_find(&side, binding->name,
					binding->name_bytes, &index);
		if (status != APUI_DONE)
			return status;
		fill_column(outputs, &side, index, outputs->columns[first + i]);
	}
	return apui_files_write(outputs->files, outputs->file_count);
}

bool
apui_outputs_use_stdout(const struct apui_outputs *outputs)
{
	for (size_t i = 0; i < outputs->file_count; i++)
		if (apui_path_is_stdout(outputs->files[i].path))
			return true;
	return false;
}

void
apui_outputs_finish(struct apui_outputs *outputs)
{
	for (size_t i = 0; i < outputs->file_count; i++)
		free(outputs->columns[i]);
	free(outputs->data);
}
