/* SPDX-License-Identifier: MIT */
#include "model/plan.h"
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Offsets and sums stay below this, so that no addition of two can wrap. */
#define MAX_BYTES (UINT64_C(1) << 62)

/*
 * Neighbours looked at in all. Networks stay far below: each tensor is alive
 * with a few others. Files made to hurt do not.
 */
#define MAX_VISITS (UINT64_C(1) << 22)

struct span {
	uint64_t begin, end;
};

/*
 * The search for neighbours in time: leaves are the items in the order of
 * @first, a node holds the largest last + 1 of the items below it that have
 * been placed, 0 for none.
 */
struct planner {
	struct apui_plan_item *items;
	uint32_t count;
	uint64_t base_bytes;
	uint64_t end_bytes;
	uint64_t ceiling; /* where the last gap ends */
	bool alternate;   /* take gaps from above, too */
	uint64_t visits;
	uint32_t *by_first; /* leaf to item */
	uint32_t *leaf_of;  /* item to leaf */
	uint32_t *by_size;
	uint64_t *tree;
	uint32_t leaf_count; /* a power of two */
	struct span *neighbours;
	uint64_t *best; /* offsets of the best plan so far */
};

static uint64_t
align_size(uint64_t size_bytes)
{
	return (size_bytes + APUI_PLAN_ALIGNMENT - 1) &
	       ~(uint64_t)(APUI_PLAN_ALIGNMENT - 1);
}

static int
check_sizes(const struct apui_plan_item *items, uint32_t count,
	    uint64_t base_bytes)
{
	uint64_t sum = base_bytes;

	for (uint32_t i = 0; i < count; i++) {
		if (items[i].size_bytes > MAX_BYTES || sum > MAX_BYTES)
			return -EOVERFLOW;
		sum += align_size(items[i].size_bytes);
	}
	return sum > MAX_BYTES ? -EOVERFLOW : 0;
}

static int
compare_first(const void *a, const void *b, void *context)
{
	const struct apui_plan_item *items = context;
	uint32_t ia = *(const uint32_t *)a, ib = *(const uint32_t *)b;

	if (items[ia].first != items[ib].first)
		return items[ia].first < items[ib].first ? -1 : 1;
	return ia < ib ? -1 : ia > ib;
}

/* Large ones first; of equal ones the longer-lived. */
static int
compare_size(const void *a, const void *b, void *context)
{
	const struct apui_plan_item *items = context;
	uint32_t ia = *(const uint32_t *)a, ib = *(const uint32_t *)b;
	uint32_t life_a = items[ia].last - items[ia].first;
	uint32_t life_b = items[ib].last - items[ib].first;

	if (items[ia].size_bytes != items[ib].size_bytes)
		return items[ia].size_bytes > items[ib].size_bytes ? -1 : 1;
	if (life_a != life_b)
		return life_a > life_b ? -1 : 1;
	return ia < ib ? -1 : ia > ib;
}

static int
compare_begin(const void *a, const void *b)
{
	const struct span *sa = a, *sb = b;

	return sa->begin < sb->begin ? -1 : sa->begin > sb->begin;
}

static void
finish_planner(struct planner *p)
{
	free(p->by_first);
	free(p->leaf_of);
	free(p->by_size);
	free(p->tree);
	free(p->neighbours);
	free(p->best);
}

static int
init_planner(struct planner *p, struct apui_plan_item *items, uint32_t count,
	     uint64_t base_bytes)
{
	size_t n = count > 0 ? count : 1;

	*p = (struct planner) {
		.items = items,
		.count = count,
		.base_bytes = base_bytes,
		.leaf_count = 1,
	};
	while (p->leaf_count < n)
		p->leaf_count *= 2;

	p->by_first = calloc(n, sizeof(*p->by_first));
	p->leaf_of = calloc(n, sizeof(*p->leaf_of));
	p->by_size = calloc(n, sizeof(*p->by_size));
	p->tree = calloc(2 * (size_t)p->leaf_count, sizeof(*p->tree));
	p->neighbours = calloc(n + 1, sizeof(*p->neighbours));
	p->best = calloc(n, sizeof(*p->best));
	if (p->by_first == NULL || p->leaf_of == NULL || p->by_size == NULL ||
	    p->tree == NULL || p->neighbours == NULL || p->best == NULL) {
		finish_planner(p);
		return -ENOMEM;
	}

	for (uint32_t i = 0; i < count; i++)
		p->by_first[i] = p->by_size[i] = i;
	qsort_r(p->by_first, count, sizeof(uint32_t), compare_first, items);
	qsort_r(p->by_size, count, sizeof(uint32_t), compare_size, items);
	for (uint32_t i = 0; i < count; i++)
		p->leaf_of[p->by_first[i]] = i;
	return 0;
}

/* The first leaf at or behind @leaf whose value is over @first, or count. */
static uint32_t
find_alive(const struct planner *p, uint32_t leaf, uint32_t first)
{
	uint64_t node = (uint64_t)p->leaf_count + leaf;

	if (leaf >= p->count)
		return p->count;
	/* Up, until the subtree to the right has one; then down to it. */
	while (p->tree[node] <= first) {
		while (node & 1)
			node /= 2;
		if (node == 0)
			return p->count;
		node++;
	}
	while (node < p->leaf_count) {
		node *= 2;
		if (p->tree[node] <= first)
			node++;
	}
	return (uint32_t)(node - p->leaf_count);
}

static void
mark_placed(struct planner *p, uint32_t item)
{
	uint64_t node = (uint64_t)p->leaf_count + p->leaf_of[item];
	uint64_t value = (uint64_t)p->items[item].last + 1;

	for (; node > 0 && p->tree[node] < value; node /= 2)
		p->tree[node] = value;
}

/* What has been placed and is alive together with @item, in address order. */
static uint32_t
collect_neighbours(struct planner *p, const struct apui_plan_item *item)
{
	uint32_t found = 0;
	uint32_t leaf = find_alive(p, 0, item->first);

	while (leaf < p->count) {
		const struct apui_plan_item *other =
			&p->items[p->by_first[leaf]];

		if (other->first > item->last)
			break;
		p->neighbours[found].begin = other->offset_bytes;
		p->neighbours[found++].end =
			other->offset_bytes + align_size(other->size_bytes);
		leaf = find_alive(p, leaf + 1, item->first);
	}
	p->visits += found;
	qsort(p->neighbours, found, sizeof(*p->neighbours), compare_begin);
	return found;
}

/*
 * The smallest gap that is large enough, else behind the last neighbour. The
 * gap's lower or its upper end is taken, whichever @at_top says.
 */
static uint64_t
find_gap(const struct planner *p, uint32_t neighbour_count, uint64_t size_bytes,
	 bool at_top)
{
	uint64_t end = p->base_bytes;
	uint64_t best_offset = 0, best_gap = UINT64_MAX;

	for (uint32_t i = 0; i <= neighbour_count; i++) {
		const struct span *n = &p->neighbours[i];
		uint64_t limit = i < neighbour_count ? n->begin : p->ceiling;
		uint64_t gap = limit > end ? limit - end : 0;

		if (gap >= size_bytes && gap < best_gap) {
			best_gap = gap;
			best_offset = at_top ? limit - size_bytes : end;
		}
		if (i < neighbour_count && n->end > end)
			end = n->end;
	}
	return best_gap < UINT64_MAX ? best_offset : end;
}

static void
place_item(struct planner *p, uint32_t index)
{
	struct apui_plan_item *item = &p->items[index];
	uint64_t size_bytes = align_size(item->size_bytes);

	if (size_bytes == 0) {
		item->offset_bytes = p->base_bytes;
		return;
	}
	if (p->visits < MAX_VISITS) {
		uint32_t n = collect_neighbours(p, item);

		/* Writers take turns at the ends, so that chains fit. */
		item->offset_bytes = find_gap(
			p, n, size_bytes, p->alternate && item->first % 2 == 1);
	} else {
		item->offset_bytes = p->end_bytes;
	}

	mark_placed(p, index);
	if (item->offset_bytes + size_bytes > p->end_bytes)
		p->end_bytes = item->offset_bytes + size_bytes;
}

/* A change of the bytes alive: births at 2 * first, deaths at 2 * last + 1. */
struct change {
	uint64_t time;
	uint64_t size_bytes;
};

static int
compare_time(const void *a, const void *b)
{
	const struct change *ca = a, *cb = b;

	return ca->time < cb->time ? -1 : ca->time > cb->time;
}

int
apui_plan_lower_bound(const struct apui_plan_item *items, uint32_t count,
		      uint64_t base_bytes, uint64_t *out_bytes)
{
	uint64_t alive = base_bytes, most = base_bytes;
	struct change *changes;
	int ret;

	ret = check_sizes(items, count, base_bytes);
	if (ret < 0)
		return ret;
	changes = calloc(2 * (size_t)count + 1, sizeof(*changes));
	if (changes == NULL)
		return -ENOMEM;

	for (uint32_t i = 0; i < count; i++) {
		uint64_t size_bytes = align_size(items[i].size_bytes);

		changes[2 * i].time = 2 * (uint64_t)items[i].first;
		changes[2 * i].size_bytes = size_bytes;
		changes[2 * i + 1].time = 2 * (uint64_t)items[i].last + 1;
		changes[2 * i + 1].size_bytes = size_bytes;
	}
	qsort(changes, 2 * (size_t)count, sizeof(*changes), compare_time);
	for (size_t i = 0; i < 2 * (size_t)count; i++) {
		if (changes[i].time & 1)
			alive -= changes[i].size_bytes;
		else
			alive += changes[i].size_bytes;
		if (alive > most)
			most = alive;
	}

	free(changes);
	*out_bytes = most;
	return 0;
}

static void
place_all(struct planner *p, const uint32_t *order)
{
	memset(p->tree, 0, 2 * (size_t)p->leaf_count * sizeof(*p->tree));
	p->end_bytes = p->base_bytes;
	p->visits = 0;
	for (uint32_t i = 0; i < p->count; i++)
		place_item(p, order[i]);
}

static void
keep_if_better(struct planner *p, uint64_t *best_bytes)
{
	if (p->end_bytes >= *best_bytes)
		return;
	*best_bytes = p->end_bytes;
	for (uint32_t i = 0; i < p->count; i++)
		p->best[i] = p->items[i].offset_bytes;
}

/*
 * Large items first suits most networks; time's order, filling the bound from
 * both ends, suits chains. Whichever needs less.
 */
static uint64_t
try_orders(struct planner *p, uint64_t bound_bytes)
{
	uint64_t best_bytes = UINT64_MAX;

	p->ceiling = UINT64_MAX - 1;
	place_all(p, p->by_size);
	keep_if_better(p, &best_bytes);
	if (best_bytes > bound_bytes) {
		place_all(p, p->by_first);
		keep_if_better(p, &best_bytes);
	}
	if (best_bytes > bound_bytes) {
		p->ceiling = bound_bytes;
		p->alternate = true;
		place_all(p, p->by_first);
		keep_if_better(p, &best_bytes);
	}

	for (uint32_t i = 0; i < p->count; i++)
		p->items[i].offset_bytes = p->best[i];
	return best_bytes;
}

int
apui_plan_memory(struct apui_plan_item *items, uint32_t count,
		 uint64_t base_bytes, uint64_t *out_bytes)
{
	struct planner planner;
	uint64_t bound_bytes;
	int ret;

	ret = apui_plan_lower_bound(items, count, base_bytes, &bound_bytes);
	if (ret < 0)
		return ret;
	ret = init_planner(&planner, items, count, base_bytes);
	if (ret < 0)
		return ret;

	*out_bytes = try_orders(&planner, bound_bytes);
	finish_planner(&planner);
	return 0;
}
