/* SPDX-License-Identifier: MIT */
/*
 * REDUCE: the sum, mean, product, largest or smallest element over the
 * dimensions in `axes`; of bool, whether any or all are true. Integers wrap;
 * their mean is cut towards zero.
 */
#include "firmware/kernels/ref/element.h"
#include "firmware/kernels/ref/reduced.h"

#define FUNCTION_BIT(name) (1u << APUI_REDUCTION_##name)

/* What can be computed of a type: bits of enum apui_reduction. */
static uint32_t
find_functions(unsigned int type)
{
	switch (type) {
	case APUI_TYPE_INT8:
	case APUI_TYPE_UINT8:
	case APUI_TYPE_INT16:
		return FUNCTION_BIT(MAX) | FUNCTION_BIT(MIN);
	case APUI_TYPE_FLOAT32:
	case APUI_TYPE_INT32:
	case APUI_TYPE_INT64:
		return FUNCTION_BIT(SUM) | FUNCTION_BIT(MEAN) |
		       FUNCTION_BIT(MAX) | FUNCTION_BIT(MIN) |
		       FUNCTION_BIT(PROD);
	case APUI_TYPE_BOOL:
		return FUNCTION_BIT(ANY) | FUNCTION_BIT(ALL);
	default:
		return 0;
	}
}

static int
check_reduce(const struct apui_fw_call *call, struct apui_reduced *reduced)
{
	const struct apui_reduce_params *params = &call->params.reduce;
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (params->function > APUI_REDUCTION_ALL || x->type != y->type ||
	    (find_functions(x->type) >> params->function & 1) == 0 ||
	    !apui_reduced_init(x, params->axes, reduced) ||
	    (uint64_t)reduced->kept * apui_fw_type_bytes(y->type) !=
		    y->size_bytes)
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

static int64_t
fold_integer(uint32_t function, int64_t a, int64_t b)
{
	switch (function) {
	case APUI_REDUCTION_SUM:
	case APUI_REDUCTION_MEAN:
		return (int64_t)((uint64_t)a + (uint64_t)b);
	case APUI_REDUCTION_PROD:
		return (int64_t)((uint64_t)a * (uint64_t)b);
	case APUI_REDUCTION_MAX:
	case APUI_REDUCTION_ANY:
		return b > a ? b : a;
	default:
		return b < a ? b : a;
	}
}

static float
fold_float(uint32_t function, float a, float b)
{
	switch (function) {
	case APUI_REDUCTION_SUM:
	case APUI_REDUCTION_MEAN:
		return a + b;
	case APUI_REDUCTION_PROD:
		return a * b;
	case APUI_REDUCTION_MAX:
		return b > a ? b : a;
	default:
		return b < a ? b : a;
	}
}

/* One element of y: that of x at @first, folded with the others. */
struct fold {
	const struct apui_fw_call *call;
	const struct apui_reduced *reduced;
	uint64_t work;
};

static int
reduce_floats(struct fold *fold, size_t first, size_t to)
{
	const float *x = fold->call->inputs[0].data;
	uint32_t function = fold->call->params.reduce.function;
	float value = x[first];

	for (size_t i = 1; i < fold->reduced->count; i++) {
		if (apui_pace(fold->call, &fold->work, 0))
			return APUI_RESULT_ECANCELED;
		value = fold_float(
			function, value,
			x[first + apui_reduced_find(fold->reduced, i, 1)]);
	}
	if (function == APUI_REDUCTION_MEAN)
		value /= (float)fold->reduced->count;
	((float *)fold->call->outputs[0].data)[to] = value;
	return APUI_RESULT_OK;
}

static int
reduce_integers(struct fold *fold, size_t first, size_t to)
{
	const struct apui_fw_tensor *x = &fold->call->inputs[0];
	const struct apui_fw_tensor *y = &fold->call->outputs[0];
	uint32_t function = fold->call->params.reduce.function;
	int64_t value = apui_element_get(x->type, x->data, first);

	for (size_t i = 1; i < fold->reduced->count; i++) {
		size_t at = first + apui_reduced_find(fold->reduced, i, 1);

		if (apui_pace(fold->call, &fold->work, 0))
			return APUI_RESULT_ECANCELED;
		value = fold_integer(function, value,
				     apui_element_get(x->type, x->data, at));
	}
	if (function == APUI_REDUCTION_MEAN)
		value /= (int64_t)fold->reduced->count;
	apui_element_set(y->type, y->data, to, value);
	return APUI_RESULT_OK;
}

int
apui_kernel_reduce(const struct apui_fw_call *call)
{
	struct apui_reduced reduced;
	struct fold fold = { .call = call, .reduced = &reduced };
	int is_float = call->inputs[0].type == APUI_TYPE_FLOAT32;
	int ret;

	ret = check_reduce(call, &reduced);
	if (ret != APUI_RESULT_OK)
		return ret;

	for (size_t i = 0; i < reduced.kept; i++) {
		size_t first = apui_reduced_find(&reduced, i, 0);

		if (apui_pace(call, &fold.work, 0))
			return APUI_RESULT_ECANCELED;
		ret = is_float ? reduce_floats(&fold, first, i)
			       : reduce_integers(&fold, first, i);
		if (ret != APUI_RESULT_OK)
			return ret;
	}
	return APUI_RESULT_OK;
}
