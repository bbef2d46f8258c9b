/* SPDX-License-Identifier: MIT */
/*
 * Versions of operators. Each model of the value tests is loaded with its
 * operator stated as of every version that libapu knows: the program must be
 * the same byte for byte, as LiteRT has one kernel for all versions; so what
 * the value tests prove of one version is true of all. One version more, and 0,
 * are refused with both numbers. And the versions that libapu knows are those
 * of LiteRT, as $APU_LITERT_VERSIONS has them (litert_versions.py).
 */
#include "core/model.h"
#include "model/operators.h"
#include "rows.h"
#include "unit/test.h"
#include <apu/apu.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION_FIELD 2 /* of table OperatorCode */

/* One of the rows is set. */
struct instance {
	const struct ops_case *op_case;
	const struct row *row;
	int32_t builtin;
};

static struct CMUnitTest *tests;
static size_t test_count;
static unsigned int loads;

static struct apu_model *
load(struct tflite_file *file, int32_t version, int *out_ret)
{
	struct apu_model *model = NULL;

	tflite_put_u32(file,
		       tflite_field(file, TFLITE_TABLE_OPERATOR_CODE, 0,
				    VERSION_FIELD),
		       (uint32_t)version);
	*out_ret = apu_model_load_memory(NULL, file->bytes, file->size_bytes,
					 NULL, &model);
	loads++;
	return model;
}

static void
check_refused(struct tflite_file *file, int32_t version, uint32_t newest)
{
	char stated[40], known[40];
	int ret;

	assert_null(load(file, version, &ret));
	assert_int_equal(ret, -EOPNOTSUPP);
	snprintf(stated, sizeof(stated), "is of version %d,", version);
	snprintf(known, sizeof(known), "libapu knows 1 to %u", newest);
	assert_non_null(strstr(apu_error_cause(apu_error_last()), stated));
	assert_non_null(strstr(apu_error_cause(apu_error_last()), known));
	assert_non_null(
		strstr(apu_error_remedy(apu_error_last()), "newer libapu"));
}

static void
check_same(struct tflite_file *file, uint32_t newest)
{
	struct apu_model *first, *model;
	int first_ret, ret;

	first = load(file, 1, &first_ret);
	for (uint32_t v = 2; v <= newest; v++) {
		model = load(file, (int32_t)v, &ret);
		assert_int_equal(ret, first_ret);
		if (model != NULL) {
			assert_int_equal(model->program->size_bytes,
					 first->program->size_bytes);
			assert_memory_equal(model->program->blob,
					    first->program->blob,
					    first->program->size_bytes);
		}
		apu_model_unref(model);
	}
	apu_model_unref(first);
}

static void
check_versions(void **state)
{
	const struct instance *instance = *state;
	uint32_t newest =
		apui_operator_row_find(instance->builtin)->max_version;
	struct ops_sample sample;

	if (instance->op_case != NULL)
		ops_sample_init(&sample, instance->op_case,
				instance->op_case->first_seed);
	else
		row_sample_init(&sample, instance->row, 0);
	check_same(&sample.model, newest);
	check_refused(&sample.model, (int32_t)newest + 1, newest);
	check_refused(&sample.model, 0, newest);
	check_refused(&sample.model, INT32_MAX, newest);
	ops_sample_finish(&sample);
}

/* Versions that only LiteRT knows, or only libapu. */
static void
known_versions_are_those_of_litert(void **state)
{
	const char *path = getenv("APU_LITERT_VERSIONS");
	FILE *file = path != NULL ? fopen(path, "r") : NULL;
	unsigned int first, last, found = 0, wrong = 0;
	char name[64];

	(void)state;
	assert_non_null(file);
	while (fscanf(file, "%63s %u %u", name, &first, &last) == 3) {
		for (int32_t code = 0; code < 256; code++) {
			const struct apui_operator_row *row =
				apui_operator_row_find(code);

			if (row == NULL || strcmp(row->name, name) != 0)
				continue;
			found++;
			if (row->max_version == last)
				continue;
			wrong++;
			print_error("%s: LiteRT knows version %u, libapu %u\n",
				    name, last, row->max_version);
		}
	}
	fclose(file);
	assert_int_equal(wrong, 0);
	assert_true(found > 130);
}

static void
add_test(const char *name, CMUnitTestFunction function,
	 struct instance instance)
{
	struct instance *copy = malloc(sizeof(*copy));

	tests = realloc(tests, (test_count + 1) * sizeof(*tests));
	if (tests == NULL || copy == NULL)
		abort();
	*copy = instance;
	tests[test_count++] = (struct CMUnitTest) {
		.name = strdup(name),
		.test_func = function,
		.initial_state = copy,
	};
}

static void
add_rows(const struct row_family *family)
{
	for (size_t i = 0; i < family->count; i++)
		if (family->rows[i].model == NULL)
			add_test(family->rows[i].name, check_versions,
				 (struct instance) {
					 .row = &family->rows[i],
					 .builtin = (int32_t)family->rows[i].op,
				 });
}

int
main(void)
{
	int failed;

	add_test("known_versions_are_those_of_litert",
		 known_versions_are_those_of_litert, (struct instance) { 0 });
	for (size_t i = 0; i < ops_case_count; i++)
		add_test(ops_cases[i].name, check_versions,
			 (struct instance) {
				 .op_case = &ops_cases[i],
				 .builtin = (int32_t)ops_cases[i].op,
			 });
	for (size_t f = 0; f < row_family_count; f++)
		add_rows(row_families[f]);
	failed = _cmocka_run_group_tests("versions", tests, test_count, NULL,
					 NULL);
	printf("# %u loads of %zu models\n", loads, test_count - 1);
	for (size_t i = 0; i < test_count; i++) {
		free((char *)(uintptr_t)tests[i].name);
		free(tests[i].initial_state);
	}
	free(tests);
	return failed;
}
