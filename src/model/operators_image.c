/* SPDX-License-Identifier: MIT */

/* Operators that resize images. */

#include "model/operator_table.h"

#define TYPES_RESIZED (TYPES_8_BIT | TYPES_INT16 | TYPES_FLOAT32)

static const struct apui_option_field bilinear_fields[] = {
	FLAG(APUI_RESIZE_BILINEAR_ALIGN_CORNERS, resize, align_corners),
	FLAG(APUI_RESIZE_BILINEAR_HALF_PIXEL, resize, half_pixel_centers),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field nearest_fields[] = {
	FLAG(APUI_RESIZE_NEAREST_ALIGN_CORNERS, resize, align_corners),
	FLAG(APUI_RESIZE_NEAREST_HALF_PIXEL, resize, half_pixel_centers),
	{ .type = APUI_FIELD_END },
};

static const struct apui_operator_row rows[] = {
	{
		.name = "RESIZE_BILINEAR",
		.builtin_code = APUI_BUILTIN_RESIZE_BILINEAR,
		.max_version = 4,
		.options_type = APUI_OPTIONS_RESIZE_BILINEAR,
		.fields = bilinear_fields,
		.min_inputs = 2,
		.max_inputs = 2,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { TENSOR(TYPES_RESIZED, 4, 4), PARAMETER(1, 1) },
		.output = TENSOR(TYPES_RESIZED, 4, 4),
		.infer = apui_infer_resize,
		.lower = apui_lower_resize_bilinear,
	},
	{
		.name = "RESIZE_NEAREST_NEIGHBOR",
		.builtin_code = APUI_BUILTIN_RESIZE_NEAREST_NEIGHBOR,
		.max_version = 4,
		.options_type = APUI_OPTIONS_RESIZE_NEAREST_NEIGHBOR,
		.fields = nearest_fields,
		.min_inputs = 2,
		.max_inputs = 2,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { TENSOR(TYPES_RESIZED, 4, 4), PARAMETER(1, 1) },
		.output = TENSOR(TYPES_RESIZED, 4, 4),
		.infer = apui_infer_resize,
		.lower = apui_lower_resize_nearest,
	},
};

const struct apui_operator_family apui_image_operators = {
	.rows = rows,
	.count = ROW_COUNT(rows),
};
