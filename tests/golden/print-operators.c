/* SPDX-License-Identifier: MIT */
/*
 * Prints the operator table as scripts/operators shows it: what the compiler
 * accepts, and how many value tests hold it against the reference.
 */
#include "model/operators.h"
#include "rows.h"
#include <stdio.h>

#define BUILTIN_CODES 256

static const struct row_family *const families[] = {
	&rows_elementwise, &rows_float,     &rows_lookup,
	&rows_movement,    &rows_reduction, &rows_state,
};

static unsigned int
count_older_cases(int32_t code)
{
	unsigned int count = 0;

	for (size_t i = 0; i < ops_case_count; i++)
		if ((int32_t)ops_cases[i].op == code)
			count += ops_seed_count(&ops_cases[i]);
	return count;
}

static unsigned int
count_cases(int32_t code)
{
	unsigned int count = count_older_cases(code);

	for (size_t f = 0; f < ROW_COUNT(families); f++)
		for (size_t i = 0; i < families[f]->count; i++)
			if ((int32_t)families[f]->rows[i].op == code)
				count += row_seed_count(families[f],
							&families[f]->rows[i]);
	return count;
}

static void
print_types(uint32_t types)
{
	const char *comma = "";

	for (unsigned int dtype = 0; dtype < 32; dtype++) {
		if ((types & APUI_TYPE_BIT(dtype)) == 0)
			continue;
		printf("%s%s", comma, apu_dtype_name((enum apu_dtype)dtype));
		comma = ", ";
	}
}

static void
print_row(const struct apui_operator_row *row, unsigned int cases)
{
	printf("| %s | 1 to %u | ", row->name, row->max_version);
	if (row->max_inputs > 0)
		print_types(row->inputs[0].types);
	printf(" | ");
	if (row->max_outputs > 0)
		print_types(row->output.types);
	printf(" | %u |\n", cases);
}

int
main(void)
{
	unsigned int operators = 0, without = 0;

	printf("| operator | versions | first input | outputs | "
	       "value tests |\n|---|---|---|---|---:|\n");
	for (int32_t code = 0; code < BUILTIN_CODES; code++) {
		const struct apui_operator_row *row =
			apui_operator_row_find(code);
		unsigned int cases = count_cases(code);

		if (row == NULL)
			continue;
		print_row(row, cases);
		operators++;
		without += cases == 0;
	}
	printf("\n%u builtin operators, %u of them in whole models only\n",
	       operators, without);
	return 0;
}
