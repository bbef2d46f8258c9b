/* SPDX-License-Identifier: MIT */
#include "model/compile.h"
#include "core/error.h"
#include "model/lowering.h"
#include "model/operators.h"
#include "model/pass.h"
#include "model/work.h"
#include <errno.h>
#include <stdlib.h>

static int
lower_operators(struct apui_lowering *lowering)
{
	const struct apui_graph *graph = lowering->graph;
	int ret;

	for (uint32_t i = 0; i < graph->operator_count; i++) {
		const struct apu_operator *op = &graph->operators[i];

		if (op->is_removed)
			continue;
		ret = op->row->lower(lowering, op);
		if (ret == 0)
			ret = apui_lowering_run_subgraphs(lowering);
		if (ret < 0) {
			apui_fail_where((int32_t)op->index, -1, -1);
			return ret;
		}
	}
	ret = apui_lowering_append_copies(lowering);
	if (ret < 0)
		return ret;
	return apui_lowering_append_row_counts(lowering);
}

static uint64_t
count_work(const struct apui_program_writer *writer,
	   const struct apui_program_operator *op)
{
	const uint32_t *outputs =
		writer->list + op->list_first + op->input_count;
	uint64_t work = op->macs;

	for (uint16_t i = 0; i < op->output_count; i++)
		work = apui_work_add_output(
			work, writer->tensors[outputs[i]].size_bytes);
	return work;
}

static int
fill_work(const struct apui_program_writer *writer,
	  struct apui_program *program)
{
	program->operator_count = (uint32_t)writer->operator_count;
	program->work =
		calloc(writer->operator_count + 1, sizeof(*program->work));
	if (program->work == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < writer->operator_count; i++)
		program->work[i] = count_work(writer, &writer->operators[i]);
	return 0;
}

/* Of what lies in the program itself, once that is laid out. */
static int
fill_constant_offsets(const struct apui_lowering *lowering,
		      struct apui_program *program)
{
	const struct apui_graph *graph = lowering->graph;

	program->constant_offsets = calloc((size_t)graph->tensor_count + 1,
					   sizeof(*program->constant_offsets));
	if (program->constant_offsets == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < graph->tensor_count; i++) {
		uint32_t tensor = lowering->program_tensors[i];
		const struct apui_program_tensor *record;

		if (tensor == APUI_NO_TENSOR || !graph->tensors[i].is_constant)
			continue;
		record = &lowering->writer.tensors[tensor];
		if (record->slot == APUI_SLOT_PROGRAM)
			program->constant_offsets[i] = record->offset_bytes;
	}
	return 0;
}

static void
copy_header(struct apui_program *program)
{
	const struct apui_program_header *header = (const void *)program->blob;

	program->state_init_offset = header->state_init_offset;
	program->shared_bytes = header->shared_bytes;
}

static int
write_program(struct apui_lowering *lowering, const struct apui_limits *limits,
	      struct apui_program *program)
{
	struct apui_program_summary summary = {
		.input_count = lowering->graph->input_count,
		.output_count = lowering->graph->output_count,
	};
	int ret;

	ret = apui_pass_run_late(lowering, limits->disabled_passes);
	if (ret < 0)
		return ret;
	ret = apui_lowering_plan_arena(lowering, limits->max_arena_bytes,
				       &summary.arena_bytes,
				       &program->arena_bound_bytes);
	if (ret < 0)
		return ret;
	ret = fill_work(&lowering->writer, program);
	if (ret < 0)
		return ret;

	program->target = APUI_TARGET_REF;
	program->arena_bytes = summary.arena_bytes;
	program->state_bytes = lowering->state_bytes;
	ret = apui_program_writer_write(&lowering->writer, &summary,
					&program->blob, &program->size_bytes);
	if (ret < 0)
		return ret;
	copy_header(program);
	return fill_constant_offsets(lowering, program);
}

/* Before room is made for what they begin with: a file need not hold it. */
static int
check_variables(const struct apui_graph *graph,
		const struct apui_limits *limits)
{
	uint64_t bytes = 0;

	/* At most 2^32 tensors of 2 GiB: no overflow. */
	for (uint32_t i = 0; i < graph->variable_count; i++)
		bytes += graph->variables[i].size_bytes;
	if (bytes <= limits->max_arena_bytes)
		return 0;
	apui_fail(-E2BIG, NULL,
		  "its variables need %llu bytes, over the limit of %llu",
		  (unsigned long long)bytes,
		  (unsigned long long)limits->max_arena_bytes);
	apui_fail_remedy("raise max_arena_bytes, or use a smaller model");
	return -E2BIG;
}

int
apui_compile_unchanged(const struct apui_graph *graph,
		       const struct apui_limits *limits,
		       struct apui_program **out_program)
{
	struct apui_program *program;
	struct apui_lowering lowering;
	int ret;

	ret = check_variables(graph, limits);
	if (ret < 0)
		return ret;
	program = calloc(1, sizeof(*program));
	if (program == NULL)
		return -ENOMEM;
	ret = apui_lowering_init(&lowering, graph);
	lowering.tensors_left = limits->max_tensors;
	lowering.operators_left = limits->max_operators;
	if (ret < 0)
		goto err_free_program;

	ret = lower_operators(&lowering);
	if (ret == 0)
		ret = write_program(&lowering, limits, program);
	apui_lowering_finish(&lowering);
	if (ret < 0)
		goto err_free_program;

	*out_program = program;
	return 0;

err_free_program:
	apui_program_free(program);
	return ret;
}

/* A pass may have made another constant of one of the file's. */
static void
forget_changed(const struct apui_graph *graph, const struct apui_graph *changed,
	       struct apui_program *program)
{
	for (uint32_t i = 0; i < graph->tensor_count; i++) {
		const struct apu_tensor *a = &graph->tensors[i];
		const struct apu_tensor *b = &changed->tensors[i];

		if (a->dtype != b->dtype || a->size_bytes != b->size_bytes ||
		    (a->is_constant && a->data != b->data))
			program->constant_offsets[i] = 0;
	}
}

int
apui_compile(const struct apui_graph *graph, const struct apui_limits *limits,
	     struct apui_program **out_program)
{
	struct apui_pass_graph *changed;
	int ret;

	ret = apui_pass_graph_new(graph, limits->disabled_passes, &changed);
	if (ret < 0)
		return ret;
	ret = apui_compile_unchanged(&changed->graph, limits, out_program);
	if (ret == 0)
		forget_changed(graph, &changed->graph, *out_program);
	apui_pass_graph_free(changed);
	return ret;
}

void
apui_program_free(struct apui_program *program)
{
	if (program == NULL)
		return;
	free(program->blob);
	free(program->work);
	free(program->constant_offsets);
	free(program);
}
