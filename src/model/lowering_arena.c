/* SPDX-License-Identifier: MIT */

/* The end of lowering: where each tensor of the arena lies. */

#include "core/error.h"
#include "firmware/wire.h"
#include "model/lowering.h"
#include "model/plan.h"
#include <errno.h>
#include <stdlib.h>

/* The last loop that begins at or before @op; it may have ended by then. */
static uint32_t
find_loop(const struct apui_lowering *lowering, uint32_t op)
{
	size_t low = 0, high = lowering->loop_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (lowering->loops[middle].first <= op)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? (uint32_t)(low - 1) : APUI_NO_LOOP;
}

/* What comes from outside a loop is needed in each of its rounds. */
static void
extend_over_loops(const struct apui_lowering *lowering,
		  struct apui_lifetime *lifetime)
{
	const struct apui_loop *loops = lowering->loops;
	uint32_t i = find_loop(lowering, lifetime->last);

	for (; i != APUI_NO_LOOP && loops[i].first > lifetime->first;
	     i = loops[i].parent)
		if (loops[i].last > lifetime->last)
			lifetime->last = loops[i].last;
}

void
apui_lowering_find_lifetimes(const struct apui_lowering *lowering,
			     struct apui_lifetime *out_lifetimes)
{
	const struct apui_program_writer *writer = &lowering->writer;

	for (size_t t = 0; t < writer->tensor_count; t++)
		out_lifetimes[t] =
			(struct apui_lifetime) { .first = UINT32_MAX };
	for (uint32_t i = 0; i < writer->operator_count; i++) {
		const struct apui_program_operator *op = &writer->operators[i];
		uint32_t count = (uint32_t)op->input_count + op->output_count;

		for (uint32_t j = 0; j < count; j++) {
			uint32_t t = writer->list[op->list_first + j];

			if (t == APUI_NO_TENSOR)
				continue;
			if (out_lifetimes[t].first > i)
				out_lifetimes[t].first = i;
			out_lifetimes[t].last = i;
		}
	}
	for (size_t t = 0; lowering->loop_count > 0 && t < writer->tensor_count;
	     t++)
		if (out_lifetimes[t].first != UINT32_MAX)
			extend_over_loops(lowering, &out_lifetimes[t]);
}

static uint32_t
home_of(const struct apui_lowering *lowering, uint32_t tensor)
{
	return lowering->homes != NULL ? lowering->homes[tensor] : tensor;
}

/* What the plan is made of. */
struct layout {
	struct apui_lifetime *lifetimes; /* of tensors */
	struct apui_plan_item *items;    /* of those with bytes of their own */
	uint32_t *item_of;               /* of tensors */
	uint32_t item_count;
};

static int
init_layout(struct layout *layout, size_t tensor_count)
{
	size_t count = tensor_count + 1;

	*layout = (struct layout) {
		.lifetimes = calloc(count, sizeof(*layout->lifetimes)),
		.items = calloc(count, sizeof(*layout->items)),
		.item_of = calloc(count, sizeof(*layout->item_of)),
	};
	return layout->lifetimes == NULL || layout->items == NULL ||
			       layout->item_of == NULL
		       ? -ENOMEM
		       : 0;
}

static void
finish_layout(struct layout *layout)
{
	free(layout->lifetimes);
	free(layout->items);
	free(layout->item_of);
}

/* A tensor that no operator names needs no bytes. */
static struct apui_plan_item
make_item(const struct apui_program_tensor *tensor,
	  const struct apui_lifetime *lifetime)
{
	if (lifetime->first == UINT32_MAX)
		return (struct apui_plan_item) { 0 };
	return (struct apui_plan_item) {
		.size_bytes = tensor->size_bytes,
		.first = lifetime->first,
		.last = lifetime->last,
	};
}

/* An item is alive while any tensor that lives there is. */
static void
fill_items(const struct apui_lowering *lowering, struct layout *layout)
{
	const struct apui_program_writer *writer = &lowering->writer;

	apui_lowering_find_lifetimes(lowering, layout->lifetimes);
	for (uint32_t t = 0; t < writer->tensor_count; t++) {
		if (writer->tensors[t].slot != APUI_SLOT_ARENA ||
		    home_of(lowering, t) != t)
			continue;
		layout->item_of[t] = layout->item_count;
		layout->items[layout->item_count++] =
			make_item(&writer->tensors[t], &layout->lifetimes[t]);
	}
	for (uint32_t t = 0; t < writer->tensor_count; t++) {
		const struct apui_lifetime *lifetime = &layout->lifetimes[t];
		struct apui_plan_item *item;

		if (home_of(lowering, t) == t || lifetime->first == UINT32_MAX)
			continue;
		item = &layout->items[layout->item_of[home_of(lowering, t)]];
		if (item->size_bytes == 0)
			*item = make_item(&writer->tensors[t], lifetime);
		if (item->first > lifetime->first)
			item->first = lifetime->first;
		if (item->last < lifetime->last)
			item->last = lifetime->last;
	}
}

static void
place_tensors(struct apui_lowering *lowering, const struct layout *layout)
{
	struct apui_program_writer *writer = &lowering->writer;

	for (uint32_t t = 0; t < writer->tensor_count; t++) {
		uint32_t item = layout->item_of[home_of(lowering, t)];

		if (writer->tensors[t].slot == APUI_SLOT_ARENA)
			writer->tensors[t].offset_bytes =
				(uint32_t)layout->items[item].offset_bytes;
	}
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

static int
plan(struct layout *layout, uint64_t max_bytes, uint32_t *out_bytes,
     uint32_t *out_bound_bytes)
{
	const uint64_t base_bytes = sizeof(struct apui_arena_header);
	uint64_t bytes, bound_bytes;
	int ret;

	ret = apui_plan_memory(layout->items, layout->item_count, base_bytes,
			       &bytes);
	if (ret == 0)
		ret = check_arena(bytes, max_bytes);
	if (ret == 0)
		ret = apui_plan_lower_bound(layout->items, layout->item_count,
					    base_bytes, &bound_bytes);
	if (ret < 0)
		return ret;
	*out_bytes = (uint32_t)bytes;
	*out_bound_bytes = (uint32_t)bound_bytes;
	return 0;
}

int
apui_lowering_plan_arena(struct apui_lowering *lowering, uint64_t max_bytes,
			 uint32_t *out_bytes, uint32_t *out_bound_bytes)
{
	struct layout layout;
	int ret;

	ret = init_layout(&layout, lowering->writer.tensor_count);
	if (ret == 0) {
		fill_items(lowering, &layout);
		ret = plan(&layout, max_bytes, out_bytes, out_bound_bytes);
	}
	if (ret == 0)
		place_tensors(lowering, &layout);
	finish_layout(&layout);
	return ret;
}
