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

static int
copy_macs(const struct apui_program_writer *writer,
	  struct apui_program *program)
{
	program->operator_count = (uint32_t)writer->operator_count;
	program->macs =
		calloc(writer->operator_count + 1, sizeof(*program->macs));
	if (program->macs == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < writer->operator_count; i++)
		program->macs[i] = writer->operators[i].macs;
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
	ret = copy_macs(&lowering->writer, program);
	if (ret < 0)
		return ret;

	program->target = APUI_TARGET_REF;
	program->arena_bytes = summary.arena_bytes;
	return apui_program_writer_write(&lowering->writer, &summary,
					 &program->blob, &program->size_bytes);
}

int
apui_compile(const struct apui_graph *graph, const struct apui_limits *limits,
	     struct apui_program **out_program)
{
	struct apui_program *program;
	struct apui_lowering lowering;
	int ret;

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
	free(program->macs);
	free(program);
}
