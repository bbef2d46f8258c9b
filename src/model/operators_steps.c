/* SPDX-License-Identifier: MIT */

/* Numbers that fall into steps: buckets, and what training fakes of int8. */

#include "model/blame.h"
#include "model/lower_common.h"
#include "model/operator_table.h"
#include <errno.h>
#include <float.h>
#include <math.h>
#include <string.h>

#define BUCKETED                                                               \
	(TYPES_FLOAT32 | TYPES_INT32 | APUI_TYPE_BIT(APU_DTYPE_INT64) |        \
	 APUI_TYPE_BIT(APU_DTYPE_FLOAT64))

#define MAX_BOUNDARIES (1 << 20)

static void
copy_shape(const struct apu_tensor *x, struct apui_shape *out_shape)
{
	out_shape->rank = x->rank;
	memcpy(out_shape->dims, x->dims, x->rank * sizeof(x->dims[0]));
}

static int
infer_bucketize(const struct apui_graph *graph, struct apu_operator *op,
		struct apui_shape *out_shape)
{
	const float *boundaries = op->options.bucketize.boundaries;

	if (op->options.bucketize.count == 0)
		return apui_blame(-EINVAL, op, NULL, "it has no boundaries");
	/* Written so that what is no number is refused. */
	for (uint32_t i = 0; i < op->options.bucketize.count; i++)
		if (!(boundaries[i] <= INFINITY) ||
		    (i > 0 && boundaries[i] < boundaries[i - 1]))
			return apui_blame(-EINVAL, op, NULL,
					  "boundary %u is %g, behind %g", i,
					  (double)boundaries[i],
					  i > 0 ? (double)boundaries[i - 1]
						: (double)NAN);
	copy_shape(apui_graph_input(graph, op, 0), out_shape);
	return 0;
}

static int
lower_bucketize(struct apui_lowering *lowering, const struct apu_operator *op)
{
	uint32_t count = op->options.bucketize.count;
	struct apui_lowered lowered;
	void *boundaries;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_BUCKETIZE, 1, &lowered);
	if (ret == 0)
		ret = apui_lowering_add_vector(lowering, &lowered,
					       APUI_TYPE_FLOAT32, count,
					       &boundaries);
	if (ret < 0)
		return ret;
	memcpy(boundaries, op->options.bucketize.boundaries,
	       count * sizeof(float));
	return apui_lowering_append(lowering, op, &lowered);
}

static int
infer_fake_quant(const struct apui_graph *graph, struct apu_operator *op,
		 struct apui_shape *out_shape)
{
	float min = op->options.fake_quant.min,
	      max = op->options.fake_quant.max;

	if (!(min < max) || max - min > FLT_MAX)
		return apui_blame(-EINVAL, op, NULL, "its range is %g to %g",
				  (double)min, (double)max);
	copy_shape(apui_graph_input(graph, op, 0), out_shape);
	return 0;
}

/* The range, moved so that 0 is one of its steps. */
static void
nudge_range(const struct apu_operator *op,
	    struct apui_unary_float_params *params)
{
	float min = op->options.fake_quant.min,
	      max = op->options.fake_quant.max;
	float last = (float)((1 << op->options.fake_quant.bit_count) - 1);
	float step = (max - min) / last;
	float zero = -min / step;

	if (zero < 0)
		zero = 0;
	else if (zero > last)
		zero = last;
	else
		zero = roundf(zero);
	params->min = -zero * step;
	params->max = (last - zero) * step;
	params->step = step;
}

static int
lower_fake_quant(struct apui_lowering *lowering, const struct apu_operator *op)
{
	struct apui_lowered lowered;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_UNARY_FLOAT, 1,
				  &lowered);
	if (ret < 0)
		return ret;
	lowered.params.unary_float.function = APUI_UNARY_FAKE_QUANT;
	nudge_range(op, &lowered.params.unary_float);
	return apui_lowering_append(lowering, op, &lowered);
}

#define MAX_BITS 16

static const struct apui_option_field fake_quant_fields[] = {
	FIELD(0, APUI_FIELD_F32, fake_quant, min, 0, 0, 0, 0),
	FIELD(1, APUI_FIELD_F32, fake_quant, max, 0, 0, 0, 0),
	FIELD(2, APUI_FIELD_I32, fake_quant, bit_count, 2, MAX_BITS, MAX_BITS,
	      0),
	/* LiteRT refuses it, too: only weights have it. */
	FIELD(3, APUI_FIELD_I8, fake_quant, is_narrow, 0, 1, 0, 0),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field bucketize_fields[] = {
	{ .id = 0,
	  .type = APUI_FIELD_F32_VECTOR,
	  .offset = offsetof(union apui_operator_options, bucketize.boundaries),
	  .max = MAX_BOUNDARIES,
	  .name = "boundaries" },
	{ .type = APUI_FIELD_END },
};

static const struct apui_operator_row rows[] = {
	{
		.name = "FAKE_QUANT",
		.builtin_code = APUI_BUILTIN_FAKE_QUANT,
		.max_version = 2,
		.options_type = APUI_OPTIONS_FAKE_QUANT,
		.fields = fake_quant_fields,
		.keeps_rows = true,
		.min_inputs = 1,
		.max_inputs = 1,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { TENSOR(TYPES_FLOAT32, 0, MAX_RANK) },
		.output = TENSOR(TYPES_FLOAT32, 0, MAX_RANK),
		.infer = infer_fake_quant,
		.lower = lower_fake_quant,
	},
	{
		.name = "BUCKETIZE",
		.builtin_code = APUI_BUILTIN_BUCKETIZE,
		.max_version = 1,
		.options_type = APUI_OPTIONS_BUCKETIZE,
		.fields = bucketize_fields,
		.min_inputs = 1,
		.max_inputs = 1,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { TENSOR(BUCKETED, 0, MAX_RANK) },
		.output = TENSOR(TYPES_INT32, 0, MAX_RANK),
		.infer = infer_bucketize,
		.lower = lower_bucketize,
	},
};

const struct apui_operator_family apui_step_operators = {
	.rows = rows,
	.count = ROW_COUNT(rows),
};
