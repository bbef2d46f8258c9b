/* SPDX-License-Identifier: MIT */
#ifndef APUI_OPERATORS_H
#define APUI_OPERATORS_H

/*
 * The operator table: what each builtin operator accepts, as data. The reader
 * checks files against it, so that whole classes of hostile models are closed
 * in one place, and finds in it the two functions that know the operator:
 * infer (shape.c) and lower (lower_*.c).
 */

#include "model/graph.h"
#include <stddef.h>

struct apui_lowering;

/* Sets of element types: bit n stands for enum apu_dtype n. */
#define APUI_TYPE_BIT(dtype) (1u << (dtype))

/* Operands a row describes one by one, and the longest list of outputs. */
#define APUI_ROW_MAX_OPERANDS 24
#define APUI_ROW_MAX_OUTPUTS  64
/* The longest list of inputs, where all are alike. */
#define APUI_ROW_MAX_INPUTS 255

/* One field of the builtin options table of the schema. */
enum apui_field_type {
	APUI_FIELD_END = 0,
	APUI_FIELD_I8,  /* also the schema's bytes, enums and booleans */
	APUI_FIELD_I32, /* into int32_t, as is I8 */
	APUI_FIELD_F32,
	APUI_FIELD_I32_VECTOR, /* into {const int32_t *, uint32_t} */
};

/* No table has a field of this number: the option has its default. */
#define APUI_FIELD_ABSENT 0xffff

struct apui_option_field {
	uint16_t id; /* of the field in its flatbuffer table */
	enum apui_field_type type;
	uint16_t offset; /* in union apui_operator_options */
	/* Of I8 and I32; the count of I32_VECTOR. Outside: -EINVAL. */
	int32_t min, max;
	int32_t max_supported; /* between it and max: -EOPNOTSUPP */
	int32_t initial;  /* the schema's default, when the field is absent */
	const char *name; /* for the error */
};

struct apui_shape {
	int32_t dims[APU_TENSOR_MAX_RANK];
	unsigned int rank;
};

/* What one input or output may be. */
struct apui_operand {
	uint32_t types; /* APUI_TYPE_BIT()s */
	uint8_t min_rank, max_rank;
	bool optional; /* may be -1, or beyond the end of the list */
	bool constant; /* must be a constant: else -EOPNOTSUPP */
};

struct apui_operator_row {
	const char *name; /* the schema's */
	int32_t builtin_code;
	uint32_t max_version;  /* beyond: -EOPNOTSUPP */
	uint32_t options_type; /* the schema's BuiltinOptions number, or 0 */
	const struct apui_option_field *fields; /* ends with FIELD_END */
	uint8_t min_inputs, max_inputs; /* of the list, optional ones counted */
	uint8_t min_outputs, max_outputs;
	bool inputs_are_alike; /* inputs[0] stands for all of them */
	struct apui_operand inputs[APUI_ROW_MAX_OPERANDS];
	struct apui_operand output; /* each of them */
	/*
	 * Recompute the shape of each output from inputs and options, check
	 * that shapes, types and quantisations fit together, and set @op->macs.
	 * @out_shapes has op->output_count elements. -EINVAL, -EOPNOTSUPP,
	 * -EOVERFLOW with the reason.
	 */
	int (*infer)(const struct apui_graph *graph, struct apu_operator *op,
		     struct apui_shape *out_shapes);
	/* Append the operator to the program. As infer. */
	int (*lower)(struct apui_lowering *lowering,
		     const struct apu_operator *op);
};

/* The rows of related operators; a file each, all listed in operators.c. */
struct apui_operator_family {
	const struct apui_operator_row *rows;
	size_t count;
};

extern const struct apui_operator_family apui_window_operators;
extern const struct apui_operator_family apui_matrix_operators;
extern const struct apui_operator_family apui_arithmetic_operators;
extern const struct apui_operator_family apui_movement_operators;

/* Of an operator without options. */
extern const struct apui_option_field apui_no_fields[];

/* Input @index of @row, in a list that may be longer than the row. */
static inline const struct apui_operand *
apui_operator_operand(const struct apui_operator_row *row, unsigned int index)
{
	return &row->inputs[row->inputs_are_alike ? 0 : index];
}

/* Returns NULL for a builtin code without a row. */
const struct apui_operator_row *
apui_operator_row_find(int32_t builtin_code);

/* The schema's name of any builtin code, "unknown" beyond it. */
const char *
apui_builtin_name(int32_t builtin_code);

/* shape.c: one function for each way to compute a shape. */
int
apui_infer_conv_2d(const struct apui_graph *graph, struct apu_operator *op,
		   struct apui_shape *out_shape);
int
apui_infer_depthwise_conv_2d(const struct apui_graph *graph,
			     struct apu_operator *op,
			     struct apui_shape *out_shape);
int
apui_infer_fully_connected(const struct apui_graph *graph,
			   struct apu_operator *op,
			   struct apui_shape *out_shape);
int
apui_infer_pool_2d(const struct apui_graph *graph, struct apu_operator *op,
		   struct apui_shape *out_shape);
int
apui_infer_add(const struct apui_graph *graph, struct apu_operator *op,
	       struct apui_shape *out_shape);
int
apui_infer_reshape(const struct apui_graph *graph, struct apu_operator *op,
		   struct apui_shape *out_shape);
int
apui_infer_same_shape(const struct apui_graph *graph, struct apu_operator *op,
		      struct apui_shape *out_shape);
int
apui_infer_pad(const struct apui_graph *graph, struct apu_operator *op,
	       struct apui_shape *out_shape);
int
apui_infer_mean(const struct apui_graph *graph, struct apu_operator *op,
		struct apui_shape *out_shape);

/* lower_*.c: one function an operator. */
int
apui_lower_conv_2d(struct apui_lowering *lowering,
		   const struct apu_operator *op);
int
apui_lower_depthwise_conv_2d(struct apui_lowering *lowering,
			     const struct apu_operator *op);
int
apui_lower_fully_connected(struct apui_lowering *lowering,
			   const struct apu_operator *op);
int
apui_lower_average_pool_2d(struct apui_lowering *lowering,
			   const struct apu_operator *op);
int
apui_lower_max_pool_2d(struct apui_lowering *lowering,
		       const struct apu_operator *op);
int
apui_lower_add(struct apui_lowering *lowering, const struct apu_operator *op);
int
apui_lower_reshape(struct apui_lowering *lowering,
		   const struct apu_operator *op);
int
apui_lower_softmax(struct apui_lowering *lowering,
		   const struct apu_operator *op);
int
apui_lower_quantize(struct apui_lowering *lowering,
		    const struct apu_operator *op);
int
apui_lower_pad(struct apui_lowering *lowering, const struct apu_operator *op);
int
apui_lower_mean(struct apui_lowering *lowering, const struct apu_operator *op);

#endif
