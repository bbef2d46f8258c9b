/* SPDX-License-Identifier: MIT */
/* Reductions, images that change size, orders and norms. */
#include "rows.h"

#define IN_8(...)  IN_SCALED(INT8, 0.05f, 3, __VA_ARGS__)
#define OUT_8(...) OUT_SCALED(INT8, 0.05f, 3, __VA_ARGS__)
#define KEEP       OPTIONS(REDUCER, I8(0, 1))
#define DROP       DEFAULTS(REDUCER)

/* Over one axis, several, all of them. */
#define REDUCE(operator, text, element, least, greatest)                       \
	ROW(operator, text "-last", DROP,                                      \
	    INPUTS(IN_RANGE(element, least, greatest, 2, 3, 4),                \
		   LIST(INT32, -1)),                                           \
	    OUTPUTS(OUT(element, 2, 3))),                                      \
		ROW(operator, text "-middle-kept", KEEP,                       \
		    INPUTS(IN_RANGE(element, least, greatest, 2, 3, 4),        \
			   LIST(INT32, 1)),                                    \
		    OUTPUTS(OUT(element, 2, 1, 4))),                           \
		ROW(operator, text "-two", DROP,                               \
		    INPUTS(IN_RANGE(element, least, greatest, 2, 3, 2, 2),     \
			   LIST(INT32, 0, 2)),                                 \
		    OUTPUTS(OUT(element, 3, 2))),                              \
		ROW(operator, text "-all-kept", KEEP,                          \
		    INPUTS(IN_RANGE(element, least, greatest, 2, 3, 4),        \
			   LIST(INT32, 2, 0, 1)),                              \
		    OUTPUTS(OUT(element, 1, 1, 1)))
#define REDUCE_ALIKE(operator, text, element, step, zero)                      \
	ROW(operator, text "-last", DROP,                                      \
	    INPUTS(IN_SCALED(element, step, zero, 2, 3, 4), LIST(INT32, 2)),   \
	    OUTPUTS(OUT_SCALED(element, step, zero, 2, 3))),                   \
		ROW(operator, text "-image-kept", KEEP,                        \
		    INPUTS(IN_SCALED(element, step, zero, 1, 3, 3, 5),         \
			   LIST(INT32, 1, 2)),                                 \
		    OUTPUTS(OUT_SCALED(element, step, zero, 1, 1, 1, 5)))
#define RESIZE(operator, text, element, step, zero, h, w, new_h, new_w, ...)   \
	ROW(operator, text, __VA_ARGS__,                                       \
	    INPUTS(IN_SCALED(element, step, zero, 1, h, w, 2),                 \
		   LIST(INT32, new_h, new_w)),                                 \
	    OUTPUTS(OUT_SCALED(element, step, zero, 1, new_h, new_w, 2)),      \
	    .seeds = 1)
#define RESIZES(operator, text, element, step, zero, ...)                      \
	RESIZE(operator, text "-up", element, step, zero, 3, 4, 5, 7,          \
	       __VA_ARGS__),                                                   \
		RESIZE(operator, text "-down", element, step, zero, 7, 6, 3,   \
		       4, __VA_ARGS__),                                        \
		RESIZE(operator, text "-double", element, step, zero, 3, 2, 6, \
		       4, __VA_ARGS__),                                        \
		RESIZE(operator, text "-from-one", element, step, zero, 1, 1,  \
		       3, 2, __VA_ARGS__),                                     \
		RESIZE(operator, text "-to-one", element, step, zero, 3, 4, 1, \
		       1, __VA_ARGS__)
#define ALL_RESIZES(operator, text, ...)                                       \
	RESIZES(operator, text "-float", FLOAT32, 0, 0, __VA_ARGS__),          \
		RESIZES(operator, text "-int8", INT8, 0.05f, 3, __VA_ARGS__),  \
		RESIZES(operator, text "-uint8", UINT8, 0.05f, 120,            \
			__VA_ARGS__)
#define BILINEAR(align, half)                                                  \
	OPTIONS(RESIZE_BILINEAR, I8(2, align), I8(3, half))
#define NEAREST(align, half)                                                   \
	OPTIONS(RESIZE_NEAREST_NEIGHBOR, I8(0, align), I8(1, half))
#define ARGUMENTS(operator, group, text, element, least, greatest)             \
	ROW(operator, text "-last-int32", OPTIONS(group, I8(0, TFLITE_INT32)), \
	    INPUTS(IN_RANGE(element, least, greatest, 3, 4, 5),                \
		   SCALAR(INT32, -1)),                                         \
	    OUTPUTS(OUT(INT32, 3, 4))),                                        \
		ROW(operator, text "-middle-int64",                            \
		    OPTIONS(group, I8(0, TFLITE_INT64)),                       \
		    INPUTS(IN_RANGE(element, least, greatest, 2, 4, 3),        \
			   SCALAR(INT32, 1)),                                  \
		    OUTPUTS(OUT(INT64, 2, 3))),                                \
		ROW(operator, text "-first-int32",                             \
		    OPTIONS(group, I8(0, TFLITE_INT32)),                       \
		    INPUTS(IN_RANGE(element, least, greatest, 5, 6),           \
			   LIST(INT32, 0)),                                    \
		    OUTPUTS(OUT(INT32, 6)))
#define TOP(text, element, k, rows_count, columns)                             \
	ROW(TOPK_V2, text, DEFAULTS(TOP_KV2),                                  \
	    INPUTS(IN(element, rows_count, columns), SCALAR(INT32, k)),        \
	    OUTPUTS(OUT_LIKE(element, rows_count, k),                          \
		    OUT(INT32, rows_count, k)))

static const struct row rows[] = {
	REDUCE(MEAN, "mean-float", FLOAT32, 0, 0),
	ROW(MEAN, "mean-float-image", KEEP,
	    INPUTS(IN(FLOAT32, 2, 4, 5, 3), LIST(INT32, 1, 2)),
	    OUTPUTS(OUT(FLOAT32, 2, 1, 1, 3))),
	REDUCE(SUM, "sum-float", FLOAT32, 0, 0),
	REDUCE(SUM, "sum-int32", INT32, 0, 0),
	REDUCE(REDUCE_PROD, "prod-float", FLOAT32, -2, 2),
	REDUCE(REDUCE_PROD, "prod-int32", INT32, -3, 3),
	REDUCE(REDUCE_MAX, "max-float", FLOAT32, 0, 0),
	REDUCE(REDUCE_MAX, "max-int32", INT32, 0, 0),
	REDUCE(REDUCE_MIN, "min-float", FLOAT32, 0, 0),
	REDUCE_ALIKE(REDUCE_MAX, "max-int8", INT8, 0.05f, 3),
	REDUCE_ALIKE(REDUCE_MAX, "max-uint8", UINT8, 0.05f, 120),
	REDUCE_ALIKE(REDUCE_MIN, "min-int8", INT8, 0.05f, 3),
	REDUCE_ALIKE(REDUCE_MIN, "min-uint8", UINT8, 0.05f, 120),
	REDUCE(REDUCE_ANY, "any", BOOL, 0, 0),
	REDUCE(REDUCE_ALL, "all", BOOL, 0, 0),
	ALL_RESIZES(RESIZE_BILINEAR, "bilinear", BILINEAR(0, 0)),
	ALL_RESIZES(RESIZE_BILINEAR, "bilinear-align-corners", BILINEAR(1, 0)),
	ALL_RESIZES(RESIZE_BILINEAR, "bilinear-half-pixel", BILINEAR(0, 1)),
	ALL_RESIZES(RESIZE_NEAREST_NEIGHBOR, "nearest", NEAREST(0, 0)),
	ALL_RESIZES(RESIZE_NEAREST_NEIGHBOR, "nearest-align-corners",
		    NEAREST(1, 0)),
	ALL_RESIZES(RESIZE_NEAREST_NEIGHBOR, "nearest-half-pixel",
		    NEAREST(0, 1)),
	ARGUMENTS(ARG_MAX, ARG_MAX, "arg-max-float", FLOAT32, 0, 0),
	ARGUMENTS(ARG_MAX, ARG_MAX, "arg-max-int8-ties", INT8, -2, 2),
	ARGUMENTS(ARG_MAX, ARG_MAX, "arg-max-uint8", UINT8, 0, 0),
	ARGUMENTS(ARG_MAX, ARG_MAX, "arg-max-int32", INT32, 0, 0),
	ARGUMENTS(ARG_MIN, ARG_MIN, "arg-min-float", FLOAT32, 0, 0),
	ARGUMENTS(ARG_MIN, ARG_MIN, "arg-min-int8-ties", INT8, -2, 2),
	ARGUMENTS(ARG_MIN, ARG_MIN, "arg-min-uint8", UINT8, 0, 0),
	TOP("topk-float", FLOAT32, 3, 2, 9),
	TOP("topk-int32-all", INT32, 6, 2, 6),
	TOP("topk-int8", INT8, 4, 3, 8),
	TOP("topk-uint8-one", UINT8, 1, 3, 8),
	ROW(TOPK_V2, "topk-int32-ties", DEFAULTS(TOP_KV2),
	    INPUTS(IN_RANGE(INT32, 0, 3, 2, 10), SCALAR(INT32, 5)),
	    OUTPUTS(OUT(INT32, 2, 5), OUT(INT32, 2, 5))),
	ROW(L2_NORMALIZATION, "l2-norm-float", DEFAULTS(L2_NORM),
	    INPUTS(IN(FLOAT32, 3, 5)), OUTPUTS(OUT(FLOAT32, 3, 5))),
	ROW(LOG_SOFTMAX, "log-softmax-float", DEFAULTS(LOG_SOFTMAX),
	    INPUTS(IN_RANGE(FLOAT32, -9, 9, 3, 7)),
	    OUTPUTS(OUT(FLOAT32, 3, 7))),
	ROW(SUM, "sum-float-same-axis-twice", DROP,
	    INPUTS(IN(FLOAT32, 2, 3, 4), LIST(INT32, 1, -2)),
	    OUTPUTS(OUT(FLOAT32, 2, 4)), .seeds = 1),
	ROW(REDUCE_MAX, "max-float-scalar-axis", DROP,
	    INPUTS(IN(FLOAT32, 2, 3, 4), SCALAR(INT32, 1)),
	    OUTPUTS(OUT(FLOAT32, 2, 4)), .seeds = 1),
	ROW(MEAN, "mean-float-rank-5", DROP,
	    INPUTS(IN(FLOAT32, 2, 2, 3, 2, 2), LIST(INT32, 1, 3)),
	    OUTPUTS(OUT(FLOAT32, 2, 3, 2)), .seeds = 1),
	ROW(ARG_MAX, "arg-max-float-ties",
	    OPTIONS(ARG_MAX, I8(0, TFLITE_INT32)),
	    INPUTS(GIVEN(FLOAT32, 1, 5, 5, 2, 5), SCALAR(INT32, 0)),
	    OUTPUTS({ .role = ROW_OUTPUT, .type = TFLITE_INT32 }), .seeds = 1),
	RESIZE(RESIZE_BILINEAR, "bilinear-int8-by-8", INT8, 0.05f, 3, 3, 2, 24,
	       16, BILINEAR(0, 1)),
	RESIZE(RESIZE_BILINEAR, "bilinear-uint8-by-7", UINT8, 0.05f, 3, 2, 3,
	       14, 21, BILINEAR(1, 0)),
	RESIZE(RESIZE_BILINEAR, "bilinear-float-odd", FLOAT32, 0, 0, 5, 3, 13,
	       8, BILINEAR(0, 1)),
	RESIZE(RESIZE_NEAREST_NEIGHBOR, "nearest-int8-odd", INT8, 0.05f, 3, 5,
	       3, 13, 8, NEAREST(1, 0)),
	RESIZE(RESIZE_NEAREST_NEIGHBOR, "nearest-int8-odd-half-pixel", INT8,
	       0.05f, 3, 11, 7, 4, 5, NEAREST(0, 1)),
	ROW(RESIZE_BILINEAR, "bilinear-int8-batch", BILINEAR(0, 0),
	    INPUTS(IN_8(2, 3, 3, 1), LIST(INT32, 4, 5)),
	    OUTPUTS(OUT_8(2, 4, 5, 1))),
};

const struct row_family rows_reduction = ROW_FAMILY(rows, "reduction", 2);
