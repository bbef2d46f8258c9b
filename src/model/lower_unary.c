/* SPDX-License-Identifier: MIT */

/*
 * Operators of one input. Of 8 bits: a table that is worked out here. Of
 * float32: one of UNARY_FLOAT's functions. Of integers: what BINARY_INTEGER can
 * do with a constant.
 */

#include "model/blame.h"
#include "model/lookup.h"
#include "model/lower_common.h"
#include "model/operators.h"
#include "model/schema.h"
#include "model/shape_check.h"
#include <errno.h>
#include <math.h>
#include <string.h>

/* How to compute a builtin operator. */
struct unary {
	int32_t builtin;
	enum apui_unary function;
	float min, max;
	apui_lookup_fn *fill; /* NULL: not of 8 bits */
};

static const struct unary unaries[] = {
	{ APUI_BUILTIN_ABS, APUI_UNARY_ABS, 0, 0, apui_lookup_abs },
	{ APUI_BUILTIN_NEG, APUI_UNARY_NEG, 0, 0, NULL },
	{ APUI_BUILTIN_SQUARE, APUI_UNARY_SQUARE, 0, 0, NULL },
	{ APUI_BUILTIN_SQRT, APUI_UNARY_SQRT, 0, 0, NULL },
	{ APUI_BUILTIN_RSQRT, APUI_UNARY_RSQRT, 0, 0, apui_lookup_rsqrt },
	{ APUI_BUILTIN_EXP, APUI_UNARY_EXP, 0, 0, apui_lookup_exp },
	{ APUI_BUILTIN_LOG, APUI_UNARY_LOG, 0, 0, apui_lookup_log },
	{ APUI_BUILTIN_SIN, APUI_UNARY_SIN, 0, 0, NULL },
	{ APUI_BUILTIN_COS, APUI_UNARY_COS, 0, 0, NULL },
	{ APUI_BUILTIN_FLOOR, APUI_UNARY_FLOOR, 0, 0, NULL },
	{ APUI_BUILTIN_CEIL, APUI_UNARY_CEIL, 0, 0, NULL },
	{ APUI_BUILTIN_ROUND, APUI_UNARY_ROUND, 0, 0, NULL },
	{ APUI_BUILTIN_SIGN, APUI_UNARY_SIGN, 0, 0, NULL },
	{ APUI_BUILTIN_RELU, APUI_UNARY_CLAMP, 0, INFINITY, apui_lookup_relu },
	{ APUI_BUILTIN_RELU6, APUI_UNARY_CLAMP, 0, 6, apui_lookup_relu6 },
	{ APUI_BUILTIN_RELU_0_TO_1, APUI_UNARY_CLAMP, 0, 1,
	  apui_lookup_relu_0_to_1 },
	{ APUI_BUILTIN_RELU_N1_TO_1, APUI_UNARY_CLAMP, -1, 1,
	  apui_lookup_relu_n1_to_1 },
	{ APUI_BUILTIN_LOGISTIC, APUI_UNARY_LOGISTIC, 0, 0,
	  apui_lookup_logistic },
	{ APUI_BUILTIN_TANH, APUI_UNARY_TANH, 0, 0, apui_lookup_tanh },
	{ APUI_BUILTIN_ELU, APUI_UNARY_ELU, 0, 0, apui_lookup_elu },
	{ APUI_BUILTIN_GELU, APUI_UNARY_GELU, 0, 0, apui_lookup_gelu },
	{ APUI_BUILTIN_HARD_SWISH, APUI_UNARY_HARD_SWISH, 0, 0,
	  apui_lookup_hard_swish },
	{ APUI_BUILTIN_LEAKY_RELU, APUI_UNARY_LEAKY_RELU, 0, 0,
	  apui_lookup_leaky_relu },
};

static const struct unary gelu_tanh = { APUI_BUILTIN_GELU, APUI_UNARY_GELU_TANH,
					0, 0, apui_lookup_gelu_tanh };

static const struct unary *
find_unary(const struct apu_operator *op)
{
	if (op->row->builtin_code == APUI_BUILTIN_GELU &&
	    op->options.gelu.approximate)
		return &gelu_tanh;
	for (size_t i = 0; i < sizeof(unaries) / sizeof(unaries[0]); i++)
		if (unaries[i].builtin == op->row->builtin_code)
			return &unaries[i];
	return NULL;
}

/* As the reference checks it, to the last bit. */
static int
check_logistic(const struct apu_operator *op, const struct apu_tensor *y)
{
	float scale = apui_per_tensor_scale(y);

	if (op->row->builtin_code != APUI_BUILTIN_LOGISTIC ||
	    scale == 1.0f / 256)
		return 0;
	return apui_blame(-EINVAL, op, y,
			  "its output has scale %g, and must have 1/256",
			  (double)scale);
}

/* A table cannot fail where the reference does: at numbers below 0. */
static int
check_rsqrt(const struct apu_operator *op, const struct apu_tensor *x)
{
	int32_t zero_point = apui_per_tensor_zero_point(x);

	if (op->row->builtin_code != APUI_BUILTIN_RSQRT ||
	    zero_point == INT8_MIN)
		return 0;
	return apui_blame(
		-EOPNOTSUPP, op, x,
		"its input has zero point %d, and so may be negative: "
		"only -128 is supported",
		(int)zero_point);
}

static int
lower_8_bit(struct apui_lowering *lowering, const struct apu_operator *op,
	    const struct unary *unary)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	const struct apui_lookup lookup = {
		.dtype = x->dtype,
		.x_scale = apui_per_tensor_scale(x),
		.y_scale = apui_per_tensor_scale(y),
		.x_zero_point = apui_per_tensor_zero_point(x),
		.y_zero_point = apui_per_tensor_zero_point(y),
		.alpha = op->options.leaky_relu.alpha,
	};
	struct apui_lowered lowered;
	void *table = NULL;
	int ret;

	if (unary->fill == NULL)
		return apui_blame(-EOPNOTSUPP, op, x, "its input is %s",
				  apu_dtype_name(x->dtype));
	ret = check_logistic(op, y);
	if (ret == 0)
		ret = check_rsqrt(op, x);
	if (ret == 0)
		ret = apui_lowering_begin(lowering, op, APUI_OP_LOOKUP, 1,
					  &lowered);
	if (ret == 0)
		ret = apui_lower_constant(lowering, &lowered, y->dtype, 1,
					  APUI_LOOKUP_BYTES, &table);
	if (ret < 0)
		return ret;
	if (unary->fill(&lookup, table) < 0)
		return apui_refuse_scales(op, y);
	return apui_lowering_append(lowering, op, &lowered);
}

static int
lower_float(struct apui_lowering *lowering, const struct apu_operator *op,
	    const struct unary *unary)
{
	struct apui_lowered lowered;
	struct apui_unary_float_params *params = &lowered.params.unary_float;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_UNARY_FLOAT, 1,
				  &lowered);
	if (ret < 0)
		return ret;
	params->function = unary->function;
	params->min = unary->min;
	params->max = unary->max;
	if (unary->function == APUI_UNARY_LEAKY_RELU) {
		params->min = op->options.leaky_relu.alpha;
		params->max = op->options.leaky_relu.alpha;
	}
	return apui_lowering_append(lowering, op, &lowered);
}

/* Put @tensor and a constant 0 into @lowered, in the order that is asked for.
 */
static int
begin_with_zero(struct apui_lowering *lowering, const struct apu_operator *op,
		enum apui_binary function, struct apui_lowered *lowered)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	struct apui_binary_integer_params *params;
	void *zero = NULL;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_BINARY_INTEGER, 1,
				  lowered);
	if (ret == 0)
		ret = apui_lower_constant(lowering, lowered, x->dtype, 0, 1,
					  &zero);
	if (ret < 0)
		return ret;
	memset(zero, 0, apu_dtype_size_bytes(x->dtype));
	if (function == APUI_BINARY_SUB) {
		uint32_t swapped = lowered->inputs[0];

		lowered->inputs[0] = lowered->inputs[1];
		lowered->inputs[1] = swapped;
	}
	params = &lowered->params.binary_integer;
	params->function = function;
	params->act_min = INT64_MIN;
	params->act_max = INT64_MAX;
	return 0;
}

/* y = 0 - x; SIGN: the clamp of x + 0 to -1 and 1. */
static int
lower_integer(struct apui_lowering *lowering, const struct apu_operator *op,
	      const struct unary *unary)
{
	bool is_sign = unary->function == APUI_UNARY_SIGN;
	struct apui_lowered lowered;
	int ret;

	ret = begin_with_zero(lowering, op,
			      is_sign ? APUI_BINARY_ADD : APUI_BINARY_SUB,
			      &lowered);
	if (ret < 0)
		return ret;
	if (is_sign) {
		lowered.params.binary_integer.act_min = -1;
		lowered.params.binary_integer.act_max = 1;
	}
	return apui_lowering_append(lowering, op, &lowered);
}

/* y = max(x, 0 - x); what wraps in between wraps in the reference as well. */
static int
lower_integer_abs(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	struct apui_program_tensor record = {
		.type = (uint8_t)x->dtype,
		.rank = (uint8_t)x->rank,
		.size_bytes = (uint32_t)x->size_bytes,
	};
	struct apui_lowered negation, maximum;
	uint32_t x_index;
	int ret;

	ret = begin_with_zero(lowering, op, APUI_BINARY_SUB, &negation);
	if (ret < 0)
		return ret;
	maximum = negation;
	x_index = negation.inputs[1];
	memcpy(record.dims, x->dims, x->rank * sizeof(record.dims[0]));
	ret = apui_lowering_add_scratch(lowering, &record,
					&negation.outputs[0]);
	if (ret == 0)
		ret = apui_lowering_append(lowering, op, &negation);
	if (ret < 0)
		return ret;

	maximum.inputs[0] = x_index;
	maximum.inputs[1] = negation.outputs[0];
	maximum.params.binary_integer.function = APUI_BINARY_MAXIMUM;
	return apui_lowering_append(lowering, op, &maximum);
}

int
apui_lower_unary(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct unary *unary = find_unary(op);

	if (apui_is_8_bit(x))
		return lower_8_bit(lowering, op, unary);
	if (x->dtype == APU_DTYPE_FLOAT32)
		return lower_float(lowering, op, unary);
	if (x->dtype == APU_DTYPE_INT16 &&
	    (unary->function == APUI_UNARY_LOGISTIC ||
	     unary->function == APUI_UNARY_TANH))
		return apui_lower_sigmoid_int16(lowering, op);
	if (x->dtype == APU_DTYPE_INT16)
		return apui_lower_unary_int16(lowering, op);
	if (unary->function == APUI_UNARY_ABS)
		return lower_integer_abs(lowering, op);
	return lower_integer(lowering, op, unary);
}

int
apui_lower_logical_not(struct apui_lowering *lowering,
		       const struct apu_operator *op)
{
	struct apui_lowered lowered;
	void *table = NULL;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_LOOKUP, 1, &lowered);
	if (ret == 0)
		ret = apui_lower_constant(lowering, &lowered, APU_DTYPE_BOOL, 1,
					  APUI_LOOKUP_BYTES, &table);
	if (ret < 0)
		return ret;
	memset(table, 0, APUI_LOOKUP_BYTES);
	*(uint8_t *)table = 1;
	return apui_lowering_append(lowering, op, &lowered);
}

int
apui_lower_cast(struct apui_lowering *lowering, const struct apu_operator *op)
{
	struct apui_lowered lowered;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_CAST, 1, &lowered);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}
