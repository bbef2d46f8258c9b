/* SPDX-License-Identifier: MIT */

/* Matrices, and networks of them. */

#include "model/operator_table.h"

static const struct apui_option_field fully_connected_fields[] = {
	ACTIVATION(APUI_FULLY_CONNECTED_ACTIVATION, fully_connected),
	/* 1: shuffled for one family of processors. */
	FIELD(APUI_FULLY_CONNECTED_WEIGHTS_FORMAT, APUI_FIELD_I8,
	      fully_connected, weights_format, 0, 1, 0, 0),
	FLAG(APUI_FULLY_CONNECTED_KEEP_NUM_DIMS, fully_connected,
	     keep_num_dims),
	FLAG(APUI_FULLY_CONNECTED_ASYMMETRIC_INPUTS, fully_connected,
	     asymmetric_quantize_inputs),
	{ .type = APUI_FIELD_END },
};

#define MATRIX      (TYPES_INT8 | TYPES_INT16 | TYPES_FLOAT32)
#define CONNECTIONS (TYPES_8_BIT | TYPES_INT16 | TYPES_FLOAT32)

static const struct apui_option_field batch_matmul_fields[] = {
	FLAG(APUI_BATCH_MATMUL_ADJ_X, batch_matmul, adj_x),
	FLAG(APUI_BATCH_MATMUL_ADJ_Y, batch_matmul, adj_y),
	FLAG(APUI_BATCH_MATMUL_ASYMMETRIC_INPUTS, batch_matmul,
	     asymmetric_quantize_inputs),
	{ .type = APUI_FIELD_END },
};

static const struct apui_operator_row rows[] = {
	{
		.name = "BATCH_MATMUL",
		.builtin_code = APUI_BUILTIN_BATCH_MATMUL,
		.max_version = 4,
		.options_type = APUI_OPTIONS_BATCH_MATMUL,
		.fields = batch_matmul_fields,
		.min_inputs = 2,
		.max_inputs = 2,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { TENSOR(MATRIX, 2, MAX_RANK),
			    TENSOR(MATRIX, 2, MAX_RANK) },
		.output = TENSOR(MATRIX | TYPES_INT32, 2, MAX_RANK),
		.infer = apui_infer_batch_matmul,
		.lower = apui_lower_batch_matmul,
	},
	{
		.name = "FULLY_CONNECTED",
		.builtin_code = APUI_BUILTIN_FULLY_CONNECTED,
		.max_version = 14,
		.options_type = APUI_OPTIONS_FULLY_CONNECTED,
		.fields = fully_connected_fields,
		.min_inputs = 2,
		.max_inputs = 3,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { TENSOR(CONNECTIONS, 1, MAX_RANK),
			    TENSOR(TYPES_8_BIT | TYPES_FLOAT32, 2, 2),
			    WIDE_BIAS },
		.output = TENSOR(CONNECTIONS, 1, MAX_RANK),
		.infer = apui_infer_fully_connected,
		.lower = apui_lower_fully_connected,
	},
};

const struct apui_operator_family apui_matrix_operators = {
	.rows = rows,
	.count = ROW_COUNT(rows),
};
