/* SPDX-License-Identifier: MIT */
/* Operators that tell the shape of their input: of every type, empty, too. */
#include "rows.h"

#define SHAPE_ROW(text, element, out, rank, ...)                               \
	ROW(SHAPE, "shape-" text, OPTIONS(SHAPE, I8(0, TFLITE_##out)),         \
	    INPUTS(IN(element, __VA_ARGS__)), OUTPUTS(OUT(out, rank)))
#define RANK_ROW(text, element, ...)                                           \
	ROW(RANK, "rank-" text, DEFAULTS(RANK),                                \
	    INPUTS(IN(element, __VA_ARGS__)),                                  \
	    OUTPUTS({ .role = ROW_OUTPUT, .type = TFLITE_INT32 }))

static const struct row rows[] = {
	SHAPE_ROW("float-1", FLOAT32, INT32, 1, 5),
	SHAPE_ROW("float-4", FLOAT32, INT32, 4, 1, 2, 3, 4),
	SHAPE_ROW("float-6", FLOAT32, INT64, 6, 2, 1, 3, 1, 2, 2),
	SHAPE_ROW("int8-3", INT8, INT32, 3, 7, 1, 2),
	SHAPE_ROW("uint8-2-64-bits", UINT8, INT64, 2, 9, 3),
	SHAPE_ROW("int16-2", INT16, INT32, 2, 1, 300),
	SHAPE_ROW("int32-2-64-bits", INT32, INT64, 2, 4, 4),
	SHAPE_ROW("int64-1", INT64, INT32, 1, 8),
	SHAPE_ROW("bool-3", BOOL, INT32, 3, 2, 2, 2),
	RANK_ROW("float-1", FLOAT32, 5),
	RANK_ROW("float-4", FLOAT32, 1, 2, 3, 4),
	RANK_ROW("int8-3", INT8, 7, 1, 2),
	RANK_ROW("uint8-6", UINT8, 2, 1, 3, 1, 2, 2),
	RANK_ROW("int16-2", INT16, 1, 300),
	RANK_ROW("int64-1", INT64, 8),
	RANK_ROW("bool-3", BOOL, 2, 2, 2),
};

const struct row_family rows_shape = ROW_FAMILY(rows, "shape", 1);
