/* SPDX-License-Identifier: MIT */
#include "describe.h"
#include "options.h"
#include "report.h"
#include <apu/model.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MAX_OPERATOR_TENSORS 4096

typedef int (*operator_tensor_fn)(const struct apu_operator *op,
				  unsigned int index);

static uint64_t
count_operators(const struct apu_model *model)
{
	return apu_model_program_operator_count(model);
}

/* How much larger the arena is than what is alive in it at once: 1 at best. */
static double
find_arena_ratio(const struct apu_model *model)
{
	uint64_t bound_bytes = apu_model_arena_bound_bytes(model);

	return bound_bytes > 0 ? (double)apu_model_arena_bytes(model) /
					 (double)bound_bytes
			       : 0;
}

/* The sizes of a model, each with its key in JSON and its words in text. */
static const struct {
	const char *key;
	const char *label;
	const char *unit;
	uint64_t (*get)(const struct apu_model *model);
} sizes[] = {
	{ "macs", "multiply-accumulates", "", apu_model_macs },
	{ "weight_bytes", "weights", " bytes", apu_model_weight_bytes },
	{ "program_bytes", "program", " bytes", apu_model_program_bytes },
	{ "arena_bytes", "arena", " bytes", apu_model_arena_bytes },
	{ "arena_bound_bytes", "arena, at least", " bytes",
	  apu_model_arena_bound_bytes },
	{ "program_operators", "program operators", "", count_operators },
};

static const char *
name_form(const struct apu_model *model)
{
	return apu_model_form(model) == APU_FORM_COMPILED ? "compiled"
							  : "tflite";
}

static void
print_side(const struct apui_side *side)
{
	printf("%ss: %u\n", side->noun, side->count);
	for (unsigned int i = 0; i < side->count; i++)
		apui_describe_tensor(stdout, i, side->get(side->model, i));
}

static bool
is_same_kind(const struct apu_operator *a, const struct apu_operator *b)
{
	return strcmp(apu_operator_name(a), apu_operator_name(b)) == 0 &&
	       apu_operator_version(a) == apu_operator_version(b);
}

/* Whether an operator is the first of its kind in the model. */
static bool
begins_kind(const struct apu_model *model, unsigned int index)
{
	const struct apu_operator *op = apu_model_operator(model, index);

	for (unsigned int i = 0; i < index; i++)
		if (is_same_kind(apu_model_operator(model, i), op))
			return false;
	return true;
}

static void
print_kind(const struct apu_model *model, unsigned int first)
{
	const struct apu_operator *op = apu_model_operator(model, first);
	unsigned int count = 0;
	uint64_t macs = 0;

	for (unsigned int i = first; i < apu_model_operator_count(model); i++) {
		const struct apu_operator *other = apu_model_operator(model, i);

		if (!is_same_kind(op, other))
			continue;
		count++;
		macs += apu_operator_macs(other);
	}
	printf("  %4u %s v%u, %" PRIu64 " MACs\n", count, apu_operator_name(op),
	       apu_operator_version(op), macs);
}

static void
print_operator_tensors(const struct apu_operator *op, operator_tensor_fn get)
{
	for (unsigned int i = 0; i < MAX_OPERATOR_TENSORS; i++) {
		int tensor = get(op, i);

		if (tensor == -2)
			return;
		if (tensor == -1)
			printf(" -");
		else
			printf(" %d", tensor);
	}
}

static void
print_operator(const struct apu_model *model, unsigned int index)
{
	const struct apu_operator *op = apu_model_operator(model, index);

	printf("  %4u %s v%u, %" PRIu64 " MACs, tensors", index,
	       apu_operator_name(op), apu_operator_version(op),
	       apu_operator_macs(op));
	print_operator_tensors(op, apu_operator_input);
	printf(" ->");
	print_operator_tensors(op, apu_operator_output);
	putchar('\n');
}

static void
print_operators(const struct apu_model *model, bool list_all)
{
	unsigned int count = apu_model_operator_count(model);

	printf("operators: %u\n", count);
	for (unsigned int i = 0; i < count; i++) {
		if (list_all)
			print_operator(model, i);
		else if (begins_kind(model, i))
			print_kind(model, i);
	}
}

static void
print_tensors(const struct apu_model *model, bool list_all)
{
	unsigned int count = apu_model_tensor_count(model);

	printf("tensors: %u\n", count);
	for (unsigned int i = 0; list_all && i < count; i++)
		apui_describe_tensor(stdout, i, apu_model_tensor(model, i));
}

static void
print_text(const struct apui_options *options, const struct apu_model *model)
{
	struct apui_side in = apui_side_inputs(model);
	struct apui_side out = apui_side_outputs(model);

	fputs("model: ", stdout);
	apui_report_name(stdout, options->model);
	printf("\nform: %s, target %s\n", name_form(model),
	       apu_model_target(model));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		printf("%s: %" PRIu64 "%s\n", sizes[i].label,
		       sizes[i].get(model), sizes[i].unit);
	printf("arena ratio: %.3f\n", find_arena_ratio(model));
	print_side(&in);
	print_side(&out);
	print_operators(model, options->list_operators);
	print_tensors(model, options->list_tensors);
}

static struct json_object *
list_side(const struct apui_side *side)
{
	struct json_object *array = apui_json_array();

	for (unsigned int i = 0; i < side->count; i++)
		apui_json_append(array, apui_describe_tensor_json(
						i, side->get(side->model, i)));
	return array;
}

static struct json_object *
list_operator_tensors(const struct apu_operator *op, operator_tensor_fn get)
{
	struct json_object *array = apui_json_array();

	for (unsigned int i = 0; i < MAX_OPERATOR_TENSORS; i++) {
		int tensor = get(op, i);

		if (tensor == -2)
			break;
		apui_json_append(array, apui_json_int(tensor));
	}
	return array;
}

static struct json_object *
list_operators(const struct apu_model *model)
{
	struct json_object *array = apui_json_array();

	for (unsigned int i = 0; i < apu_model_operator_count(model); i++) {
		const struct apu_operator *op = apu_model_operator(model, i);
		struct json_object *object = apui_json_object();

		apui_json_add_uint(object, "index", i);
		apui_json_add_text(object, "name", apu_operator_name(op));
		apui_json_add_uint(object, "version", apu_operator_version(op));
		apui_json_add_uint(object, "macs", apu_operator_macs(op));
		apui_json_add(object, "inputs",
			      list_operator_tensors(op, apu_operator_input));
		apui_json_add(object, "outputs",
			      list_operator_tensors(op, apu_operator_output));
		apui_json_append(array, object);
	}
	return array;
}

static void
print_json(const struct apui_options *options, const struct apu_model *model)
{
	struct json_object *object = apui_json_object();
	struct apui_side in = apui_side_inputs(model);
	struct apui_side out = apui_side_outputs(model);
	struct apui_side all = {
		.model = model,
		.count = apu_model_tensor_count(model),
		.get = apu_model_tensor,
	};

	apui_json_add_text(object, "model", options->model);
	apui_json_add_text(object, "form", name_form(model));
	apui_json_add_text(object, "target", apu_model_target(model));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		apui_json_add_uint(object, sizes[i].key, sizes[i].get(model));
	apui_json_add(object, "arena_ratio",
		      apui_json_real(find_arena_ratio(model)));
	apui_json_add(object, "inputs", list_side(&in));
	apui_json_add(object, "outputs", list_side(&out));
	apui_json_add(object, "operators", list_operators(model));
	apui_json_add(object, "tensors", list_side(&all));
	apui_json_print(stdout, object);
}

int
apui_cmd_info(const struct apui_options *options)
{
	const struct apu_model_options model_options = {
		.size = sizeof(model_options),
		.disabled_passes = options->disabled_passes,
	};
	struct apu_model *model;

	if (apu_model_load_file(NULL, options->model, &model_options, &model) <
	    0)
		return apui_report_library();
	if (options->json)
		print_json(options, model);
	else
		print_text(options, model);
	apu_model_unref(model);
	return APUI_DONE;
}
