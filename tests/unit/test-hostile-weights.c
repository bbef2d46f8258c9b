/* SPDX-License-Identifier: MIT */

/*
 * Operators that weigh, pool, normalise and look up, with hostile numbers.
 */

#include "hostile.h"
#include <errno.h>

/* Options: 0 padding, 1 and 2 strides, 3 and 4 a pool's filter. */
#define STRIDES(w, h) FIELDS(TFLITE_FIELD_I32(1, w), TFLITE_FIELD_I32(2, h))
#define POOL(stride_w, stride_h, filter_w, filter_h)                           \
	FIELDS(TFLITE_FIELD_I32(1, stride_w), TFLITE_FIELD_I32(2, stride_h),   \
	       TFLITE_FIELD_I32(3, filter_w), TFLITE_FIELD_I32(4, filter_h))

static const struct hostile_row rows[] = {
	{ "M47 output_would_end_before_its_last_row", "MAX_POOL_2D",
	  TFLITE_MAX_POOL_2D, TFLITE_POOL_2D_OPTIONS, -EINVAL, "the shape",
	  POOL(1, 1, 1, 1), INPUTS(1, REAL(1, 4, 4, 1)),
	  .output = REAL(1, 3, 4, 1) },
	{ "M50 maximum_with_nothing", "MAXIMUM", TFLITE_MAXIMUM,
	  TFLITE_MAXIMUM_MINIMUM_OPTIONS, -EINVAL, "in one input and",
	  INPUTS(2, REAL(2, 3), REAL(0)), .output = REAL(2, 3) },
	{ "M50 minimum_with_nothing", "MINIMUM", TFLITE_MINIMUM,
	  TFLITE_MAXIMUM_MINIMUM_OPTIONS, -EINVAL, "in one input and",
	  INPUTS(2, REAL(0, 3), REAL(2, 3)), .output = REAL(2, 3) },
	{ "M53 average_pool_by_stride_0", "AVERAGE_POOL_2D",
	  TFLITE_AVERAGE_POOL_2D, TFLITE_POOL_2D_OPTIONS, -EINVAL, "stride_w",
	  POOL(0, 1, 2, 2), INPUTS(1, REAL(1, 4, 4, 1)),
	  .output = REAL(1, 4, 4, 1) },
	{ "M53 max_pool_by_stride_minus_1", "MAX_POOL_2D", TFLITE_MAX_POOL_2D,
	  TFLITE_POOL_2D_OPTIONS, -EINVAL, "stride_h", POOL(1, -1, 2, 2),
	  INPUTS(1, REAL(1, 4, 4, 1)), .output = REAL(1, 4, 4, 1) },
	{ "M53 max_pool_over_no_column", "MAX_POOL_2D", TFLITE_MAX_POOL_2D,
	  TFLITE_POOL_2D_OPTIONS, -EINVAL, "filter_w", POOL(1, 1, 0, 2),
	  INPUTS(1, REAL(1, 4, 4, 1)), .output = REAL(1, 4, 4, 1) },
	{ "M53 average_pool_over_int_min_rows", "AVERAGE_POOL_2D",
	  TFLITE_AVERAGE_POOL_2D, TFLITE_POOL_2D_OPTIONS, -EINVAL, "filter_h",
	  POOL(1, 1, 2, INT32_MIN), INPUTS(1, REAL(1, 4, 4, 1)),
	  .output = REAL(1, 4, 4, 1) },
	{ "M57 conv_filter_without_channels", OPERATOR(CONV_2D), -EINVAL,
	  "dimension 3 of its weights is 0", STRIDES(1, 1),
	  INPUTS(2, REAL(1, 4, 4, 3), REAL(2, 1, 1, 0)),
	  .output = REAL(1, 4, 4, 2) },
	{ "M57 conv_filter_channels_do_not_divide", OPERATOR(CONV_2D), -EINVAL,
	  "channel", STRIDES(1, 1),
	  INPUTS(2, REAL(1, 4, 4, 3), REAL(2, 1, 1, 2)),
	  .output = REAL(1, 4, 4, 2) },
	{ "M57 conv_groups_do_not_divide_outputs", OPERATOR(CONV_2D), -EINVAL,
	  "", STRIDES(1, 1), INPUTS(2, REAL(1, 4, 4, 4), REAL(3, 1, 1, 2)),
	  .output = REAL(1, 4, 4, 3) },
	{ "M57 conv_image_without_channels", OPERATOR(CONV_2D), -EINVAL, "",
	  STRIDES(1, 1), INPUTS(2, REAL(1, 4, 4, 0), REAL(2, 1, 1, 1)),
	  .output = REAL(1, 4, 4, 2) },
	{ "M58 conv_bias_of_nothing", OPERATOR(CONV_2D), -EINVAL, "bias",
	  STRIDES(1, 1), INPUTS(3, REAL(1, 4, 4, 1), REAL(2, 1, 1, 1), REAL(0)),
	  .output = REAL(1, 4, 4, 2) },
	{ "M58 conv_bias_too_short", OPERATOR(CONV_2D), -EINVAL, "bias",
	  STRIDES(1, 1), INPUTS(3, REAL(1, 4, 4, 1), REAL(2, 1, 1, 1), REAL(1)),
	  .output = REAL(1, 4, 4, 2) },
	{ "M58 depthwise_bias_too_long", OPERATOR(DEPTHWISE_CONV_2D), -EINVAL,
	  "bias",
	  FIELDS(TFLITE_FIELD_I32(1, 1), TFLITE_FIELD_I32(2, 1),
		 TFLITE_FIELD_I32(3, 1)),
	  INPUTS(3, REAL(1, 4, 4, 2), REAL(1, 1, 1, 2), REAL(3)),
	  .output = REAL(1, 4, 4, 2) },
	{ "M58 fully_connected_bias_too_short", OPERATOR(FULLY_CONNECTED),
	  -EINVAL, "bias", INPUTS(3, REAL(1, 4), REAL(3, 4), REAL(2)),
	  .output = REAL(1, 3) },
	{ "M59 fully_connected_without_columns", OPERATOR(FULLY_CONNECTED),
	  -EINVAL, "", INPUTS(2, REAL(1, 4), REAL(3, 0)),
	  .output = REAL(1, 3) },
	{ "M59 fully_connected_without_rows", OPERATOR(FULLY_CONNECTED),
	  -EINVAL, "", INPUTS(2, REAL(1, 4), REAL(0, 4)),
	  .output = REAL(1, 3) },
	{ "local_response_of_a_negative_radius", "LOCAL_RESPONSE_NORMALIZATION",
	  TFLITE_LOCAL_RESPONSE_NORMALIZATION, TFLITE_LOCAL_RESPONSE_OPTIONS,
	  -EINVAL, "radius", FIELDS(TFLITE_FIELD_I32(0, -1)),
	  INPUTS(1, REAL(1, 2, 2, 4)), .output = REAL(1, 2, 2, 4) },
	{ "local_response_of_the_most_negative_radius",
	  "LOCAL_RESPONSE_NORMALIZATION", TFLITE_LOCAL_RESPONSE_NORMALIZATION,
	  TFLITE_LOCAL_RESPONSE_OPTIONS, -EINVAL, "radius",
	  FIELDS(TFLITE_FIELD_I32(0, INT32_MIN)), INPUTS(1, REAL(1, 2, 2, 4)),
	  .output = REAL(1, 2, 2, 4) },
	{ "M91 l2_norm_along_nothing", "L2_NORMALIZATION",
	  TFLITE_L2_NORMALIZATION, TFLITE_L2_NORM_OPTIONS, -EINVAL, "",
	  FIELDS(TFLITE_FIELD_I32(0, 0)), INPUTS(1, { .type = TFLITE_FLOAT32 }),
	  .output = { .type = TFLITE_FLOAT32 } },
};

int
main(void)
{
	struct CMUnitTest tests[COUNT(rows)];

	for (size_t i = 0; i < COUNT(rows); i++)
		tests[i] = (struct CMUnitTest) {
			.name = rows[i].name,
			.test_func = hostile_check,
			.initial_state = (void *)&rows[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
