/* SPDX-License-Identifier: MIT */
/*
 * Operators that move values, of the types that other families leave out. Rows
 * with -exact- in their name: LiteRT refuses the type, exact_model.py does not.
 */
#include "rows.h"

/* Where the values of a type come from. */
#define FROM(element, ...) FROM_##element(__VA_ARGS__)
#define FROM_FLOAT32(...)  IN(FLOAT32, __VA_ARGS__)
#define FROM_FLOAT16(...)  RAMP(FLOAT16, 0, 0, __VA_ARGS__)
#define FROM_FLOAT64(...)  IN(FLOAT64, __VA_ARGS__)
#define FROM_INT8(...)     IN_SCALED(INT8, 0.05f, 3, __VA_ARGS__)
#define FROM_UINT8(...)    IN_SCALED(UINT8, 0.05f, 7, __VA_ARGS__)
#define FROM_INT16(...)    IN_SCALED(INT16, 0.05f, 0, __VA_ARGS__)
#define FROM_INT32(...)    IN_RANGE(INT32, -2e9f, 2e9f, __VA_ARGS__)
#define FROM_INT64(...)    IN_RANGE(INT64, -2e9f, 2e9f, __VA_ARGS__)
#define FROM_BOOL(...)     IN(BOOL, __VA_ARGS__)

#define JOINED(element, text)                                                  \
	ROW(CONCATENATION, "moved-concatenation-" text,                        \
	    OPTIONS(CONCATENATION, I32(0, 1)),                                 \
	    INPUTS(FROM(element, 2, 3, 2), FROM(element, 2, 1, 2)),            \
	    OUTPUTS(OUT_LIKE(element, 2, 4, 2)))
#define TO_SPACE(element, text)                                                \
	ROW(DEPTH_TO_SPACE, "moved-depth-to-space-" text,                      \
	    OPTIONS(DEPTH_TO_SPACE, I32(0, 2)),                                \
	    INPUTS(FROM(element, 2, 1, 3, 8)),                                 \
	    OUTPUTS(OUT_LIKE(element, 2, 2, 6, 2)))
#define TO_DEPTH(element, text)                                                \
	ROW(SPACE_TO_DEPTH, "moved-space-to-depth-" text,                      \
	    OPTIONS(SPACE_TO_DEPTH, I32(0, 2)),                                \
	    INPUTS(FROM(element, 2, 2, 6, 2)),                                 \
	    OUTPUTS(OUT_LIKE(element, 2, 1, 3, 8)))
#define RESHAPED(element, text)                                                \
	ROW(RESHAPE, "moved-reshape-" text, DEFAULTS(RESHAPE),                 \
	    INPUTS(FROM(element, 2, 3, 4), LIST(INT32, 4, -1)),                \
	    OUTPUTS(OUT_LIKE(element, 4, 6)))
#define PADDED(element, text)                                                  \
	ROW(PAD, "moved-pad-" text, DEFAULTS(PAD),                             \
	    INPUTS(FROM(element, 2, 3, 2),                                     \
		   TABLE(INT32, 3, 2, 1, 0, 0, 2, 1, 1)),                      \
	    OUTPUTS(OUT_LIKE(element, 3, 5, 4)))
#define PADDED_WITH(element, text, value)                                      \
	ROW(PADV2, "moved-padv2-" text, DEFAULTS(PAD_V2),                      \
	    INPUTS(FROM(element, 2, 3, 2),                                     \
		   TABLE(INT32, 3, 2, 1, 0, 0, 2, 1, 1),                       \
		   SCALAR(element, value)),                                    \
	    OUTPUTS(OUT_LIKE(element, 3, 5, 4)))
#define MIRRORED(element, text)                                                \
	ROW(MIRROR_PAD, "moved-mirror-pad-" text,                              \
	    OPTIONS(MIRROR_PAD, I8(0, 0)),                                     \
	    INPUTS(FROM(element, 3, 4), TABLE(INT32, 2, 2, 2, 1, 1, 3)),       \
	    OUTPUTS(OUT_LIKE(element, 6, 8)))
#define TO_SPACE_ND(element, text)                                             \
	ROW(BATCH_TO_SPACE_ND, "moved-batch-to-space-" text,                   \
	    DEFAULTS(BATCH_TO_SPACE_ND),                                       \
	    INPUTS(FROM(element, 4, 2, 3, 2), LIST(INT32, 2, 2),               \
		   TABLE(INT32, 2, 2, 0, 1, 1, 1)),                            \
	    OUTPUTS(OUT_LIKE(element, 1, 3, 4, 2)))
#define TO_BATCH_ND(element, text)                                             \
	ROW(SPACE_TO_BATCH_ND, "moved-space-to-batch-" text,                   \
	    DEFAULTS(SPACE_TO_BATCH_ND),                                       \
	    INPUTS(FROM(element, 1, 3, 4, 2), LIST(INT32, 2, 2),               \
		   TABLE(INT32, 2, 2, 0, 1, 1, 1)),                            \
	    OUTPUTS(OUT_LIKE(element, 4, 2, 3, 2)))
#define TRANSPOSED(element, text)                                              \
	ROW(TRANSPOSE, "moved-transpose-" text, DEFAULTS(TRANSPOSE),           \
	    INPUTS(FROM(element, 2, 3, 4), LIST(INT32, 2, 0, 1)),              \
	    OUTPUTS(OUT_LIKE(element, 4, 2, 3)))
#define SQUEEZED(element, text)                                                \
	ROW(SQUEEZE, "moved-squeeze-" text,                                    \
	    OPTIONS(SQUEEZE, I32_LIST(0, 0, -2)),                              \
	    INPUTS(FROM(element, 1, 3, 1, 1, 2)),                              \
	    OUTPUTS(OUT_LIKE(element, 3, 1, 2)))
#define EXPANDED(element, text)                                                \
	ROW(EXPAND_DIMS, "moved-expand-dims-" text, DEFAULTS(EXPAND_DIMS),     \
	    INPUTS(FROM(element, 2, 3), SCALAR(INT32, 1)),                     \
	    OUTPUTS(OUT_LIKE(element, 2, 1, 3)))
#define STRIDED(element, text)                                                 \
	ROW(STRIDED_SLICE, "moved-strided-slice-" text,                        \
	    DEFAULTS(STRIDED_SLICE),                                           \
	    INPUTS(FROM(element, 4, 5, 3), LIST(INT32, 3, 0, 1),               \
		   LIST(INT32, 0, 5, 3), LIST(INT32, -1, 2, 1)),               \
	    OUTPUTS(OUT_LIKE(element, 3, 3, 2)))
#define SLICED(element, text)                                                  \
	ROW(SLICE, "moved-slice-" text, DEFAULTS(SLICE),                       \
	    INPUTS(FROM(element, 4, 5, 3), LIST(INT32, 1, 0, 2),               \
		   LIST(INT32, 2, -1, 1)),                                     \
	    OUTPUTS(OUT_LIKE(element, 2, 5, 1)))
#define TILED(element, text)                                                   \
	ROW(TILE, "moved-tile-" text, DEFAULTS(TILE),                          \
	    INPUTS(FROM(element, 2, 1, 3), LIST(INT32, 2, 3, 1)),              \
	    OUTPUTS(OUT_LIKE(element, 4, 3, 3)))
#define PACKED(element, text)                                                  \
	ROW(PACK, "moved-pack-" text, OPTIONS(PACK, I32(0, 2), I32(1, 1)),     \
	    INPUTS(FROM(element, 2, 3), FROM(element, 2, 3)),                  \
	    OUTPUTS(OUT_LIKE(element, 2, 2, 3)))
#define UNPACKED(element, text)                                                \
	ROW(UNPACK, "moved-unpack-" text,                                      \
	    OPTIONS(UNPACK, I32(0, 3), I32(1, 1)),                             \
	    INPUTS(FROM(element, 2, 3, 2)),                                    \
	    OUTPUTS(OUT_LIKE(element, 2, 2), OUT_LIKE(element, 2, 2),          \
		    OUT_LIKE(element, 2, 2)))
#define PARTED(element, text)                                                  \
	ROW(SPLIT_V, "moved-split-v-" text, OPTIONS(SPLIT_V, I32(0, 2)),       \
	    INPUTS(FROM(element, 2, 5, 2), LIST(INT32, 2, -1),                 \
		   SCALAR(INT32, 1)),                                          \
	    OUTPUTS(OUT_LIKE(element, 2, 2, 2), OUT_LIKE(element, 2, 3, 2)))
#define REVERSED(element, text)                                                \
	ROW(REVERSE_V2, "moved-reverse-" text, DEFAULTS(REVERSE_V2),           \
	    INPUTS(FROM(element, 2, 4, 3), LIST(INT32, 1)),                    \
	    OUTPUTS(OUT_LIKE(element, 2, 4, 3)))
#define STRETCHED(element, text)                                               \
	ROW(BROADCAST_TO, "moved-broadcast-to-" text, DEFAULTS(BROADCAST_TO),  \
	    .version = 2,                                                      \
	    INPUTS(FROM(element, 3, 1, 2), LIST(INT32, 2, 3, 4, 2)),           \
	    OUTPUTS(OUT_LIKE(element, 2, 3, 4, 2)))

static const struct row rows[] = {
	JOINED(FLOAT64, "exact-float64"),
	TO_SPACE(FLOAT16, "exact-float16"),
	TO_SPACE(FLOAT64, "exact-float64"),
	TO_SPACE(UINT8, "uint8"),
	TO_SPACE(INT16, "exact-int16"),
	TO_SPACE(INT32, "int32"),
	TO_SPACE(INT64, "int64"),
	TO_SPACE(BOOL, "exact-bool"),
	RESHAPED(FLOAT64, "float64"),
	RESHAPED(INT16, "int16"),
	RESHAPED(INT32, "int32"),
	RESHAPED(BOOL, "bool"),
	TO_DEPTH(FLOAT16, "exact-float16"),
	TO_DEPTH(FLOAT64, "exact-float64"),
	TO_DEPTH(UINT8, "uint8"),
	TO_DEPTH(INT16, "exact-int16"),
	TO_DEPTH(INT32, "int32"),
	TO_DEPTH(INT64, "int64"),
	TO_DEPTH(BOOL, "exact-bool"),
	PADDED(FLOAT64, "exact-float64"),
	PADDED(INT16, "int16"),
	PADDED(INT64, "int64"),
	PADDED(BOOL, "bool"),
	TO_SPACE_ND(FLOAT16, "float16"),
	TO_SPACE_ND(FLOAT64, "float64"),
	TO_SPACE_ND(UINT8, "uint8"),
	TO_SPACE_ND(INT16, "int16"),
	TO_SPACE_ND(INT32, "int32"),
	TO_SPACE_ND(INT64, "int64"),
	TO_SPACE_ND(BOOL, "bool"),
	TO_BATCH_ND(FLOAT16, "float16"),
	TO_BATCH_ND(FLOAT64, "float64"),
	TO_BATCH_ND(UINT8, "uint8"),
	TO_BATCH_ND(INT16, "int16"),
	TO_BATCH_ND(INT64, "int64"),
	TO_BATCH_ND(BOOL, "bool"),
	TRANSPOSED(FLOAT64, "float64"),
	TRANSPOSED(UINT8, "uint8"),
	TRANSPOSED(INT16, "int16"),
	TRANSPOSED(BOOL, "bool"),
	SQUEEZED(FLOAT16, "float16"),
	SQUEEZED(FLOAT64, "float64"),
	SQUEEZED(INT8, "int8"),
	SQUEEZED(UINT8, "uint8"),
	SQUEEZED(INT16, "int16"),
	SQUEEZED(INT64, "int64"),
	SQUEEZED(BOOL, "bool"),
	STRIDED(FLOAT16, "float16"),
	STRIDED(FLOAT64, "float64"),
	STRIDED(UINT8, "uint8"),
	STRIDED(INT64, "int64"),
	PADDED_WITH(FLOAT16, "float16", 1234),
	PADDED_WITH(FLOAT64, "exact-float64", -7.5f),
	PADDED_WITH(INT16, "int16", -999),
	PADDED_WITH(INT64, "int64", -5000),
	PADDED_WITH(BOOL, "bool", 1),
	SLICED(FLOAT64, "float64"),
	SLICED(UINT8, "uint8"),
	SLICED(INT16, "int16"),
	SLICED(INT64, "int64"),
	SLICED(BOOL, "bool"),
	TILED(FLOAT64, "float64"),
	TILED(UINT8, "uint8"),
	TILED(INT16, "int16"),
	TILED(INT64, "int64"),
	TILED(BOOL, "bool"),
	EXPANDED(FLOAT32, "float32"),
	EXPANDED(FLOAT16, "float16"),
	EXPANDED(FLOAT64, "float64"),
	EXPANDED(UINT8, "uint8"),
	EXPANDED(INT16, "int16"),
	EXPANDED(INT64, "int64"),
	EXPANDED(BOOL, "bool"),
	PACKED(FLOAT16, "exact-float16"),
	PACKED(FLOAT64, "exact-float64"),
	PACKED(UINT8, "uint8"),
	PACKED(INT16, "int16"),
	PACKED(BOOL, "exact-bool"),
	UNPACKED(FLOAT64, "exact-float64"),
	UNPACKED(UINT8, "uint8"),
	UNPACKED(INT16, "int16"),
	UNPACKED(INT64, "exact-int64"),
	UNPACKED(BOOL, "bool"),
	MIRRORED(FLOAT16, "float16"),
	MIRRORED(FLOAT64, "float64"),
	MIRRORED(UINT8, "uint8"),
	MIRRORED(INT16, "int16"),
	MIRRORED(INT64, "int64"),
	MIRRORED(BOOL, "bool"),
	PARTED(FLOAT16, "exact-float16"),
	PARTED(FLOAT64, "exact-float64"),
	PARTED(UINT8, "uint8"),
	PARTED(INT16, "int16"),
	PARTED(INT64, "int64"),
	PARTED(BOOL, "exact-bool"),
	REVERSED(FLOAT16, "float16"),
	REVERSED(FLOAT64, "exact-float64"),
	REVERSED(UINT8, "uint8"),
	REVERSED(INT16, "int16"),
	REVERSED(INT64, "int64"),
	REVERSED(BOOL, "bool"),
	STRETCHED(FLOAT16, "float16"),
	STRETCHED(FLOAT64, "float64"),
	STRETCHED(UINT8, "uint8"),
	STRETCHED(INT16, "int16"),
	STRETCHED(INT64, "int64"),
	STRETCHED(BOOL, "bool"),
};

const struct row_family rows_moved = ROW_FAMILY(rows, "moved", 1);
