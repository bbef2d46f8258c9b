/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "model/compiled.h"
#include <apu/apu.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LIBRARY_VERSION                                                        \
	(APU_VERSION_MAJOR << 16 | APU_VERSION_MINOR << 8 | APU_VERSION_MICRO)

/* A file in the making: where each section goes on. */
struct writer {
	const struct apui_graph *graph;
	struct apui_compiled_header header;
	uint8_t *data;
	uint32_t list_end;  /* entries */
	uint32_t scale_end; /* entries */
	uint32_t text_end;  /* bytes */
};

/* Sums of 32-bit counts and of sizes in memory: none can overflow. */
struct totals {
	uint64_t list, scales, text;
};

static struct totals
add_up(const struct apui_graph *graph)
{
	struct totals t = {
		.list = (uint64_t)graph->input_count + graph->output_count,
	};

	for (uint32_t i = 0; i < graph->tensor_count; i++) {
		t.scales += graph->tensors[i].quant_count;
		t.text += strlen(graph->tensors[i].name) + 1;
	}
	for (uint32_t i = 0; i < graph->operator_count; i++) {
		const struct apu_operator *op = &graph->operators[i];

		t.list += (uint64_t)op->input_count + op->output_count;
		t.text += strlen(apu_operator_name(op)) + 1;
	}
	return t;
}

static int
refuse_size(void)
{
	apui_fail(-E2BIG, NULL, "its compiled form is over 4 GiB");
	apui_fail_remedy("use a smaller model");
	return -E2BIG;
}

/* Of memory, of most machines: a file is copied faster page by page. */
#define PAGE_BYTES 4096

/* Where the next section begins; @end is 64 bits wide, so it cannot wrap. */
static uint32_t
place(uint64_t *end, uint64_t count, uint64_t element_bytes)
{
	uint64_t mask = APUI_COMPILED_ALIGNMENT - 1;
	uint64_t offset = *end;

	*end = (offset + count * element_bytes + mask) & ~mask;
	return (uint32_t)offset;
}

static int
lay_out(struct writer *w, const struct apui_program *program)
{
	const struct apui_graph *graph = w->graph;
	const struct totals totals = add_up(graph);
	uint64_t end = sizeof(w->header);

	w->header = (struct apui_compiled_header) {
		.magic = APUI_COMPILED_MAGIC,
		.version = APUI_COMPILED_VERSION,
		.header_bytes = sizeof(w->header),
		.target = program->target,
		.program_bytes = program->size_bytes,
		.tensor_count = graph->tensor_count,
		.operator_count = graph->operator_count,
		.list_count = (uint32_t)totals.list,
		.scale_count = (uint32_t)totals.scales,
		.text_bytes = (uint32_t)totals.text,
		.input_count = graph->input_count,
		.output_count = graph->output_count,
		.weight_bytes = graph->weight_bytes,
		.library_version = LIBRARY_VERSION,
		.arena_bound_bytes = program->arena_bound_bytes,
		.tensor_offset = place(&end, graph->tensor_count,
				       sizeof(struct apui_compiled_tensor)),
	};
	w->header.operator_offset =
		place(&end, graph->operator_count,
		      sizeof(struct apui_compiled_operator));
	w->header.list_offset = place(&end, totals.list, sizeof(int32_t));
	w->header.scale_offset = place(&end, totals.scales, sizeof(float));
	w->header.zero_point_offset =
		place(&end, totals.scales, sizeof(int64_t));
	w->header.text_offset = place(&end, totals.text, 1);
	end = (end + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
	w->header.program_offset = place(&end, program->size_bytes, 1);
	w->header.size_bytes = (uint32_t)end;
	/* Then every part of it fits as well. */
	return end > UINT32_MAX ? refuse_size() : 0;
}

static uint32_t
add_text(struct writer *w, const char *text)
{
	uint32_t offset = w->text_end;
	size_t bytes = strlen(text) + 1;

	memcpy(w->data + w->header.text_offset + offset, text, bytes);
	w->text_end += (uint32_t)bytes;
	return offset;
}

static uint32_t
add_list(struct writer *w, const int32_t *tensors, unsigned int count)
{
	uint32_t first = w->list_end;

	if (count > 0)
		memcpy(w->data + w->header.list_offset +
			       first * sizeof(*tensors),
		       tensors, count * sizeof(*tensors));
	w->list_end += count;
	return first;
}

static uint32_t
add_scales(struct writer *w, const struct apu_tensor *tensor)
{
	uint32_t first = w->scale_end;
	uint32_t count = tensor->quant_count;

	if (count == 0)
		return 0;
	memcpy(w->data + w->header.scale_offset + first * sizeof(float),
	       tensor->scales, count * sizeof(float));
	memcpy(w->data + w->header.zero_point_offset + first * sizeof(int64_t),
	       tensor->zero_points, count * sizeof(int64_t));
	w->scale_end += count;
	return first;
}

static void
write_tensor(struct writer *w, const struct apu_tensor *tensor)
{
	struct apui_compiled_tensor record = {
		.name = add_text(w, tensor->name),
		.dtype = (uint8_t)tensor->dtype,
		.rank = (uint8_t)tensor->rank,
		.quant_axis = (uint8_t)tensor->quant_axis,
		.size_bytes = (uint32_t)tensor->size_bytes,
		.quant_first = add_scales(w, tensor),
		.quant_count = tensor->quant_count,
	};

	if (apu_tensor_is_constant(tensor))
		record.flags |= APUI_COMPILED_CONSTANT;
	if (tensor->is_variable)
		record.flags |= APUI_COMPILED_VARIABLE;
	memcpy(record.dims, tensor->dims, tensor->rank * sizeof(int32_t));
	memcpy(w->data + w->header.tensor_offset +
		       tensor->index * sizeof(record),
	       &record, sizeof(record));
}

static void
write_operator(struct writer *w, const struct apu_operator *op)
{
	struct apui_compiled_operator record = {
		.name = add_text(w, apu_operator_name(op)),
		.version = op->version,
		.input_count = (uint16_t)op->input_count,
		.output_count = (uint16_t)op->output_count,
		.macs = op->macs,
	};

	record.list_first = add_list(w, op->inputs, op->input_count);
	add_list(w, op->outputs, op->output_count);
	memcpy(w->data + w->header.operator_offset + op->index * sizeof(record),
	       &record, sizeof(record));
}

static void
write_sections(struct writer *w)
{
	const struct apui_graph *graph = w->graph;

	w->header.input_first = add_list(w, graph->inputs, graph->input_count);
	add_list(w, graph->outputs, graph->output_count);
	for (uint32_t i = 0; i < graph->tensor_count; i++)
		write_tensor(w, &graph->tensors[i]);
	for (uint32_t i = 0; i < graph->operator_count; i++)
		write_operator(w, &graph->operators[i]);
}

int
apui_compiled_write(const struct apui_graph *graph,
		    const struct apui_program *program, const uint8_t *blob,
		    uint8_t **out_data, size_t *out_size_bytes)
{
	struct writer w = { .graph = graph };
	int ret;

	ret = lay_out(&w, program);
	if (ret < 0)
		return ret;
	w.data = calloc(1, w.header.size_bytes);
	if (w.data == NULL)
		return -ENOMEM;

	write_sections(&w);
	memcpy(w.data, &w.header, sizeof(w.header));
	memcpy(w.data + w.header.program_offset, blob, program->size_bytes);
	apui_compiled_seal(w.data, w.header.size_bytes);
	*out_data = w.data;
	*out_size_bytes = w.header.size_bytes;
	return 0;
}
