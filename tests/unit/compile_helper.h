/* SPDX-License-Identifier: MIT */
#ifndef APUI_COMPILE_HELPER_H
#define APUI_COMPILE_HELPER_H

/* From a graph made by hand to a program that has been checked. */

#include "graph_helper.h"
#include "model/compile.h"
#include "program_check.h"

static const struct apui_limits limits = {
	.max_file_bytes = UINT64_C(1) << 30,
	.max_arena_bytes = UINT64_C(1) << 30,
	.max_macs = UINT64_MAX,
	.max_tensors = 65536,
	.max_operators = 65536,
	/* Each operator as it is lowered; test-pass-*.c are for the others. */
	.disabled_passes = UINT32_MAX,
};

/* What the reader does last: work is computed, and shapes agree. */
static inline void
infer_all(struct graph_builder *b)
{
	for (uint32_t i = 0; i < b->graph.operator_count; i++) {
		struct apu_operator *op = &b->operators[i];
		const struct apu_tensor *y = &b->tensors[op->outputs[0]];
		struct apui_shape shapes[APUI_ROW_MAX_OUTPUTS] = {
			{ .rank = 0 }
		};

		assert_int_equal(op->row->infer(&b->graph, op, shapes), 0);
		assert_int_equal(shapes[0].rank, y->rank);
		assert_memory_equal(shapes[0].dims, y->dims,
				    y->rank * sizeof(y->dims[0]));
	}
}

static inline struct apui_program *
compile(struct graph_builder *b, struct program_view *view)
{
	struct apui_program *program = NULL;

	infer_all(b);
	assert_int_equal(apui_compile(&b->graph, &limits, &program), 0);
	check_program(program, view);
	return program;
}

/* x -> CONV_2D -> RESHAPE -> FULLY_CONNECTED -> SOFTMAX -> y, of @dtype. */
static inline void
build_network(struct graph_builder *b, enum apu_dtype dtype)
{
	struct apu_operator *op;

	builder_init(b);
	builder_tensor(b, dtype, DIMS(1, 8, 8, 2));         /* 0: x */
	builder_weights(b, dtype, DIMS(4, 3, 3, 2));        /* 1 */
	builder_weights(b, APU_DTYPE_INT32, DIMS(4));       /* 2 */
	builder_tensor(b, dtype, DIMS(1, 4, 4, 4));         /* 3 */
	builder_numbers(b, DIMS(2), (int32_t[]) { 1, -1 }); /* 4 */
	builder_tensor(b, dtype, DIMS(1, 64));              /* 5 */
	builder_weights(b, dtype, DIMS(10, 64));            /* 6 */
	builder_tensor(b, dtype, DIMS(1, 10));              /* 7 */
	builder_tensor(b, dtype, DIMS(1, 10));              /* 8: y */
	b->scales[2][0] = 0.25f;
	b->scales[8][0] = 1.0f / 256;
	b->zero_points[8][0] = dtype == APU_DTYPE_INT8 ? -128 : 0;

	op = builder_operator(b, APUI_BUILTIN_CONV_2D, 3,
			      (int32_t[]) { 0, 1, 2, 3 });
	builder_window(op, APUI_PADDING_SAME, 2, 0);
	op->options.window.activation = APUI_ACTIVATION_RELU6;
	builder_operator(b, APUI_BUILTIN_RESHAPE, 2, (int32_t[]) { 3, 4, 5 });
	builder_operator(b, APUI_BUILTIN_FULLY_CONNECTED, 3,
			 (int32_t[]) { 5, 6, -1, 7 });
	op = builder_operator(b, APUI_BUILTIN_SOFTMAX, 1, (int32_t[]) { 7, 8 });
	op->options.softmax.beta = 1;
	builder_input(b, 0);
	builder_output(b, 8);
}

#endif
