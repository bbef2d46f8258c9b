/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "model/blame.h"
#include "model/custom.h"
#include "model/operators.h"
#include "model/refused.h"
#include "model/schema.h"
#include "model/tflite.h"
#include <errno.h>
#include <string.h>

/* Of a custom operator's name, in an error. */
#define MAX_SHOWN_NAME 64

/* table OperatorCode */
struct operator_code {
	int32_t builtin;
	int32_t deprecated;
	int32_t version;
	struct apui_fb_vector custom_name;
};

static int
read_code(struct apui_tflite *file, uint32_t operator_index, uint32_t index,
	  struct operator_code *out)
{
	struct apui_flatbuffer *fb = &file->fb;
	struct apui_fb_table table;
	int ret;

	if (index >= file->operator_codes.count)
		return apui_fail(-EINVAL, NULL,
				 "operator %u has code number %u, but there "
				 "are %u",
				 operator_index, index,
				 file->operator_codes.count);
	ret = apui_fb_table_at(fb, &file->operator_codes, index, &table);
	if (ret < 0)
		return ret;
	ret = apui_fb_get_i8(fb, &table, APUI_OPERATOR_CODE_DEPRECATED, 0,
			     &out->deprecated);
	if (ret < 0)
		return ret;
	ret = apui_fb_get_i32(fb, &table, APUI_OPERATOR_CODE_BUILTIN, 0,
			      &out->builtin);
	if (ret < 0)
		return ret;
	ret = apui_fb_get_i32(fb, &table, APUI_OPERATOR_CODE_VERSION, 1,
			      &out->version);
	if (ret < 0)
		return ret;
	return apui_fb_get_string(fb, &table, APUI_OPERATOR_CODE_CUSTOM,
				  &out->custom_name);
}

/* Old writers fill the one field, new ones both, and a byte holds up to 127. */
static bool
agrees(const struct operator_code *code)
{
	int32_t byte = code->builtin < APUI_BUILTIN_PLACEHOLDER
			       ? code->builtin
			       : APUI_BUILTIN_PLACEHOLDER;

	return code->builtin == 0 || code->deprecated == 0 ||
	       code->deprecated == byte;
}

static int
fail_custom(const struct apui_tflite *file, uint32_t index,
	    const struct operator_code *code)
{
	char name[MAX_SHOWN_NAME + 1] = "without a name";
	uint32_t length = code->custom_name.count;

	if (length > MAX_SHOWN_NAME)
		length = MAX_SHOWN_NAME;
	if (length > 0) {
		memcpy(name, apui_fb_bytes(&file->fb, &code->custom_name),
		       length);
		name[length] = '\0';
	}
	apui_fail(-EOPNOTSUPP, NULL, "operator %u (CUSTOM %s) is not supported",
		  index, name);
	apui_fail_remedy("give the load a function for it: "
			 "apu_custom_registry_add()");
	return -EOPNOTSUPP;
}

/* No row has it: says why, and what to do instead. */
static int
fail_refused(const struct apu_operator *op, const struct operator_code *code,
	     int32_t builtin)
{
	const struct apui_refusal *refusal = apui_operator_refusal(builtin);

	apui_fail(-EOPNOTSUPP, NULL, "operator %u (%s version %d) %s",
		  op->index, apui_builtin_name(builtin), code->version,
		  refusal != NULL ? refusal->reason : "is not supported");
	apui_fail_remedy("%s", refusal != NULL ? refusal->remedy
					       : "see docs/operators.md");
	return -EOPNOTSUPP;
}

static int
fail_version(const struct apu_operator *op, const struct operator_code *code,
	     int32_t builtin)
{
	apui_fail(-EOPNOTSUPP, NULL,
		  "operator %u (%s) is of version %d, libapu knows 1 to %u",
		  op->index, apui_builtin_name(builtin), code->version,
		  op->row->max_version);
	apui_fail_remedy("convert the model for an older runtime, or use a "
			 "newer libapu; docs/operators.md has all versions");
	return -EOPNOTSUPP;
}

/* Its custom code is what a custom operator is. */
static int
find_custom_row(const struct apui_tflite *file,
		const struct operator_code *code, struct apu_operator *op)
{
	const struct apui_fb_vector *name = &code->custom_name;
	const char *text = (const char *)apui_fb_bytes(&file->fb, name);

	op->function = name->count > 0 ? apui_custom_find(file->limits->custom,
							  text, name->count)
				       : NULL;
	if (op->function != NULL)
		op->row = &apui_host_operator_row;
	else if (name->count > 0)
		op->row = apui_operator_row_find_custom(text, name->count);
	return op->row != NULL ? 0 : fail_custom(file, op->index, code);
}

/* The larger code of the two wins, as in LiteRT. */
static int
choose_row(const struct apui_tflite *file, const struct operator_code *code,
	   struct apu_operator *op)
{
	int32_t builtin = code->builtin > code->deprecated ? code->builtin
							   : code->deprecated;

	if (!agrees(code))
		return apui_fail(-EOPNOTSUPP, NULL,
				 "operator %u has two codes, %d and %d",
				 op->index, code->builtin, code->deprecated);
	if (strcmp(apui_builtin_name(builtin), "unknown") == 0)
		return apui_fail(-EOPNOTSUPP, NULL,
				 "operator %u has code %d, which is not known",
				 op->index, builtin);
	if (builtin == APUI_BUILTIN_CUSTOM) {
		int ret = find_custom_row(file, code, op);

		if (ret < 0)
			return ret;
	} else {
		op->row = apui_operator_row_find(builtin);
	}
	if (op->row == NULL)
		return fail_refused(op, code, builtin);
	if (code->version < 1 || (uint32_t)code->version > op->row->max_version)
		return fail_version(op, code, builtin);
	op->version = (uint32_t)code->version;
	return 0;
}

static int
find_row(struct apui_tflite *file, struct apu_operator *op)
{
	struct operator_code code;
	struct apui_fb_table table;
	uint32_t code_index;
	int ret;

	ret = apui_fb_table_at(&file->fb, &file->operators, op->index, &table);
	if (ret < 0)
		return ret;
	ret = apui_fb_get_u32(&file->fb, &table, APUI_OPERATOR_CODE_INDEX, 0,
			      &code_index);
	if (ret < 0)
		return ret;
	ret = read_code(file, op->index, code_index, &code);
	if (ret < 0)
		return ret;
	return choose_row(file, &code, op);
}

int
apui_tflite_find_rows(struct apui_tflite *file)
{
	for (uint32_t i = 0; i < file->graph->operator_count; i++) {
		struct apu_operator *op = &file->graph->operators[i];
		int ret;

		op->index = i;
		op->subgraph = file->graph->subgraph;
		ret = find_row(file, op);
		if (ret < 0) {
			apui_fail_where((int32_t)i, -1, -1);
			return ret;
		}
	}
	return 0;
}

static int
read_list_of_tensors(struct apui_tflite *file,
		     const struct apui_fb_table *table,
		     const struct apu_operator *op, uint16_t field,
		     unsigned int min, unsigned int max,
		     const int32_t **out_list, unsigned int *out_count)
{
	struct apui_fb_vector vector;
	int ret;

	ret = apui_fb_get_vector(&file->fb, table, field, 4, &vector);
	if (ret < 0)
		return ret;
	if (vector.count < min || vector.count > max)
		return apui_blame(
			-EINVAL, op, NULL, "it has %u %s, must have %u to %u",
			vector.count,
			field == APUI_OPERATOR_INPUTS    ? "inputs"
			: field == APUI_OPERATOR_OUTPUTS ? "outputs"
							 : "intermediates",
			min, max);
	*out_count = vector.count;
	return apui_tflite_copy_i32(file, &vector, out_list);
}

static int
read_operator(struct apui_tflite *file, struct apu_operator *op)
{
	const struct apui_operator_row *row = op->row;
	struct apui_fb_table table;
	int ret;

	ret = apui_fb_table_at(&file->fb, &file->operators, op->index, &table);
	if (ret < 0)
		return ret;
	ret = read_list_of_tensors(file, &table, op, APUI_OPERATOR_INPUTS,
				   row->min_inputs, row->max_inputs,
				   &op->inputs, &op->input_count);
	if (ret < 0)
		return ret;
	ret = read_list_of_tensors(file, &table, op, APUI_OPERATOR_OUTPUTS,
				   row->min_outputs, row->max_outputs,
				   &op->outputs, &op->output_count);
	if (ret < 0)
		return ret;
	ret = read_list_of_tensors(file, &table, op,
				   APUI_OPERATOR_INTERMEDIATES, 0,
				   row->max_intermediates, &op->intermediates,
				   &op->intermediate_count);
	if (ret < 0)
		return ret;
	return apui_tflite_read_options(file, op, &table);
}

int
apui_tflite_read_operators(struct apui_tflite *file)
{
	for (uint32_t i = 0; i < file->graph->operator_count; i++) {
		int ret = read_operator(file, &file->graph->operators[i]);

		if (ret < 0) {
			apui_fail_where((int32_t)i, -1, -1);
			return ret;
		}
	}
	return 0;
}
