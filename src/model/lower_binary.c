/* SPDX-License-Identifier: MIT */

/* Operators of two inputs or three, which broadcast to the output. */

#include "core/error.h"
#include "model/blame.h"
#include "model/lower_common.h"
#include "model/operators.h"
#include "model/quantise.h"
#include "model/schema.h"
#include "model/shape_check.h"
#include <errno.h>
#include <float.h>
#include <math.h>
#include <string.h>

/* How to compute a builtin operator. */
struct binary {
	int32_t builtin;
	enum apui_binary function;
};

static const struct binary binaries[] = {
	{ APUI_BUILTIN_ADD, APUI_BINARY_ADD },
	{ APUI_BUILTIN_SUB, APUI_BINARY_SUB },
	{ APUI_BUILTIN_MUL, APUI_BINARY_MUL },
	{ APUI_BUILTIN_DIV, APUI_BINARY_DIV },
	{ APUI_BUILTIN_FLOOR_DIV, APUI_BINARY_FLOOR_DIV },
	{ APUI_BUILTIN_FLOOR_MOD, APUI_BINARY_FLOOR_MOD },
	{ APUI_BUILTIN_MINIMUM, APUI_BINARY_MINIMUM },
	{ APUI_BUILTIN_MAXIMUM, APUI_BINARY_MAXIMUM },
	{ APUI_BUILTIN_SQUARED_DIFFERENCE, APUI_BINARY_SQUARED_DIFFERENCE },
	{ APUI_BUILTIN_POW, APUI_BINARY_POW },
	{ APUI_BUILTIN_LOGICAL_AND, APUI_BINARY_AND },
	{ APUI_BUILTIN_LOGICAL_OR, APUI_BINARY_OR },
	{ APUI_BUILTIN_BITWISE_XOR, APUI_BINARY_XOR },
	{ APUI_BUILTIN_RIGHT_SHIFT, APUI_BINARY_SHIFT_RIGHT },
	{ APUI_BUILTIN_ATAN2, APUI_BINARY_ATAN2 },
};

static const struct {
	int32_t builtin;
	enum apui_comparison function;
} comparisons[] = {
	{ APUI_BUILTIN_EQUAL, APUI_COMPARE_EQUAL },
	{ APUI_BUILTIN_NOT_EQUAL, APUI_COMPARE_NOT_EQUAL },
	{ APUI_BUILTIN_GREATER, APUI_COMPARE_GREATER },
	{ APUI_BUILTIN_GREATER_EQUAL, APUI_COMPARE_GREATER_EQUAL },
	{ APUI_BUILTIN_LESS, APUI_COMPARE_LESS },
	{ APUI_BUILTIN_LESS_EQUAL, APUI_COMPARE_LESS_EQUAL },
};

/*
 * The clamp of a fused activation that is not on a quantised output. Operators
 * that may have one never give infinities, as in the reference.
 */
static int
find_clamp(const struct apu_operator *op, float *out_min, float *out_max)
{
	float largest = op->row->fields == apui_no_fields ? INFINITY : FLT_MAX;

	switch (op->options.add.activation) {
	case APUI_ACTIVATION_NONE:
		*out_min = -largest;
		*out_max = largest;
		return 0;
	case APUI_ACTIVATION_RELU:
		*out_min = 0;
		*out_max = largest;
		return 0;
	case APUI_ACTIVATION_RELU6:
		*out_min = 0;
		*out_max = 6;
		return 0;
	case APUI_ACTIVATION_RELU_N1_TO_1:
		*out_min = -1;
		*out_max = 1;
		return 0;
	default:
		return apui_blame(-EOPNOTSUPP, op, NULL,
				  "its fused activation, number %d, does not "
				  "clamp",
				  op->options.add.activation);
	}
}

/* Without a quantised output: BINARY_FLOAT or BINARY_INTEGER. */
static int
lower_plain(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *a = apui_graph_input(lowering->graph, op, 0);
	bool is_float = a->dtype == APU_DTYPE_FLOAT32;
	struct apui_lowered lowered;
	uint32_t function = 0;
	float min = 0, max = 0;
	int ret;

	for (size_t i = 0; i < sizeof(binaries) / sizeof(binaries[0]); i++)
		if (binaries[i].builtin == op->row->builtin_code)
			function = binaries[i].function;
	ret = find_clamp(op, &min, &max);
	if (ret == 0)
		ret = apui_lowering_begin(lowering, op,
					  is_float ? APUI_OP_BINARY_FLOAT
						   : APUI_OP_BINARY_INTEGER,
					  2, &lowered);
	if (ret < 0)
		return ret;
	if (is_float)
		lowered.params.binary_float =
			(struct apui_binary_float_params) {
				.function = function,
				.act_min = min,
				.act_max = max,
			};
	else
		lowered.params.binary_integer =
			(struct apui_binary_integer_params) {
				.function = function,
				.act_min = min < -1 ? INT64_MIN : (int64_t)min,
				.act_max = max > 6 ? INT64_MAX : (int64_t)max,
			};
	return apui_lowering_append(lowering, op, &lowered);
}

/* int16 has no zero point here. */
static int
check_words(const struct apui_graph *graph, const struct apu_operator *op)
{
	const struct apu_tensor *tensors[] = {
		apui_graph_input(graph, op, 0),
		apui_graph_input(graph, op, 1),
		apui_graph_output(graph, op, 0),
	};
	int ret = 0;

	for (unsigned int i = 0; i < 3 && ret == 0; i++) {
		ret = apui_check_per_tensor(op, tensors[i]);
		if (ret == 0)
			ret = apui_check_wide_zero_point(op, tensors[i]);
	}
	return ret;
}

/* 8 bits, or 16. */
static bool
is_scaled(const struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *a = apui_graph_input(lowering->graph, op, 0);

	return apui_is_8_bit(a) || a->dtype == APU_DTYPE_INT16;
}

static int
refuse_sum(const struct apu_operator *op, float a, float b,
	   const struct apu_tensor *y)
{
	apui_blame(-EOPNOTSUPP, op, y,
		   "the scale of its output, %g, is over 500000 times "
		   "smaller than those of its inputs, %g and %g",
		   (double)apui_per_tensor_scale(y), (double)a, (double)b);
	apui_fail_remedy("quantise the model again, with data that "
			 "make the operator's output vary");
	return -EOPNOTSUPP;
}

/*
 * Where all scales are powers of two the reference shifts instead, unless the
 * model says that it shall not.
 */
static bool
is_shifted(const struct apu_operator *op, float a, float b, float out)
{
	return op->options.add.pot_scale_int16 != 0 &&
	       apui_quantise_is_power_of_two(a) &&
	       apui_quantise_is_power_of_two(b) &&
	       apui_quantise_is_power_of_two(out);
}

static int
fill_wide_sum(const struct apu_operator *op, float a, float b,
	      const struct apu_tensor *y, struct apui_add_params *params)
{
	float out = apui_per_tensor_scale(y);

	if (!is_shifted(op, a, b, out))
		return apui_quantise_add_16(a, b, out, params) == 0
			       ? 0
			       : refuse_sum(op, a, b, y);
	if (apui_quantise_add_shifted(a, b, out, params) == 0)
		return 0;
	apui_blame(-EOPNOTSUPP, op, y,
		   "its scales of 16 bits are powers of two, %g and %g to %g: "
		   "one of the first two must be the third, the other at most "
		   "2^15 times smaller",
		   (double)a, (double)b, (double)out);
	apui_fail_remedy("clear the option pot_scale_int16, or quantise the "
			 "model again");
	return -EOPNOTSUPP;
}

static int
lower_scaled_sum(struct apui_lowering *lowering, const struct apu_operator *op,
		 enum apui_op program_op)
{
	float a =
		apui_per_tensor_scale(apui_graph_input(lowering->graph, op, 0));
	float b =
		apui_per_tensor_scale(apui_graph_input(lowering->graph, op, 1));
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_lowered lowered;
	struct apui_add_params *params = &lowered.params.add;
	bool is_wide = y->dtype == APU_DTYPE_INT16;
	int ret = is_wide ? check_words(lowering->graph, op) : 0;

	if (ret == 0)
		ret = apui_lowering_begin(lowering, op, program_op, 2,
					  &lowered);
	if (ret < 0)
		return ret;
	if (is_wide)
		ret = fill_wide_sum(op, a, b, y, params);
	else if (apui_quantise_add(a, b, apui_per_tensor_scale(y), params) < 0)
		ret = refuse_sum(op, a, b, y);
	if (ret == 0)
		ret = apui_lower_activation(op, op->options.add.activation, y,
					    &params->act_min, &params->act_max);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}

int
apui_lower_add(struct apui_lowering *lowering, const struct apu_operator *op)
{
	if (is_scaled(lowering, op))
		return lower_scaled_sum(lowering, op, APUI_OP_ADD);
	return lower_plain(lowering, op);
}

int
apui_lower_sub(struct apui_lowering *lowering, const struct apu_operator *op)
{
	if (is_scaled(lowering, op))
		return lower_scaled_sum(lowering, op, APUI_OP_SUB);
	return lower_plain(lowering, op);
}

/* MUL and DIV of 8 bits. Scales are multiplied as float32. */
static int
lower_8_bit_product(struct apui_lowering *lowering,
		    const struct apu_operator *op, enum apui_op program_op)
{
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	float a =
		apui_per_tensor_scale(apui_graph_input(lowering->graph, op, 0));
	float b =
		apui_per_tensor_scale(apui_graph_input(lowering->graph, op, 1));
	float out = apui_per_tensor_scale(y);
	float product = program_op == APUI_OP_MUL ? a * b : a;
	float scale = program_op == APUI_OP_MUL ? product / out : a / (b * out);
	struct apui_lowered lowered;
	struct apui_product_params *params = &lowered.params.product;
	struct apui_multiplier q;
	int ret = y->dtype == APU_DTYPE_INT16 ? check_words(lowering->graph, op)
					      : 0;

	if (ret < 0)
		return ret;
	ret = apui_lowering_begin(lowering, op, program_op, 2, &lowered);
	if (ret < 0)
		return ret;
	if (apui_quantise_multiplier((double)scale, &q) < 0)
		return apui_refuse_scales(op, y);
	params->multiplier = q.multiplier;
	params->shift = q.shift;
	ret = apui_lower_activation(op, op->options.add.activation, y,
				    &params->act_min, &params->act_max);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}

int
apui_lower_mul(struct apui_lowering *lowering, const struct apu_operator *op)
{
	if (is_scaled(lowering, op))
		return lower_8_bit_product(lowering, op, APUI_OP_MUL);
	return lower_plain(lowering, op);
}

int
apui_lower_div(struct apui_lowering *lowering, const struct apu_operator *op)
{
	if (apui_is_8_bit(apui_graph_input(lowering->graph, op, 0)))
		return lower_8_bit_product(lowering, op, APUI_OP_DIV);
	return lower_plain(lowering, op);
}

int
apui_lower_squared_difference(struct apui_lowering *lowering,
			      const struct apu_operator *op)
{
	const struct apu_tensor *a = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *b = apui_graph_input(lowering->graph, op, 1);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_lowered lowered;
	struct apui_add_params *params = &lowered.params.add;
	int ret;

	if (!apui_is_8_bit(a))
		return lower_plain(lowering, op);
	ret = apui_lowering_begin(lowering, op, APUI_OP_SQUARED_DIFFERENCE, 2,
				  &lowered);
	if (ret < 0)
		return ret;
	if (apui_quantise_squared_difference(
		    apui_per_tensor_scale(a), apui_per_tensor_scale(b),
		    apui_per_tensor_scale(y), params) < 0)
		return apui_refuse_scales(op, y);
	ret = apui_lower_activation(op, APUI_ACTIVATION_NONE, y,
				    &params->act_min, &params->act_max);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}

/* Operators without a fused activation, whose 8 bits are compared as stored. */
int
apui_lower_binary(struct apui_lowering *lowering, const struct apu_operator *op)
{
	return lower_plain(lowering, op);
}

static int
scale_comparison(const struct apu_operator *op, const struct apu_tensor *tensor,
		 int32_t *multiplier, int32_t *shift)
{
	struct apui_multiplier q;

	if (apui_quantise_multiplier((double)apui_per_tensor_scale(tensor),
				     &q) < 0)
		return apui_refuse_scales(op, tensor);
	*multiplier = q.multiplier;
	*shift = q.shift;
	return 0;
}

/* The reference orders int16 as it is stored, and scales it for equality. */
static bool
compares_scaled(const struct apu_operator *op, const struct apu_tensor *a)
{
	return apui_is_8_bit(a) ||
	       (a->dtype == APU_DTYPE_INT16 &&
		(op->row->builtin_code == APUI_BUILTIN_EQUAL ||
		 op->row->builtin_code == APUI_BUILTIN_NOT_EQUAL));
}

/* Both have a scale, and int16 no zero point. */
static int
check_compared(const struct apu_operator *op, const struct apu_tensor *tensor)
{
	int ret = apui_check_per_tensor(op, tensor);

	return ret == 0 ? apui_check_wide_zero_point(op, tensor) : ret;
}

int
apui_lower_compare(struct apui_lowering *lowering,
		   const struct apu_operator *op)
{
	const struct apu_tensor *a = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *b = apui_graph_input(lowering->graph, op, 1);
	struct apui_lowered lowered;
	struct apui_compare_params *params = &lowered.params.compare;
	int ret = 0;

	if (a->dtype == APU_DTYPE_INT16) {
		ret = check_compared(op, a);
		if (ret == 0)
			ret = check_compared(op, b);
	}
	if (ret == 0)
		ret = apui_lowering_begin(lowering, op, APUI_OP_COMPARE, 2,
					  &lowered);
	if (ret < 0)
		return ret;
	for (size_t i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]);
	     i++)
		if (comparisons[i].builtin == op->row->builtin_code)
			params->function = comparisons[i].function;
	if (compares_scaled(op, a)) {
		params->left_shift = 8;
		ret = scale_comparison(op, a, &params->a_multiplier,
				       &params->a_shift);
		if (ret == 0)
			ret = scale_comparison(op, b, &params->b_multiplier,
					       &params->b_shift);
		if (ret < 0)
			return ret;
	}
	return apui_lowering_append(lowering, op, &lowered);
}

int
apui_lower_prelu(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *alpha =
		apui_graph_input(lowering->graph, op, 1);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_lowered lowered;
	struct apui_prelu_params *params = &lowered.params.prelu;
	struct apui_multiplier identity, slope;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_PRELU, 2, &lowered);
	if (ret < 0)
		return ret;
	if (apui_is_8_bit(x)) {
		float x_scale = apui_per_tensor_scale(x);
		float y_scale = apui_per_tensor_scale(y);
		float product = x_scale * apui_per_tensor_scale(alpha);

		if (apui_quantise_multiplier((double)(x_scale / y_scale),
					     &identity) < 0 ||
		    apui_quantise_multiplier((double)(product / y_scale),
					     &slope) < 0)
			return apui_refuse_scales(op, y);
		params->multiplier = identity.multiplier;
		params->shift = identity.shift;
		params->alpha_multiplier = slope.multiplier;
		params->alpha_shift = slope.shift;
	}
	return apui_lowering_append(lowering, op, &lowered);
}

/* A vector that chooses rows: the same bytes, as a column. */
static int
stand_up(struct apui_lowering *lowering, const struct apu_operator *op,
	 unsigned int rank, uint32_t *index)
{
	const struct apu_tensor *condition =
		apui_graph_input(lowering->graph, op, 0);
	struct apui_program_tensor record = {
		.type = (uint8_t)condition->dtype,
		.rank = (uint8_t)rank,
		.size_bytes = (uint32_t)condition->size_bytes,
	};
	struct apui_lowered copy = {
		.op = APUI_OP_COPY,
		.inputs = { *index },
		.input_count = 1,
		.output_count = 1,
	};
	int ret;

	for (unsigned int i = 0; i < rank; i++)
		record.dims[i] = i == 0 ? condition->dims[0] : 1;
	ret = apui_lowering_add_scratch(lowering, &record, index);
	if (ret < 0)
		return ret;
	copy.outputs[0] = *index;
	return apui_lowering_append(lowering, op, &copy);
}

int
apui_lower_select(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *condition =
		apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_lowered lowered;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_SELECT, 3, &lowered);
	if (ret < 0)
		return ret;
	if (op->row->builtin_code == APUI_BUILTIN_SELECT &&
	    condition->rank == 1 && y->rank > 1) {
		ret = stand_up(lowering, op, y->rank, &lowered.inputs[0]);
		if (ret < 0)
			return ret;
	}
	return apui_lowering_append(lowering, op, &lowered);
}
