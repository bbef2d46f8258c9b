/* SPDX-License-Identifier: MIT */
#ifndef APUI_FLOW_H
#define APUI_FLOW_H

/*
 * What the client of a program has to do between its RUNs: the program's
 * control operators (docs/program-format.md), read once, checked, and copied.
 * Most programs have none.
 */

#include "core/ref.h"
#include "model/compile.h"
#include "model/custom.h"

/* Where bytes are; which buffer a slot is, a job says. */
struct apui_place {
	uint32_t slot; /* APUI_NO_SLOT: an input that is left out */
	uint32_t offset_bytes;
};

#define APUI_NO_SLOT UINT32_MAX

/* A call of a function of the host. */
struct apui_host_call {
	const struct apu_custom_function *function;
	unsigned int input_count, output_count;
	struct apu_tensor *tensors; /* inputs, then outputs */
	struct apui_place *places;
	const uint8_t *options;
	size_t option_bytes;
};

struct apui_step {
	uint32_t operator_index;
	uint16_t op;                 /* BRANCH, JUMP or CUSTOM */
	uint32_t target;             /* BRANCH, JUMP */
	struct apui_place condition; /* BRANCH */
	struct apui_host_call call;  /* CUSTOM */
};

/* Dimension @dim of output @output is the int32 at @place. */
struct apui_output_dim {
	uint32_t output, dim;
	int32_t bound;
	struct apui_place place;
};

/*
 * It holds neither device nor model: a submission that nobody waits for goes on
 * with this alone.
 */
struct apui_flow {
	struct apui_ref ref;
	struct apui_pool pool; /* of all lists */
	struct apu_custom_registry *custom;
	uint32_t operator_count; /* that are to be run or obeyed */
	uint64_t *work;
	uint64_t max_iterations;
	struct apui_step *steps; /* by operator_index; none: it is straight */
	uint32_t step_count;
	struct apui_output_dim *dims;
	uint32_t dim_count;
	uint64_t constant_bytes; /* copied, of all CUSTOM */
	bool uses_io;            /* a step looks at an input or an output */
};

/*
 * Read the flow of @program, whose bytes are at @blob, for a model of @graph.
 * @out_flow gets NULL when there is none. -EBADMSG when it is broken,
 * -EOPNOTSUPP when it needs a custom operator without a function, -ENOMEM.
 */
int
apui_flow_new(const struct apui_program *program, const uint8_t *blob,
	      const struct apui_graph *graph, const struct apui_limits *limits,
	      struct apui_flow **out_flow);

/* NULL for NULL. */
struct apui_flow *
apui_flow_ref(struct apui_flow *flow);
/* May call destroy functions of the program: no lock may be held. */
void
apui_flow_unref(struct apui_flow *flow);

#endif
