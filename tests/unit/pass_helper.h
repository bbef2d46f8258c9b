/* SPDX-License-Identifier: MIT */
#ifndef APUI_PASS_HELPER_H
#define APUI_PASS_HELPER_H

/*
 * Rows for passes: a graph made by hand is compiled without passes and with
 * one, the program has as many operators as the row says, and both programs
 * compute the same from random bytes.
 */

#include "compile_helper.h"
#include "firmware/interp.h"
#include "support/random.h"
#include <math.h>
#include <stdlib.h>

#define PASS_RUNS     8
#define PASS_MAX_TIES 8 /* inputs and outputs */

struct pass_row {
	const char *name;
	void (*build)(struct graph_builder *b);
	uint32_t pass;          /* enum apu_pass */
	uint32_t before, after; /* operators of the program */
	bool is_near;           /* floats need not be the same bits */
};

static void *
pass_translate(void *context, uint64_t address, uint64_t size_bytes)
{
	(void)context;
	(void)address;
	(void)size_bytes;
	return NULL;
}

static int
pass_cancelled(void *context)
{
	(void)context;
	return 0;
}

/* Heap blocks of exact size, so that the sanitizer sees beyond them. */
struct pass_memory {
	uint8_t *slots[APUI_SLOT_FIRST_IO + PASS_MAX_TIES];
	struct apui_fw_run run;
};

static inline void
pass_bind(struct pass_memory *m, unsigned int slot, uint32_t size_bytes)
{
	m->slots[slot] = malloc(size_bytes > 0 ? size_bytes : 1);
	assert_non_null(m->slots[slot]);
	/* What nobody writes shows. */
	memset(m->slots[slot], 0xa5, size_bytes);
	m->run.bindings[slot] =
		(struct apui_fw_binding) { m->slots[slot], size_bytes };
}

static inline void
pass_run(const struct apui_program *program, const struct program_view *v,
	 uint64_t seed, struct pass_memory *m)
{
	static const struct apui_fw_host host = {
		.translate = pass_translate,
		.cancelled = pass_cancelled,
		.address_bytes = 8,
	};
	uint32_t ties = v->header.input_count + v->header.output_count;
	struct random random = { seed };
	struct apui_run_report report;

	assert_in_range(ties, 1, PASS_MAX_TIES);
	memset(m, 0, sizeof(*m));
	m->run.host = &host;
	m->run.program = v->header;
	m->run.binding_count = APUI_SLOT_FIRST_IO + ties;
	m->run.bindings[APUI_SLOT_PROGRAM] =
		(struct apui_fw_binding) { program->blob, program->size_bytes };
	pass_bind(m, APUI_SLOT_ARENA, program->arena_bytes);
	for (uint32_t i = 0; i < ties; i++)
		pass_bind(m, APUI_SLOT_FIRST_IO + i, v->tensors[i].size_bytes);
	for (uint32_t i = 0; i < v->header.input_count; i++) {
		uint8_t *to = m->slots[APUI_SLOT_FIRST_IO + i];
		uint32_t bytes = v->tensors[i].size_bytes;

		random_bytes(&random, to, bytes);
		if (v->tensors[i].type != APUI_TYPE_FLOAT32)
			continue;
		for (uint32_t j = 0; j < bytes / sizeof(float); j++)
			((float *)to)[j] = random_float(&random, -8, 8);
	}
	assert_int_equal(apui_fw_run_operators(
				 &m->run, 0, v->header.operator_count, &report),
			 APUI_RESULT_OK);
}

static inline void
pass_free(struct pass_memory *m)
{
	for (size_t i = 0; i < COUNT(m->slots); i++)
		free(m->slots[i]);
}

static inline void
pass_compare(const struct pass_row *row, const struct program_view *v,
	     const struct pass_memory *a, const struct pass_memory *b)
{
	for (uint32_t i = 0; i < v->header.output_count; i++) {
		uint32_t tensor = v->header.input_count + i;
		uint32_t bytes = v->tensors[tensor].size_bytes;
		const uint8_t *x = a->slots[APUI_SLOT_FIRST_IO + tensor];
		const uint8_t *y = b->slots[APUI_SLOT_FIRST_IO + tensor];

		if (!row->is_near) {
			assert_memory_equal(x, y, bytes);
			continue;
		}
		for (uint32_t j = 0; j < bytes / sizeof(float); j++) {
			float want = ((const float *)x)[j];

			assert_true(fabsf(((const float *)y)[j] - want) <=
				    1e-5f * fmaxf(1, fabsf(want)));
		}
	}
}

static inline struct apui_program *
pass_compile(const struct graph_builder *b, uint32_t disabled,
	     struct program_view *view)
{
	struct apui_limits with = limits;
	struct apui_program *program = NULL;

	with.disabled_passes = disabled;
	assert_int_equal(apui_compile(&b->graph, &with, &program), 0);
	check_program(program, view);
	return program;
}

/* The row's graph, without passes and with its own. */
static void
check_pass(void **state)
{
	const struct pass_row *row = *state;
	struct graph_builder b;
	struct program_view off_view, on_view;
	struct apui_program *off, *on;

	row->build(&b);
	infer_all(&b);
	off = pass_compile(&b, UINT32_MAX, &off_view);
	on = pass_compile(&b, ~row->pass, &on_view);
	assert_int_equal(off_view.header.operator_count, row->before);
	assert_int_equal(on_view.header.operator_count, row->after);
	for (uint64_t seed = 1; seed <= PASS_RUNS; seed++) {
		struct pass_memory was, is;

		pass_run(off, &off_view, seed, &was);
		pass_run(on, &on_view, seed, &is);
		pass_compare(row, &off_view, &was, &is);
		pass_free(&was);
		pass_free(&is);
	}
	apui_program_free(off);
	apui_program_free(on);
}

#define PASS_TESTS(rows)                                                       \
	struct CMUnitTest tests[COUNT(rows)];                                  \
                                                                               \
	for (size_t i = 0; i < COUNT(rows); i++)                               \
		tests[i] = (struct CMUnitTest)                                 \
		{                                                              \
			.name = (rows)[i].name, .test_func = check_pass,       \
			.initial_state = (void *)&(rows)[i],                   \
		}

#endif
