/* SPDX-License-Identifier: MIT */
#ifndef APUI_PASS_H
#define APUI_PASS_H

/*
 * Passes: what the compiler does to make a program smaller and faster without
 * changing what it computes. docs/passes.md says which there are, and why each
 * keeps every bit.
 *
 * They work on a copy of the graph, so that a model is described as its file
 * has it. In the copy, operators stay where they are, with the index by which
 * errors blame them; one that is not needed any more is marked as removed. All
 * promises of graph.h hold before and after each pass, but that a tensor may be
 * written by no operator if none reads it.
 */

#include "model/evaluate.h"
#include "model/graph.h"

struct apui_lowering;

/* What folding may still cost, in subgraph 0 and all that it runs. */
struct apui_fold_budget {
	struct apui_effort effort;
	uint64_t bytes_left;
};

struct apui_pass_graph {
	struct apui_graph graph; /* its pool: what passes make */
	struct apui_fold_budget budget;
	/* Of subgraph 0: the copies of its subgraphs, in their order. */
	struct apui_pass_graph *parts;
	/*
	 * Of each tensor, as apui_pass_count_readers() found them: how often
	 * operators name it as an input, the graph's outputs count too, and the
	 * last operator that does.
	 */
	uint32_t *reader_counts;
	uint32_t *last_readers;
};

struct apui_pass {
	const char *name;
	uint32_t bit; /* enum apu_pass */
	/* Rewrite the graph, or, if this is NULL, the program made of it.
	 * Both return 0 or -ENOMEM. */
	int (*run)(struct apui_pass_graph *graph);
	int (*run_late)(struct apui_lowering *lowering);
};

/* In the order in which they run. */
extern const struct apui_pass apui_passes[];
extern const uint32_t apui_pass_count;

/*
 * A copy of @graph, which is subgraph 0, and of the subgraphs that IF and WHILE
 * reach from it, changed by every pass that @disabled does not have. The
 * original must outlive it: it owns most of what both name. 0 or -ENOMEM.
 */
int
apui_pass_graph_new(const struct apui_graph *graph, uint32_t disabled,
		    struct apui_pass_graph **out_graph);
void
apui_pass_graph_free(struct apui_pass_graph *graph);

/* Run the late passes that @disabled does not have, at the end of lowering. */
int
apui_pass_run_late(struct apui_lowering *lowering, uint32_t disabled);

/* For passes. */

void
apui_pass_count_readers(struct apui_pass_graph *graph);

/* The operator that alone reads @tensor, once, if one does: else NULL. */
struct apu_operator *
apui_pass_only_reader(const struct apui_pass_graph *graph,
		      const struct apu_tensor *tensor);

/* The operator that writes @tensor, if it has builtin code @code: else NULL. */
struct apu_operator *
apui_pass_producer(const struct apui_pass_graph *graph,
		   const struct apu_tensor *tensor, int32_t code);

/* Make @op read tensor @index as its input @number. 0 or -ENOMEM. */
int
apui_pass_set_input(struct apui_pass_graph *graph, struct apu_operator *op,
		    unsigned int number, uint32_t index);

/* Leave @op out: nothing may read its outputs any more. */
void
apui_pass_remove(struct apui_pass_graph *graph, struct apu_operator *op);

/* Leave @op out if nothing reads its outputs, as counted. */
void
apui_pass_remove_unread(struct apui_pass_graph *graph, struct apu_operator *op);

/* The same scale and zero point, one of each: so the same bytes mean the same.
 */
bool
apui_pass_is_same_quantisation(const struct apu_tensor *a,
			       const struct apu_tensor *b);

/* pass_NAME.c */
int
apui_pass_fold(struct apui_pass_graph *graph);
int
apui_pass_quantize(struct apui_pass_graph *graph);
int
apui_pass_pad(struct apui_pass_graph *graph);
int
apui_pass_fuse(struct apui_pass_graph *graph);
int
apui_pass_dead(struct apui_pass_graph *graph);
int
apui_pass_inplace(struct apui_lowering *lowering);

#endif
