/* SPDX-License-Identifier: MIT */

/* Variables of whole files: what they begin with, and which are refused. */

#include "firmware/program.h"
#include "graph_seed.h"
#include "model/compile.h"
#include "program_check.h"
#include "support/models.h"
#include "test.h"
#include <apu/error.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct apui_graph *
read_accumulator(void)
{
	struct tflite_file file = model_accumulator();
	struct apui_graph *graph = NULL;

	assert_int_equal(apui_graph_read(file.bytes, file.size_bytes,
					 &wide_limits, &graph),
			 0);
	assert_int_equal(graph->variable_count, 1);
	assert_int_equal(graph->variables[0].size_bytes, 4);
	assert_memory_equal(graph->variables[0].data, "\1\2\3\4", 4);
	assert_ptr_equal(graph->tensors[1].variable, &graph->variables[0]);
	tflite_file_free(&file);
	return graph;
}

static void
variable_begins_as_its_subgraph_says(void **state)
{
	(void)state;
	apui_graph_free(read_accumulator());
}

static void
program_has_the_state_and_what_it_begins_as(void **state)
{
	struct tflite_file file = model_accumulator();
	const struct apui_program_header *header;
	struct program_view view;
	struct apui_program *program = NULL;
	struct apui_graph *graph = NULL;

	(void)state;
	assert_int_equal(apui_graph_read(file.bytes, file.size_bytes,
					 &wide_limits, &graph),
			 0);
	assert_int_equal(apui_compile(graph, &wide_limits, &program), 0);
	check_program(program, &view);
	header = &view.header;
	assert_int_equal(header->state_bytes, 64);
	assert_int_equal(program->state_bytes, 64);
	assert_true(header->state_init_offset >= header->data_offset);
	assert_memory_equal(program->blob + header->state_init_offset,
			    "\1\2\3\4\0", 5);
	/* READ_VARIABLE, ADD, ASSIGN_VARIABLE, and the output. */
	assert_in_range(header->operator_count, 3, 4);
	apui_program_free(program);
	apui_graph_free(graph);
	tflite_file_free(&file);
}

struct call_row {
	const char *name;
	int32_t subgraph;
	int code;
	const char *cause;
};

static const struct call_row call_rows[] = {
	{ "M83 subgraph_that_calls_itself", 0, -ELOOP, "calls subgraph 0" },
	{ "M84 subgraph_one_too_far", 2, -EINVAL,
	  "subgraph 2, but there are 2" },
	{ "M84 negative_subgraph", -1, -EINVAL, "subgraph -1" },
	{ "M84 largest_subgraph", INT32_MAX, -EINVAL, "2147483647" },
};

static void
check_call(void **state)
{
	const struct call_row *row = *state;
	struct tflite_file file = model_accumulator_calling(row->subgraph);

	assert_int_equal(read_bytes(file.bytes, file.size_bytes, &wide_limits),
			 row->code);
	assert_blamed(row->code, 0, -1, row->cause);
	tflite_file_free(&file);
}

/* Operators of model_accumulator(), those of subgraph 1 behind the others. */
enum { CALL, HANDLE, READ, ADD, ASSIGN, INIT_HANDLE, INIT_ASSIGN };

/* One code of the file is another's. */
struct code_row {
	const char *name;
	uint32_t operator;
	uint8_t builtin_code;
	int code;
};

static const struct code_row code_rows[] = {
	{ "other_operators_do_not_initialise", INIT_HANDLE, 143, -EINVAL },
	{ "handle_must_come_from_var_handle", HANDLE, 22, -EINVAL },
	{ "initialisation_that_calls_on_is_refused", INIT_ASSIGN, 129,
	  -EINVAL },
};

static void
check_code(void **state)
{
	const struct code_row *row = *state;
	struct tflite_file file = model_accumulator();

	tflite_put_u8(&file,
		      tflite_field(&file, TFLITE_TABLE_OPERATOR_CODE,
				   row->operator, 3),
		      row->builtin_code);
	tflite_put_u8(&file,
		      tflite_field(&file, TFLITE_TABLE_OPERATOR_CODE,
				   row->operator, 0),
		      row->builtin_code < 127 ? row->builtin_code : 127);
	assert_int_equal(read_bytes(file.bytes, file.size_bytes, &wide_limits),
			 row->code);
	tflite_file_free(&file);
}

/* One number of a tensor of the file: [table field] is patched. */
struct patch_row {
	const char *name;
	enum tflite_table table;
	uint32_t index;
	uint16_t field;
	uint32_t at; /* bytes behind the field, or behind its target */
	bool is_target;
	uint8_t value;
	int code;
	const char *cause;
};

/* Tensors 0 to 3 are of subgraph 0, 4 (handle) and 5 (first) of 1. */
static const struct patch_row patch_rows[] = {
	{ "first_value_of_another_name_is_not_his", TFLITE_TABLE_OPTIONS,
	  INIT_HANDLE, 1, 4, true, 'x', -EINVAL, "nothing has assigned" },
	{ "first_value_of_another_type_is_refused", TFLITE_TABLE_TENSOR, 5, 1,
	  0, false, TFLITE_UINT8, -EINVAL, "uint8" },
	{ "variable_of_another_shape_is_refused", TFLITE_TABLE_TENSOR, 5, 0, 4,
	  true, 2, -EINVAL, "bytes" },
	{ "subgraph_1_reads_beyond_its_tensors", TFLITE_TABLE_OPERATOR,
	  INIT_ASSIGN, 1, 8, true, 2, -EINVAL, "2 tensors" },
	{ "computed_first_value_is_refused", TFLITE_TABLE_OPERATOR, INIT_ASSIGN,
	  1, 8, true, 0, -EOPNOTSUPP, "resource" },
	{ "handle_is_no_value", TFLITE_TABLE_OPERATOR, ASSIGN, 1, 8, true, 1,
	  -EOPNOTSUPP, "resource" },
	{ "value_is_no_handle", TFLITE_TABLE_OPERATOR, READ, 1, 4, true, 0,
	  -EOPNOTSUPP, "int8" },
};

static void
check_patch(void **state)
{
	const struct patch_row *row = *state;
	struct tflite_file file = model_accumulator();
	size_t offset = (row->is_target ? tflite_target : tflite_field)(
		&file, row->table, row->index, row->field);

	assert_true(offset > 0);
	tflite_put_u8(&file, offset + row->at, row->value);
	assert_int_equal(read_bytes(file.bytes, file.size_bytes, &wide_limits),
			 row->code);
	if (strstr(apu_error_cause(apu_error_last()), row->cause) == NULL)
		fail_msg("%s", apu_error_message(apu_error_last()));
	tflite_file_free(&file);
}

#define ADD_ROWS(rows, check)                                                  \
	for (size_t i = 0; i < COUNT(rows); i++)                               \
		all[count++] = (struct CMUnitTest)                             \
		{                                                              \
			.name = (rows)[i].name, .test_func = (check),          \
			.initial_state = (void *)&(rows)[i],                   \
		}

int
main(void)
{
	struct CMUnitTest all[2 + COUNT(call_rows) + COUNT(code_rows) +
			      COUNT(patch_rows)] = {
		cmocka_unit_test(variable_begins_as_its_subgraph_says),
		cmocka_unit_test(program_has_the_state_and_what_it_begins_as),
	};
	size_t count = 2;

	ADD_ROWS(call_rows, check_call);
	ADD_ROWS(code_rows, check_code);
	ADD_ROWS(patch_rows, check_patch);
	return _cmocka_run_group_tests("variables", all, count, NULL, NULL);
}
