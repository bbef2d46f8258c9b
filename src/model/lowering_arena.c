/* SPDX-License-Identifier: MIT */

/* The end of lowering: where each tensor of the arena lies. */

#include "core/error.h"
#include "firmware/wire.h"
#include "model/lowering.h"
#include "model/plan.h"
#include <errno.h>
#include <stdlib.h>

/* When each tensor of the program is written first and read last. */
static void
find_lifetimes(const struct apui_program_writer *writer,
	       struct apui_plan_item *items)
{
	for (size_t t = 0; t < writer->tensor_count; t++) {
		items[t] = (struct apui_plan_item) { .first = UINT32_MAX };
		if (writer->tensors[t].slot == APUI_SLOT_ARENA)
			items[t].size_bytes = writer->tensors[t].size_bytes;
	}

	for (uint32_t i = 0; i < writer->operator_count; i++) {
		const struct apui_program_operator *op = &writer->operators[i];
		uint32_t count = (uint32_t)op->input_count + op->output_count;

		for (uint32_t j = 0; j < count; j++) {
			uint32_t t = writer->list[op->list_first + j];

			if (t == APUI_NO_TENSOR)
				continue;
			if (items[t].first > i)
				items[t].first = i;
			items[t].last = i;
		}
	}
}

/* Keep those of the arena only; @tensors gets whose they are. */
static uint32_t
keep_arena_items(const struct apui_program_writer *writer,
		 struct apui_plan_item *items, uint32_t *tensors)
{
	uint32_t count = 0;

	for (uint32_t t = 0; t < writer->tensor_count; t++) {
		if (writer->tensors[t].slot != APUI_SLOT_ARENA)
			continue;
		items[count] = items[t];
		tensors[count++] = t;
	}
	return count;
}

static int
check_arena(uint64_t bytes, uint64_t max_bytes)
{
	if (bytes <= max_bytes && bytes <= UINT32_MAX)
		return 0;
	apui_fail(-E2BIG, NULL,
		  "its intermediate tensors need %llu bytes, over the limit of "
		  "%llu",
		  (unsigned long long)bytes,
		  (unsigned long long)(max_bytes < UINT32_MAX ? max_bytes
							      : UINT32_MAX));
	apui_fail_remedy("raise max_arena_bytes, or use a smaller model");
	return -E2BIG;
}

int
apui_lowering_plan_arena(struct apui_lowering *lowering, uint64_t max_bytes,
			 uint32_t *out_bytes)
{
	struct apui_program_writer *writer = &lowering->writer;
	size_t count = writer->tensor_count + 1;
	struct apui_plan_item *items = calloc(count, sizeof(*items));
	uint32_t *tensors = calloc(count, sizeof(*tensors));
	uint32_t item_count;
	uint64_t bytes;
	int ret = -ENOMEM;

	if (items == NULL || tensors == NULL)
		goto out_free;
	find_lifetimes(writer, items);
	item_count = keep_arena_items(writer, items, tensors);
	ret = apui_plan_memory(items, item_count,
			       sizeof(struct apui_arena_header), &bytes);
	if (ret == 0)
		ret = check_arena(bytes, max_bytes);
	if (ret < 0)
		goto out_free;

	for (uint32_t i = 0; i < item_count; i++)
		writer->tensors[tensors[i]].offset_bytes =
			(uint32_t)items[i].offset_bytes;
	*out_bytes = (uint32_t)bytes;

out_free:
	free(items);
	free(tensors);
	return ret;
}
