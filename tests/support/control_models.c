/* SPDX-License-Identifier: MIT */
#include "support/control_models.h"
#include <assert.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define MAX_PARTS 8
#define MAX_LINES 8

/* Models as text: a line an operator, a part a subgraph. */
struct list {
	uint32_t count;
	int32_t items[6];
};

struct line {
	int32_t code;
	uint8_t options_type;
	int32_t first, second; /* subgraphs of IF and WHILE */
	struct list in, out;
};

struct part {
	const struct tflite_tensor *tensors;
	uint32_t tensor_count;
	const struct line *lines;
	uint32_t line_count;
	struct list in, out;
	const struct part *parts; /* the other subgraphs, from 1 on */
	uint32_t part_count;
};

#define OF(name)   .code = TFLITE_##name, .options_type = TFLITE_##name##_OPTIONS
#define RUNS(a, b) .first = (a), .second = (b)
#define ITEMS(...)                                                             \
	{                                                                      \
		sizeof((int32_t[]) { __VA_ARGS__ }) / sizeof(int32_t),         \
		{                                                              \
			__VA_ARGS__                                            \
		}                                                              \
	}
#define IN(...)  .in = ITEMS(__VA_ARGS__)
#define OUT(...) .out = ITEMS(__VA_ARGS__)
#define PART(tensor_array, line_array)                                         \
	.tensors = (tensor_array), .tensor_count = COUNT(tensor_array),        \
	.lines = (line_array), .line_count = COUNT(line_array)

/* Flatbuffer fields of a part while it is written. */
struct draft {
	struct tflite_operator operators[MAX_LINES];
	struct tflite_field runs[MAX_LINES][2];
};

static const struct tflite_field variable_name[] = {
	{ .id = 1, .kind = TFLITE_TEXT, .data = "sum" },
};

/* Operator.custom_options */
static const struct tflite_field twist_options[] = {
	{ .id = 5, .kind = TFLITE_BYTE_VECTOR, .data = "abc", .count = 3 },
};

static void
draft_line(const struct line *line, struct tflite_field *runs,
	   struct tflite_operator *op)
{
	*op = (struct tflite_operator) {
		.builtin_code = line->code,
		.version = 1,
		.options_type = line->options_type,
		.inputs = line->in.items,
		.input_count = line->in.count,
		.outputs = line->out.items,
		.output_count = line->out.count,
	};
	if (line->code == TFLITE_IF || line->code == TFLITE_WHILE) {
		runs[0] = (struct tflite_field)TFLITE_FIELD_I32(0, line->first);
		runs[1] =
			(struct tflite_field)TFLITE_FIELD_I32(1, line->second);
		op->options = runs;
		op->option_count = 2;
	} else if (line->code == TFLITE_VAR_HANDLE) {
		op->options = variable_name;
		op->option_count = COUNT(variable_name);
	} else if (line->code == TFLITE_CUSTOM) {
		op->custom_code = "Twist";
		op->raw = twist_options;
		op->raw_count = COUNT(twist_options);
	}
}

static struct tflite_model
draft_part(const struct part *part, struct draft *draft)
{
	assert(part->line_count <= MAX_LINES);
	for (uint32_t i = 0; i < part->line_count; i++)
		draft_line(&part->lines[i], draft->runs[i],
			   &draft->operators[i]);
	return (struct tflite_model) {
		.tensors = part->tensors,
		.tensor_count = part->tensor_count,
		.operators = draft->operators,
		.operator_count = part->line_count,
		.inputs = part->in.items,
		.input_count = part->in.count,
		.outputs = part->out.items,
		.output_count = part->out.count,
	};
}

static struct tflite_file
write_model(const struct part *root)
{
	struct draft drafts[MAX_PARTS + 1];
	struct tflite_model parts[MAX_PARTS];
	struct tflite_model model = draft_part(root, &drafts[MAX_PARTS]);

	assert(root->part_count <= MAX_PARTS);
	for (uint32_t i = 0; i < root->part_count; i++)
		parts[i] = draft_part(&root->parts[i], &drafts[i]);
	model.subgraphs = parts;
	model.subgraph_count = root->part_count;
	return tflite_write(&model);
}

static const int32_t one[] = { 1 }, four[] = { 4 }, two_by_three[] = { 2, 3 };
/* What a file says of a shape that it does not know. */
static const int32_t open_places[] = { 1, 2 };
static const int32_t numbers[] = { 0, 1, 100 }, vector[] = { 1, 2, 3, 4 };

#define TENSOR(label, kind, shape, length)                                     \
	{                                                                      \
		.name = (label), .type = (kind), .dims = (shape),              \
		.rank = (length)                                               \
	}
#define NUMBER(label) TENSOR(label, TFLITE_INT32, one, 1)
#define VECTOR(label) TENSOR(label, TFLITE_INT32, four, 1)
#define FLAG(label)   TENSOR(label, TFLITE_BOOL, one, 1)
#define CONSTANT(index)                                                        \
	{                                                                      \
		.name = "constant", .type = TFLITE_INT32, .dims = one,         \
		.rank = 1, .data = &numbers[index], .size_bytes = 4            \
	}
#define HANDLE                                                                 \
	{                                                                      \
		.name = "handle", .type = TFLITE_RESOURCE                      \
	}
/* What CONSTANT() says. */
enum { ZERO, UNIT, HUNDRED };

static const struct tflite_tensor pair[] = { VECTOR("x"), VECTOR("y") };

static const struct line doubling[] = {
	{ OF(ADD), IN(0, 0), OUT(1) },
};
static const struct line squaring[] = {
	{ OF(MUL), IN(0, 0), OUT(1) },
};

static const struct part branches[] = {
	{ PART(pair, doubling), IN(0), OUT(1) },
	{ PART(pair, squaring), IN(0), OUT(1) },
};

static const struct line choosing[] = {
	{ OF(IF), RUNS(1, 2), IN(0, 1), OUT(2) },
};

struct tflite_file
control_if(void)
{
	static const struct tflite_tensor tensors[] = {
		FLAG("condition"),
		VECTOR("x"),
		VECTOR("y"),
	};
	static const struct part model = {
		PART(tensors, choosing),
		IN(0, 1),
		OUT(2),
		.parts = branches,
		.part_count = COUNT(branches),
	};

	return write_model(&model);
}

struct tflite_file
control_if_constant(bool condition)
{
	const uint8_t byte = condition;
	struct tflite_tensor tensors[] = {
		FLAG("condition"),
		VECTOR("x"),
		VECTOR("y"),
	};
	const struct part model = {
		PART(tensors, choosing),       IN(1), OUT(2), .parts = branches,
		.part_count = COUNT(branches),
	};

	tensors[0].data = &byte;
	tensors[0].size_bytes = 1;
	return write_model(&model);
}

struct tflite_file
control_if_empty(void)
{
	static const struct tflite_tensor tensors[] = {
		FLAG("condition"),
		VECTOR("x"),
		VECTOR("y"),
	};
	static const struct tflite_tensor fixed[] = {
		VECTOR("x"),
		{ .name = "fixed",
		  .type = TFLITE_INT32,
		  .dims = four,
		  .rank = 1,
		  .data = vector,
		  .size_bytes = sizeof(vector) },
	};
	static const struct part subgraphs[] = {
		{ .tensors = pair, .tensor_count = 1, IN(0), OUT(0) },
		{ .tensors = fixed, .tensor_count = 2, IN(0), OUT(1) },
	};
	static const struct part model = {
		PART(tensors, choosing),
		IN(0, 1),
		OUT(2),
		.parts = subgraphs,
		.part_count = COUNT(subgraphs),
	};

	return write_model(&model);
}

struct tflite_file
control_cycle(int32_t last)
{
	static const struct tflite_tensor tensors[] = {
		FLAG("condition"),
		VECTOR("x"),
		VECTOR("y"),
	};
	const struct line lines[] = {
		{ OF(IF), RUNS(1, 1), IN(0, 0, 1), OUT(2) },
		{ OF(IF), RUNS(2, 2), IN(0, 0, 1), OUT(2) },
		{ OF(IF), RUNS(3, 3), IN(0, 0, 1), OUT(2) },
		{ OF(IF), RUNS(last, last), IN(0, 0, 1), OUT(2) },
	};
	struct part parts[4];

	for (int i = 0; i < 4; i++)
		parts[i] = (struct part) {
			.tensors = tensors,
			.tensor_count = COUNT(tensors),
			.lines = &lines[i],
			.line_count = 1,
			IN(0, 1),
			OUT(2),
		};
	parts[0].parts = &parts[1];
	parts[0].part_count = 3;
	return write_model(&parts[0]);
}

/* i < limit, of i, limit, x. */
static const struct tflite_tensor condition_tensors[] = {
	NUMBER("i"),
	NUMBER("limit"),
	VECTOR("x"),
	FLAG("goes on"),
};
static const struct line condition_operators[] = {
	{ OF(LESS), IN(0, 1), OUT(3) },
};
/* i + 1, limit, x + i. */
static const struct tflite_tensor body_tensors[] = {
	NUMBER("i"),    NUMBER("limit"), VECTOR("x"),
	CONSTANT(UNIT), NUMBER("next"),  VECTOR("sum"),
};
static const struct line body_operators[] = {
	{ OF(ADD), IN(0, 3), OUT(4) },
	{ OF(ADD), IN(2, 0), OUT(5) },
};

static const struct part rounds[] = {
	{ PART(condition_tensors, condition_operators), IN(0, 1, 2), OUT(3) },
	{ PART(body_tensors, body_operators), IN(0, 1, 2), OUT(4, 1, 5) },
};

static const struct tflite_tensor loop_tensors[] = {
	NUMBER("limit"), VECTOR("x"),       CONSTANT(ZERO),
	NUMBER("i"),     NUMBER("limit 2"), VECTOR("y"),
};

struct tflite_file
control_while_of(int32_t condition, int32_t body)
{
	const struct line operators[] = {
		{ OF(WHILE), RUNS(condition, body), IN(2, 0, 1), OUT(3, 4, 5) },
	};
	const struct part model = {
		PART(loop_tensors, operators),
		IN(0, 1),
		OUT(3, 5),
		.parts = rounds,
		.part_count = COUNT(rounds),
	};

	return write_model(&model);
}

struct tflite_file
control_while(void)
{
	return control_while_of(1, 2);
}

struct tflite_file
control_endless(void)
{
	static const uint8_t yes = 1;
	static const struct tflite_tensor tensors[] = {
		NUMBER("i"),
		NUMBER("limit"),
		VECTOR("x"),
		{ .name = "yes",
		  .type = TFLITE_BOOL,
		  .dims = one,
		  .rank = 1,
		  .data = &yes,
		  .size_bytes = 1 },
	};
	static const struct part subgraphs[] = {
		{ .tensors = tensors,
		  .tensor_count = COUNT(tensors),
		  IN(0, 1, 2),
		  OUT(3) },
		{ PART(body_tensors, body_operators), IN(0, 1, 2),
		  OUT(4, 1, 5) },
	};
	static const struct line operators[] = {
		{ OF(WHILE), RUNS(1, 2), IN(2, 0, 1), OUT(3, 4, 5) },
	};
	static const struct part model = {
		PART(loop_tensors, operators),
		IN(0, 1),
		OUT(3, 5),
		.parts = subgraphs,
		.part_count = COUNT(subgraphs),
	};

	return write_model(&model);
}

struct tflite_file
control_fibonacci(void)
{
	static const struct tflite_tensor tensors[] = {
		NUMBER("n"),      CONSTANT(ZERO), CONSTANT(UNIT),
		NUMBER("n left"), NUMBER("a"),    NUMBER("b"),
	};
	static const struct line operators[] = {
		{ OF(WHILE), RUNS(1, 2), IN(0, 1, 2), OUT(3, 4, 5) },
	};
	static const struct tflite_tensor condition[] = {
		NUMBER("n"),    NUMBER("a"),     NUMBER("b"),
		CONSTANT(ZERO), FLAG("goes on"),
	};
	static const struct line comparing[] = {
		{ OF(GREATER), IN(0, 3), OUT(4) },
	};
	static const struct tflite_tensor body[] = {
		NUMBER("n"),    NUMBER("a"),    NUMBER("b"),
		CONSTANT(UNIT), NUMBER("less"), NUMBER("sum"),
	};
	static const struct line stepping[] = {
		{ OF(SUB), IN(0, 3), OUT(4) },
		{ OF(ADD), IN(1, 2), OUT(5) },
	};
	static const struct part subgraphs[] = {
		{ PART(condition, comparing), IN(0, 1, 2), OUT(4) },
		{ PART(body, stepping), IN(0, 1, 2), OUT(4, 2, 5) },
	};
	static const struct part model = {
		PART(tensors, operators),
		IN(0),
		OUT(4),
		.parts = subgraphs,
		.part_count = COUNT(subgraphs),
	};

	return write_model(&model);
}

int32_t
control_nested_value(int32_t n, int32_t x)
{
	for (int32_t i = 0; i < n; i++) {
		for (int32_t j = 0; j < i; j++)
			x++;
		x = x < 100 ? x + x : x - 1;
	}
	return x;
}

/* Subgraphs of i, limit, x, all of them numbers. */
static const struct tflite_tensor triple[] = {
	NUMBER("i"),
	NUMBER("limit"),
	NUMBER("x"),
	FLAG("goes on"),
};
static const struct tflite_tensor inner_tensors[] = {
	NUMBER("j"),    NUMBER("limit"), NUMBER("x"),
	CONSTANT(UNIT), NUMBER("next"),  NUMBER("sum"),
};
static const struct line inner_operators[] = {
	{ OF(ADD), IN(0, 3), OUT(4) },
	{ OF(ADD), IN(2, 3), OUT(5) },
};
static const struct tflite_tensor single[] = {
	NUMBER("x"),
	NUMBER("y"),
	CONSTANT(UNIT),
};
static const struct line lessening[] = {
	{ OF(SUB), IN(0, 2), OUT(1) },
};

static const struct tflite_tensor outer_tensors[] = {
	NUMBER("i"),     NUMBER("limit"),   NUMBER("x"),    CONSTANT(ZERO),
	NUMBER("j"),     NUMBER("limit 2"), NUMBER("x 2"),  CONSTANT(HUNDRED),
	FLAG("is less"), NUMBER("x 3"),     CONSTANT(UNIT), NUMBER("next"),
};
static const struct line outer_operators[] = {
	{ OF(WHILE), RUNS(3, 4), IN(3, 0, 2), OUT(4, 5, 6) },
	{ OF(LESS), IN(6, 7), OUT(8) },
	{ OF(IF), RUNS(5, 6), IN(8, 6), OUT(9) },
	{ OF(ADD), IN(0, 10), OUT(11) },
};

struct tflite_file
control_nested(void)
{
	static const struct part subgraphs[] = {
		{ PART(triple, condition_operators), IN(0, 1, 2), OUT(3) },
		{ PART(outer_tensors, outer_operators), IN(0, 1, 2),
		  OUT(11, 1, 9) },
		{ PART(triple, condition_operators), IN(0, 1, 2), OUT(3) },
		{ PART(inner_tensors, inner_operators), IN(0, 1, 2),
		  OUT(4, 1, 5) },
		{ PART(single, doubling), IN(0), OUT(1) },
		{ PART(single, lessening), IN(0), OUT(1) },
	};
	static const struct tflite_tensor tensors[] = {
		NUMBER("n"), NUMBER("x"),   CONSTANT(ZERO),
		NUMBER("i"), NUMBER("n 2"), NUMBER("y"),
	};
	static const struct line operators[] = {
		{ OF(WHILE), RUNS(1, 2), IN(2, 0, 1), OUT(3, 4, 5) },
	};
	static const struct part model = {
		PART(tensors, operators),
		IN(0, 1),
		OUT(5),
		.parts = subgraphs,
		.part_count = COUNT(subgraphs),
	};

	return write_model(&model);
}

/* A matrix; 8 bits are quantised. */
static struct tflite_tensor
matrix(const char *name, enum tflite_type type)
{
	static const float scale = 0.05f;
	static const int64_t zero_point = 3;
	struct tflite_tensor tensor = TENSOR(name, type, two_by_three, 2);

	if (type == TFLITE_INT8 || type == TFLITE_UINT8) {
		tensor.scales = &scale;
		tensor.zero_points = &zero_point;
		tensor.quant_count = 1;
	}
	return tensor;
}

struct tflite_file
control_typed(enum tflite_type type)
{
	const struct tflite_tensor x = matrix("x", type), y = matrix("y", type);
	const struct tflite_tensor tensors[] = {
		NUMBER("n"), x, CONSTANT(ZERO), NUMBER("i"), NUMBER("n 2"), y,
	};
	static const struct line loop[] = {
		{ OF(WHILE), RUNS(1, 2), IN(2, 0, 1), OUT(3, 4, 5) },
	};
	const struct tflite_tensor condition[] = {
		NUMBER("i"),
		NUMBER("n"),
		x,
		FLAG("goes on"),
	};
	const struct tflite_tensor body[] = {
		NUMBER("i"),     NUMBER("n"),    x, CONSTANT(UNIT),
		FLAG("is less"), NUMBER("next"), y,
	};
	static const struct line rounds_lines[] = {
		{ OF(LESS), IN(0, 3), OUT(4) },
		{ OF(IF), RUNS(3, 4), IN(4, 2), OUT(6) },
		{ OF(ADD), IN(0, 3), OUT(5) },
	};
	const struct tflite_tensor both[] = { x, y };
	const struct part parts[] = {
		{ PART(condition, condition_operators), IN(0, 1, 2), OUT(3) },
		{ PART(body, rounds_lines), IN(0, 1, 2), OUT(5, 1, 6) },
		{ PART(both, doubling), IN(0), OUT(1) },
		{ PART(both, squaring), IN(0), OUT(1) },
	};
	const struct part model = {
		PART(tensors, loop),        IN(0, 1), OUT(5), .parts = parts,
		.part_count = COUNT(parts),
	};

	return write_model(&model);
}

struct tflite_file
control_variable(void)
{
	static const struct tflite_tensor tensors[] = {
		NUMBER("n"), VECTOR("x"),   HANDLE,      CONSTANT(ZERO),
		NUMBER("i"), NUMBER("n 2"), VECTOR("y"),
	};
	static const struct line operators[] = {
		{ OF(VAR_HANDLE), OUT(2) },
		{ .code = TFLITE_ASSIGN_VARIABLE, IN(2, 1) },
		{ OF(WHILE), RUNS(1, 2), IN(3, 0), OUT(4, 5) },
		{ .code = TFLITE_READ_VARIABLE, IN(2), OUT(6) },
	};
	static const struct tflite_tensor body[] = {
		NUMBER("i"), NUMBER("n"),      CONSTANT(UNIT),  NUMBER("next"),
		HANDLE,      VECTOR("before"), VECTOR("after"),
	};
	static const struct line counting[] = {
		{ OF(VAR_HANDLE), OUT(4) },
		{ .code = TFLITE_READ_VARIABLE, IN(4), OUT(5) },
		{ OF(ADD), IN(5, 2), OUT(6) },
		{ .code = TFLITE_ASSIGN_VARIABLE, IN(4, 6) },
		{ OF(ADD), IN(0, 2), OUT(3) },
	};
	static const struct part subgraphs[] = {
		{ PART(triple, condition_operators), IN(0, 1), OUT(3) },
		{ PART(body, counting), IN(0, 1), OUT(3, 1) },
	};
	static const struct part model = {
		PART(tensors, operators),
		IN(0, 1),
		OUT(6),
		.parts = subgraphs,
		.part_count = COUNT(subgraphs),
	};

	return write_model(&model);
}

struct tflite_file
control_custom(void)
{
	static const struct tflite_tensor tensors[] = {
		VECTOR("x"),
		VECTOR("double"),
		VECTOR("twisted"),
		VECTOR("y"),
	};
	static const struct line operators[] = {
		{ OF(ADD), IN(0, 0), OUT(1) },
		{ .code = TFLITE_CUSTOM, IN(1), OUT(2) },
		{ OF(ADD), IN(2, 2), OUT(3) },
	};
	static const struct part model = {
		PART(tensors, operators),
		IN(0),
		OUT(3),
	};

	return write_model(&model);
}

static const struct line twisting[] = {
	{ .code = TFLITE_CUSTOM, IN(0), OUT(1) },
};

struct tflite_file
control_custom_only(void)
{
	static const struct part model = {
		PART(pair, twisting),
		IN(0),
		OUT(1),
	};

	return write_model(&model);
}

struct tflite_file
control_custom_loop(void)
{
	static const struct line operators[] = {
		{ OF(ADD), IN(0, 3), OUT(4) },
		{ .code = TFLITE_CUSTOM, IN(2), OUT(5) },
	};
	static const struct part subgraphs[] = {
		{ PART(condition_tensors, condition_operators), IN(0, 1, 2),
		  OUT(3) },
		{ PART(body_tensors, operators), IN(0, 1, 2), OUT(4, 1, 5) },
	};
	static const struct line root[] = {
		{ OF(WHILE), RUNS(1, 2), IN(2, 0, 1), OUT(3, 4, 5) },
	};
	static const struct part model = {
		PART(loop_tensors, root),
		IN(0, 1),
		OUT(5),
		.parts = subgraphs,
		.part_count = COUNT(subgraphs),
	};

	return write_model(&model);
}

struct tflite_file
control_where(enum tflite_type type)
{
	const struct tflite_tensor tensors[] = {
		TENSOR("x", type, two_by_three, 2),
		{ .name = "places", .type = TFLITE_INT64 },
	};
	const struct line operators[] = {
		{ .code = TFLITE_WHERE, IN(0), OUT(1) },
	};
	const struct part model = {
		PART(tensors, operators),
		IN(0),
		OUT(1),
	};

	return write_model(&model);
}

static struct tflite_file
where_then(const struct line *last)
{
	static const struct tflite_tensor tensors[] = {
		TENSOR("x", TFLITE_INT32, two_by_three, 2),
		TENSOR("table", TFLITE_INT32, two_by_three, 2),
		TENSOR("places", TFLITE_INT64, open_places, 2),
		NUMBER("gathered"),
		NUMBER("y"),
	};
	const struct line lines[] = {
		{ .code = TFLITE_WHERE, IN(0), OUT(2) },
		{ OF(GATHER_ND), IN(1, 2), OUT(3) },
		*last,
	};
	const struct part model = { PART(tensors, lines), IN(0, 1), OUT(4) };

	return write_model(&model);
}

struct tflite_file
control_where_gather(void)
{
	static const struct line last = { OF(ABS), IN(3), OUT(4) };

	return where_then(&last);
}

struct tflite_file
control_where_add_n(void)
{
	static const struct line last = { OF(ADD_N), IN(3, 3), OUT(4) };

	return where_then(&last);
}

struct tflite_file
control_wasteful(void)
{
#define REALS(label) TENSOR(label, TFLITE_FLOAT32, four, 1)
	static const struct tflite_tensor outer[] = {
		FLAG("condition"),
		REALS("x"),
		REALS("y"),
	};
	static const struct tflite_tensor inner[] = {
		REALS("x"),
		REALS("sum"),
		REALS("y"),
		REALS("unread"),
	};
	static const struct line waste[] = {
		{ OF(ADD), IN(0, 0), OUT(1) },
		{ .code = TFLITE_RELU, IN(1), OUT(2) },
		{ OF(MUL), IN(0, 0), OUT(3) },
	};
	static const struct line square[] = { { OF(MUL), IN(0, 0), OUT(2) } };
	static const struct part parts[] = {
		{ PART(inner, waste), IN(0), OUT(2) },
		{ PART(inner, square), IN(0), OUT(2) },
	};
	static const struct part model = {
		PART(outer, choosing),      IN(0, 1), OUT(2), .parts = parts,
		.part_count = COUNT(parts),
	};

	return write_model(&model);
}

struct tflite_file
control_growing(void)
{
	static const int32_t eight[] = { 8 };
	static const struct tflite_tensor outer[] = {
		VECTOR("x"),
		TENSOR("y", TFLITE_INT32, eight, 1),
	};
	static const struct tflite_tensor condition[] = {
		VECTOR("x"),
		FLAG("goes on"),
		CONSTANT(ZERO),
		CONSTANT(UNIT),
	};
	static const struct tflite_tensor body[] = {
		VECTOR("x"),
		TENSOR("y", TFLITE_INT32, eight, 1),
	};
	static const struct line loop[] = {
		{ OF(WHILE), RUNS(1, 2), IN(0), OUT(1) },
	};
	static const struct line asks[] = {
		{ OF(LESS), IN(2, 3), OUT(1) },
	};
	static const struct line grows[] = {
		{ OF(CONCATENATION), IN(0, 0), OUT(1) },
	};
	static const struct part parts[] = {
		{ PART(condition, asks), IN(0), OUT(1) },
		{ PART(body, grows), IN(0), OUT(1) },
	};
	static const struct part model = {
		PART(outer, loop),          IN(0), OUT(1), .parts = parts,
		.part_count = COUNT(parts),
	};

	return write_model(&model);
}
