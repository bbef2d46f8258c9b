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
#define APUI_ROW_MAX_OPERANDS 48
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
	APUI_FIELD_TEXT,       /* into {const char *, uint32_t} */
	APUI_FIELD_F32_VECTOR, /* into {const float *, uint32_t} */
	APUI_FIELD_I64_VECTOR, /* into {const int64_t *, uint32_t} */
};

/* No table has a field of this number: the option has its default. */
#define APUI_FIELD_ABSENT 0xffff

struct apui_option_field {
	uint16_t id; /* of the field in its flatbuffer table */
	enum apui_field_type type;
	uint16_t offset; /* in union apui_operator_options */
	/* Of I8 and I32; the count of vectors. Outside: -EINVAL. */
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
	bool variable; /* must be a variable: else -EINVAL; others must not */
};

struct apui_operator_row {
	const char *name; /* the schema's */
	int32_t builtin_code;
	uint32_t max_version;  /* beyond: -EOPNOTSUPP */
	uint32_t options_type; /* the schema's BuiltinOptions number, or 0 */
	bool has_options_2;    /* the number is of BuiltinOptions2 */
	const struct apui_option_field *fields; /* ends with FIELD_END */
	/*
	 * Of a custom operator, whose builtin code is CUSTOM and whose name is
	 * its custom code: parse its options, @size_bytes at @data, which are
	 * not aligned. -EBADMSG, -EINVAL, -EOPNOTSUPP with the reason.
	 */
	int (*read_custom)(struct apu_operator *op, const uint8_t *data,
			   uint32_t size_bytes);
	/* Outputs that the file calls scalars have the shape that infer finds:
	 * writers do not know those of custom operators. */
	bool shapes_outputs;
	/* SHAPE and its like: the shapes of its inputs decide, no bytes do. */
	bool reads_shapes_only;
	/* How many rows its outputs have depends on data: their shapes are
	 * bounds, whatever the file says, and it sets the row count. */
	bool counts_rows;
	/* Each element of the output follows from the same element of input 0,
	 * so it may have rows that are not there in fact; rows.c has others
	 * that may. */
	bool keeps_rows;
	uint8_t min_inputs, max_inputs; /* of the list, optional ones counted */
	uint8_t min_outputs, max_outputs;
	uint8_t max_intermediates;
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
extern const struct apui_operator_family apui_elementwise_operators;
extern const struct apui_operator_family apui_movement_operators;

extern const struct apui_operator_family apui_state_operators;
extern const struct apui_operator_family apui_sequence_operators;
extern const struct apui_operator_family apui_image_operators;
extern const struct apui_operator_family apui_reduction_operators;
extern const struct apui_operator_family apui_shape_operators;
extern const struct apui_operator_family apui_detection_operators; /* custom */
extern const struct apui_operator_family apui_control_operators;
extern const struct apui_operator_family apui_misc_operators;
extern const struct apui_operator_family apui_scatter_operators;
extern const struct apui_operator_family apui_place_operators;
extern const struct apui_operator_family apui_fill_operators;
extern const struct apui_operator_family apui_embedding_operators;
extern const struct apui_operator_family apui_box_operators;
extern const struct apui_operator_family apui_step_operators;
extern const struct apui_operator_family apui_windowed_operators;
extern const struct apui_operator_family apui_hlo_operators;

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

/* Returns NULL for a custom code of @length bytes without a row. */
const struct apui_operator_row *
apui_operator_row_find_custom(const char *code, size_t length);

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
apui_infer_transpose_conv(const struct apui_graph *graph,
			  struct apu_operator *op,
			  struct apui_shape *out_shape);
int
apui_infer_conv_3d(const struct apui_graph *graph, struct apu_operator *op,
		   struct apui_shape *out_shape);
int
apui_infer_conv_3d_transpose(const struct apui_graph *graph,
			     struct apu_operator *op,
			     struct apui_shape *out_shape);
int
apui_infer_batch_matmul(const struct apui_graph *graph, struct apu_operator *op,
			struct apui_shape *out_shape);
int
apui_infer_pool_2d(const struct apui_graph *graph, struct apu_operator *op,
		   struct apui_shape *out_shape);
int
apui_infer_arithmetic(const struct apui_graph *graph, struct apu_operator *op,
		      struct apui_shape *out_shape);
int
apui_infer_binary(const struct apui_graph *graph, struct apu_operator *op,
		  struct apui_shape *out_shape);
int
apui_infer_cast(const struct apui_graph *graph, struct apu_operator *op,
		struct apui_shape *out_shape);
int
apui_infer_compare(const struct apui_graph *graph, struct apu_operator *op,
		   struct apui_shape *out_shape);
int
apui_infer_prelu(const struct apui_graph *graph, struct apu_operator *op,
		 struct apui_shape *out_shape);
int
apui_infer_select(const struct apui_graph *graph, struct apu_operator *op,
		  struct apui_shape *out_shape);
int
apui_infer_select_v2(const struct apui_graph *graph, struct apu_operator *op,
		     struct apui_shape *out_shape);
int
apui_infer_unary(const struct apui_graph *graph, struct apu_operator *op,
		 struct apui_shape *out_shape);
int
apui_infer_reshape(const struct apui_graph *graph, struct apu_operator *op,
		   struct apui_shape *out_shape);
int
apui_infer_densify(const struct apui_graph *graph, struct apu_operator *op,
		   struct apui_shape *out_shape);
int
apui_infer_same_shape(const struct apui_graph *graph, struct apu_operator *op,
		      struct apui_shape *out_shape);
int
apui_infer_quantize(const struct apui_graph *graph, struct apu_operator *op,
		    struct apui_shape *out_shape);
int
apui_infer_dequantize(const struct apui_graph *graph, struct apu_operator *op,
		      struct apui_shape *out_shape);
int
apui_infer_pad(const struct apui_graph *graph, struct apu_operator *op,
	       struct apui_shape *out_shape);
int
apui_infer_mean(const struct apui_graph *graph, struct apu_operator *op,
		struct apui_shape *out_shape);

/* shape_control.c */
int
apui_infer_if(const struct apui_graph *graph, struct apu_operator *op,
	      struct apui_shape *out_shape);
int
apui_infer_while(const struct apui_graph *graph, struct apu_operator *op,
		 struct apui_shape *out_shape);
int
apui_infer_host(const struct apui_graph *graph, struct apu_operator *op,
		struct apui_shape *out_shape);
int
apui_infer_where(const struct apui_graph *graph, struct apu_operator *op,
		 struct apui_shape *out_shape);

/* shape_image.c, shape_reduction.c, detection.c */
int
apui_infer_resize(const struct apui_graph *graph, struct apu_operator *op,
		  struct apui_shape *out_shape);
int
apui_infer_arg(const struct apui_graph *graph, struct apu_operator *op,
	       struct apui_shape *out_shape);
int
apui_infer_local_response(const struct apui_graph *graph,
			  struct apu_operator *op,
			  struct apui_shape *out_shape);
int
apui_infer_topk(const struct apui_graph *graph, struct apu_operator *op,
		struct apui_shape *out_shapes);
int
apui_infer_reduce_minmax(const struct apui_graph *graph,
			 struct apu_operator *op, struct apui_shape *out_shape);
int
apui_infer_detection(const struct apui_graph *graph, struct apu_operator *op,
		     struct apui_shape *out_shapes);

/* shape_movement.c, shape_slice.c, shape_rearrange.c */
int
apui_infer_concatenation(const struct apui_graph *graph,
			 struct apu_operator *op, struct apui_shape *out_shape);
int
apui_infer_split(const struct apui_graph *graph, struct apu_operator *op,
		 struct apui_shape *out_shape);
int
apui_infer_split_v(const struct apui_graph *graph, struct apu_operator *op,
		   struct apui_shape *out_shape);
int
apui_infer_pack(const struct apui_graph *graph, struct apu_operator *op,
		struct apui_shape *out_shape);
int
apui_infer_unpack(const struct apui_graph *graph, struct apu_operator *op,
		  struct apui_shape *out_shape);
int
apui_infer_expand_dims(const struct apui_graph *graph, struct apu_operator *op,
		       struct apui_shape *out_shape);
int
apui_infer_squeeze(const struct apui_graph *graph, struct apu_operator *op,
		   struct apui_shape *out_shape);
int
apui_infer_gather(const struct apui_graph *graph, struct apu_operator *op,
		  struct apui_shape *out_shape);
int
apui_infer_gather_nd(const struct apui_graph *graph, struct apu_operator *op,
		     struct apui_shape *out_shape);
int
apui_infer_strided_slice(const struct apui_graph *graph,
			 struct apu_operator *op, struct apui_shape *out_shape);
int
apui_infer_slice(const struct apui_graph *graph, struct apu_operator *op,
		 struct apui_shape *out_shape);
int
apui_infer_transpose(const struct apui_graph *graph, struct apu_operator *op,
		     struct apui_shape *out_shape);
int
apui_infer_reverse(const struct apui_graph *graph, struct apu_operator *op,
		   struct apui_shape *out_shape);
int
apui_infer_padv2(const struct apui_graph *graph, struct apu_operator *op,
		 struct apui_shape *out_shape);
int
apui_infer_mirror_pad(const struct apui_graph *graph, struct apu_operator *op,
		      struct apui_shape *out_shape);
int
apui_infer_tile(const struct apui_graph *graph, struct apu_operator *op,
		struct apui_shape *out_shape);
int
apui_infer_broadcast_to(const struct apui_graph *graph, struct apu_operator *op,
			struct apui_shape *out_shape);
int
apui_infer_space_to_depth(const struct apui_graph *graph,
			  struct apu_operator *op,
			  struct apui_shape *out_shape);
int
apui_infer_depth_to_space(const struct apui_graph *graph,
			  struct apu_operator *op,
			  struct apui_shape *out_shape);
int
apui_infer_space_to_batch(const struct apui_graph *graph,
			  struct apu_operator *op,
			  struct apui_shape *out_shape);
int
apui_infer_batch_to_space(const struct apui_graph *graph,
			  struct apu_operator *op,
			  struct apui_shape *out_shape);

/* shape_state.c */
int
apui_infer_call_once(const struct apui_graph *graph, struct apu_operator *op,
		     struct apui_shape *out_shape);
int
apui_infer_var_handle(const struct apui_graph *graph, struct apu_operator *op,
		      struct apui_shape *out_shape);
int
apui_infer_read_variable(const struct apui_graph *graph,
			 struct apu_operator *op, struct apui_shape *out_shape);
int
apui_infer_assign_variable(const struct apui_graph *graph,
			   struct apu_operator *op,
			   struct apui_shape *out_shape);
int
apui_infer_svdf(const struct apui_graph *graph, struct apu_operator *op,
		struct apui_shape *out_shape);
int
apui_infer_lstm(const struct apui_graph *graph, struct apu_operator *op,
		struct apui_shape *out_shapes);
int
apui_infer_rnn(const struct apui_graph *graph, struct apu_operator *op,
	       struct apui_shape *out_shapes);

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
apui_lower_transpose_conv(struct apui_lowering *lowering,
			  const struct apu_operator *op);
int
apui_lower_conv_3d(struct apui_lowering *lowering,
		   const struct apu_operator *op);
int
apui_lower_conv_3d_transpose(struct apui_lowering *lowering,
			     const struct apu_operator *op);
int
apui_lower_batch_matmul(struct apui_lowering *lowering,
			const struct apu_operator *op);
int
apui_lower_average_pool_2d(struct apui_lowering *lowering,
			   const struct apu_operator *op);
int
apui_lower_l2_pool_2d(struct apui_lowering *lowering,
		      const struct apu_operator *op);
int
apui_lower_max_pool_2d(struct apui_lowering *lowering,
		       const struct apu_operator *op);
int
apui_lower_add(struct apui_lowering *lowering, const struct apu_operator *op);
int
apui_lower_sub(struct apui_lowering *lowering, const struct apu_operator *op);
int
apui_lower_squared_difference(struct apui_lowering *lowering,
			      const struct apu_operator *op);
int
apui_lower_mul(struct apui_lowering *lowering, const struct apu_operator *op);
int
apui_lower_div(struct apui_lowering *lowering, const struct apu_operator *op);
int
apui_lower_binary(struct apui_lowering *lowering,
		  const struct apu_operator *op);
int
apui_lower_compare(struct apui_lowering *lowering,
		   const struct apu_operator *op);
int
apui_lower_prelu(struct apui_lowering *lowering, const struct apu_operator *op);
int
apui_lower_select(struct apui_lowering *lowering,
		  const struct apu_operator *op);
int
apui_lower_unary(struct apui_lowering *lowering, const struct apu_operator *op);
int
apui_lower_logical_not(struct apui_lowering *lowering,
		       const struct apu_operator *op);
int
apui_lower_cast(struct apui_lowering *lowering, const struct apu_operator *op);
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
apui_lower_dequantize(struct apui_lowering *lowering,
		      const struct apu_operator *op);
int
apui_lower_pad(struct apui_lowering *lowering, const struct apu_operator *op);
int
apui_lower_mean(struct apui_lowering *lowering, const struct apu_operator *op);

/* lower_image.c, lower_reduce.c, detection.c */
int
apui_lower_resize_bilinear(struct apui_lowering *lowering,
			   const struct apu_operator *op);
int
apui_lower_resize_nearest(struct apui_lowering *lowering,
			  const struct apu_operator *op);
int
apui_lower_arg(struct apui_lowering *lowering, const struct apu_operator *op);
int
apui_lower_reduce(struct apui_lowering *lowering,
		  const struct apu_operator *op);
int
apui_lower_topk(struct apui_lowering *lowering, const struct apu_operator *op);
int
apui_lower_l2_normalization(struct apui_lowering *lowering,
			    const struct apu_operator *op);
int
apui_lower_local_response(struct apui_lowering *lowering,
			  const struct apu_operator *op);
int
apui_lower_log_softmax(struct apui_lowering *lowering,
		       const struct apu_operator *op);
int
apui_lower_detection(struct apui_lowering *lowering,
		     const struct apu_operator *op);

/* lower_movement.c, lower_rearrange.c */
int
apui_lower_concatenation(struct apui_lowering *lowering,
			 const struct apu_operator *op);
int
apui_lower_split(struct apui_lowering *lowering, const struct apu_operator *op);
int
apui_lower_split_v(struct apui_lowering *lowering,
		   const struct apu_operator *op);
int
apui_lower_pack(struct apui_lowering *lowering, const struct apu_operator *op);
int
apui_lower_unpack(struct apui_lowering *lowering,
		  const struct apu_operator *op);
int
apui_lower_gather(struct apui_lowering *lowering,
		  const struct apu_operator *op);
int
apui_lower_gather_nd(struct apui_lowering *lowering,
		     const struct apu_operator *op);
int
apui_lower_strided_slice(struct apui_lowering *lowering,
			 const struct apu_operator *op);
int
apui_lower_slice(struct apui_lowering *lowering, const struct apu_operator *op);
int
apui_lower_transpose(struct apui_lowering *lowering,
		     const struct apu_operator *op);
int
apui_lower_reverse(struct apui_lowering *lowering,
		   const struct apu_operator *op);
int
apui_lower_padv2(struct apui_lowering *lowering, const struct apu_operator *op);
int
apui_lower_mirror_pad(struct apui_lowering *lowering,
		      const struct apu_operator *op);
int
apui_lower_tile(struct apui_lowering *lowering, const struct apu_operator *op);
int
apui_lower_broadcast_to(struct apui_lowering *lowering,
			const struct apu_operator *op);
int
apui_lower_space_to_depth(struct apui_lowering *lowering,
			  const struct apu_operator *op);
int
apui_lower_depth_to_space(struct apui_lowering *lowering,
			  const struct apu_operator *op);
int
apui_lower_space_to_batch(struct apui_lowering *lowering,
			  const struct apu_operator *op);
int
apui_lower_batch_to_space(struct apui_lowering *lowering,
			  const struct apu_operator *op);

/* lower_state.c */
/* lower_control.c, lower_where.c */
int
apui_lower_if(struct apui_lowering *lowering, const struct apu_operator *op);
int
apui_lower_while(struct apui_lowering *lowering, const struct apu_operator *op);
int
apui_lower_host(struct apui_lowering *lowering, const struct apu_operator *op);
int
apui_lower_where(struct apui_lowering *lowering, const struct apu_operator *op);
int
apui_lower_nothing(struct apui_lowering *lowering,
		   const struct apu_operator *op);
int
apui_lower_read_variable(struct apui_lowering *lowering,
			 const struct apu_operator *op);
int
apui_lower_assign_variable(struct apui_lowering *lowering,
			   const struct apu_operator *op);
int
apui_lower_svdf(struct apui_lowering *lowering, const struct apu_operator *op);
int
apui_lower_lstm(struct apui_lowering *lowering, const struct apu_operator *op);
int
apui_lower_rnn(struct apui_lowering *lowering, const struct apu_operator *op);

#endif
