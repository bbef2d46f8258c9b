/* SPDX-License-Identifier: MIT */
#include "model/plan.h"
#include "test.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BASE 64

/* xorshift: the same items on every machine. */
static uint32_t
next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static uint64_t
aligned(uint64_t size)
{
	return (size + 63) / 64 * 64;
}

/* Every pair, and every end: the definition of a plan. */
static void
check_plan(const struct apui_plan_item *items, uint32_t count, uint64_t bytes)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct apui_plan_item *a = &items[i];

		assert_int_equal(a->offset_bytes % 64, 0);
		assert_true(a->offset_bytes >= BASE);
		assert_true(a->offset_bytes + a->size_bytes <= bytes);
		for (uint32_t j = i + 1; j < count; j++) {
			const struct apui_plan_item *b = &items[j];

			if (a->last < b->first || b->last < a->first ||
			    a->size_bytes == 0 || b->size_bytes == 0)
				continue;
			assert_true(a->offset_bytes + a->size_bytes <=
					    b->offset_bytes ||
				    b->offset_bytes + b->size_bytes <=
					    a->offset_bytes);
		}
	}
}

static uint64_t
find_bound(const struct apui_plan_item *items, uint32_t count, uint32_t steps)
{
	uint64_t most = 0;

	for (uint32_t step = 0; step < steps; step++) {
		uint64_t alive = 0;

		for (uint32_t i = 0; i < count; i++)
			if (items[i].first <= step && step <= items[i].last)
				alive += aligned(items[i].size_bytes);
		most = alive > most ? alive : most;
	}
	return most + BASE;
}

/* Returns the bytes planned; the bound's own answer is checked as well. */
static uint64_t
plan_and_check(struct apui_plan_item *items, uint32_t count, uint32_t steps,
	       uint64_t *out_bound)
{
	uint64_t bytes = 0, bound = 0;

	assert_int_equal(apui_plan_memory(items, count, BASE, &bytes), 0);
	check_plan(items, count, bytes);
	assert_int_equal(apui_plan_lower_bound(items, count, BASE, &bound), 0);
	assert_int_equal(bound, find_bound(items, count, steps));
	assert_true(bytes >= bound);
	*out_bound = bound;
	return bytes;
}

static void
nothing_needs_the_base_only(void **state)
{
	uint64_t bytes = 0, bound = 0;

	(void)state;
	assert_int_equal(apui_plan_memory(NULL, 0, BASE, &bytes), 0);
	assert_int_equal(apui_plan_lower_bound(NULL, 0, BASE, &bound), 0);
	assert_int_equal(bytes, BASE);
	assert_int_equal(bound, BASE);
}

struct chain_case {
	const char *name;
	uint64_t sizes[8]; /* ends with 0 */
	uint64_t bytes;
};

/* Each is written by one operator and read by the next. */
static const struct chain_case chain_cases[] = {
	{ "chain_needs_its_largest_pair",
	  { 100, 3000, 200, 5000, 1, 640 },
	  BASE + 256 + 5056 },
	{ "chain_of_equal_items_needs_two",
	  { 128, 128, 128, 128, 128 },
	  BASE + 256 },
	{ "chain_of_equal_items_and_a_small_one_needs_two",
	  { 128, 128, 128, 128, 8, 128, 128 },
	  BASE + 256 },
	{ "chain_of_one_needs_itself", { 65 }, BASE + 128 },
};

static void
check_chain(void **state)
{
	const struct chain_case *c = *state;
	struct apui_plan_item items[8];
	uint64_t bytes, bound;
	uint32_t count = 0;

	for (; c->sizes[count] > 0; count++)
		items[count] =
			(struct apui_plan_item) { .size_bytes = c->sizes[count],
						  .first = count,
						  .last = count + 1 };
	bytes = plan_and_check(items, count, count + 1, &bound);
	assert_int_equal(bytes, c->bytes);
	assert_int_equal(bound, c->bytes);
}

static void
input_and_output_of_one_operator_are_apart(void **state)
{
	struct apui_plan_item items[] = {
		{ .size_bytes = 64, .first = 0, .last = 1 },
		{ .size_bytes = 64, .first = 1, .last = 1 },
	};
	uint64_t bound;

	(void)state;
	assert_int_equal(plan_and_check(items, 2, 2, &bound), BASE + 128);
}

static void
small_item_takes_the_tightest_gap(void **state)
{
	/* Later, the short-lived ones leave gaps of 512 and 192 bytes. */
	struct apui_plan_item items[] = {
		{ .size_bytes = 1024, .first = 0, .last = 9 },
		{ .size_bytes = 512, .first = 0, .last = 0 },
		{ .size_bytes = 256, .first = 0, .last = 9 },
		{ .size_bytes = 192, .first = 0, .last = 0 },
		{ .size_bytes = 128, .first = 0, .last = 9 },
		{ .size_bytes = 100, .first = 5, .last = 9 },
	};
	uint64_t bound;
	uint64_t bytes = plan_and_check(items, 6, 10, &bound);

	(void)state;
	assert_int_equal(bytes, bound);
	assert_int_equal(items[5].offset_bytes, items[3].offset_bytes);
}

static void
empty_items_take_no_room(void **state)
{
	struct apui_plan_item items[] = {
		{ .size_bytes = 0, .first = 0, .last = 2 },
		{ .size_bytes = 10, .first = 0, .last = 2 },
		{ .size_bytes = 0, .first = 1, .last = 1 },
	};
	uint64_t bound;

	(void)state;
	assert_int_equal(plan_and_check(items, 3, 3, &bound), BASE + 64);
}

static void
random_plans_never_overlap(void **state)
{
	enum { ITEMS = 120, STEPS = 60, ROUNDS = 60 };
	struct apui_plan_item items[ITEMS];
	uint64_t total = 0, total_bound = 0;

	(void)state;
	for (uint32_t round = 1; round <= ROUNDS; round++) {
		uint32_t seed = round * 2654435761u;
		uint64_t bound;

		for (uint32_t i = 0; i < ITEMS; i++) {
			uint32_t life = next_random(&seed) % 8 == 0
						? next_random(&seed) % STEPS
						: next_random(&seed) % 3;

			items[i].first = next_random(&seed) % STEPS;
			items[i].last = items[i].first + life < STEPS
						? items[i].first + life
						: STEPS - 1;
			items[i].size_bytes = next_random(&seed) % 5000;
		}
		total += plan_and_check(items, ITEMS, STEPS, &bound);
		total_bound += bound;
	}
	/* Measured 1.03; a plan that got much worse would be a fault. */
	print_message("# random plans: %.3f of the bound\n",
		      (double)total / (double)total_bound);
	assert_true(total * 100 < total_bound * 110);
}

static void
same_items_get_the_same_plan(void **state)
{
	enum { ITEMS = 500 };
	static struct apui_plan_item one[ITEMS], two[ITEMS];
	uint64_t bytes;
	uint32_t seed = 7;

	(void)state;
	for (uint32_t i = 0; i < ITEMS; i++) {
		one[i].first = next_random(&seed) % 100;
		one[i].last = one[i].first + next_random(&seed) % 9;
		one[i].size_bytes = next_random(&seed) % 4 * 100;
	}
	memcpy(two, one, sizeof(one));
	assert_int_equal(apui_plan_memory(one, ITEMS, BASE, &bytes), 0);
	assert_int_equal(apui_plan_memory(two, ITEMS, BASE, &bytes), 0);
	assert_memory_equal(one, two, sizeof(one));
}

/* The work is bounded: these would take minutes if it were quadratic. */
static void
many_items_alive_at_once_are_planned_soon(void **state)
{
	enum { ITEMS = 65536 };
	struct apui_plan_item *items = calloc(ITEMS, sizeof(*items));
	uint64_t bytes = 0;

	(void)state;
	assert_non_null(items);
	for (uint32_t i = 0; i < ITEMS; i++)
		items[i] =
			(struct apui_plan_item) { .size_bytes = 64 + i % 1000,
						  .last = UINT32_MAX };
	assert_int_equal(apui_plan_memory(items, ITEMS, BASE, &bytes), 0);
	free(items);
}

static void
long_chain_is_planned_soon_and_well(void **state)
{
	enum { ITEMS = 65536 };
	struct apui_plan_item *items = calloc(ITEMS, sizeof(*items));
	uint64_t bytes = 0, bound = 0;

	(void)state;
	assert_non_null(items);
	for (uint32_t i = 0; i < ITEMS; i++)
		items[i] = (struct apui_plan_item) { .size_bytes =
							     64 * (1 + i % 7),
						     .first = i,
						     .last = i + 1 };
	assert_int_equal(apui_plan_memory(items, ITEMS, BASE, &bytes), 0);
	assert_int_equal(apui_plan_lower_bound(items, ITEMS, BASE, &bound), 0);
	assert_true(bytes <= bound * 3 / 2);
	free(items);
}

struct refused_case {
	const char *name;
	struct apui_plan_item items[2];
};

static const struct refused_case refused_cases[] = {
	{ "item_of_all_addresses_is_refused",
	  { { .size_bytes = UINT64_MAX }, { .size_bytes = 1 } } },
	{ "sum_over_63_bits_is_refused",
	  { { .size_bytes = UINT64_C(1) << 62 },
	    { .size_bytes = UINT64_C(1) << 62 } } },
};

static void
check_refused(void **state)
{
	const struct refused_case *c = *state;
	struct apui_plan_item items[2];
	uint64_t bytes = 5;

	memcpy(items, c->items, sizeof(items));
	assert_int_equal(apui_plan_memory(items, 2, BASE, &bytes), -EOVERFLOW);
	assert_int_equal(apui_plan_lower_bound(items, 2, BASE, &bytes),
			 -EOVERFLOW);
	assert_int_equal(bytes, 5);
}

int
main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(nothing_needs_the_base_only),
		cmocka_unit_test(input_and_output_of_one_operator_are_apart),
		cmocka_unit_test(small_item_takes_the_tightest_gap),
		cmocka_unit_test(empty_items_take_no_room),
		cmocka_unit_test(random_plans_never_overlap),
		cmocka_unit_test(same_items_get_the_same_plan),
		cmocka_unit_test(many_items_alive_at_once_are_planned_soon),
		cmocka_unit_test(long_chain_is_planned_soon_and_well),
	};
	struct CMUnitTest tests[COUNT(single) + COUNT(chain_cases) +
				COUNT(refused_cases)];
	struct CMUnitTest *next = tests + COUNT(single);

	memcpy(tests, single, sizeof(single));
	for (size_t i = 0; i < COUNT(chain_cases); i++)
		*next++ = (struct CMUnitTest) {
			.name = chain_cases[i].name,
			.test_func = check_chain,
			.initial_state = (void *)(uintptr_t)&chain_cases[i],
		};
	for (size_t i = 0; i < COUNT(refused_cases); i++)
		*next++ = (struct CMUnitTest) {
			.name = refused_cases[i].name,
			.test_func = check_refused,
			.initial_state = (void *)(uintptr_t)&refused_cases[i],
		};
	return _cmocka_run_group_tests("plan", tests, COUNT(tests), NULL, NULL);
}
