/* SPDX-License-Identifier: MIT */
#ifndef APUI_GRAPH_H
#define APUI_GRAPH_H

/*
 * The graph: what the reader makes of a model file, checked once. Everything
 * behind it takes only this, never file bytes, so no index, size or divisor in
 * it needs another look:
 *
 * - every tensor index of an operator is in range, or -1 where the operator's
 *   row says optional; arity, types and ranks are the row's;
 * - a tensor that is read, or an output of the graph, is a constant, a graph
 *   input, or written by exactly one operator, and by an earlier one than any
 *   that reads it;
 * - every option is in the range its row gives, every divisor is > 0;
 * - every size fits its type: size_bytes is under 2 GiB even when an empty
 *   dimension counts as 1, and the constant's bytes match it;
 * - scales are finite and > 0, zero points are values of the type, per-channel
 *   counts match their dimension.
 *
 * Shapes are recomputed by src/model/shape.c and compared with the file's, as
 * the reader's last step.
 */

#include "model/pool.h"
#include <apu/model.h>
#include <apu/tensor.h>
#include <stdbool.h>

struct apu_custom_function;
struct apu_custom_registry;
struct apui_operator_row;

/*
 * What is kept from one inference to the next: a tensor that the file calls a
 * variable, or a resource variable, which operators reach by its name.
 */
struct apui_variable {
	uint32_t index; /* in the graph */
	enum apu_dtype dtype;
	unsigned int rank;
	int32_t dims[APU_TENSOR_MAX_RANK];
	uint64_t size_bytes;
	int32_t zero_point;
	/* Its first value: size_bytes bytes, borrowed as a constant's are, or,
	 * when NULL, this byte over and over. */
	const uint8_t *data;
	uint8_t fill;
};

/* One tensor of the file. The public, opaque type. */
struct apu_tensor {
	const char *name; /* "" when it has none */
	uint32_t index;   /* in the file */
	enum apu_dtype dtype;
	unsigned int rank;
	int32_t dims[APU_TENSOR_MAX_RANK]; /* >= 0; 1 beyond rank */
	uint64_t element_count;
	uint64_t size_bytes;
	bool is_constant;
	/* A constant, but not of the file: an operator's output that could be
	 * worked out while the file was read (pass_fold.c). */
	bool is_folded;
	/* The file does not tell its shape: it is the one infer found. */
	bool is_shaped;
	/* Bit i: the file leaves the length of dimension i open. */
	uint8_t open_dims;
	bool is_variable;
	/* Of a variable, and of a handle to one; else NULL. */
	const struct apui_variable *variable;
	/* A constant's size_bytes bytes, unaligned, in the caller's memory:
	 * valid until the compiler is done. NULL for others and when empty. */
	const uint8_t *data;
	/* Of an operator's output: what it is whatever the inputs' shapes, as
	 * an earlier compilation has found (keep.c). Else NULL. */
	const uint8_t *known;
	/* Quantisation; 0 pairs: none, 1: per tensor, else per channel. */
	unsigned int quant_count;
	unsigned int quant_axis;
	const float *scales;
	const int64_t *zero_points;
	int32_t producer; /* operator that writes it, or -1 */
	/* Its dimension rows_dim is a bound, what it is in fact depends on
	 * data: it is that of this tensor, which its operator counts (rows.h).
	 * Else NULL. */
	const struct apu_tensor *rows_of;
	unsigned int rows_dim;
	bool is_input; /* of the graph */
	bool is_output;
};

/* Fused activations, as the schema numbers them. */
enum apui_activation {
	APUI_ACTIVATION_NONE = 0,
	APUI_ACTIVATION_RELU = 1,
	APUI_ACTIVATION_RELU_N1_TO_1 = 2,
	APUI_ACTIVATION_RELU6 = 3,
	APUI_ACTIVATION_TANH = 4,
	APUI_ACTIVATION_SIGN_BIT = 5,
};

enum apui_padding {
	APUI_PADDING_SAME = 0,
	APUI_PADDING_VALID = 1,
};

/* Builtin options, parsed; which member counts is the row's to say. */
union apui_operator_options {
	/* CONV_2D, DEPTHWISE_CONV_2D, AVERAGE_POOL_2D, MAX_POOL_2D,
	 * TRANSPOSE_CONV, CONV_3D, CONV_3D_TRANSPOSE */
	struct {
		int32_t padding;              /* enum apui_padding */
		int32_t stride_d, dilation_d; /* of three dimensions */
		int32_t stride_w, stride_h;
		int32_t dilation_w, dilation_h; /* 1 in pools */
		int32_t filter_w, filter_h;     /* pools */
		int32_t depth_multiplier;       /* >= 1, and ignored */
		int32_t activation;
		/* Zeros around the input, of a PAD that is no more: not in a
		 * file, pass_pad.c sets it. */
		int32_t around_top, around_bottom;
		int32_t around_left, around_right;
	} window;
	struct {
		int32_t activation;
		int32_t weights_format; /* 0: default */
		int32_t keep_num_dims;
		int32_t asymmetric_quantize_inputs;
	} fully_connected;
	struct {
		int32_t adj_x, adj_y; /* transposed */
		int32_t asymmetric_quantize_inputs;
	} batch_matmul;
	struct {
		int32_t activation;
		/* ADD, SUB of int16: shift where scales are powers of two */
		int32_t pot_scale_int16;
	} add; /* SUB, MUL, DIV, too */
	struct {
		float alpha;
	} leaky_relu;
	struct {
		int32_t approximate;
	} gelu;
	struct {
		float beta;
	} softmax;
	struct {
		int32_t keep_dims;
	} mean;
	struct {
		const int32_t *new_shape; /* NULL: no such option */
		uint32_t count;
	} reshape;
	/* CONCATENATION, PACK, UNPACK, GATHER; those of SPLIT and SPLIT_V are
	 * inputs */
	struct {
		int32_t axis;
		int32_t count; /* of inputs or outputs */
		int32_t batch_dims;
		int32_t activation;
	} axis;
	struct {
		int32_t begin_mask, end_mask;
		int32_t ellipsis_mask, new_axis_mask, shrink_axis_mask;
		int32_t offset;
	} strided_slice;
	struct {
		const int32_t *squeeze_dims;
		uint32_t count;
	} squeeze;
	/* SPACE_TO_DEPTH, DEPTH_TO_SPACE */
	struct {
		int32_t block_size;
	} space_depth;
	struct {
		int32_t mode; /* 0: without the edge, 1: with it */
	} mirror_pad;
	/* RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR */
	struct {
		int32_t align_corners;
		int32_t half_pixel_centers;
	} resize;
	struct {
		int32_t is_exclusive, is_reverse;
	} cumsum;
	struct {
		int32_t axis, batch_axis;
	} reverse_sequence;
	struct {
		int32_t activation; /* NONE, or refused */
	} l2_norm;
	struct {
		int32_t radius;
		float bias, alpha, beta;
	} local_response;
	/* ARG_MAX, ARG_MIN */
	struct {
		int32_t output_type; /* of the schema */
	} arg;
	/* TFLite_Detection_PostProcess: each in its range */
	struct {
		float y_scale, x_scale, h_scale, w_scale;
		float score_threshold, overlap_threshold;
		int32_t class_count;
		int32_t max_detections;
		int32_t classes_per_detection;
		int32_t detections_per_class;
		int32_t is_regular;
	} detection;
	struct {
		int32_t rank; /* >= 1 */
		int32_t activation;
		int32_t asymmetric_quantize_inputs;
	} svdf;
	struct {
		int32_t activation;
		float cell_clip; /* 0: none */
		float projection_clip;
		int32_t time_major;
		int32_t asymmetric_quantize_inputs;
		int32_t diagonal_recurrent;
		int32_t merge_outputs; /* of both directions */
		int32_t kernel_type;   /* of LSTM; 0: the usual one */
	} lstm;
	struct {
		int32_t activation;
		int32_t time_major;
		int32_t asymmetric_quantize_inputs;
		int32_t merge_outputs;
	} rnn;
	/* In the graph's pool. */
	struct {
		const float *boundaries;
		uint32_t count;
	} bucketize;
	struct {
		const int64_t *before;
		uint32_t before_count;
		const int64_t *after;
		uint32_t after_count;
		const int64_t *between;
		uint32_t between_count;
	} hlo_pad;
	struct {
		float min, max;
		int32_t bit_count;
		int32_t is_narrow;
	} fake_quant;
	struct {
		int32_t combiner;
	} embedding_sparse;
	struct {
		int32_t function; /* enum apui_window_function */
	} reduce_window;
	struct {
		int32_t subgraph;
	} call_once;
	/* IF, and WHILE: the condition is first, the body second. */
	struct {
		int32_t subgraphs[2]; /* in the file */
		const struct apui_graph *graphs[2];
	} control;
	/* In the file's bytes, not terminated; NULL: no such option. */
	struct {
		const char *container;
		uint32_t container_length;
		const char *name;
		uint32_t name_length;
	} var_handle;
};

/* One operator of the file. The public, opaque type. */
struct apu_operator {
	const struct apui_operator_row *row; /* NULL: of a compiled file */
	const char *name;                    /* where row is NULL */
	uint32_t index; /* in the file, which is the order of execution */
	uint32_t version;
	const int32_t *inputs; /* tensor indices; -1: optional, left out */
	const int32_t *outputs;
	unsigned int input_count;
	unsigned int output_count;
	/* Tensors that describe how numbers inside are quantised; no bytes. */
	const int32_t *intermediates;
	unsigned int intermediate_count;
	union apui_operator_options options;
	/* Of a custom operator that the host runs: its function, borrowed from
	 * the graph's registry, and the options as the file has them, valid as
	 * a constant's bytes are. NULL in all others. */
	const struct apu_custom_function *function;
	const uint8_t *custom_options;
	uint32_t custom_option_bytes;
	uint64_t macs;
	uint32_t subgraph; /* of the file: 0 but in what IF and WHILE run */
	/* Not for the program: in the copy that passes work on (pass.h). */
	bool is_removed;
};

struct apui_graph {
	struct apui_pool pool; /* owns everything below */
	struct apu_tensor *tensors;
	uint32_t tensor_count;
	struct apu_operator *operators;
	uint32_t operator_count;
	const int32_t *inputs;
	uint32_t input_count;
	const int32_t *outputs;
	uint32_t output_count;
	struct apui_variable *variables; /* of all subgraphs, in subgraph 0 */
	uint32_t variable_count;
	uint32_t subgraph;  /* its number in the file */
	uint32_t depth;     /* the longest way to it from subgraph 0 */
	uint32_t position;  /* in the list of subgraph 0 */
	uint32_t run_count; /* while its depth is sought: by how many */
	bool is_ordered;
	struct apu_custom_registry *custom; /* held by subgraph 0, or NULL */
	/* Of subgraph 0: those that IF and WHILE reach from it, owned, callers
	 * before what they call. Each has been checked as this one has. */
	struct apui_graph **subgraphs;
	uint32_t subgraph_count;
	uint64_t weight_bytes; /* of the constants, as the file has them */
	uint64_t macs;
	bool is_kept;    /* its constants stay: it can be resized (keep.h) */
	bool is_resized; /* shapes are what infer finds, not the file's */
	/* Of a resized one: the program whose constants it shares. */
	const uint8_t *shared_blob;
	uint32_t shared_bytes;
};

/*
 * Limits, all of them set, and what else struct apu_model_options asks of the
 * reader and the compiler.
 */
struct apui_limits {
	uint64_t max_file_bytes;
	uint64_t max_arena_bytes;
	uint64_t max_macs;
	uint32_t max_tensors;
	uint32_t max_operators;
	uint32_t max_subgraphs;
	uint32_t max_subgraph_depth;
	uint64_t max_loop_iterations;
	/* Functions for custom operators, or NULL. Borrowed. */
	const struct apu_custom_registry *custom;
	uint32_t disabled_passes; /* bits of enum apu_pass */
	uint32_t target;          /* of program.h; 0: any */
};

/*
 * Read a .tflite file. @data is borrowed: constants point into it until the
 * caller lets it go. Returns 0, or -EBADMSG (structure), -EINVAL (meaning),
 * -EOPNOTSUPP (not supported), -EOVERFLOW, -E2BIG (limit), -ENOMEM, with the
 * operator, tensor and byte that are to blame in the error record.
 */
int
apui_graph_read(const uint8_t *data, size_t size_bytes,
		const struct apui_limits *limits,
		struct apui_graph **out_graph);

void
apui_graph_free(struct apui_graph *graph);

/* Number @index of @root, which is 0, and of its subgraphs, from 1 on. */
struct apui_graph *
apui_graph_at(struct apui_graph *root, uint32_t index);

/* IF or WHILE. */
bool
apui_operator_is_control(const struct apu_operator *op);

/* The tensor behind an operator's input or output; NULL when left out. */
const struct apu_tensor *
apui_graph_input(const struct apui_graph *graph, const struct apu_operator *op,
		 unsigned int index);
const struct apu_tensor *
apui_graph_output(const struct apui_graph *graph, const struct apu_operator *op,
		  unsigned int index);

#endif
