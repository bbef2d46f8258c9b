/* SPDX-License-Identifier: MIT */
/*
 * ops-emit DIR [FAMILY]: write the model and the input of each case of
 * ops_cases.c, or of a family's rows, for make_expected.py: DIR/NAME.tflite,
 * DIR/NAME.in (the inputs concatenated) and DIR/cases.txt (the names in
 * order). DIR exists.
 */
#include "rows.h"
#include <stdio.h>

static FILE *
open_file(const char *dir, const char *name, const char *suffix)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s%s", dir, name, suffix);
	file = fopen(path, "wb");
	if (file == NULL)
		perror(path);
	return file;
}

static int
close_file(FILE *file)
{
	int failed = ferror(file);

	return fclose(file) != 0 || failed ? -1 : 0;
}

static int
emit_model(const char *dir, const struct ops_sample *sample)
{
	FILE *file = open_file(dir, sample->name, ".tflite");

	if (file == NULL)
		return -1;
	fwrite(sample->model.bytes, 1, sample->model.size_bytes, file);
	return close_file(file);
}

static int
emit_inputs(const char *dir, const struct ops_sample *sample)
{
	FILE *file = open_file(dir, sample->name, ".in");

	if (file == NULL)
		return -1;
	for (unsigned int step = 0; step < sample->steps; step++)
		for (unsigned int i = 0; i < sample->input_count; i++)
			fwrite(sample->inputs[i] +
				       step * sample->input_sizes[i],
			       1, sample->input_sizes[i], file);
	return close_file(file);
}

/* The sample is finished afterwards. */
static int
emit_sample(const char *dir, struct ops_sample *sample, FILE *names)
{
	int ret = 0;

	if (emit_model(dir, sample) < 0 || emit_inputs(dir, sample) < 0)
		ret = -1;
	fprintf(names, "%s\n", sample->name);
	ops_sample_finish(sample);
	return ret;
}

static int
emit_case(const char *dir, const struct ops_case *row, FILE *names)
{
	struct ops_sample sample;
	int ret = 0;

	for (unsigned int i = 0; i < ops_seed_count(row) && ret == 0; i++) {
		ops_sample_init(&sample, row, row->first_seed + i);
		ret = emit_sample(dir, &sample, names);
	}
	return ret;
}

static int
emit_row(const char *dir, const struct row *row, unsigned int seeds,
	 FILE *names)
{
	struct ops_sample sample;
	int ret = 0;

	for (unsigned int i = 0; i < seeds && ret == 0; i++) {
		row_sample_init(&sample, row, i);
		ret = emit_sample(dir, &sample, names);
	}
	return ret;
}

static int
emit_all(const char *dir, const struct row_family *family, FILE *names)
{
	int ret = 0;

	for (size_t i = 0; family != NULL && i < family->count && ret == 0; i++)
		ret = emit_row(dir, &family->rows[i],
			       row_seed_count(family, &family->rows[i]), names);
	for (size_t i = 0; family == NULL && i < ops_case_count && ret == 0;
	     i++)
		if (!ops_cases[i].documented)
			ret = emit_case(dir, &ops_cases[i], names);
	return ret;
}

int
main(int argc, char **argv)
{
	const struct row_family *family = NULL;
	FILE *names;
	int ret;

	if (argc == 3)
		family = row_family_find(argv[2]);
	if (argc < 2 || argc > 3 || (argc == 3 && family == NULL)) {
		fprintf(stderr, "usage: ops-emit DIR [FAMILY]\n");
		return 2;
	}
	names = open_file(argv[1], "cases", ".txt");
	if (names == NULL)
		return 1;

	ret = emit_all(argv[1], family, names);
	if (close_file(names) < 0)
		ret = -1;
	if (ret < 0)
		fprintf(stderr, "ops-emit: writing to %s failed\n", argv[1]);
	return ret < 0 ? 1 : 0;
}
