/* SPDX-License-Identifier: MIT */
#ifndef APUI_PROGRAM_CHECK_H
#define APUI_PROGRAM_CHECK_H

/*
 * An independent reading of docs/program-format.md: whether a program is one.
 * Fails the running test if it is not.
 */

#include "firmware/program.h"
#include "firmware/wire.h"
#include "model/compile.h"
#include "test.h"
#include <string.h>

struct program_view {
	struct apui_program_header header;
	const struct apui_program_tensor *tensors;
	const struct apui_program_operator *operators;
	const uint32_t *list;
	const uint8_t *blob;
};

static inline uint32_t
type_bytes(unsigned int type)
{
	switch (type) {
	case APUI_TYPE_INT8:
	case APUI_TYPE_UINT8:
	case APUI_TYPE_BOOL:
		return 1;
	case APUI_TYPE_INT16:
	case APUI_TYPE_FLOAT16:
		return 2;
	case APUI_TYPE_FLOAT32:
	case APUI_TYPE_INT32:
		return 4;
	case APUI_TYPE_FLOAT64:
	case APUI_TYPE_INT64:
		return 8;
	default:
		fail_msg("type %u is not one of a program", type);
		return 0;
	}
}

static inline void
check_section(const struct apui_program_header *h, uint32_t offset,
	      uint64_t bytes, uint64_t *end)
{
	assert_int_equal(offset % 64, 0);
	/* In the order of the format, without overlap. */
	assert_true(offset >= *end);
	*end = offset + bytes;
	assert_true(*end <= h->size_bytes);
}

/* A constant of another program, in the slot behind the outputs. */
static inline bool
is_shared(const struct program_view *v, const struct apui_program_tensor *t)
{
	const struct apui_program_header *h = &v->header;

	return h->shared_bytes > 0 &&
	       t->slot == APUI_SLOT_FIRST_IO + h->input_count + h->output_count;
}

static inline void
check_tensor(const struct program_view *v, const struct apui_program_tensor *t)
{
	const struct apui_program_header *h = &v->header;
	uint64_t bytes = type_bytes(t->type);
	uint64_t end = (uint64_t)t->offset_bytes + t->size_bytes;

	assert_in_range(t->rank, 0, APUI_PROGRAM_MAX_RANK);
	for (unsigned int i = 0; i < APUI_PROGRAM_MAX_RANK; i++) {
		assert_true(t->dims[i] >= 0);
		if (i < t->rank)
			bytes *= (uint64_t)t->dims[i];
		else
			assert_int_equal(t->dims[i], 0);
	}
	assert_int_equal(t->size_bytes, bytes);
	assert_int_equal(t->offset_bytes % 64, 0);
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(t->reserved[i], 0);

	if (t->slot == APUI_SLOT_PROGRAM) {
		assert_true(t->offset_bytes >= h->data_offset);
		assert_true(end <= (uint64_t)h->data_offset + h->data_bytes);
	} else if (t->slot == APUI_SLOT_ARENA) {
		assert_true(t->offset_bytes >=
			    sizeof(struct apui_arena_header));
		assert_true(end <= h->arena_bytes);
	} else if (t->slot == APUI_SLOT_STATE) {
		assert_true(end <= h->state_bytes);
	} else if (is_shared(v, t)) {
		assert_true(end <= h->shared_bytes);
	} else {
		assert_in_range(t->slot, APUI_SLOT_FIRST_IO,
				APUI_SLOT_FIRST_IO + h->input_count +
					h->output_count - 1);
		assert_int_equal(t->offset_bytes, 0);
	}
}

/* The first tensors are the inputs and outputs, one a slot. */
static inline void
check_io(const struct program_view *v)
{
	uint32_t count = v->header.input_count + v->header.output_count;

	assert_true(count <= v->header.tensor_count);
	for (uint32_t i = 0; i < v->header.tensor_count; i++)
		if (i < count)
			assert_int_equal(v->tensors[i].slot,
					 APUI_SLOT_FIRST_IO + i);
		else
			assert_true(v->tensors[i].slot < APUI_SLOT_FIRST_IO ||
				    is_shared(v, &v->tensors[i]));
}

static inline void
check_operator(const struct program_view *v,
	       const struct apui_program_operator *op)
{
	uint64_t count = (uint64_t)op->input_count + op->output_count;

	assert_in_range(op->op, APUI_OP_COPY, 69);
	assert_int_equal(op->flags, 0);
	assert_int_equal(op->reserved[0] | op->reserved[1], 0);
	assert_true(op->list_first + count <= v->header.list_count);
	for (uint64_t i = 0; i < count; i++) {
		uint32_t t = v->list[op->list_first + i];

		if (t == APUI_NO_TENSOR)
			/* a bias, or a scale and zero point */
			assert_true(i == 2 ||
				    (i == 1 && op->op == APUI_OP_DEQUANTIZE));
		else
			assert_true(t < v->header.tensor_count);
	}
}

static inline bool
uses(const struct program_view *v, uint32_t operator, uint32_t tensor)
{
	const struct apui_program_operator *op = &v->operators[operator];
	uint32_t count = (uint32_t)op->input_count + op->output_count;

	for (uint32_t i = 0; i < count; i++)
		if (v->list[op->list_first + i] == tensor)
			return true;
	return false;
}

/* From the operator that writes it to the last that reads it. */
static inline bool
is_alive(const struct program_view *v, uint32_t tensor, uint32_t operator)
{
	bool before = false, after = false;

	for (uint32_t i = 0; i < v->header.operator_count; i++) {
		before |= i <= operator&& uses(v, i, tensor);
		after |= i >= operator&& uses(v, i, tensor);
	}
	return before && after;
}

/* Tensors of the arena that are the same bytes. */
static inline bool
is_same_place(const struct program_view *v, uint32_t a, uint32_t b)
{
	return v->tensors[a].slot == APUI_SLOT_ARENA &&
	       v->tensors[b].slot == APUI_SLOT_ARENA &&
	       v->tensors[a].offset_bytes == v->tensors[b].offset_bytes &&
	       v->tensors[a].size_bytes == v->tensors[b].size_bytes;
}

static inline bool
writes(const struct program_view *v, uint32_t operator, uint32_t tensor)
{
	const struct apui_program_operator *op = &v->operators[operator];

	for (uint32_t i = 0; i < op->output_count; i++)
		if (v->list[op->list_first + op->input_count + i] == tensor)
			return true;
	return false;
}

/* Operators that may write over an input: docs/program-format.md. */
static inline bool
is_elementwise(unsigned int op)
{
	return op == APUI_OP_ADD || op == APUI_OP_QUANTIZE ||
	       (op >= APUI_OP_LOOKUP && op <= APUI_OP_DIV);
}

/* What @a is written over is not read as @b any more. */
static inline void
check_sharing(const struct program_view *v, uint32_t a, uint32_t b)
{
	for (uint32_t k = 0; k < v->header.operator_count; k++) {
		bool is_used = false;

		if (!writes(v, k, a))
			continue;
		for (uint32_t i = 0; i <= k; i++)
			is_used |= uses(v, i, b);
		for (uint32_t i = k + 1; i < v->header.operator_count; i++)
			assert_false(is_used && uses(v, i, b));
		if (uses(v, k, b))
			assert_true(is_elementwise(v->operators[k].op));
	}
}

/* Every pair of tensors at every operator. */
static inline void
check_arena_overlap(const struct program_view *v)
{
	for (uint32_t i = 0; i < v->header.tensor_count; i++)
		for (uint32_t j = 0; j < i; j++) {
			const struct apui_program_tensor *a = &v->tensors[i];
			const struct apui_program_tensor *b = &v->tensors[j];

			if (a->slot != APUI_SLOT_ARENA ||
			    b->slot != APUI_SLOT_ARENA ||
			    a->offset_bytes >=
				    b->offset_bytes + b->size_bytes ||
			    b->offset_bytes >= a->offset_bytes + a->size_bytes)
				continue;
			if (is_same_place(v, i, j)) {
				check_sharing(v, i, j);
				check_sharing(v, j, i);
				continue;
			}
			for (uint32_t k = 0; k < v->header.operator_count; k++)
				assert_false(is_alive(v, i, k) &&
					     is_alive(v, j, k));
		}
}

/* May it write a tensor that has been written, too? */
static inline bool
is_partial(const struct apui_program_operator *op)
{
	return op->op == APUI_OP_STRIDED_COPY;
}

/*
 * A tensor is written before it is read, and never when it is given; once, but
 * for operators that write parts.
 */
static inline void
check_order(const struct program_view *v)
{
	for (uint32_t t = 0; t < v->header.tensor_count; t++) {
		bool written = v->tensors[t].slot == APUI_SLOT_PROGRAM ||
			       is_shared(v, &v->tensors[t]) ||
			       t < v->header.input_count;
		bool has_bytes = written; /* maybe by another name */

		/* What an inference has left there is for the next. */
		if (v->tensors[t].slot == APUI_SLOT_STATE)
			continue;
		for (uint32_t i = 0; i < v->header.operator_count; i++) {
			const struct apui_program_operator *op =
				&v->operators[i];
			const uint32_t *outputs =
				v->list + op->list_first + op->input_count;

			if (writes(v, i, t))
				assert_false(written && !is_partial(op));
			else if (uses(v, i, t))
				assert_true(has_bytes);
			written |= writes(v, i, t);
			has_bytes |= written;
			for (uint32_t j = 0; j < op->output_count; j++)
				has_bytes |= is_same_place(v, outputs[j], t);
		}
		assert_true(has_bytes);
	}
}

static inline void
check_program(const struct apui_program *program, struct program_view *v)
{
	struct apui_program_header *h = &v->header;
	uint64_t end = sizeof(*h);

	assert_int_equal((uintptr_t)program->blob % 64, 0);
	assert_true(program->size_bytes >= sizeof(*h));
	memcpy(h, program->blob, sizeof(*h));
	assert_int_equal(h->magic, APUI_PROGRAM_MAGIC);
	assert_int_equal(h->version, 1);
	assert_int_equal(h->header_bytes, 128);
	assert_int_equal(h->target, APUI_TARGET_REF);
	assert_int_equal(h->size_bytes, program->size_bytes);
	assert_int_equal(h->size_bytes % 64, 0);
	assert_int_equal(h->arena_bytes, program->arena_bytes);
	assert_int_equal(h->state_bytes, program->state_bytes);
	assert_int_equal(h->state_init_offset, program->state_init_offset);
	assert_int_equal(h->state_init_offset % 64, 0);
	assert_int_equal(h->state_init_offset != 0, h->state_bytes != 0);
	assert_int_equal(h->operator_count, program->operator_count);

	check_section(h, h->tensor_offset, 64 * (uint64_t)h->tensor_count,
		      &end);
	check_section(h, h->operator_offset, 128 * (uint64_t)h->operator_count,
		      &end);
	check_section(h, h->list_offset, 4 * (uint64_t)h->list_count, &end);
	check_section(h, h->data_offset, h->data_bytes, &end);

	v->blob = program->blob;
	v->tensors = (const void *)(program->blob + h->tensor_offset);
	v->operators = (const void *)(program->blob + h->operator_offset);
	v->list = (const void *)(program->blob + h->list_offset);
	for (uint32_t i = 0; i < h->tensor_count; i++)
		check_tensor(v, &v->tensors[i]);
	check_io(v);
	for (uint32_t i = 0; i < h->operator_count; i++) {
		check_operator(v, &v->operators[i]);
		assert_true(program->work[i] >= v->operators[i].macs);
	}
	check_arena_overlap(v);
	check_order(v);
}

/* Tensor @index of operator @operator, inputs before outputs. */
static inline const struct apui_program_tensor *
tensor_of(const struct program_view *v, uint32_t operator, uint32_t index)
{
	uint32_t t = v->list[v->operators[operator].list_first + index];

	assert_true(t < v->header.tensor_count);
	return &v->tensors[t];
}

static inline const void *
data_of(const struct program_view *v, const struct apui_program_tensor *t)
{
	assert_int_equal(t->slot, APUI_SLOT_PROGRAM);
	return v->blob + t->offset_bytes;
}

#endif
