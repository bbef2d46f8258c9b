/* SPDX-License-Identifier: MIT */
#include "describe.h"
#include "report.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
apui_describe_type(const struct apu_tensor *tensor,
		   char text[APUI_DESCRIBE_BYTES])
{
	unsigned int rank = apu_tensor_rank(tensor);
	int length = snprintf(text, APUI_DESCRIBE_BYTES, "%s [",
			      apu_dtype_name(apu_tensor_dtype(tensor)));

	/* 8 dimensions of 19 digits stay within the bytes. */
	for (unsigned int i = 0; i < rank; i++)
		length += snprintf(text + length,
				   APUI_DESCRIBE_BYTES - (size_t)length,
				   "%s%" PRId64, i > 0 ? ", " : "",
				   apu_tensor_dim(tensor, i));
	snprintf(text + length, APUI_DESCRIBE_BYTES - (size_t)length, "]");
}

void
apui_describe_quantisation(const struct apu_tensor *tensor,
			   char text[APUI_DESCRIBE_BYTES])
{
	unsigned int count = apu_tensor_quant_count(tensor);

	text[0] = '\0';
	if (count == 1)
		snprintf(text, APUI_DESCRIBE_BYTES,
			 "scale %.9g zero point %" PRId64,
			 (double)apu_tensor_scale(tensor, 0),
			 apu_tensor_zero_point(tensor, 0));
	else if (count > 1)
		snprintf(text, APUI_DESCRIBE_BYTES,
			 "%u scales along dimension %u", count,
			 apu_tensor_quant_axis(tensor));
}

void
apui_describe_tensor(FILE *out, unsigned int index,
		     const struct apu_tensor *tensor)
{
	char type[APUI_DESCRIBE_BYTES], quantisation[APUI_DESCRIBE_BYTES];

	apui_describe_type(tensor, type);
	apui_describe_quantisation(tensor, quantisation);
	fprintf(out, "  %u ", index);
	apui_report_name(out, apu_tensor_name(tensor));
	fprintf(out, ": %s, %" PRIu64 " bytes%s%s%s\n", type,
		apu_tensor_size_bytes(tensor),
		quantisation[0] != '\0' ? ", " : "", quantisation,
		apu_tensor_is_constant(tensor) ? ", constant" : "");
}

static struct json_object *
describe_quantisation_json(const struct apu_tensor *tensor)
{
	unsigned int count = apu_tensor_quant_count(tensor);
	struct json_object *quantisation, *scales, *zero_points;

	if (count == 0)
		return NULL;
	quantisation = apui_json_object();
	scales = apui_json_array();
	zero_points = apui_json_array();
	for (unsigned int i = 0; i < count; i++) {
		apui_json_append(
			scales,
			apui_json_real((double)apu_tensor_scale(tensor, i)));
		apui_json_append(
			zero_points,
			apui_json_int(apu_tensor_zero_point(tensor, i)));
	}
	apui_json_add_uint(quantisation, "axis", apu_tensor_quant_axis(tensor));
	apui_json_add(quantisation, "scales", scales);
	apui_json_add(quantisation, "zero_points", zero_points);
	return quantisation;
}

struct json_object *
apui_describe_tensor_json(unsigned int index, const struct apu_tensor *tensor)
{
	struct json_object *object = apui_json_object();
	struct json_object *shape = apui_json_array();

	for (unsigned int i = 0; i < apu_tensor_rank(tensor); i++)
		apui_json_append(shape,
				 apui_json_int(apu_tensor_dim(tensor, i)));
	apui_json_add_uint(object, "index", index);
	apui_json_add_text(object, "name", apu_tensor_name(tensor));
	apui_json_add_text(object, "dtype",
			   apu_dtype_name(apu_tensor_dtype(tensor)));
	apui_json_add(object, "shape", shape);
	apui_json_add_uint(object, "bytes", apu_tensor_size_bytes(tensor));
	apui_json_add(object, "constant",
		      apui_json_bool(apu_tensor_is_constant(tensor) != 0));
	apui_json_add(object, "quantisation",
		      describe_quantisation_json(tensor));
	return object;
}

struct apui_side
apui_side_inputs(const struct apu_model *model)
{
	return (struct apui_side) {
		.model = model,
		.count = apu_model_input_count(model),
		.get = apu_model_input,
		.noun = "input",
		.option = "--input",
	};
}

struct apui_side
apui_side_outputs(const struct apu_model *model)
{
	return (struct apui_side) {
		.model = model,
		.count = apu_model_output_count(model),
		.get = apu_model_output,
		.noun = "output",
		.option = "--output",
	};
}

static int
fail_unknown_name(const struct apui_side *side, const char *name,
		  size_t name_bytes)
{
	char what[512], names[1024] = "use ";
	size_t length = strlen(names);

	for (unsigned int i = 0; i < side->count; i++) {
		int more = snprintf(names + length, sizeof(names) - length,
				    "%s%s", i > 0 ? ", " : "",
				    apu_tensor_name(side->get(side->model, i)));

		if (more < 0 || (size_t)more >= sizeof(names) - length)
			break;
		length += (size_t)more;
	}
	snprintf(what, sizeof(what), "%s %.*s", side->option,
		 name_bytes < 256 ? (int)name_bytes : 256, name);
	strncat(names, ", or a number from 0", sizeof(names) - length - 1);
	return apui_report_failure(what, names,
				   "the model has no such %s: it has %u",
				   side->noun, side->count);
}

static bool
parse_number(const char *name, size_t name_bytes, unsigned int *out_number)
{
	unsigned int number = 0;

	if (name_bytes == 0 || name_bytes > 6)
		return false;
	for (size_t i = 0; i < name_bytes; i++) {
		if (name[i] < '0' || name[i] > '9')
			return false;
		number = number * 10 + (unsigned int)(name[i] - '0');
	}
	*out_number = number;
	return true;
}

int
apui_side_find(const struct apui_side *side, const char *name,
	       size_t name_bytes, unsigned int *out_index)
{
	unsigned int number;

	for (unsigned int i = 0; i < side->count; i++) {
		const char *known = apu_tensor_name(side->get(side->model, i));

		if (strlen(known) == name_bytes &&
		    memcmp(known, name, name_bytes) == 0) {
			*out_index = i;
			return APUI_DONE;
		}
	}
	if (!parse_number(name, name_bytes, &number) || number >= side->count)
		return fail_unknown_name(side, name, name_bytes);
	*out_index = number;
	return APUI_DONE;
}

bool
apui_side_total_bytes(const struct apui_side *side, size_t *out_bytes)
{
	size_t total = 0;

	for (unsigned int i = 0; i < side->count; i++) {
		uint64_t size_bytes =
			apu_tensor_size_bytes(side->get(side->model, i));

		if (__builtin_add_overflow(total, size_bytes, &total))
			return false;
	}
	*out_bytes = total;
	return true;
}
