/* SPDX-License-Identifier: MIT */
#include "hostile.h"
#include <apu/error.h>
#include <apu/model.h>
#include <errno.h>
#include <string.h>

static struct tflite_tensor
describe(const struct hostile_operand *operand)
{
	static const float scale = 0.5f;
	static const int64_t zero_point = 0;
	bool is_quantised = operand->type == TFLITE_INT8;

	return (struct tflite_tensor) {
		.name = "t",
		.type = operand->type,
		.dims = operand->dims,
		.rank = operand->rank,
		.scales = &scale,
		.zero_points = &zero_point,
		.quant_count = is_quantised ? 1 : 0,
		.data = operand->numbers,
		.size_bytes = operand->number_count * sizeof(int32_t),
		.is_variable = operand->is_variable,
	};
}

struct tflite_file
hostile_write(const struct hostile_row *row)
{
	struct tflite_tensor tensors[2 * HOSTILE_MAX_OPERANDS];
	int32_t inputs[HOSTILE_MAX_OPERANDS], outputs[HOSTILE_MAX_OPERANDS];
	int32_t model_inputs[HOSTILE_MAX_OPERANDS];
	uint32_t count = 0, model_input_count = 0;
	uint32_t output_count = row->output_count > 0 ? row->output_count : 1;
	struct tflite_operator op = {
		.builtin_code = row->builtin,
		.version = 1,
		.options_type = row->options_type,
		.options = row->options,
		.option_count = row->option_count,
		.inputs = inputs,
		.input_count = row->input_count,
		.outputs = outputs,
		.output_count = output_count,
	};

	for (uint32_t i = 0; i < row->input_count; i++) {
		const struct hostile_operand *operand = &row->inputs[i];

		inputs[i] = operand->is_left_out ? -1 : (int32_t)count;
		if (operand->is_left_out)
			continue;
		if (operand->numbers == NULL && !operand->is_variable)
			model_inputs[model_input_count++] = (int32_t)count;
		tensors[count++] = describe(operand);
	}
	for (uint32_t i = 0; i < output_count; i++) {
		outputs[i] = (int32_t)count;
		tensors[count++] = describe(&row->output);
	}
	return tflite_write(&(struct tflite_model) {
		.tensors = tensors,
		.tensor_count = count,
		.operators = &op,
		.operator_count = 1,
		.inputs = model_inputs,
		.input_count = model_input_count,
		.outputs = outputs,
		.output_count = output_count,
	});
}

void
hostile_check(void **state)
{
	const struct hostile_row *row = *state;
	struct tflite_file file = hostile_write(row);
	const struct apu_error *error;
	struct apu_model *model = NULL;
	int ret = apu_model_load_memory(NULL, file.bytes, file.size_bytes, NULL,
					&model);

	if (ret == 0)
		apu_model_unref(model);
	tflite_file_free(&file);
	error = apu_error_last();
	if (ret != row->code ||
	    strstr(apu_error_cause(error), row->cause) == NULL)
		fail_msg("%d, not %d: %s", ret, row->code,
			 ret < 0 ? apu_error_cause(error) : "");
	assert_null(model);
	/* The variables are the model's, not one operator's. */
	if (row->code == -E2BIG)
		return;
	assert_int_equal(apu_error_operator_index(error), 0);
	if (strstr(apu_error_message(error), row->operator) == NULL)
		fail_msg("no %s in \"%s\"", row->operator,
			 apu_error_message(error));
}
