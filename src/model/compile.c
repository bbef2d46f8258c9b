/* SPDX-License-Identifier: MIT */
#include "model/compile.h"
#include "core/error.h"
#include "model/lowering.h"
#include "model/operators.h"
#include <errno.h>
#include <stdlib.h>

static int
lower_operators(struct apui_lowering *lowering)
{
	const struct apui_graph *graph = lowering->graph;

	for (uint32_t i = 0; i < graph->operator_count; i++) {
		const struct apu_operator *op = &graph->operators[i];
		int ret = op->row->lower(lowering, op);

		if (ret < 0) {
			apui_fail_where((int32_t)op->index, -1, -1);
			return ret;
		}
	}
	return apui_lowering_append_copies(lowering);
}

/*
 * Operators that do not multiply take time as well: a byte of output counts as
 * this many multiply-accumulates of a convolution, about what SOFTMAX or a
 * resized image were measured to take.
 */
#define WORK_PER_OUTPUT_BYTE 8

static uint64_t
count_work(const struct apui_program_writer *writer,
	   const struct apui_program_operator *op)
{
	const uint32_t *outputs =
		writer->list + op->list_first + op->input_count;
	uint64_t work = op->macs;

	/* At most 65535 outputs of 4 GiB: no overflow, but for the MACs. */
	for (uint16_t i = 0; i < op->output_count; i++) {
		uint64_t bytes = writer->tensors[outputs[i]].size_bytes;

		if (__builtin_add_overflow(work, bytes * WORK_PER_OUTPUT_BYTE,
					   &work))
			return UINT64_MAX;
	}
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

static int
write_program(struct apui_lowering *lowering, const struct apui_limits *limits,
	      struct apui_program *program)
{
	struct apui_program_summary summary = {
		.input_count = lowering->graph->input_count,
		.output_count = lowering->graph->output_count,
	};
	int ret;

	ret = apui_lowering_plan_arena(lowering, limits->max_arena_bytes,
				       &summary.arena_bytes);
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
	if (ret == 0)
		program->state_init_offset =
			((const struct apui_program_header *)program->blob)
				->state_init_offset;
	return ret;
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
apui_compile(const struct apui_graph *graph, const struct apui_limits *limits,
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

void
apui_program_free(struct apui_program *program)
{
	if (program == NULL)
		return;
	free(program->blob);
	free(program->work);
	free(program);
}
