/* SPDX-License-Identifier: MIT */
#include "delegates/tflite/abi.h"
#include "delegates/tflite/graph_file.h"
#include "delegates/tflite/op_options.h"
#include <errno.h>
#include <stdlib.h>

/* One tensor of a graph, and whom to tell what is wrong with it. */
struct place {
	const struct tfl_context *context;
	int32_t index;
	struct apui_text *why;
};

static bool
is_constant(const struct tfl_tensor *tensor)
{
	return tensor->allocation_type == TFL_ALLOCATION_MMAP_RO;
}

static int
fail_tensor(const struct place *place, const char *what)
{
	apui_text_add(place->why, "tensor %d (%s) %s", place->index,
		      apui_tfl_tensor_name(place->context, place->index), what);
	return -EOPNOTSUPP;
}

/* Zero points are of 32 bits here and of 64 in the file. */
static int64_t *
widen(const struct tfl_ints *values)
{
	int64_t *wide = calloc((size_t)values->size, sizeof(*wide));

	for (int32_t i = 0; wide != NULL && i < values->size; i++)
		wide[i] = values->data[i];
	return wide;
}

static int
copy_quantisation(const struct place *place, struct tflite_tensor *out)
{
	const struct tfl_tensor *tensor =
		&place->context->tensors[place->index];
	const struct tfl_affine *affine = tensor->quantisation;
	int32_t count;

	if (tensor->quantisation_type == TFL_QUANTISATION_NONE)
		return 0;
	if (tensor->quantisation_type != TFL_QUANTISATION_AFFINE)
		return fail_tensor(place, "is quantised blockwise");
	if (affine == NULL || affine->scale == NULL ||
	    affine->zero_point == NULL || affine->zero_point->size <= 0)
		return 0;
	count = affine->zero_point->size;
	out->scales = apui_abi_floats(affine->scale, count);
	if (out->scales == NULL)
		return fail_tensor(place,
				   "has not as many scales as zero points");
	out->zero_points = widen(affine->zero_point);
	if (out->zero_points == NULL)
		return -ENOMEM;
	out->quant_count = (uint32_t)count;
	out->quantised_dimension = affine->quantised_dimension;
	return 0;
}

int
apui_tfl_copy_tensor(const struct tfl_context *context, int32_t index,
		     struct tflite_tensor *out, struct apui_text *why)
{
	const struct place place = { context, index, why };
	const struct tfl_tensor *tensor = &context->tensors[index];
	int type = apui_tfl_schema_type(tensor->type);

	if (type < 0)
		return fail_tensor(&place, "has an unknown element type");
	if (tensor->sparsity != NULL)
		return fail_tensor(&place, "is sparse");
	*out = (struct tflite_tensor) {
		.name = apui_tfl_tensor_name(context, index),
		.type = (enum tflite_type)type,
		.is_variable = tensor->is_variable,
	};
	if (tensor->dims != NULL && tensor->dims->size > 0) {
		out->dims = tensor->dims->data;
		out->rank = (uint32_t)tensor->dims->size;
	}
	if (is_constant(tensor) && tensor->data != NULL) {
		out->data = tensor->data;
		out->size_bytes = tensor->bytes;
	}
	return copy_quantisation(&place, out);
}
