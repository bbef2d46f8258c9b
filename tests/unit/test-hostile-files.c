/* SPDX-License-Identifier: MIT */

/*
 * Hostile parts of a file that belong to no operator: signatures, metadata,
 * strings, sparse tensors, and operators that are told apart by a name. The
 * numbers are those of the list of malicious models.
 */

#include "support/flatbuffer.h"
#include "test.h"
#include <apu/error.h>
#include <apu/model.h>
#include <errno.h>
#include <string.h>

/* Fields of the table Model. */
enum { MODEL_METADATA = 6, MODEL_SIGNATURES = 7 };

static const int32_t dims[] = { 4 };
static const int32_t zero[] = { 0 }, one[] = { 1 };

static struct tflite_tensor tensors[] = {
	{ .name = "in", .type = TFLITE_FLOAT32, .dims = dims, .rank = 1 },
	{ .name = "out", .type = TFLITE_FLOAT32, .dims = dims, .rank = 1 },
};

static struct tflite_operator operators[] = {
	{
		.builtin_code = TFLITE_RELU,
		.version = 1,
		.inputs = zero,
		.input_count = 1,
		.outputs = one,
		.output_count = 1,
	},
};

static struct tflite_model
describe(void)
{
	return (struct tflite_model) {
		.tensors = tensors,
		.tensor_count = COUNT(tensors),
		.operators = operators,
		.operator_count = COUNT(operators),
		.inputs = zero,
		.input_count = 1,
		.outputs = one,
		.output_count = 1,
	};
}

/* Load @file and free it. */
static void
assert_loads(struct tflite_file *file, int code, const char *cause)
{
	struct apu_model *model = NULL;
	int ret = apu_model_load_memory(NULL, file->bytes, file->size_bytes,
					NULL, &model);

	tflite_file_free(file);
	if (ret != code)
		fail_msg("%d, not %d: %s", ret, code,
			 ret < 0 ? apu_error_message(apu_error_last()) : "");
	if (ret == 0)
		apu_model_unref(model);
	else if (strstr(apu_error_cause(apu_error_last()), cause) == NULL)
		fail_msg("no \"%s\" in: %s", cause,
			 apu_error_cause(apu_error_last()));
}

/* The model with a vector of one table, as the child @field of Model. */
static struct tflite_file
write_with_table(uint16_t field, const struct flatbuffer_fields *fields,
		 size_t *out_table)
{
	const struct tflite_field child = { .id = field, .kind = TFLITE_CHILD };
	struct tflite_model model = describe();
	struct tflite_file file;
	size_t slots;

	model.raw = &child;
	model.raw_count = 1;
	file = tflite_write(&model);
	slots = flatbuffer_write_child_vector(
		&file, tflite_table(&file, TFLITE_TABLE_MODEL, 0), field, 1);
	*out_table = flatbuffer_write_table(&file, fields);
	flatbuffer_point(&file, slots, *out_table);
	return file;
}

/* A signature of @subgraph whose only input is @tensor. */
static struct tflite_file
write_signature(uint32_t subgraph, uint32_t tensor)
{
	struct flatbuffer_fields fields = { .count = 0 };
	struct flatbuffer_fields map = { .count = 0 };
	struct tflite_file file;
	size_t table, slots;

	flatbuffer_add_child(&fields, 0);
	flatbuffer_add_integer(&fields, 4, TFLITE_I32, subgraph);
	file = write_with_table(MODEL_SIGNATURES, &fields, &table);
	slots = flatbuffer_write_child_vector(&file, table, 0, 1);
	flatbuffer_add_integer(&map, 1, TFLITE_I32, tensor);
	flatbuffer_point(&file, slots, flatbuffer_write_table(&file, &map));
	return file;
}

struct signature_row {
	const char *name;
	uint32_t subgraph, tensor;
	int code;
	const char *cause;
};

static const struct signature_row signatures[] = {
	{ "signature_is_accepted", 0, 1, 0, "" },
	{ "M27 signature_of_no_subgraph", 1, 0, -EINVAL, "subgraph 1" },
	{ "M27 signature_of_subgraph_of_all_ones", UINT32_MAX, 0, -EINVAL,
	  "subgraph 4294967295" },
	{ "M27 signature_of_no_tensor", 0, 2, -EINVAL, "tensor 2" },
	{ "M27 signature_of_tensor_of_all_ones", 0, UINT32_MAX, -EINVAL,
	  "tensor 4294967295" },
};

static void
check_signature(void **state)
{
	const struct signature_row *row = *state;
	struct tflite_file file = write_signature(row->subgraph, row->tensor);

	assert_loads(&file, row->code, row->cause);
}

/* Metadata of @name in buffer @buffer. */
static struct tflite_file
write_metadata(const char *name, uint32_t buffer)
{
	struct flatbuffer_fields fields = { .count = 0 };
	size_t table;

	flatbuffer_add_vector(&fields, 0, TFLITE_TEXT, name, 0);
	flatbuffer_add_integer(&fields, 1, TFLITE_I32, buffer);
	return write_with_table(MODEL_METADATA, &fields, &table);
}

struct metadata_row {
	const char *name;
	const char *metadata;
	uint32_t buffer;
};

/* Nothing is read of it: there is nothing that it could do. */
static const struct metadata_row metadata[] = {
	{ "M28 metadata_of_no_buffer_is_ignored", "min_runtime_version", 99 },
	{ "M28 metadata_of_buffer_of_all_ones_is_ignored",
	  "min_runtime_version", UINT32_MAX },
	{ "M28 metadata_of_an_empty_buffer_is_ignored", "min_runtime_version",
	  0 },
	{ "M29 memory_plan_of_nothing_is_ignored", "OfflineMemoryAllocation",
	  0 },
	{ "M29 memory_plan_of_no_buffer_is_ignored", "OfflineMemoryAllocation",
	  UINT32_MAX },
};

static void
check_metadata(void **state)
{
	const struct metadata_row *row = *state;
	struct tflite_file file = write_metadata(row->metadata, row->buffer);

	assert_loads(&file, 0, "");
}

/* A plan that places the tensors at @offset. */
static void
check_memory_plan(int32_t offset)
{
	const int32_t plan[] = { 1, 0, COUNT(tensors), offset, offset };
	struct tflite_tensor more[COUNT(tensors) + 1];
	struct flatbuffer_fields fields = { .count = 0 };
	struct tflite_model model = describe();
	const struct tflite_field child = { .id = MODEL_METADATA,
					    .kind = TFLITE_CHILD };
	struct tflite_file file;
	size_t slots;

	/* The plan is the constant of a tensor that nothing reads. */
	memcpy(more, tensors, sizeof(tensors));
	more[COUNT(tensors)] = (struct tflite_tensor) {
		.type = TFLITE_INT32,
		.dims = (const int32_t[]) { COUNT(plan) },
		.rank = 1,
		.data = plan,
		.size_bytes = sizeof(plan),
	};
	model.tensors = more;
	model.tensor_count = COUNT(more);
	model.raw = &child;
	model.raw_count = 1;
	file = tflite_write(&model);
	slots = flatbuffer_write_child_vector(
		&file, tflite_table(&file, TFLITE_TABLE_MODEL, 0),
		MODEL_METADATA, 1);
	flatbuffer_add_vector(&fields, 0, TFLITE_TEXT,
			      "OfflineMemoryAllocation", 0);
	flatbuffer_add_integer(&fields, 1, TFLITE_I32, COUNT(more));
	flatbuffer_point(&file, slots, flatbuffer_write_table(&file, &fields));
	assert_loads(&file, 0, "");
}

static void
memory_plan_of_a_stranger_is_ignored(void **state)
{
	(void)state;
	check_memory_plan(-5);
	check_memory_plan(3);
	check_memory_plan(INT32_MAX);
}

/* Strings: a count, offsets, characters; what they say does not matter. */
static void
strings_are_refused(void **state)
{
	static const int32_t hostile[][4] = {
		{ INT32_MAX, 8, 8, 0 },
		{ 1, INT32_MIN, 16, 0 },
		{ 1, 12, INT32_MAX, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(hostile); i++) {
		struct tflite_tensor more[COUNT(tensors) + 1];
		struct tflite_model model = describe();
		struct tflite_file file;

		memcpy(more, tensors, sizeof(tensors));
		more[COUNT(tensors)] = (struct tflite_tensor) {
			.type = TFLITE_STRING,
			.dims = one,
			.rank = 1,
			.data = hostile[i],
			.size_bytes = sizeof(hostile[i]),
		};
		model.tensors = more;
		model.tensor_count = COUNT(more);
		file = tflite_write(&model);
		assert_loads(&file, -EOPNOTSUPP, "STRING");
	}
}

/*
 * A flexbuffer of all options of TFLite_Detection_PostProcess, with 65536 for
 * max_detections and for max_classes_per_detection.
 */
static const uint8_t huge_product[] = {
	0x6d, 0x61, 0x78, 0x5f, 0x64, 0x65, 0x74, 0x65, 0x63, 0x74, 0x69, 0x6f,
	0x6e, 0x73, 0x00, 0x6d, 0x61, 0x78, 0x5f, 0x63, 0x6c, 0x61, 0x73, 0x73,
	0x65, 0x73, 0x5f, 0x70, 0x65, 0x72, 0x5f, 0x64, 0x65, 0x74, 0x65, 0x63,
	0x74, 0x69, 0x6f, 0x6e, 0x00, 0x64, 0x65, 0x74, 0x65, 0x63, 0x74, 0x69,
	0x6f, 0x6e, 0x73, 0x5f, 0x70, 0x65, 0x72, 0x5f, 0x63, 0x6c, 0x61, 0x73,
	0x73, 0x00, 0x75, 0x73, 0x65, 0x5f, 0x72, 0x65, 0x67, 0x75, 0x6c, 0x61,
	0x72, 0x5f, 0x6e, 0x6d, 0x73, 0x00, 0x6e, 0x6d, 0x73, 0x5f, 0x73, 0x63,
	0x6f, 0x72, 0x65, 0x5f, 0x74, 0x68, 0x72, 0x65, 0x73, 0x68, 0x6f, 0x6c,
	0x64, 0x00, 0x6e, 0x6d, 0x73, 0x5f, 0x69, 0x6f, 0x75, 0x5f, 0x74, 0x68,
	0x72, 0x65, 0x73, 0x68, 0x6f, 0x6c, 0x64, 0x00, 0x6e, 0x75, 0x6d, 0x5f,
	0x63, 0x6c, 0x61, 0x73, 0x73, 0x65, 0x73, 0x00, 0x79, 0x5f, 0x73, 0x63,
	0x61, 0x6c, 0x65, 0x00, 0x78, 0x5f, 0x73, 0x63, 0x61, 0x6c, 0x65, 0x00,
	0x68, 0x5f, 0x73, 0x63, 0x61, 0x6c, 0x65, 0x00, 0x77, 0x5f, 0x73, 0x63,
	0x61, 0x6c, 0x65, 0x00, 0x0b, 0x78, 0x12, 0x94, 0xa4, 0x43, 0x58, 0x33,
	0x6a, 0x11, 0x22, 0x2b, 0x0b, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
	0x0b, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x3f,
	0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x3f,
	0x00, 0x00, 0x00, 0x3f, 0x5a, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x80, 0x3f, 0x00, 0x00, 0x80, 0x3f, 0x00, 0x00, 0x80, 0x3f,
	0x06, 0x0e, 0x06, 0x06, 0x0e, 0x0e, 0x06, 0x6a, 0x0e, 0x0e, 0x0e, 0x37,
	0x26, 0x01,
};

static void
detections_whose_product_wraps(void **state)
{
	static const int32_t boxes[] = { 1, 8, 4 }, scores[] = { 1, 8, 91 };
	static const int32_t anchors[] = { 8, 4 }, inputs[] = { 0, 1, 2 };
	static const int32_t outputs[] = { 3, 4, 5, 6 };
	static const struct tflite_field options = {
		.id = 5,
		.kind = TFLITE_BYTE_VECTOR,
		.data = huge_product,
		.count = sizeof(huge_product),
	};
	static const struct tflite_operator op = {
		.builtin_code = TFLITE_CUSTOM,
		.version = 1,
		.custom_code = "TFLite_Detection_PostProcess",
		.raw = &options,
		.raw_count = 1,
		.inputs = inputs,
		.input_count = COUNT(inputs),
		.outputs = outputs,
		.output_count = COUNT(outputs),
	};
	struct tflite_tensor all[7] = {
		{ .type = TFLITE_FLOAT32, .dims = boxes, .rank = 3 },
		{ .type = TFLITE_FLOAT32, .dims = scores, .rank = 3 },
		{ .type = TFLITE_FLOAT32, .dims = anchors, .rank = 2 },
	};
	struct tflite_model model = describe();
	struct tflite_file file;

	(void)state;
	for (size_t i = 3; i < COUNT(all); i++)
		all[i] = tensors[1];
	model.tensors = all;
	model.tensor_count = COUNT(all);
	model.operators = &op;
	model.inputs = inputs;
	model.input_count = COUNT(inputs);
	model.outputs = outputs;
	model.output_count = COUNT(outputs);
	file = tflite_write(&model);
	assert_loads(&file, -EOPNOTSUPP, "4294967296 boxes");
}

/*
 * Operators of the list that are refused before anything of them is read: their
 * shapes and attributes are no matter.
 */
struct refused_row {
	const char *name;
	int32_t code;
	const char *operator;
};

static const struct refused_row refused[] = {
	{ "M49 stablehlo_scatter_is_refused", 190, "STABLEHLO_SCATTER" },
	{ "M49 stablehlo_gather_is_refused", 201, "STABLEHLO_GATHER" },
	{ "M69 hashtable_lookup_is_refused", 10, "HASHTABLE_LOOKUP" },
	{ "M71 lsh_projection_is_refused", 15, "LSH_PROJECTION" },
};

static void
check_refused(void **state)
{
	const struct refused_row *row = *state;
	struct tflite_operator op = operators[0];
	struct tflite_model model = describe();
	struct tflite_file file;

	op.builtin_code = row->code;
	model.operators = &op;
	file = tflite_write(&model);
	assert_loads(&file, -EOPNOTSUPP, row->operator);
}

#define ROWS(table, function)                                                  \
	for (size_t i = 0; i < COUNT(table); i++)                              \
		tests[count++] = (struct CMUnitTest)                           \
		{                                                              \
			.name = (table)[i].name, .test_func = (function),      \
			.initial_state = (void *)&(table)[i],                  \
		}

int
main(void)
{
	struct CMUnitTest
		tests[COUNT(signatures) + COUNT(metadata) + COUNT(refused) + 3];
	size_t count = 0;

	ROWS(signatures, check_signature);
	ROWS(metadata, check_metadata);
	ROWS(refused, check_refused);
	tests[count++] = (struct CMUnitTest) {
		.name = "M29 memory_plan_of_a_stranger_is_ignored",
		.test_func = memory_plan_of_a_stranger_is_ignored,
	};
	tests[count++] = (struct CMUnitTest) {
		.name = "M13 strings_are_refused",
		.test_func = strings_are_refused,
	};
	tests[count++] = (struct CMUnitTest) {
		.name = "M42 detections_whose_product_wraps",
		.test_func = detections_whose_product_wraps,
	};
	return _cmocka_run_group_tests("hostile files", tests, count, NULL,
				       NULL);
}
