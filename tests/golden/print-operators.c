/* SPDX-License-Identifier: MIT */
/*
 * print-operators [PAGE]: print every builtin operator with what the compiler
 * accepts and how many value tests hold it against the reference, or the reason
 * why it is refused. With PAGE, docs/operators.md: fail unless it has just
 * that.
 */
#include "model/operators.h"
#include "model/refused.h"
#include "rows.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUILTIN_CODES 256

static const struct {
	enum tflite_type type;
	enum apu_dtype dtype;
} types[] = {
	{ TFLITE_FLOAT32, APU_DTYPE_FLOAT32 },
	{ TFLITE_FLOAT16, APU_DTYPE_FLOAT16 },
	{ TFLITE_FLOAT64, APU_DTYPE_FLOAT64 },
	{ TFLITE_INT8, APU_DTYPE_INT8 },
	{ TFLITE_UINT8, APU_DTYPE_UINT8 },
	{ TFLITE_INT16, APU_DTYPE_INT16 },
	{ TFLITE_INT32, APU_DTYPE_INT32 },
	{ TFLITE_INT64, APU_DTYPE_INT64 },
	{ TFLITE_BOOL, APU_DTYPE_BOOL },
};

static bool
is_of(enum tflite_type type, unsigned int dtype)
{
	for (size_t i = 0; i < ROW_COUNT(types); i++)
		if (types[i].type == type)
			return types[i].dtype == dtype;
	return false;
}

/* What a row's case is of: its first input, or what a whole model is about. */
static enum tflite_type
find_type(const struct row *row)
{
	return row->model == NULL ? row->inputs[0].type : row->outputs[0].type;
}

static bool
has_input(const struct row *row)
{
	return row->inputs[0].role != ROW_NONE;
}

static unsigned int
count_cases(int32_t code, unsigned int dtype)
{
	unsigned int count = 0;

	for (size_t i = 0; i < ops_case_count; i++)
		if ((int32_t)ops_cases[i].op == code &&
		    is_of(ops_cases[i].type, dtype))
			count += ops_seed_count(&ops_cases[i]);
	for (size_t f = 0; f < row_family_count; f++)
		for (size_t i = 0; i < row_families[f]->count; i++) {
			const struct row *row = &row_families[f]->rows[i];

			if ((int32_t)row->op == code && has_input(row) &&
			    is_of(find_type(row), dtype))
				count += row_seed_count(row_families[f], row);
		}
	return count;
}

static void
print_line(FILE *out, const struct apui_operator_row *row, const char *type,
	   unsigned int cases, bool is_float)
{
	const char *how = is_float ? "within the tolerance" : "bit for bit";

	fprintf(out, "| %d | %s | %s | ", row->builtin_code,
		apui_builtin_name(row->builtin_code), type);
	if (row->max_version > 1)
		fprintf(out, "1 to %u | ", row->max_version);
	else
		fprintf(out, "1 | ");
	fprintf(out, "%u | %s |\n", cases, cases > 0 ? how : "");
}

static void
print_operator(FILE *out, int32_t code)
{
	const struct apui_operator_row *row = apui_operator_row_find(code);
	const struct apui_refusal *refusal = apui_operator_refusal(code);

	if (row == NULL && refusal == NULL)
		return;
	if (row == NULL) {
		fprintf(out, "| %d | %s | | %s | | |\n", code,
			apui_builtin_name(code), refusal->reason);
		return;
	}
	if (row->max_inputs == 0)
		print_line(out, row, "no input", 0, false);
	for (unsigned int dtype = 0; dtype < 32 && row->max_inputs > 0; dtype++)
		if ((row->inputs[0].types & APUI_TYPE_BIT(dtype)) != 0)
			print_line(out, row,
				   apu_dtype_name((enum apu_dtype)dtype),
				   count_cases(code, dtype),
				   dtype == APU_DTYPE_FLOAT32);
}

static void
print_table(FILE *out)
{
	unsigned int supported = 0, refused = 0;

	fprintf(out, "| code | operator | type of the first input | versions | "
		     "value tests | integers or floats agree "
		     "|\n|---:|---|---|---|---:|---|\n");
	for (int32_t code = 0; code < BUILTIN_CODES; code++) {
		print_operator(out, code);
		supported += apui_operator_row_find(code) != NULL;
		refused += apui_operator_refusal(code) != NULL;
	}
	fprintf(out,
		"\n%u builtin operators are supported, %u refused; CUSTOM is "
		"the caller's.\n",
		supported, refused);
}

/* The whole page, or NULL. */
static char *
read_page(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = NULL;
	size_t capacity = 0;

	if (file == NULL || getdelim(&text, &capacity, '\0', file) < 0) {
		perror(path);
		free(text);
		text = NULL;
	}
	if (file != NULL)
		fclose(file);
	return text;
}

static int
compare_page(const char *path)
{
	char *page = read_page(path), *table = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&table, &size);
	int ret = 1;

	if (page != NULL && out != NULL) {
		print_table(out);
		fflush(out);
		ret = strstr(page, table) == NULL;
	}
	if (ret != 0)
		fprintf(stderr,
			"%s is not what the code says: run "
			"scripts/operators --update\n",
			path);
	if (out != NULL)
		fclose(out);
	free(table);
	free(page);
	return ret;
}

int
main(int argc, char **argv)
{
	if (argc > 1)
		return compare_page(argv[1]);
	print_table(stdout);
	return 0;
}
