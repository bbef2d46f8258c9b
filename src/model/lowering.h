/* SPDX-License-Identifier: MIT */
#ifndef APUI_LOWERING_H
#define APUI_LOWERING_H

/*
 * From the graph's operators to the program's. The lower functions of
 * operators.h are written with this: begin an operator, fill in parameters,
 * append vectors that the compiler computes, append the operator.
 */

#include "model/graph.h"
#include "model/program_writer.h"

/* The most tensors an operator of a program has. */
#define APUI_LOWERED_MAX_INPUTS  24
#define APUI_LOWERED_MAX_OUTPUTS 8

struct apui_lowering {
	const struct apui_graph *graph;
	struct apui_program_writer writer;
	uint32_t *
		program_tensors; /* of each tensor of the graph, or NO_TENSOR */
	uint64_t folded_bytes;   /* constants made by folding */
	uint32_t *program_variables; /* of each variable */
	uint32_t state_bytes;
};

/* An operator of the program in the making. */
struct apui_lowered {
	enum apui_op op;
	uint32_t inputs[APUI_LOWERED_MAX_INPUTS];
	uint16_t input_count;
	uint32_t outputs[APUI_LOWERED_MAX_OUTPUTS];
	uint16_t output_count;
	union apui_params params;
};

/*
 * All functions return 0, or -EINVAL, -EOPNOTSUPP, -E2BIG, -ENOMEM with the
 * reason.
 */

/*
 * Begin with the inputs and outputs of the graph: those of the program, in its
 * first tensors and in slots from APUI_SLOT_FIRST_IO on.
 */
int
apui_lowering_init(struct apui_lowering *lowering,
		   const struct apui_graph *graph);
void
apui_lowering_finish(struct apui_lowering *lowering);

/*
 * Begin an operator: the first @input_count inputs of @source, left-out ones as
 * APUI_NO_TENSOR, and its output 0. Parameters are 0. Where that is not what
 * the program's operator has, the caller puts the lists together with
 * apui_lowering_tensor() and apui_lowering_add_scratch().
 */
int
apui_lowering_begin(struct apui_lowering *lowering,
		    const struct apu_operator *source, enum apui_op op,
		    uint16_t input_count, struct apui_lowered *out_lowered);

/* The program's tensor for one of the graph's, made when first asked for. */
int
apui_lowering_tensor(struct apui_lowering *lowering,
		     const struct apu_tensor *tensor, uint32_t *out_index);

/* The program's tensor for a variable, in the state. */
int
apui_lowering_variable(struct apui_lowering *lowering,
		       const struct apui_variable *variable,
		       uint32_t *out_index);

/*
 * A tensor of the arena that no tensor of the graph stands for: @record less
 * its slot and offset. It is alive from the first operator that names it to the
 * last.
 */
int
apui_lowering_add_scratch(struct apui_lowering *lowering,
			  const struct apui_program_tensor *record,
			  uint32_t *out_index);

/*
 * Memory for a constant vector of @count elements, as one more input of
 * @lowered. @out_data is the caller's to fill, before the program is written.
 */
int
apui_lowering_add_vector(struct apui_lowering *lowering,
			 struct apui_lowered *lowered, uint8_t type,
			 uint32_t count, void **out_data);

/*
 * Constant folding: the output of an operator on constants becomes a constant
 * itself, and the operator is left out. Ask before: an output of the graph must
 * be written when the program runs, and the files that repeat their constants
 * without end are not to fill the memory.
 */
bool
apui_lowering_can_fold(const struct apui_lowering *lowering,
		       const struct apu_tensor *output);

/* @out_data, of output->size_bytes, is the caller's to fill. */
int
apui_lowering_fold(struct apui_lowering *lowering,
		   const struct apu_tensor *output, void **out_data);

int
apui_lowering_append(struct apui_lowering *lowering,
		     const struct apu_operator *source,
		     const struct apui_lowered *lowered);

/*
 * Behind the last operator: copy into each output of the graph what no operator
 * writes there, since it is an input, a constant, or another output as well.
 */
int
apui_lowering_append_copies(struct apui_lowering *lowering);

/*
 * Give the tensors of the arena their offsets. @out_bytes is the arena's size,
 * its header included.
 */
int
apui_lowering_plan_arena(struct apui_lowering *lowering, uint64_t max_bytes,
			 uint32_t *out_bytes);

#endif
