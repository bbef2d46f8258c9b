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
#define APUI_LOWERED_MAX_INPUTS  28
#define APUI_LOWERED_MAX_OUTPUTS 8

/* A tensor's own, its count of rows and its mask of them. */
#define APUI_INDICES_OF_TENSOR 3

struct apui_lowering {
	const struct apui_graph *graph;
	struct apui_program_writer writer;
	/* Of each tensor of the graph, or NO_TENSOR; behind them, as many
	 * counts of rows, and as many masks of them. */
	uint32_t *program_tensors;
	uint32_t *program_variables; /* of each variable */
	uint32_t state_bytes;
	/* Of each tensor of the program, the one of the arena whose bytes it
	 * has as well, or itself (pass_inplace.c); NULL: each its own. */
	uint32_t *homes;
	/* lower_control.c: the subgraphs in hand, each run by the one before;
	 * graph and program_tensors above are the last one's. */
	struct apui_lowering_frame *frames;
	size_t frame_count, frame_capacity;
	struct apui_loop *loops; /* by first operator */
	size_t loop_count, loop_capacity;
	/* What inlining may still add. */
	uint64_t tensors_left, operators_left;
};

#define APUI_NO_LOOP UINT32_MAX

/* Operators @first to @last of the program run any number of times. */
struct apui_loop {
	uint32_t first, last;
	uint32_t parent; /* the loop around it, or NO_LOOP */
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
 * IF and WHILE: lower what their subgraphs hold, until none is in hand. Call it
 * when an operator has been lowered.
 */
int
apui_lowering_run_subgraphs(struct apui_lowering *lowering);

/*
 * The rows of @tensor, of its first dimension, are only as many as the int32 in
 * the program's tensor @count says, and as are true in its tensor @mask.
 */
void
apui_lowering_set_rows(struct apui_lowering *lowering,
		       const struct apu_tensor *tensor, uint32_t count,
		       uint32_t mask);
/* What was set for @tensor, of the graph in hand: APUI_NO_TENSOR if nothing. */
uint32_t
apui_lowering_row_count(const struct apui_lowering *lowering,
			const struct apu_tensor *tensor);
uint32_t
apui_lowering_row_mask(const struct apui_lowering *lowering,
		       const struct apu_tensor *tensor);
/* The program tells the rows of its outputs, as its last operators. */
int
apui_lowering_append_row_counts(struct apui_lowering *lowering);

/* Free what they have left behind. */
void
apui_lowering_finish_control(struct apui_lowering *lowering);

/* An operator's number in the file: of its IF or WHILE in subgraph 0. */
uint32_t
apui_lowering_source(const struct apui_lowering *lowering,
		     const struct apu_operator *source);

/*
 * When the bytes of a tensor of the program are needed: from operator @first to
 * @last, which name it, or which end a loop that reads it each time. Nothing
 * that is first named in a loop lives on in the next round.
 */
struct apui_lifetime {
	uint32_t first; /* UINT32_MAX: by none */
	uint32_t last;
};

/* Fill @out_lifetimes, one for each tensor of the program. */
void
apui_lowering_find_lifetimes(const struct apui_lowering *lowering,
			     struct apui_lifetime *out_lifetimes);

/*
 * Give the tensors of the arena their offsets. @out_bytes is the arena's size,
 * its header included, @out_bound_bytes what it cannot be below.
 */
int
apui_lowering_plan_arena(struct apui_lowering *lowering, uint64_t max_bytes,
			 uint32_t *out_bytes, uint32_t *out_bound_bytes);

#endif
