/* SPDX-License-Identifier: MIT */
#ifndef APUI_OPS_BUILD_H
#define APUI_OPS_BUILD_H

/* A one-operator model under construction: between ops_build.c, which knows
 * tensors, and ops_layers.c, which knows operators. */

#include "ops_cases.h"

#define OPS_MAX_TENSORS  4
#define OPS_MAX_OPTIONS  7
#define OPS_MAX_CHANNELS 64

/* What a tensor of the description points to. */
struct ops_store {
	struct ops_shape shape;
	float scales[OPS_MAX_CHANNELS];
	int64_t zero_points[OPS_MAX_CHANNELS];
	void *data;
};

struct ops_build {
	const struct ops_case *row;
	struct random random;
	struct tflite_tensor tensors[OPS_MAX_TENSORS];
	struct ops_store stores[OPS_MAX_TENSORS];
	uint32_t tensor_count;
	struct tflite_field options[OPS_MAX_OPTIONS];
	struct tflite_operator op;
	int32_t op_inputs[OPS_MAX_TENSORS];
	int32_t graph_inputs[OPS_MAX_INPUTS];
	uint32_t graph_input_count;
	int32_t output;
};

/* Bytes of an element. */
size_t
ops_type_size(enum tflite_type type);

uint32_t
ops_shape_count(const struct ops_shape *shape);

/* The number, or 1 when it is 0. */
int32_t
ops_or_1(int32_t value);

/* Least and greatest value of INT8 or UINT8. */
int32_t
ops_type_min(enum tflite_type type);
int32_t
ops_type_max(enum tflite_type type);

/* All return the tensor's number. */
int32_t
ops_add_tensor(struct ops_build *build, enum tflite_type type,
	       const struct ops_shape *shape, float scale, int64_t zero_point);

/* @data is malloc'd and becomes the build's. */
int32_t
ops_add_constant(struct ops_build *build, enum tflite_type type,
		 const struct ops_shape *shape, void *data);

/* A graph input and input of the operator; float32 has no quantisation. */
int32_t
ops_add_input(struct ops_build *build, enum tflite_type type,
	      const struct ops_shape *shape, float scale, int64_t zero_point);

/* The graph's and the operator's output. */
void
ops_add_output(struct ops_build *build, enum tflite_type type,
	       const struct ops_shape *shape, float scale, int64_t zero_point);

void
ops_add_operand(struct ops_build *build, int32_t tensor);

/* Fields of the operator's options table. */
void
ops_add_option(struct ops_build *build, struct tflite_field field);
void
ops_add_i8(struct ops_build *build, uint16_t id, int32_t value);
void
ops_add_i32(struct ops_build *build, uint16_t id, int32_t value);

/* Any value of the type. */
int64_t
ops_random_zero_point(struct ops_build *build, enum tflite_type type);

/* Within 32 steps of the middle, so that results seldom saturate. */
int64_t
ops_middle_zero_point(struct ops_build *build, enum tflite_type type);

/* ops_layers.c: fill in the build of a row of this operator. */
typedef void (*ops_layer_fn)(struct ops_build *build);

ops_layer_fn
ops_find_layer(enum tflite_builtin op);

/* ops_weighted.c */
void
ops_build_conv_2d(struct ops_build *build);
void
ops_build_depthwise_conv_2d(struct ops_build *build);
void
ops_build_fully_connected(struct ops_build *build);

/* Window arithmetic of the schema's paddings, also for pools. */
int32_t
ops_window_length(int32_t in, int32_t filter, int32_t stride, int32_t dilation,
		  enum tflite_padding padding);

#endif
