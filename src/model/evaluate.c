/* SPDX-License-Identifier: MIT */
#include "model/evaluate.h"
#include "core/error.h"
#include "firmware/interp.h"
#include "model/compile.h"
#include "model/operators.h"
#include "model/schema.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* For tensors between the steps of one operator. */
#define MAX_ARENA_BYTES (UINT64_C(64) << 20)

/* What is copied in the time between two looks at the reset line. */
#define BYTES_PER_LOOK (UINT64_C(256) << 10)

#define MAX_OUTPUTS (APUI_FW_MAX_BINDINGS - APUI_SLOT_FIRST_IO)

/* A graph of one operator. */
struct evaluation {
	struct apui_graph graph;
	struct apu_operator op;
	int32_t *list; /* 0, 1, 2 ...: inputs, then outputs; -1 stays */
	struct apui_program *program;
	uint8_t *arena;
};

/*
 * Those with an effect, a shape that depends on data, or random numbers, and
 * those that only a client can run. (Schema v3; the table has not all of them.)
 */
static const int32_t impure[] = {
	APUI_BUILTIN_CUSTOM,
	APUI_BUILTIN_CALL_ONCE,
	APUI_BUILTIN_VAR_HANDLE,
	APUI_BUILTIN_READ_VARIABLE,
	APUI_BUILTIN_ASSIGN_VARIABLE,
	APUI_BUILTIN_WHERE,
	APUI_BUILTIN_IF,
	APUI_BUILTIN_WHILE,
	146, /* RANDOM_STANDARD_NORMAL */
	148, /* RANDOM_UNIFORM */
	149, /* MULTINOMIAL */
};

bool
apui_operator_is_pure(const struct apui_graph *graph,
		      const struct apu_operator *op)
{
	for (size_t i = 0; i < sizeof(impure) / sizeof(impure[0]); i++)
		if (op->row->builtin_code == impure[i])
			return false;
	for (unsigned int i = 0; i < op->input_count; i++) {
		const struct apu_tensor *x = apui_graph_input(graph, op, i);

		if (x != NULL && (x->is_variable || x->variable != NULL))
			return false;
	}
	return true;
}

static void
copy_tensors(const struct apui_graph *graph, const struct apu_operator *op,
	     struct evaluation *e)
{
	unsigned int count = op->input_count + op->output_count;

	for (unsigned int i = 0; i < count; i++) {
		bool is_input = i < op->input_count;
		int32_t from = is_input ? op->inputs[i]
					: op->outputs[i - op->input_count];
		struct apu_tensor *to = &e->graph.tensors[i];

		e->list[i] = from < 0 ? -1 : (int32_t)i;
		if (from < 0)
			continue;
		*to = graph->tensors[from];
		to->index = i;
		to->is_input = false;
		to->is_folded = false;
		to->is_output = !is_input;
		to->is_constant = to->is_constant && is_input;
		to->producer = is_input ? -1 : 0;
	}
}

static int
init_evaluation(struct evaluation *e, const struct apui_graph *graph,
		const struct apu_operator *op)
{
	size_t count = (size_t)op->input_count + op->output_count;

	*e = (struct evaluation) { .op = *op };
	e->graph.tensors = calloc(count, sizeof(*e->graph.tensors));
	e->list = calloc(count, sizeof(*e->list));
	if (e->graph.tensors == NULL || e->list == NULL)
		return -ENOMEM;

	copy_tensors(graph, op, e);
	e->op.index = 0;
	e->op.inputs = e->list;
	e->op.outputs = e->list + op->input_count;
	e->graph.tensor_count = (uint32_t)count;
	e->graph.operators = &e->op;
	e->graph.operator_count = 1;
	e->graph.outputs = e->op.outputs;
	e->graph.output_count = op->output_count;
	return 0;
}

static void
finish_evaluation(struct evaluation *e)
{
	apui_program_free(e->program);
	free(e->arena);
	free(e->graph.tensors);
	free(e->list);
}

/* No address is ever asked for: the bindings are memory. */
static void *
translate(void *context, uint64_t address, uint64_t size_bytes)
{
	(void)context;
	(void)address;
	(void)size_bytes;
	return NULL;
}

/* Counted, not timed: the same file always gives the same program. */
static int
is_too_much(void *context)
{
	struct apui_effort *effort = context;

	if (effort->looks_left == 0)
		return 1;
	effort->looks_left--;
	return 0;
}

static int
run_program(struct evaluation *e, struct apui_effort *effort,
	    uint8_t *const *data)
{
	const struct apui_program *program = e->program;
	const struct apui_fw_host host = {
		.translate = translate,
		.cancelled = is_too_much,
		.context = effort,
		.address_bytes = 8,
	};
	struct apui_run_report report = { 0 };
	struct apui_fw_run run = { .host = &host };

	memcpy(&run.program, program->blob, sizeof(run.program));
	run.bindings[APUI_SLOT_PROGRAM] =
		(struct apui_fw_binding) { program->blob, program->size_bytes };
	run.bindings[APUI_SLOT_ARENA] =
		(struct apui_fw_binding) { e->arena, program->arena_bytes };
	for (uint32_t i = 0; i < e->op.output_count; i++)
		run.bindings[APUI_SLOT_FIRST_IO + i] =
			(struct apui_fw_binding) {
				data[i],
				(uint32_t)apui_graph_output(&e->graph, &e->op,
							    i)
					->size_bytes,
			};
	run.binding_count = APUI_SLOT_FIRST_IO + e->op.output_count;
	return apui_fw_run_operators(&run, 0, program->operator_count, &report);
}

static int
new_outputs(const struct evaluation *e, struct apui_pool *pool,
	    uint8_t **out_data)
{
	for (uint32_t i = 0; i < e->op.output_count; i++) {
		out_data[i] = apui_pool_new(
			pool,
			apui_graph_output(&e->graph, &e->op, i)->size_bytes, 1);
		if (out_data[i] == NULL)
			return -ENOMEM;
	}
	return 0;
}

/*
 * The program gets a copy of every constant, which is work as well: or many
 * small slices of one large constant would take hours. False: too much.
 */
static bool
charge_constants(const struct evaluation *e, struct apui_effort *effort)
{
	uint64_t bytes = 0;

	if (e->op.row->reads_shapes_only)
		return true;
	/* At most 255 inputs of 2 GiB. */
	for (unsigned int i = 0; i < e->op.input_count; i++) {
		const struct apu_tensor *x =
			apui_graph_input(&e->graph, &e->op, i);

		bytes += x != NULL && x->is_constant ? x->size_bytes : 0;
	}
	if (bytes / BYTES_PER_LOOK > effort->looks_left)
		return false;
	effort->looks_left -= (uint32_t)(bytes / BYTES_PER_LOOK);
	return true;
}

static int
compile_and_run(struct evaluation *e, struct apui_pool *pool,
		struct apui_effort *effort, uint8_t **out_data)
{
	const struct apui_limits limits = {
		.max_arena_bytes = MAX_ARENA_BYTES,
		.disabled_passes = UINT32_MAX,
	};
	int ret;

	if (!charge_constants(e, effort))
		return 0;
	ret = apui_compile_unchanged(&e->graph, &limits, &e->program);
	if (ret == -ENOMEM)
		return ret;
	if (ret < 0) {
		/* It will be refused, or not, where it is wanted. */
		apui_error_clear();
		return 0;
	}
	/* Its header is not written, but must be there. */
	e->arena = calloc(1, e->program->arena_bytes);
	if (e->arena == NULL)
		return -ENOMEM;
	ret = new_outputs(e, pool, out_data);
	if (ret < 0)
		return ret;
	return run_program(e, effort, out_data) == APUI_RESULT_OK;
}

int
apui_evaluate(const struct apui_graph *graph, const struct apu_operator *op,
	      struct apui_pool *pool, struct apui_effort *effort,
	      uint8_t **out_data)
{
	struct evaluation e;
	int ret;

	if (op->output_count == 0 || op->output_count > MAX_OUTPUTS ||
	    op->intermediate_count > 0 || !apui_operator_is_pure(graph, op))
		return 0;
	ret = init_evaluation(&e, graph, op);
	if (ret == 0)
		ret = compile_and_run(&e, pool, effort, out_data);
	finish_evaluation(&e);
	return ret;
}
