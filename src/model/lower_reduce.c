/* SPDX-License-Identifier: MIT */

/* MEAN, the other reductions, ARG_MAX and ARG_MIN. */

#include "model/blame.h"
#include "model/lower_common.h"
#include "model/operators.h"
#include "model/quantise.h"
#include "model/rows.h"
#include "model/schema.h"
#include "model/shape.h"
#include "model/shape_check.h"
#include <errno.h>
#include <math.h>

/* So many differences of 255, or int16 numbers, still add up in 32 bits. */
#define MAX_REDUCED    (1 << 23)
#define MAX_REDUCED_16 ((1 << 16) - 1)

/* An element, in the bytes that come first. */
union neutral {
	int64_t i64;
	float f32;
};

static int64_t
find_limit(enum apu_dtype dtype, bool is_least)
{
	unsigned int bits = 8 * (unsigned int)apu_dtype_size_bytes(dtype);
	int64_t greatest;

	if (dtype == APU_DTYPE_UINT8)
		return is_least ? 0 : UINT8_MAX;
	greatest = (int64_t)((UINT64_C(1) << (bits - 1)) - 1);
	return is_least ? -greatest - 1 : greatest;
}

static int
count_reduced(const struct apu_operator *op, const struct apu_tensor *x,
	      uint32_t axes, uint64_t *out_count)
{
	uint64_t most =
		x->dtype == APU_DTYPE_INT16 ? MAX_REDUCED_16 : MAX_REDUCED;

	if (x->element_count == 0)
		return apui_blame(-EOPNOTSUPP, op, x, "its input is empty");

	*out_count = 1;
	for (unsigned int i = 0; i < x->rank; i++) {
		if ((axes & (1u << i)) == 0)
			continue;
		/* At most 2^23 times 2^31: no overflow. */
		*out_count *= (uint64_t)x->dims[i];
		if (*out_count > most)
			return apui_blame(-EOPNOTSUPP, op, x,
					  "it adds up more than %llu elements "
					  "of %s",
					  (unsigned long long)most,
					  apu_dtype_name(x->dtype));
	}
	return 0;
}

/* What makes no difference to a reduction, in @dtype. */
static union neutral
find_neutral(enum apui_reduction function, enum apu_dtype dtype)
{
	bool is_least = function == APUI_REDUCTION_MAX;
	bool is_float = dtype == APU_DTYPE_FLOAT32;
	union neutral neutral = { .i64 = 0 };

	switch (function) {
	case APUI_REDUCTION_PROD:
	case APUI_REDUCTION_ALL:
		if (is_float)
			neutral.f32 = 1;
		else
			neutral.i64 = 1;
		break;
	case APUI_REDUCTION_MAX:
	case APUI_REDUCTION_MIN:
		if (is_float)
			neutral.f32 = is_least ? -INFINITY : INFINITY;
		else
			neutral.i64 = find_limit(dtype, is_least);
		break;
	default:
		break;
	}
	return neutral;
}

/* Rows that are not there in fact must not count. */
static int
fill_reduced_rows(struct apui_lowering *lowering, const struct apu_tensor *x,
		  struct apui_lowered *lowered)
{
	const struct apui_reduce_params *params = &lowered->params.reduce;
	union neutral neutral;

	if (x->rows_of == NULL || (params->axes >> x->rows_dim & 1) == 0)
		return 0;
	neutral = find_neutral((enum apui_reduction)params->function, x->dtype);
	return apui_lowering_fill_rows(lowering, x, &neutral,
				       &lowered->inputs[0]);
}

static bool
is_scaled(const struct apu_tensor *tensor)
{
	return apui_is_8_bit(tensor) || tensor->dtype == APU_DTYPE_INT16;
}

/*
 * SUM and MEAN of 8 and 16 bits. A sum is scaled as the mean of one element
 * would be.
 */
static int
lower_scaled(struct apui_lowering *lowering, const struct apu_operator *op,
	     bool is_mean)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_lowered lowered;
	struct apui_multiplier q;
	uint64_t count = 0;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_MEAN, 1, &lowered);
	if (ret < 0)
		return ret;
	ret = apui_reduced_axes(lowering->graph, op, &lowered.params.mean.axes);
	if (ret < 0)
		return ret;
	ret = count_reduced(op, x, lowered.params.mean.axes, &count);
	if (ret < 0)
		return ret;

	if (apui_quantise_mean(apui_per_tensor_scale(x),
			       apui_per_tensor_scale(y), is_mean ? count : 1,
			       &q) < 0)
		return apui_refuse_scales(op, y);
	lowered.params.mean.multiplier = q.multiplier;
	lowered.params.mean.shift = q.shift;
	return apui_lowering_append(lowering, op, &lowered);
}

/* Everything but sums and means of 8 and 16 bits. */
static int
lower_reduction(struct apui_lowering *lowering, const struct apu_operator *op,
		enum apui_reduction function)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	struct apui_lowered lowered;
	int ret;

	if (x->element_count == 0)
		return apui_blame(-EOPNOTSUPP, op, x, "its input is empty");
	ret = apui_lowering_begin(lowering, op, APUI_OP_REDUCE, 1, &lowered);
	if (ret == 0)
		ret = apui_reduced_axes(lowering->graph, op,
					&lowered.params.reduce.axes);
	if (ret < 0)
		return ret;
	lowered.params.reduce.function = function;
	ret = fill_reduced_rows(lowering, x, &lowered);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}

int
apui_lower_reduce(struct apui_lowering *lowering, const struct apu_operator *op)
{
	static const struct {
		int32_t builtin_code;
		enum apui_reduction function;
	} functions[] = {
		{ APUI_BUILTIN_SUM, APUI_REDUCTION_SUM },
		{ APUI_BUILTIN_REDUCE_PROD, APUI_REDUCTION_PROD },
		{ APUI_BUILTIN_REDUCE_MAX, APUI_REDUCTION_MAX },
		{ APUI_BUILTIN_REDUCE_MIN, APUI_REDUCTION_MIN },
		{ APUI_BUILTIN_REDUCE_ANY, APUI_REDUCTION_ANY },
		{ APUI_BUILTIN_REDUCE_ALL, APUI_REDUCTION_ALL },
	};
	unsigned int i = 0;

	if (op->row->builtin_code == APUI_BUILTIN_SUM &&
	    is_scaled(apui_graph_input(lowering->graph, op, 0)))
		return lower_scaled(lowering, op, false);
	while (functions[i].builtin_code != op->row->builtin_code)
		i++;
	return lower_reduction(lowering, op, functions[i].function);
}

int
apui_lower_arg(struct apui_lowering *lowering, const struct apu_operator *op)
{
	struct apui_lowered lowered;
	uint32_t axes = 0;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_ARG_MINMAX, 1,
				  &lowered);
	if (ret == 0)
		ret = apui_reduced_axes(lowering->graph, op, &axes);
	if (ret < 0)
		return ret;
	lowered.params.arg_minmax.axis = (uint32_t)__builtin_ctz(axes);
	lowered.params.arg_minmax.is_min =
		op->row->builtin_code == APUI_BUILTIN_ARG_MIN;
	return apui_lowering_append(lowering, op, &lowered);
}

int
apui_lower_topk(struct apui_lowering *lowering, const struct apu_operator *op)
{
	struct apui_lowered lowered;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_TOPK, 1, &lowered);
	if (ret == 0)
		ret = apui_lowering_tensor(
			lowering, apui_graph_output(lowering->graph, op, 1),
			&lowered.outputs[lowered.output_count++]);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}

int
apui_lower_local_response(struct apui_lowering *lowering,
			  const struct apu_operator *op)
{
	struct apui_local_response_params *params;
	struct apui_lowered lowered;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_LOCAL_RESPONSE, 1,
				  &lowered);
	if (ret < 0)
		return ret;
	params = &lowered.params.local_response;
	params->radius = op->options.local_response.radius;
	params->bias = op->options.local_response.bias;
	params->alpha = op->options.local_response.alpha;
	params->beta = op->options.local_response.beta;
	return apui_lowering_append(lowering, op, &lowered);
}

int
apui_lower_mean(struct apui_lowering *lowering, const struct apu_operator *op)
{
	if (is_scaled(apui_graph_input(lowering->graph, op, 0)))
		return lower_scaled(lowering, op, true);
	return lower_reduction(lowering, op, APUI_REDUCTION_MEAN);
}
