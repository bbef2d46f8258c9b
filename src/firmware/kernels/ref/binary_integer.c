/* SPDX-License-Identifier: MIT */
/*
 * BINARY_INTEGER with broadcast: y = clamp(function(a, b)), modulo 2^bits of
 * the type. Division by zero: ERANGE.
 */
#include "firmware/kernels/ref/element.h"
#include "firmware/kernels/ref/walk.h"

/* The smallest number by -1 is itself: what wrapping makes of it. */
static int64_t
divide(int64_t a, int64_t b)
{
	return b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b;
}

static int64_t
floor_mod(int64_t a, int64_t b)
{
	int64_t rest = b == -1 ? 0 : a % b;

	return rest != 0 && (b < 0) != (rest < 0) ? rest + b : rest;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	int64_t quotient = divide(a, b);

	if (b != -1 && a % b != 0 && (a < 0) != (b < 0))
		quotient--;
	return quotient;
}

/* By squaring, wrapping; of a negative power what is left is 1, -1 or 0. */
static int64_t
power(int64_t base, int64_t exponent)
{
	uint64_t square = (uint64_t)base, product = 1;

	if (exponent < 0 && base == -1)
		return exponent % 2 == 0 ? 1 : -1;
	if (exponent < 0)
		return base == 1;
	for (; exponent > 0; exponent /= 2) {
		if (exponent % 2 != 0)
			product *= square;
		square *= square;
	}
	return (int64_t)product;
}

static int64_t
compute(uint32_t function, int64_t a, int64_t b)
{
	uint64_t difference = (uint64_t)a - (uint64_t)b;

	switch (function) {
	case APUI_BINARY_ADD:
		return (int64_t)((uint64_t)a + (uint64_t)b);
	case APUI_BINARY_SUB:
		return (int64_t)difference;
	case APUI_BINARY_MUL:
		return (int64_t)((uint64_t)a * (uint64_t)b);
	case APUI_BINARY_DIV:
		return divide(a, b);
	case APUI_BINARY_FLOOR_DIV:
		return floor_div(a, b);
	case APUI_BINARY_FLOOR_MOD:
		return floor_mod(a, b);
	case APUI_BINARY_MINIMUM:
		return a < b ? a : b;
	case APUI_BINARY_MAXIMUM:
		return a > b ? a : b;
	case APUI_BINARY_SQUARED_DIFFERENCE:
		return (int64_t)(difference * difference);
	case APUI_BINARY_POW:
		return power(a, b);
	case APUI_BINARY_AND:
		return a && b;
	case APUI_BINARY_OR:
		return a || b;
	case APUI_BINARY_XOR:
		return a ^ b;
	default:
		return a >> b;
	}
}

static int
divides(uint32_t function)
{
	return function == APUI_BINARY_DIV ||
	       function == APUI_BINARY_FLOOR_DIV ||
	       function == APUI_BINARY_FLOOR_MOD;
}

/* Not by zero, nor to a quotient beyond the type, where processors trap. */
static int
can_divide(uint32_t function, uint8_t type, int64_t a, int64_t b)
{
	int64_t min = type == APUI_TYPE_INT64 ? INT64_MIN : INT32_MIN;

	if (function == APUI_BINARY_FLOOR_MOD)
		return b != 0;
	return b != 0 && !(b == -1 && a == min);
}

/* A shift that the type has: the nearest one. */
static int64_t
limit_shift(uint8_t type, int64_t shift)
{
	int64_t last = (int64_t)apui_fw_type_bytes(type) * 8 - 1;

	return shift < 0 ? 0 : shift > last ? last : shift;
}

static int
run_segment(const struct apui_walk *walk)
{
	const struct apui_binary_integer_params *params =
		&walk->call->params.binary_integer;
	const struct apui_fw_tensor *a = &walk->call->inputs[0];
	const struct apui_fw_tensor *b = &walk->call->inputs[1];
	const struct apui_fw_tensor *y = &walk->call->outputs[0];
	int is_division = divides(params->function);

	for (size_t i = 0; i < walk->length; i++) {
		int64_t u = apui_element_get(a->type, a->data,
					     walk->at[0] + i * walk->step[0]);
		int64_t v = apui_element_get(b->type, b->data,
					     walk->at[1] + i * walk->step[1]);
		int64_t value;

		if (params->function == APUI_BINARY_SHIFT_RIGHT) {
			volatile int64_t once = limit_shift(y->type, v);

			v = once;
		}
		if (is_division) {
			/* Read once: what is checked is what divides. */
			volatile int64_t once = v;

			v = once;
			if (!can_divide(params->function, y->type, u, v))
				return APUI_RESULT_ERANGE;
		}
		value = apui_element_wrap(y->type,
					  compute(params->function, u, v));
		if (value < params->act_min)
			value = params->act_min;
		if (value > params->act_max)
			value = params->act_max;
		apui_element_set(y->type, y->data, walk->y_at + i, value);
	}
	return APUI_RESULT_OK;
}

int
apui_kernel_binary_integer(const struct apui_fw_call *call)
{
	const struct apui_binary_integer_params *params =
		&call->params.binary_integer;
	const struct apui_fw_tensor *y = &call->outputs[0];
	struct apui_walk walk;

	if (!apui_is_integer(y->type) || call->inputs[0].type != y->type ||
	    call->inputs[1].type != y->type ||
	    params->function < APUI_BINARY_ADD ||
	    params->function > APUI_BINARY_SHIFT_RIGHT ||
	    params->act_min > params->act_max ||
	    apui_walk_begin(&walk, call, 2) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;

	while (apui_walk_next(&walk)) {
		int ret = run_segment(&walk);

		if (ret != APUI_RESULT_OK)
			return ret;
	}
	return walk.result;
}
