/* SPDX-License-Identifier: MIT */

/*
 * Activations into the operator in front of them: it clamps its result anyway,
 * and clamps it more then. Of 8 bits only where the activation's own table says
 * the same as the clamp for each of the 256 values, and both tensors are
 * quantised alike: else the operator would round to another scale.
 */

#include "model/lookup.h"
#include "model/operators.h"
#include "model/pass.h"
#include "model/quantise.h"
#include "model/schema.h"
#include "model/shape_check.h"

#define FIELD(member) offsetof(union apui_operator_options, member)

/* Where operators that end in a clamp keep their activation. */
static const struct {
	int32_t builtin;
	size_t offset;
} hosts[] = {
	{ APUI_BUILTIN_CONV_2D, FIELD(window.activation) },
	{ APUI_BUILTIN_DEPTHWISE_CONV_2D, FIELD(window.activation) },
	{ APUI_BUILTIN_AVERAGE_POOL_2D, FIELD(window.activation) },
	{ APUI_BUILTIN_MAX_POOL_2D, FIELD(window.activation) },
	{ APUI_BUILTIN_FULLY_CONNECTED, FIELD(fully_connected.activation) },
	{ APUI_BUILTIN_ADD, FIELD(add.activation) },
	{ APUI_BUILTIN_SUB, FIELD(add.activation) },
	{ APUI_BUILTIN_MUL, FIELD(add.activation) },
	{ APUI_BUILTIN_DIV, FIELD(add.activation) },
};

static const struct guest {
	int32_t builtin;
	enum apui_activation activation;
	apui_lookup_fn *fill;
} guests[] = {
	{ APUI_BUILTIN_RELU, APUI_ACTIVATION_RELU, apui_lookup_relu },
	{ APUI_BUILTIN_RELU6, APUI_ACTIVATION_RELU6, apui_lookup_relu6 },
	{ APUI_BUILTIN_RELU_N1_TO_1, APUI_ACTIVATION_RELU_N1_TO_1,
	  apui_lookup_relu_n1_to_1 },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int32_t *
find_activation(struct apu_operator *op)
{
	for (size_t i = 0; i < COUNT(hosts); i++)
		if (hosts[i].builtin == op->row->builtin_code)
			return (int32_t *)((char *)&op->options +
					   hosts[i].offset);
	return NULL;
}

static const struct guest *
find_guest(const struct apu_operator *op)
{
	for (size_t i = 0; i < COUNT(guests); i++)
		if (guests[i].builtin == op->row->builtin_code)
			return &guests[i];
	return NULL;
}

/* All 256 of them: byte @i of the table is for the byte as it is stored. */
static bool
is_clamp(const uint8_t *table, enum apu_dtype dtype, int32_t min, int32_t max)
{
	for (int32_t i = 0; i < APUI_LOOKUP_BYTES; i++) {
		int32_t value = dtype == APU_DTYPE_INT8 ? (int8_t)i : i;

		value = value < min ? min : value > max ? max : value;
		if (table[i] != (uint8_t)value)
			return false;
	}
	return true;
}

static bool
clamps_8_bit(const struct guest *guest, const struct apu_tensor *x,
	     const struct apu_tensor *y)
{
	const struct apui_lookup lookup = {
		.dtype = x->dtype,
		.x_scale = apui_per_tensor_scale(x),
		.y_scale = apui_per_tensor_scale(y),
		.x_zero_point = apui_per_tensor_zero_point(x),
		.y_zero_point = apui_per_tensor_zero_point(y),
	};
	uint8_t table[APUI_LOOKUP_BYTES];
	int32_t min, max;

	return x->quant_count == 1 && apui_pass_is_same_quantisation(x, y) &&
	       guest->fill(&lookup, table) == 0 &&
	       apui_quantise_activation(guest->activation, y->dtype,
					lookup.y_scale, lookup.y_zero_point,
					&min, &max) == 0 &&
	       is_clamp(table, y->dtype, min, max);
}

/* Float kernels end in the clamp that RELU's kernel is: the same bits. */
static bool
is_clamp_of(const struct guest *guest, const struct apu_tensor *x,
	    const struct apu_tensor *y)
{
	if (x->dtype == APU_DTYPE_FLOAT32)
		return y->dtype == APU_DTYPE_FLOAT32;
	return apui_is_8_bit(x) && clamps_8_bit(guest, x, y);
}

/* @host writes what @op wrote, and @op is no more. */
static void
take_over(struct apui_pass_graph *graph, struct apu_operator *host,
	  struct apu_operator *op)
{
	struct apui_graph *g = &graph->graph;
	int32_t before = host->outputs[0];

	host->outputs = op->outputs;
	apui_pass_remove(graph, op);
	g->tensors[before].producer = -1;
	g->tensors[host->outputs[0]].producer = (int32_t)host->index;
}

static void
fuse(struct apui_pass_graph *graph, struct apu_operator *host)
{
	const struct apui_graph *g = &graph->graph;
	int32_t *activation = find_activation(host);
	const struct apu_tensor *x;
	const struct guest *guest;
	struct apu_operator *op;

	if (activation == NULL || *activation != APUI_ACTIVATION_NONE)
		return;
	x = apui_graph_output(g, host, 0);
	op = apui_pass_only_reader(graph, x);
	guest = op != NULL ? find_guest(op) : NULL;
	if (guest == NULL ||
	    !is_clamp_of(guest, x, apui_graph_output(g, op, 0)))
		return;
	*activation = (int32_t)guest->activation;
	take_over(graph, host, op);
}

int
apui_pass_fuse(struct apui_pass_graph *graph)
{
	for (uint32_t i = 0; i < graph->graph.operator_count; i++)
		if (!graph->graph.operators[i].is_removed)
			fuse(graph, &graph->graph.operators[i]);
	return 0;
}
