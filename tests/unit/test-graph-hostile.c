/* SPDX-License-Identifier: MIT */

/*
 * The reader and files with broken bytes. M-numbers are those of the list of
 * malicious models; each row breaks one thing of a good file, and the sanitizer
 * sees to it that nothing leaks.
 */

#include "graph_seed.h"
#include "test.h"
#include <errno.h>
#include <string.h>

/* What a patch of a written file overwrites. */
enum {
	FIELD = -1,  /* the field's own bytes */
	LENGTH = -2, /* the length of the vector it points at */
	GONE = -3,   /* its entry in the vtable, with 0 */
		     /* From 0: an element of that vector. */
};

struct patch {
	const char *name;
	enum tflite_table table;
	uint32_t index;
	uint16_t field;
	int where;
	unsigned int bytes; /* of the value, and of an element */
	int64_t value;
	int code;
	int operator_index, tensor_index;
	const char *cause;
};

static size_t
locate(const struct tflite_file *file, const struct patch *p)
{
	size_t offset;

	switch (p->where) {
	case FIELD:
		offset = tflite_field(file, p->table, p->index, p->field);
		break;
	case GONE:
		offset = tflite_vtable(file, p->table, p->index) + 4 +
			 2 * (size_t)p->field;
		break;
	default:
		offset = tflite_target(file, p->table, p->index, p->field);
		assert_int_not_equal(offset, 0);
		if (p->where >= 0)
			offset += 4 + (size_t)p->where * p->bytes;
		break;
	}
	assert_int_not_equal(offset, 0);
	return offset;
}

static void
apply(struct tflite_file *file, const struct patch *p)
{
	size_t offset = locate(file, p);

	for (unsigned int i = 0; i < p->bytes; i++)
		tflite_put_u8(file, offset + i,
			      (uint8_t)((uint64_t)p->value >> (8 * i)));
}

#define MODEL        TFLITE_TABLE_MODEL, 0
#define SUBGRAPH     TFLITE_TABLE_SUBGRAPH, 0
#define CODE(i)      TFLITE_TABLE_OPERATOR_CODE, i
#define TENSOR(i)    TFLITE_TABLE_TENSOR, i
#define BUFFER(i)    TFLITE_TABLE_BUFFER, (i) + 1
#define QUANT(i)     TFLITE_TABLE_QUANTISATION, i
#define OP(i)        TFLITE_TABLE_OPERATOR, i
#define CONV_OPTIONS TFLITE_TABLE_OPTIONS, CONV

static const struct patch patches[] = {
	{ "M8 options_of_another_operator", OP(CONV), 3, FIELD, 1,
	  TFLITE_DEPTHWISE_CONV_2D_OPTIONS, -EINVAL, CONV, -1,
	  "those of another" },
	{ "M8 options_type_without_options", OP(CONV), 4, GONE, 2, 0, -EINVAL,
	  CONV, -1, "no value" },
	{ "M8 options_without_type", OP(CONV), 3, FIELD, 1, 0, -EINVAL, CONV,
	  -1, "no type" },
	{ "M10 version_0", MODEL, 0, FIELD, 4, 0, -EOPNOTSUPP, -1, -1,
	  "version 0" },
	{ "M10 version_2", MODEL, 0, FIELD, 4, 2, -EOPNOTSUPP, -1, -1,
	  "version 2" },
	{ "M10 version_4", MODEL, 0, FIELD, 4, 4, -EOPNOTSUPP, -1, -1,
	  "version 4" },
	{ "M10 version_of_all_ones", MODEL, 0, FIELD, 4, -1, -EOPNOTSUPP, -1,
	  -1, "version 4294967295" },
	{ "M12 no_subgraphs", MODEL, 2, GONE, 2, 0, -EINVAL, -1, -1,
	  "no subgraph" },
	{ "M12 empty_list_of_subgraphs", MODEL, 2, LENGTH, 4, 0, -EINVAL, -1,
	  -1, "no subgraph" },
	{ "M12 no_subgraph_in_the_list", MODEL, 2, 0, 4, 0, -EINVAL, -1, -1,
	  "entry 0" },
	{ "M12 no_buffers", MODEL, 4, GONE, 2, 0, -EINVAL, -1, INPUT,
	  "has buffer 1" },
	{ "M12 no_operator_codes", MODEL, 1, GONE, 2, 0, -EINVAL, CONV, -1,
	  "there are 0" },
	{ "M12 no_tensors", SUBGRAPH, 0, GONE, 2, 0, -EINVAL, -1, -1,
	  "no tensors" },
	{ "M12 empty_list_of_tensors", SUBGRAPH, 0, LENGTH, 4, 0, -EINVAL, -1,
	  -1, "no tensors" },
	{ "M12 no_tensor_in_the_list", SUBGRAPH, 0, MIDDLE, 4, 0, -EINVAL, -1,
	  MIDDLE, "entry 3" },
	{ "M12 no_operators", SUBGRAPH, 3, GONE, 2, 0, -EINVAL, -1, -1,
	  "no operators" },
	{ "M12 no_operator_in_the_list", SUBGRAPH, 3, RESHAPE, 4, 0, -EINVAL,
	  RESHAPE, -1, "entry 1" },
	{ "no_outputs", SUBGRAPH, 2, GONE, 2, 0, -EINVAL, -1, -1, "no output" },

	{ "M14 buffer_one_too_far", TENSOR(FILTER), 2, FIELD, 4, TENSORS + 1,
	  -EINVAL, -1, FILTER, "buffer 8" },
	{ "M14 buffer_65535", TENSOR(FILTER), 2, FIELD, 4, 65535, -EINVAL, -1,
	  FILTER, "buffer 65535" },
	{ "M14 buffer_of_all_ones", TENSOR(FILTER), 2, FIELD, 4, -1, -EINVAL,
	  -1, FILTER, "buffer 4294967295" },
	{ "M15 constant_without_bytes", TENSOR(FILTER), 2, FIELD, 4, 0, -EINVAL,
	  CONV, FILTER, "is read before" },
	{ "M16 new_shape_without_bytes", TENSOR(SHAPE), 2, FIELD, 4, 0, -EINVAL,
	  RESHAPE, SHAPE, "is read before" },
	{ "M17 input_one_too_far", OP(CONV), 1, 0, 4, TENSORS, -EINVAL, CONV,
	  -1, "input 0 is tensor 7" },
	{ "M17 input_9999", OP(CONV), 1, 1, 4, 9999, -EINVAL, CONV, -1,
	  "input 1 is tensor 9999" },
	{ "M17 output_one_too_far", OP(CONV), 2, 0, 4, TENSORS, -EINVAL, CONV,
	  -1, "output 0 is tensor 7" },
	{ "M18 needed_input_left_out", OP(CONV), 1, 1, 4, -1, -EINVAL, CONV, -1,
	  "input 1 is tensor -1" },
	{ "M18 output_left_out", OP(CONV), 2, 0, 4, -1, -EINVAL, CONV, -1,
	  "output 0 is tensor -1" },
	{ "M19 optional_input_minus_2", OP(CONV), 1, 2, 4, -2, -EINVAL, CONV,
	  -1, "input 2 is tensor -2" },
	{ "M19 optional_input_int_min", OP(CONV), 1, 2, 4, INT32_MIN, -EINVAL,
	  CONV, -1, "input 2 is tensor -2147483648" },
	{ "M20 too_few_inputs", OP(CONV), 1, LENGTH, 4, 1, -EINVAL, CONV, -1,
	  "1 inputs" },
	{ "M20 too_many_inputs", OP(CONV), 1, LENGTH, 4, 4, -EINVAL, CONV, -1,
	  "4 inputs" },
	{ "M20 no_inputs", OP(CONV), 1, GONE, 2, 0, -EINVAL, CONV, -1,
	  "0 inputs" },
	{ "M20 empty_list_of_outputs", OP(CONV), 2, LENGTH, 4, 0, -EINVAL, CONV,
	  -1, "0 outputs" },
	{ "M21 output_is_own_input", OP(RESHAPE), 1, 0, 4, OUTPUT, -EINVAL,
	  RESHAPE, OUTPUT, "is read before" },
	{ "M21 output_is_own_and_the_model's_input", OP(CONV), 2, 0, 4, INPUT,
	  -EINVAL, CONV, INPUT, "is an input of the model" },
	{ "M22 two_operators_write_one_tensor", OP(RESHAPE), 2, 0, 4, MIDDLE,
	  -EINVAL, RESHAPE, MIDDLE, "operator 0 as well" },
	{ "M22 constant_is_written", OP(RESHAPE), 2, 0, 4, FILTER, -EINVAL,
	  RESHAPE, FILTER, "is a constant" },
	{ "M22 tensor_is_read_too_early", OP(CONV), 1, 0, 4, OUTPUT, -EINVAL,
	  CONV, OUTPUT, "is read before" },
	{ "M23 operator_code_one_too_far", OP(RESHAPE), 0, FIELD, 4, OPERATORS,
	  -EINVAL, RESHAPE, -1, "code number 2" },
	{ "M23 operator_code_of_all_ones", OP(RESHAPE), 0, FIELD, 4, -1,
	  -EINVAL, RESHAPE, -1, "code number 4294967295" },
	{ "M24 codes_disagree", CODE(CONV), 3, FIELD, 4, TFLITE_ADD + 2,
	  -EOPNOTSUPP, CONV, -1, "two codes, 2 and 3" },
	{ "M24 negative_code", CODE(CONV), 3, FIELD, 4, INT32_MIN, -EOPNOTSUPP,
	  CONV, -1, "two codes" },
	{ "M24 version_0", CODE(CONV), 2, FIELD, 4, 0, -EOPNOTSUPP, CONV, -1,
	  "operator 0 (CONV_2D) is of version 0, libapu knows 1 to 8" },
	{ "M24 version_9", CODE(CONV), 2, FIELD, 4, 9, -EOPNOTSUPP, CONV, -1,
	  "operator 0 (CONV_2D) is of version 9, libapu knows 1 to 8" },
	{ "M24 version_int_max", CODE(RESHAPE), 2, FIELD, 4, INT32_MAX,
	  -EOPNOTSUPP, RESHAPE, -1,
	  "operator 1 (RESHAPE) is of version 2147483647," },
	{ "M26 model_input_too_far", SUBGRAPH, 1, 0, 4, TENSORS, -EINVAL, -1,
	  -1, "input 0 of the model is tensor 7" },
	{ "M26 model_input_left_out", SUBGRAPH, 1, 0, 4, -1, -EINVAL, -1, -1,
	  "input 0 of the model is tensor -1" },
	{ "M26 constant_as_model_input", SUBGRAPH, 1, 0, 4, BIAS, -EINVAL, -1,
	  BIAS, "is a constant" },
	{ "M26 model_output_too_far", SUBGRAPH, 2, 0, 4, TENSORS, -EINVAL, -1,
	  -1, "output 0 of the model is tensor 7" },
	{ "M26 model_output_that_nothing_writes", SUBGRAPH, 2, 0, 4, UNUSED,
	  -EINVAL, -1, UNUSED, "is written by no operator" },

	{ "M32 dimension_int_max", TENSOR(UNUSED), 0, 0, 4, INT32_MAX,
	  -EOVERFLOW, -1, UNUSED, "bytes" },
	{ "M33 dimension_minus_1", TENSOR(INPUT), 0, 0, 4, -1, -EINVAL, -1,
	  INPUT, "dimension 0 of tensor 0 is -1" },
	{ "M33 dimension_int_min", TENSOR(UNUSED), 0, 1, 4, INT32_MIN, -EINVAL,
	  -1, UNUSED, "dimension 1 of tensor 6" },
	{ "M34 rank_9", TENSOR(UNUSED), 0, LENGTH, 4, 9, -E2BIG, -1, UNUSED,
	  "9 dimensions" },
	{ "M34 rank_of_a_million", TENSOR(UNUSED), 0, LENGTH, 4, 1000000,
	  -EBADMSG, -1, UNUSED, "vector" },
	{ "M35 constant_too_short", BUFFER(BIAS), 0, LENGTH, 4, 8, -EINVAL, -1,
	  BIAS, "has 8 bytes" },
	{ "M35 constant_too_long", BUFFER(BIAS), 0, LENGTH, 4, 16, -EINVAL, -1,
	  BIAS, "has 16 bytes" },
	{ "M43 new_shape_has_too_many_elements", BUFFER(SHAPE), 0, 1, 4, 49,
	  -EINVAL, RESHAPE, MIDDLE, "48 elements" },
	{ "M44 output_smaller_than_computed", TENSOR(MIDDLE), 0, 1, 4, 3,
	  -EINVAL, CONV, MIDDLE,
	  "the shape of tensor 3 is [1, 3, 4, 3], but the operator computes "
	  "[1, 4, 4, 3]" },
	{ "M45 rank_of_output_differs", TENSOR(MIDDLE), 0, LENGTH, 4, 3,
	  -EINVAL, CONV, MIDDLE, "must have 4 to 4" },

	{ "M51 stride_0", CONV_OPTIONS, 1, FIELD, 4, 0, -EINVAL, CONV, -1,
	  "option stride_w is 0, must be 1 to 32767" },
	{ "M51 stride_minus_1", CONV_OPTIONS, 2, FIELD, 4, -1, -EINVAL, CONV,
	  -1, "option stride_h is -1" },
	{ "M52 stride_left_out", CONV_OPTIONS, 2, GONE, 2, 0, -EINVAL, CONV, -1,
	  "option stride_h is 0" },
	{ "M55 dilation_0", CONV_OPTIONS, 4, FIELD, 4, 0, -EINVAL, CONV, -1,
	  "option dilation_w is 0" },
	{ "M56 stride_of_17_bits", CONV_OPTIONS, 1, FIELD, 4, 0x10000, -EINVAL,
	  CONV, -1, "option stride_w is 65536" },
	{ "stride_over_the_program's", CONV_OPTIONS, 1, FIELD, 4, 32768,
	  -EINVAL, CONV, -1, "option stride_w is 32768" },
	{ "unknown_padding", CONV_OPTIONS, 0, FIELD, 1, 2, -EINVAL, CONV, -1,
	  "option padding is 2" },
	{ "unknown_activation", CONV_OPTIONS, 3, FIELD, 1, 6, -EINVAL, CONV, -1,
	  "option activation is 6" },
	{ "negative_activation", CONV_OPTIONS, 3, FIELD, 1, -1, -EINVAL, CONV,
	  -1, "option activation is -1" },
	{ "tanh_is_not_supported", CONV_OPTIONS, 3, FIELD, 1, TFLITE_ACT_TANH,
	  -EOPNOTSUPP, CONV, -1, "only 0 to 3" },
	{ "sign_bit_is_not_supported", CONV_OPTIONS, 3, FIELD, 1,
	  TFLITE_ACT_SIGN_BIT, -EOPNOTSUPP, CONV, -1, "only 0 to 3" },

	{ "M86 no_scales", QUANT(INPUT), 2, GONE, 2, 0, -EINVAL, CONV, INPUT,
	  "no scale" },
	{ "M86 no_quantisation", TENSOR(MIDDLE), 4, GONE, 2, 0, -EINVAL, CONV,
	  MIDDLE, "no scale" },
	{ "M87 scale_0", QUANT(INPUT), 2, 0, 4, 0, -EINVAL, -1, INPUT,
	  "scale 0 of tensor 0 is 0" },
	{ "M87 scale_negative", QUANT(FILTER), 2, 2, 4, 0xbf800000, -EINVAL, -1,
	  FILTER, "scale 2 of tensor 1 is -1" },
	{ "M87 scale_not_a_number", QUANT(INPUT), 2, 0, 4, 0x7fc00000, -EINVAL,
	  -1, INPUT, "nan" },
	{ "M87 scale_infinite", QUANT(INPUT), 2, 0, 4, 0x7f800000, -EINVAL, -1,
	  INPUT, "inf" },
	{ "M87 scale_denormal", QUANT(INPUT), 2, 0, 4, 1, -EINVAL, -1, INPUT,
	  "e-45" },
	{ "M88 zero_point_over_the_type", QUANT(INPUT), 3, 0, 8, 128, -EINVAL,
	  -1, INPUT, "is 128, which is no int8" },
	{ "M88 zero_point_under_the_type", QUANT(INPUT), 3, 0, 8, -129, -EINVAL,
	  -1, INPUT, "is -129" },
	{ "M88 zero_point_of_weights", QUANT(FILTER), 3, 1, 8, 1, -EINVAL, CONV,
	  FILTER, "zero point" },
	{ "M88 fewer_zero_points", QUANT(FILTER), 3, LENGTH, 4, 2, -EINVAL, -1,
	  FILTER, "3 scales, but 2" },
	{ "M88 no_zero_points", QUANT(FILTER), 3, GONE, 2, 0, -EINVAL, -1,
	  FILTER, "3 scales, but 0" },
	{ "M89 another_dimension", QUANT(FILTER), 6, FIELD, 4, 3, -EINVAL, -1,
	  FILTER, "3 scales, but 2" },
	{ "M89 dimension_that_is_not_there", QUANT(FILTER), 6, FIELD, 4, 4,
	  -EINVAL, -1, FILTER, "dimension 4" },
	{ "M89 negative_dimension", QUANT(FILTER), 6, FIELD, 4, -1, -EINVAL, -1,
	  FILTER, "dimension -1" },
	{ "M89 fewer_scales_for_a_bias", TENSOR(BIAS), 0, 0, 4, 4, -EINVAL, -1,
	  BIAS, "3 scales, but 4" },

	{ "string_tensor", TENSOR(UNUSED), 1, FIELD, 1, TFLITE_STRING,
	  -EOPNOTSUPP, -1, UNUSED, "STRING" },
	{ "resource_tensor", TENSOR(INPUT), 1, FIELD, 1, TFLITE_RESOURCE,
	  -EOPNOTSUPP, CONV, INPUT, "resource" },
	{ "unknown_type", TENSOR(UNUSED), 1, FIELD, 1, 23, -EOPNOTSUPP, -1,
	  UNUSED, "type 23" },
	{ "negative_type", TENSOR(UNUSED), 1, FIELD, 1, -1, -EOPNOTSUPP, -1,
	  UNUSED, "type -1" },
	{ "type_that_the_operator_does_not_take", TENSOR(INPUT), 1, FIELD, 1,
	  TFLITE_INT64, -EOPNOTSUPP, CONV, INPUT, "int64" },
	{ "name_without_an_end", TENSOR(OUTPUT), 3, LENGTH, 4, 5, -EBADMSG, -1,
	  OUTPUT, "string" },
};

static void
patched_file_is_refused(void **state)
{
	const struct patch *patch = *state;
	struct seed seed;
	struct tflite_file file = tflite_write(&make_seed(&seed)->model);

	apply(&file, patch);
	assert_int_equal(read_bytes(file.bytes, file.size_bytes, &wide_limits),
			 patch->code);
	tflite_file_free(&file);
	assert_blamed(patch->code, patch->operator_index, patch->tensor_index,
		      patch->cause);
}

static bool
is_typed(int code)
{
	static const int codes[] = { 0,           -EBADMSG,   -EINVAL,
				     -EOPNOTSUPP, -EOVERFLOW, -E2BIG };

	for (size_t i = 0; i < COUNT(codes); i++)
		if (code == codes[i])
			return true;
	return false;
}

static void
M11_every_prefix_is_refused(void **state)
{
	struct seed seed;
	struct tflite_file file = tflite_write(&make_seed(&seed)->model);

	(void)state;
	for (size_t size = 0; size < file.size_bytes; size++) {
		int ret = read_bytes(file.bytes, size, &wide_limits);

		assert_true(ret < 0 && is_typed(ret));
	}
	assert_int_equal(read_bytes(file.bytes, file.size_bytes, &wide_limits),
			 0);
	tflite_file_free(&file);
}

static void
every_byte_may_have_another_value(void **state)
{
	static const uint8_t flips[] = { 0x01, 0x02, 0x04, 0x08, 0x10,
					 0x20, 0x40, 0x80, 0x7f, 0xff };
	struct seed seed;
	struct tflite_file file = tflite_write(&make_seed(&seed)->model);

	(void)state;
	for (size_t i = 0; i < file.size_bytes * COUNT(flips); i++) {
		uint8_t *byte = &file.bytes[i / COUNT(flips)];
		uint8_t flip = flips[i % COUNT(flips)];
		int ret;

		*byte ^= flip;
		ret = read_bytes(file.bytes, file.size_bytes, &wide_limits);
		*byte ^= flip;
		assert_true(is_typed(ret));
	}
	tflite_file_free(&file);
}

int
main(void)
{
	struct CMUnitTest tests[2 + COUNT(patches)] = {
		cmocka_unit_test(M11_every_prefix_is_refused),
		cmocka_unit_test(every_byte_may_have_another_value),
	};

	for (size_t i = 0; i < COUNT(patches); i++)
		tests[2 + i] = (struct CMUnitTest) {
			.name = patches[i].name,
			.test_func = patched_file_is_refused,
			.initial_state = (void *)&patches[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
