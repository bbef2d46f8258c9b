/* SPDX-License-Identifier: MIT */

/*
 * Sharing of memory, in the program. A COPY between two tensors of the arena,
 * as RESHAPE becomes, is left out: both are the same bytes. And an operator
 * that reads each element before it writes the same one may write over an input
 * that nobody needs after it.
 */

#include "model/lowering.h"
#include "model/pass.h"
#include <errno.h>
#include <stdlib.h>

/*
 * Operators that are done with elements 0 to i of an input of their output's
 * shape when they write element i: docs/program-format.md promises it of every
 * target's kernels. Bit i of @inputs is for input i.
 */
static const struct {
	enum apui_op op;
	uint32_t inputs;
} elementwise[] = {
	{ APUI_OP_ADD, 3 },
	{ APUI_OP_SUB, 3 },
	{ APUI_OP_MUL, 3 },
	{ APUI_OP_DIV, 3 },
	{ APUI_OP_QUANTIZE, 1 },
	{ APUI_OP_LOOKUP, 1 },
	{ APUI_OP_UNARY_FLOAT, 1 },
	{ APUI_OP_BINARY_FLOAT, 3 },
	{ APUI_OP_BINARY_INTEGER, 3 },
	{ APUI_OP_COMPARE, 3 },
	{ APUI_OP_CAST, 1 },
	{ APUI_OP_PRELU, 3 },
	{ APUI_OP_SELECT, 6 },
};

/* Tensors that share bytes, at their home: the one whose number stands for
 * all of them. */
struct group {
	struct apui_lifetime lifetime;
	uint32_t last_write;
};

struct sharing {
	struct apui_lowering *lowering;
	struct apui_program_writer *writer;
	struct apui_lifetime *lifetimes; /* of tensors */
	uint32_t *write_counts;          /* of tensors: operators that write */
	struct group *groups;            /* of homes */
	bool *is_left_out;               /* of operators */
};

static int
init_sharing(struct sharing *s, struct apui_lowering *lowering)
{
	size_t tensor_count = lowering->writer.tensor_count + 1;

	*s = (struct sharing) {
		.lowering = lowering,
		.writer = &lowering->writer,
		.lifetimes = calloc(tensor_count, sizeof(*s->lifetimes)),
		.write_counts = calloc(tensor_count, sizeof(*s->write_counts)),
		.groups = calloc(tensor_count, sizeof(*s->groups)),
		.is_left_out = calloc(lowering->writer.operator_count + 1,
				      sizeof(*s->is_left_out)),
	};
	lowering->homes = calloc(tensor_count, sizeof(*lowering->homes));
	return s->lifetimes == NULL || s->write_counts == NULL ||
			       s->groups == NULL || s->is_left_out == NULL ||
			       lowering->homes == NULL
		       ? -ENOMEM
		       : 0;
}

static void
finish_sharing(struct sharing *s)
{
	free(s->lifetimes);
	free(s->write_counts);
	free(s->groups);
	free(s->is_left_out);
}

static void
fill_groups(struct sharing *s)
{
	const struct apui_program_writer *writer = s->writer;

	apui_lowering_find_lifetimes(s->lowering, s->lifetimes);
	for (uint32_t t = 0; t < writer->tensor_count; t++) {
		s->lowering->homes[t] = t;
		s->groups[t].lifetime = s->lifetimes[t];
	}
	for (uint32_t i = 0; i < writer->operator_count; i++) {
		const struct apui_program_operator *op = &writer->operators[i];
		const uint32_t *outputs =
			writer->list + op->list_first + op->input_count;

		for (uint32_t j = 0; j < op->output_count; j++) {
			s->write_counts[outputs[j]]++;
			s->groups[outputs[j]].last_write = i;
		}
	}
}

static bool
is_in_arena(const struct sharing *s, uint32_t tensor)
{
	return tensor != APUI_NO_TENSOR &&
	       s->writer->tensors[tensor].slot == APUI_SLOT_ARENA;
}

static uint32_t
count_elements(const struct apui_program_tensor *tensor)
{
	uint32_t bytes =
		(uint32_t)apu_dtype_size_bytes((enum apu_dtype)tensor->type);

	return bytes > 0 ? tensor->size_bytes / bytes : 0;
}

/* All of a tensor to all of another, in order. */
static bool
copies_all(const struct sharing *s, const struct apui_program_operator *op,
	   uint32_t x, uint32_t y)
{
	const struct apui_strided_copy_params *block = &op->params.strided_copy;
	const struct apui_program_tensor *from = &s->writer->tensors[x];

	if (from->size_bytes != s->writer->tensors[y].size_bytes)
		return false;
	if (op->op == APUI_OP_COPY)
		return true;
	if (op->op != APUI_OP_STRIDED_COPY || block->in_offset != 0 ||
	    block->out_offset != 0)
		return false;
	if (block->rank == 0)
		return count_elements(from) == 1;
	return block->rank == 1 && block->in_strides[0] == 1 &&
	       block->out_strides[0] == 1 &&
	       (uint32_t)block->lengths[0] == count_elements(from);
}

static void
join(struct sharing *s, uint32_t home, uint32_t y, uint32_t last_write)
{
	struct group *group = &s->groups[home];

	s->lowering->homes[y] = home;
	if (group->lifetime.last < s->lifetimes[y].last)
		group->lifetime.last = s->lifetimes[y].last;
	if (group->last_write < last_write)
		group->last_write = last_write;
}

/* @op is a copy of what nobody writes to any more: the copy is what it is of.
 */
static bool
share_copy(struct sharing *s, uint32_t index)
{
	const struct apui_program_operator *op = &s->writer->operators[index];
	const uint32_t *list = s->writer->list + op->list_first;
	uint32_t home;

	if ((op->op != APUI_OP_COPY && op->op != APUI_OP_STRIDED_COPY) ||
	    !is_in_arena(s, list[0]) || !is_in_arena(s, list[1]) ||
	    !copies_all(s, op, list[0], list[1]))
		return false;
	home = s->lowering->homes[list[0]];
	if (s->write_counts[list[1]] != 1 ||
	    s->lifetimes[list[1]].first != index ||
	    s->groups[home].last_write >= index)
		return false;
	join(s, home, list[1], 0);
	s->is_left_out[index] = true;
	return true;
}

static uint32_t
find_elementwise(unsigned int op)
{
	for (size_t i = 0; i < sizeof(elementwise) / sizeof(elementwise[0]);
	     i++)
		if ((unsigned int)elementwise[i].op == op)
			return elementwise[i].inputs;
	return 0;
}

static bool
is_byte(const struct apui_program_tensor *tensor)
{
	return apu_dtype_size_bytes((enum apu_dtype)tensor->type) == 1;
}

/* Compilers may assume that floats and integers do not share bytes. */
static bool
may_overlay(const struct apui_program_tensor *x,
	    const struct apui_program_tensor *y)
{
	return x->size_bytes == y->size_bytes &&
	       (x->type == y->type || (is_byte(x) && is_byte(y)));
}

/* Nobody names x, or what has its bytes, behind @index; y begins there. */
static bool
can_take_over(const struct sharing *s, uint32_t index, uint32_t x, uint32_t y)
{
	uint32_t home;

	if (!is_in_arena(s, x))
		return false;
	home = s->lowering->homes[x];
	return home != s->lowering->homes[y] &&
	       s->groups[home].lifetime.last == index &&
	       s->lifetimes[y].first == index &&
	       may_overlay(&s->writer->tensors[x], &s->writer->tensors[y]);
}

static void
share_input(struct sharing *s, uint32_t index)
{
	const struct apui_program_operator *op = &s->writer->operators[index];
	const uint32_t *list = s->writer->list + op->list_first;
	uint32_t inputs = find_elementwise(op->op);
	uint32_t y;

	if (inputs == 0 || !is_in_arena(s, list[op->input_count]))
		return;
	y = list[op->input_count];
	for (uint32_t i = 0; i < op->input_count; i++) {
		if ((inputs >> i & 1) == 0 ||
		    !can_take_over(s, index, list[i], y))
			continue;
		join(s, s->lowering->homes[list[i]], y,
		     s->groups[y].last_write);
		return;
	}
}

/* Jumps and loops name operators; a loop ends with one that stays. */
static void
renumber(struct apui_lowering *lowering, const uint32_t *numbers)
{
	struct apui_program_writer *writer = &lowering->writer;

	for (size_t i = 0; i < writer->operator_count; i++) {
		struct apui_program_operator *op = &writer->operators[i];

		if (op->op == APUI_OP_BRANCH || op->op == APUI_OP_JUMP)
			op->params.jump.target =
				numbers[op->params.jump.target];
	}
	for (size_t i = 0; i < lowering->loop_count; i++) {
		struct apui_loop *loop = &lowering->loops[i];

		loop->first = numbers[loop->first];
		loop->last = numbers[loop->last];
	}
}

/* Give the operators that stay new numbers, and the end, too. */
static int
leave_out(struct sharing *s)
{
	struct apui_program_writer *writer = s->writer;
	uint32_t *numbers =
		calloc(writer->operator_count + 1, sizeof(*numbers));
	uint32_t kept = 0;

	if (numbers == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < writer->operator_count; i++) {
		numbers[i] = kept;
		if (!s->is_left_out[i])
			writer->operators[kept++] = writer->operators[i];
	}
	numbers[writer->operator_count] = kept;
	writer->operator_count = kept;
	renumber(s->lowering, numbers);
	free(numbers);
	return 0;
}

int
apui_pass_inplace(struct apui_lowering *lowering)
{
	struct sharing s;
	int ret;

	ret = init_sharing(&s, lowering);
	if (ret == 0) {
		fill_groups(&s);
		for (uint32_t i = 0; i < s.writer->operator_count; i++)
			if (!share_copy(&s, i))
				share_input(&s, i);
		ret = leave_out(&s);
	}
	finish_sharing(&s);
	return ret;
}
