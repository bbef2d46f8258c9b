/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "firmware/wire.h"
#include "model/compiled_parts.h"
#include "model/operators.h"
#include "model/work.h"
#include <errno.h>
#include <stdlib.h>

/* Where the records are: behind the program's header, in front of its data. */
static bool
is_section(const struct apui_program_header *p, uint32_t offset, uint32_t count,
	   uint32_t element_bytes)
{
	return offset % APUI_PROGRAM_ALIGNMENT == 0 && offset >= sizeof(*p) &&
	       offset + (uint64_t)count * element_bytes <= p->data_offset;
}

static int
check_state(const struct apui_program_header *p)
{
	uint64_t end = (uint64_t)p->state_init_offset + p->state_bytes;

	if (p->state_bytes == 0)
		return 0;
	if (p->state_init_offset < p->data_offset || end > p->size_bytes)
		return apui_compiled_break("what its state begins as is "
					   "outside");
	return 0;
}

static int
check_sections(const struct apui_program_header *p)
{
	if (!is_section(p, p->tensor_offset, p->tensor_count,
			sizeof(struct apui_program_tensor)) ||
	    !is_section(p, p->operator_offset, p->operator_count,
			sizeof(struct apui_program_operator)) ||
	    !is_section(p, p->list_offset, p->list_count, sizeof(uint32_t)) ||
	    (uint64_t)p->data_offset + p->data_bytes > p->size_bytes)
		return apui_compiled_break("a section of its program is "
					   "outside");
	if (p->arena_bytes < sizeof(struct apui_arena_header))
		return apui_compiled_break("its arena has no header");
	if (p->shared_bytes != 0)
		return apui_compiled_break("its program shares another's "
					   "constants");
	return check_state(p);
}

static int
check_memory(const struct apui_compiled_reader *r)
{
	const struct apui_program_header *p = &r->program_header;
	uint64_t max_bytes = r->limits->max_arena_bytes;

	if (p->arena_bytes <= max_bytes && p->state_bytes <= max_bytes)
		return 0;
	apui_fail(-E2BIG, NULL,
		  "it needs %u bytes for intermediate tensors and %u for "
		  "variables, the limit of each is %llu",
		  p->arena_bytes, p->state_bytes,
		  (unsigned long long)max_bytes);
	apui_fail_remedy("raise max_arena_bytes, or use a smaller model");
	return -E2BIG;
}

static const void *
get_section(const struct apui_compiled_reader *r, uint32_t offset)
{
	return r->head + r->header.program_offset + offset;
}

/* The program's own first tensors are what the graph's inputs and outputs are.
 */
static int
check_io(const struct apui_compiled_reader *r)
{
	const struct apui_program_header *p = &r->program_header;
	const struct apui_program_tensor *tensors =
		get_section(r, p->tensor_offset);
	const struct apui_graph *graph = r->graph;
	uint64_t count = (uint64_t)graph->input_count + graph->output_count;

	if (p->input_count != graph->input_count ||
	    p->output_count != graph->output_count || p->tensor_count < count)
		return apui_compiled_break("its program has other inputs");
	/* The lists follow each other. */
	for (uint64_t i = 0; i < count; i++) {
		const struct apu_tensor *tensor =
			&graph->tensors[graph->inputs[i]];

		if (tensors[i].type != (unsigned int)tensor->dtype ||
		    tensors[i].size_bytes != tensor->size_bytes ||
		    tensors[i].slot != APUI_SLOT_FIRST_IO + i)
			return apui_compiled_break("its program has another "
						   "input or output");
	}
	return 0;
}

static int
measure_operator(const struct apui_compiled_reader *r,
		 const struct apui_program_operator *op, uint64_t *out_work)
{
	const struct apui_program_header *p = &r->program_header;
	const struct apui_program_tensor *tensors =
		get_section(r, p->tensor_offset);
	const uint32_t *outputs = get_section(r, p->list_offset);
	uint64_t first = (uint64_t)op->list_first + op->input_count;
	uint64_t work = op->macs;

	/* Lists may be shared: each operator's part is bounded, too. */
	if (op->output_count > APUI_ROW_MAX_OUTPUTS ||
	    first + op->output_count > p->list_count)
		return apui_compiled_break("an operator's tensors are outside");
	for (uint16_t i = 0; i < op->output_count; i++) {
		uint32_t tensor = outputs[first + i];

		if (tensor >= p->tensor_count)
			return apui_compiled_break("an operator's tensor is "
						   "not there");
		work = apui_work_add_output(work, tensors[tensor].size_bytes);
	}
	*out_work = work;
	return 0;
}

static int
measure_operators(const struct apui_compiled_reader *r)
{
	const struct apui_program_operator *operators =
		get_section(r, r->program_header.operator_offset);
	struct apui_program *program = r->program;
	int ret = 0;

	program->work = calloc((size_t)program->operator_count + 1,
			       sizeof(*program->work));
	if (program->work == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; ret == 0 && i < program->operator_count; i++)
		ret = measure_operator(r, &operators[i], &program->work[i]);
	return ret;
}

int
apui_compiled_read_program(struct apui_compiled_reader *r)
{
	const struct apui_program_header *p = &r->program_header;
	struct apui_program *program = r->program;
	int ret;

	ret = check_sections(p);
	if (ret == 0)
		ret = check_memory(r);
	if (ret == 0)
		ret = check_io(r);
	if (ret < 0)
		return ret;

	program->size_bytes = p->size_bytes;
	program->target = p->target;
	program->arena_bytes = p->arena_bytes;
	program->arena_bound_bytes = r->header.arena_bound_bytes;
	program->state_bytes = p->state_bytes;
	program->state_init_offset = p->state_init_offset;
	program->operator_count = p->operator_count;
	return measure_operators(r);
}
