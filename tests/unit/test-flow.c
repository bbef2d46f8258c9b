/* SPDX-License-Identifier: MIT */

/* The control operators of a program, read and checked, however broken. */

#include "core/flow.h"
#include "firmware/program.h"
#include "support/control_models.h"
#include "test.h"
#include <apu/error.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int
invoke(struct apu_custom_call *call, void *data)
{
	(void)call;
	(void)data;
	return 0;
}

static const struct apu_custom_function functions[] = {
	{ .size = sizeof(functions[0]), .code = "Twist", .invoke = invoke },
};

struct bench {
	struct apu_custom_registry *registry;
	struct apui_limits limits;
	struct apui_graph *graph;
	struct apui_program *program;
};

static void
open_bench(struct bench *b, struct tflite_file file)
{
	assert_int_equal(apu_custom_registry_new(&b->registry), 0);
	assert_int_equal(apu_custom_registry_add(b->registry, functions), 0);
	b->limits = (struct apui_limits) {
		.max_file_bytes = 1 << 20,
		.max_arena_bytes = 1 << 20,
		.max_macs = 1 << 30,
		.max_tensors = 1000,
		.max_operators = 1000,
		.max_subgraphs = 10,
		.max_subgraph_depth = 10,
		.max_loop_iterations = 77,
		.custom = b->registry,
	};
	assert_int_equal(apui_graph_read(file.bytes, file.size_bytes,
					 &b->limits, &b->graph),
			 0);
	assert_int_equal(apui_compile(b->graph, &b->limits, &b->program), 0);
	tflite_file_free(&file);
}

static void
close_bench(struct bench *b)
{
	apui_program_free(b->program);
	apui_graph_free(b->graph);
	apu_custom_registry_unref(b->registry);
}

static void
loop_is_a_branch_and_a_jump_back(void **state)
{
	const struct apui_step *steps;
	struct apui_flow *flow;
	struct bench b;

	(void)state;
	open_bench(&b, control_while());
	assert_int_equal(apui_flow_new(b.program, b.program->blob, b.graph,
				       &b.limits, &flow),
			 0);
	steps = flow->steps;
	assert_int_equal(flow->step_count, 2);
	assert_int_equal(flow->dim_count, 0);
	assert_int_equal(flow->max_iterations, 77);
	assert_int_equal(steps[0].op, APUI_OP_BRANCH);
	assert_int_equal(steps[1].op, APUI_OP_JUMP);
	assert_true(steps[0].target > steps[1].operator_index);
	assert_true(steps[1].target <= steps[0].operator_index);
	assert_int_equal(flow->operator_count, b.program->operator_count);
	apui_flow_unref(flow);
	close_bench(&b);
}

static void
straight_program_has_no_flow(void **state)
{
	struct apui_flow *flow;
	struct bench b;

	(void)state;
	open_bench(&b, control_if_constant(true));
	assert_int_equal(apui_flow_new(b.program, b.program->blob, b.graph,
				       &b.limits, &flow),
			 0);
	assert_null(flow);
	close_bench(&b);
}

static void
counts_are_not_run(void **state)
{
	struct apui_flow *flow;
	struct bench b;

	(void)state;
	open_bench(&b, control_where(TFLITE_BOOL));
	assert_int_equal(apui_flow_new(b.program, b.program->blob, b.graph,
				       &b.limits, &flow),
			 0);
	assert_int_equal(flow->step_count, 0);
	assert_int_equal(flow->dim_count, 1);
	assert_int_equal(flow->dims[0].bound, 6);
	assert_int_equal(flow->operator_count, b.program->operator_count - 1);
	apui_flow_unref(flow);
	close_bench(&b);
}

static void
function_must_be_there_for_a_compiled_program_too(void **state)
{
	struct apui_flow *flow = NULL;
	struct bench b;

	(void)state;
	open_bench(&b, control_custom());
	b.limits.custom = NULL;
	assert_int_equal(apui_flow_new(b.program, b.program->blob, b.graph,
				       &b.limits, &flow),
			 -EOPNOTSUPP);
	assert_null(flow);
	assert_non_null(strstr(apu_error_cause(apu_error_last()), "Twist"));
	close_bench(&b);
}

/* Places that a client looks at lie where it has memory. */
static void
check_place(const struct bench *b, struct apui_place place)
{
	if (place.slot == APUI_NO_SLOT)
		return;
	assert_true(place.slot < APUI_SLOT_FIRST_IO + b->graph->input_count +
					 b->graph->output_count);
	if (place.slot == APUI_SLOT_ARENA)
		assert_true(place.offset_bytes <= b->program->arena_bytes);
}

static void
check_flow(const struct bench *b, const struct apui_flow *flow)
{
	for (uint32_t i = 0; flow != NULL && i < flow->step_count; i++) {
		const struct apui_step *step = &flow->steps[i];

		assert_true(step->target <= b->program->operator_count);
		assert_true(i == 0 ||
			    step->operator_index > step[-1].operator_index);
		if (step->op == APUI_OP_BRANCH)
			check_place(b, step->condition);
		if (step->op != APUI_OP_CUSTOM)
			continue;
		assert_ptr_equal(step->call.function->invoke, invoke);
		for (unsigned int k = 0;
		     k < step->call.input_count + step->call.output_count; k++)
			check_place(b, step->call.places[k]);
	}
}

static void
read_mutant(const struct bench *b, uint8_t *blob)
{
	struct apui_flow *flow = NULL;
	int ret = apui_flow_new(b->program, blob, b->graph, &b->limits, &flow);

	assert_true(ret == 0 || ret == -EBADMSG || ret == -EOPNOTSUPP);
	if (ret < 0)
		assert_null(flow);
	check_flow(b, flow);
	apui_flow_unref(flow);
}

/* Every byte, changed in five ways, in memory that has no byte more. */
static void
mutate(struct tflite_file file)
{
	struct bench b;
	uint8_t *blob;

	open_bench(&b, file);
	blob = malloc(b.program->size_bytes);
	assert_non_null(blob);
	memcpy(blob, b.program->blob, b.program->size_bytes);
	for (uint32_t i = 0; i < b.program->size_bytes; i++) {
		const uint8_t was = blob[i];
		const uint8_t values[] = { 0, 0xff, (uint8_t)(was + 1),
					   (uint8_t)(was - 1),
					   (uint8_t)(was ^ 0x80) };

		for (size_t k = 0; k < COUNT(values); k++) {
			blob[i] = values[k];
			read_mutant(&b, blob);
		}
		blob[i] = was;
	}
	free(blob);
	close_bench(&b);
}

static void
mutants_of_a_loop(void **state)
{
	(void)state;
	mutate(control_while());
}

static void
mutants_of_custom_operators(void **state)
{
	(void)state;
	mutate(control_custom());
	mutate(control_custom_only());
}

static void
mutants_of_counts(void **state)
{
	(void)state;
	mutate(control_where(TFLITE_FLOAT32));
}

/*
 * Make @count CUSTOM of the program's one, with @option_bytes of options each,
 * all in one place, behind what the program has.
 */
static void
multiply_custom(struct bench *b, uint32_t count, uint32_t option_bytes)
{
	struct apui_program *program = b->program;
	uint32_t options_at = program->size_bytes;
	uint32_t operators_at = options_at + option_bytes;
	uint32_t bytes = operators_at + count * 160;
	uint8_t *blob = calloc(1, bytes);
	struct apui_program_header *header = (void *)blob;
	struct apui_program_operator op = { 0 };
	uint32_t tensor;

	assert_non_null(blob);
	memcpy(blob, program->blob, program->size_bytes);
	for (uint32_t i = 0; op.op != APUI_OP_CUSTOM; i++)
		memcpy(&op, blob + header->operator_offset + i * sizeof(op),
		       sizeof(op));
	/* Its second input. */
	memcpy(&tensor, blob + header->list_offset + 4 * (op.list_first + 1),
	       4);
	((struct apui_program_tensor
		  *)(void *)(blob + header->tensor_offset))[tensor] =
		(struct apui_program_tensor) {
			.type = APUI_TYPE_UINT8,
			.rank = 1,
			.slot = APUI_SLOT_PROGRAM,
			.offset_bytes = options_at,
			.size_bytes = option_bytes,
			.dims = { (int32_t)option_bytes },
		};
	for (uint32_t i = 0; i < count; i++)
		memcpy(blob + operators_at + i * sizeof(op), &op, sizeof(op));
	header->operator_offset = operators_at;
	header->operator_count = count;
	free(program->blob);
	free(program->work);
	program->blob = blob;
	program->size_bytes = bytes;
	program->operator_count = count;
	program->work = calloc(count, sizeof(*program->work));
	assert_non_null(program->work);
}

/* A program of 1 MiB that asks for more than 64 MiB of copies. */
static void
options_that_operators_share_have_a_limit(void **state)
{
	static const struct {
		uint32_t count;
		int result;
	} rows[] = { { 64, 0 }, { 66, -E2BIG } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct apui_flow *flow = NULL;
		struct bench b;

		open_bench(&b, control_custom());
		multiply_custom(&b, rows[i].count, 1 << 20);
		assert_int_equal(apui_flow_new(b.program, b.program->blob,
					       b.graph, &b.limits, &flow),
				 rows[i].result);
		if (rows[i].result == 0)
			assert_int_equal(flow->step_count, rows[i].count);
		else
			assert_non_null(strstr(
				apu_error_cause(apu_error_last()), "options"));
		apui_flow_unref(flow);
		close_bench(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loop_is_a_branch_and_a_jump_back),
		cmocka_unit_test(straight_program_has_no_flow),
		cmocka_unit_test(counts_are_not_run),
		cmocka_unit_test(
			function_must_be_there_for_a_compiled_program_too),
		cmocka_unit_test(mutants_of_a_loop),
		cmocka_unit_test(mutants_of_custom_operators),
		cmocka_unit_test(mutants_of_counts),
		cmocka_unit_test(options_that_operators_share_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
