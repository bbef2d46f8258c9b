/* SPDX-License-Identifier: MIT */
#include "firmware/kernel.h"

/* Input 2 of those that have weights: the bias. */
#define BIAS_IS_OPTIONAL (1u << 2)
/* Of DEQUANTIZE: inputs 1 and 2. */
#define SCALES_ARE_OPTIONAL (3u << 1)

/* The input gate, aux, peephole, normalisation, projection. */
#define LSTM_OPTIONAL                                                          \
	(1u << 1 | 1u << 2 | 15u << 6 | 1u << 10 | 1u << 14 | 511u << 18)

/* Of CONVOLVE: all but x and the filter. */
#define CONVOLVE_OPTIONAL (63u << 2)
/* Of BATCH_MATMUL: scales and zero points. */
#define MATMUL_OPTIONAL (7u << 2)

static const struct apui_fw_operator operators[] = {
	[APUI_OP_COPY] = { "COPY", apui_kernel_copy, 1, 1, 0 },
	[APUI_OP_CONV_2D] = { "CONV_2D", apui_kernel_conv_2d, 5, 1,
			      BIAS_IS_OPTIONAL },
	[APUI_OP_DEPTHWISE_CONV_2D] = { "DEPTHWISE_CONV_2D",
					apui_kernel_depthwise_conv_2d, 5, 1,
					BIAS_IS_OPTIONAL },
	[APUI_OP_FULLY_CONNECTED] = { "FULLY_CONNECTED",
				      apui_kernel_fully_connected, 4, 1,
				      BIAS_IS_OPTIONAL },
	[APUI_OP_AVERAGE_POOL_2D] = { "AVERAGE_POOL_2D",
				      apui_kernel_average_pool_2d, 1, 1, 0 },
	[APUI_OP_MAX_POOL_2D] = { "MAX_POOL_2D", apui_kernel_max_pool_2d, 1, 1,
				  0 },
	[APUI_OP_ADD] = { "ADD", apui_kernel_add, 2, 1, 0 },
	[APUI_OP_SOFTMAX] = { "SOFTMAX", apui_kernel_softmax, 1, 1, 0 },
	[APUI_OP_QUANTIZE] = { "QUANTIZE", apui_kernel_quantize, 1, 1, 0 },
	[APUI_OP_MEAN] = { "MEAN", apui_kernel_mean, 1, 1, 0 },
	[APUI_OP_RESIZE_BILINEAR] = { "RESIZE_BILINEAR",
				      apui_kernel_resize_bilinear, 1, 1, 0 },
	[APUI_OP_RESIZE_NEAREST] = { "RESIZE_NEAREST",
				     apui_kernel_resize_nearest, 3, 1, 0 },
	[APUI_OP_ARG_MINMAX] = { "ARG_MINMAX", apui_kernel_arg_minmax, 1, 1,
				 0 },
	[APUI_OP_REDUCE] = { "REDUCE", apui_kernel_reduce, 1, 1, 0 },
	[APUI_OP_DETECTION] = { "DETECTION", apui_kernel_detection, 3, 6, 0 },
	[APUI_OP_WHERE] = { "WHERE", apui_kernel_where, 1, 3, 0 },
	[APUI_OP_TOPK] = { "TOPK", apui_kernel_topk, 1, 2, 0 },
	[APUI_OP_L2_NORMALIZATION] = { "L2_NORMALIZATION",
				       apui_kernel_l2_normalization, 1, 1, 0 },
	[APUI_OP_SIGMOID_INT16] = { "SIGMOID_INT16", apui_kernel_sigmoid_int16,
				    2, 1, 0 },
	[APUI_OP_SOFTMAX_INT16] = { "SOFTMAX_INT16", apui_kernel_softmax_int16,
				    3, 1, 0 },
	[APUI_OP_LOCAL_RESPONSE] = { "LOCAL_RESPONSE",
				     apui_kernel_local_response, 1, 1, 0 },
	[APUI_OP_LOG_SOFTMAX] = { "LOG_SOFTMAX", apui_kernel_log_softmax, 1, 1,
				  0 },
	[APUI_OP_STRIDED_COPY] = { "STRIDED_COPY", apui_kernel_strided_copy, 1,
				   1, 0 },
	[APUI_OP_FILL] = { "FILL", apui_kernel_fill, 0, 1, 0 },
	[APUI_OP_GATHER] = { "GATHER", apui_kernel_gather, 2, 1, 0 },
	[APUI_OP_CONV_2D_FLOAT] = { "CONV_2D_FLOAT", apui_kernel_conv_2d_float,
				    3, 1, BIAS_IS_OPTIONAL },
	[APUI_OP_DEPTHWISE_CONV_2D_FLOAT] = { "DEPTHWISE_CONV_2D_FLOAT",
					      apui_kernel_depthwise_conv_2d_float,
					      3, 1, BIAS_IS_OPTIONAL },
	[APUI_OP_FULLY_CONNECTED_FLOAT] = { "FULLY_CONNECTED_FLOAT",
					    apui_kernel_fully_connected_float,
					    3, 1, BIAS_IS_OPTIONAL },
	[APUI_OP_AVERAGE_POOL_2D_FLOAT] = { "AVERAGE_POOL_2D_FLOAT",
					    apui_kernel_average_pool_2d_float,
					    1, 1, 0 },
	[APUI_OP_MAX_POOL_2D_FLOAT] = { "MAX_POOL_2D_FLOAT",
					apui_kernel_max_pool_2d_float, 1, 1,
					0 },
	[APUI_OP_SOFTMAX_FLOAT] = { "SOFTMAX_FLOAT", apui_kernel_softmax_float,
				    1, 1, 0 },
	[APUI_OP_DEQUANTIZE] = { "DEQUANTIZE", apui_kernel_dequantize, 3, 1,
				 SCALES_ARE_OPTIONAL },
	[APUI_OP_LOOKUP] = { "LOOKUP", apui_kernel_lookup, 2, 1, 0 },
	[APUI_OP_UNARY_FLOAT] = { "UNARY_FLOAT", apui_kernel_unary_float, 1, 1,
				  0 },
	[APUI_OP_BINARY_FLOAT] = { "BINARY_FLOAT", apui_kernel_binary_float, 2,
				   1, 0 },
	[APUI_OP_BINARY_INTEGER] = { "BINARY_INTEGER",
				     apui_kernel_binary_integer, 2, 1, 0 },
	[APUI_OP_COMPARE] = { "COMPARE", apui_kernel_compare, 2, 1, 0 },
	[APUI_OP_SUB] = { "SUB", apui_kernel_sub, 2, 1, 0 },
	[APUI_OP_MUL] = { "MUL", apui_kernel_mul, 2, 1, 0 },
	[APUI_OP_CAST] = { "CAST", apui_kernel_cast, 1, 1, 0 },
	[APUI_OP_PRELU] = { "PRELU", apui_kernel_prelu, 2, 1, 0 },
	[APUI_OP_SELECT] = { "SELECT", apui_kernel_select, 3, 1, 0 },
	[APUI_OP_DIV] = { "DIV", apui_kernel_div, 2, 1, 0 },
	[APUI_OP_SQUARED_DIFFERENCE] = { "SQUARED_DIFFERENCE",
					 apui_kernel_squared_difference, 2, 1,
					 0 },
	[APUI_OP_SVDF] = { "SVDF", apui_kernel_svdf, 4, 3, 1u << 3 },
	[APUI_OP_LSTM] = { "LSTM", apui_kernel_lstm, 23, 5,
			   1u << 1 | 1u << 5 | 1u << 9 | 511u << 13 },
	[APUI_OP_LSTM_FLOAT] = { "LSTM_FLOAT", apui_kernel_lstm_float, 27, 5,
				 LSTM_OPTIONAL },
	[APUI_OP_CONVOLVE] = { "CONVOLVE", apui_kernel_convolve, 8, 1,
			       CONVOLVE_OPTIONAL },
	[APUI_OP_QUANTIZE_ROWS] = { "QUANTIZE_ROWS", apui_kernel_quantize_rows,
				    1, 3, 0 },
	[APUI_OP_BATCH_MATMUL] = { "BATCH_MATMUL", apui_kernel_batch_matmul, 5,
				   1, MATMUL_OPTIONAL },
	[APUI_OP_AVERAGE_POOL_2D_INT16] = { "AVERAGE_POOL_2D_INT16",
					    apui_kernel_average_pool_2d_int16,
					    1, 1, 0 },
	[APUI_OP_MAX_POOL_2D_INT16] = { "MAX_POOL_2D_INT16",
					apui_kernel_max_pool_2d_int16, 1, 1,
					0 },
	[APUI_OP_L2_POOL_2D_FLOAT] = { "L2_POOL_2D_FLOAT",
				       apui_kernel_l2_pool_2d_float, 1, 1, 0 },
	[APUI_OP_SCATTER] = { "SCATTER", apui_kernel_scatter, 2, 1, 0 },
	[APUI_OP_CUMSUM] = { "CUMSUM", apui_kernel_cumsum, 1, 1, 0 },
	[APUI_OP_UPDATE_SLICE] = { "UPDATE_SLICE", apui_kernel_update_slice, 2,
				   1, 0 },
	[APUI_OP_REVERSE_SEQUENCE] = { "REVERSE_SEQUENCE",
				       apui_kernel_reverse_sequence, 2, 1, 0 },
	[APUI_OP_EMBEDDING_SPARSE] = { "EMBEDDING_SPARSE",
				       apui_kernel_embedding_sparse, 4, 1, 0 },
	[APUI_OP_NON_MAX_SUPPRESSION] = { "NON_MAX_SUPPRESSION",
					  apui_kernel_non_max_suppression, 5, 5,
					  1u << 4 },
	[APUI_OP_BUCKETIZE] = { "BUCKETIZE", apui_kernel_bucketize, 2, 1, 0 },
	[APUI_OP_REDUCE_WINDOW] = { "REDUCE_WINDOW", apui_kernel_reduce_window,
				    2, 1, 0 },
	[APUI_OP_LOG_SOFTMAX_INTEGER] = { "LOG_SOFTMAX_INTEGER",
					  apui_kernel_log_softmax_integer, 1, 1,
					  0 },
	[APUI_OP_LOOKUP_INT16] = { "LOOKUP_INT16", apui_kernel_lookup_int16, 2,
				   1, 0 },
	[APUI_OP_RNN_FLOAT] = { "RNN_FLOAT", apui_kernel_rnn_float, 6, 3,
				1u << 1 | 1u << 3 },
};

const struct apui_fw_operator *
apui_fw_find_operator(unsigned int op)
{
	if (op >= sizeof(operators) / sizeof(operators[0]) ||
	    !operators[op].run)
		return NULL;
	return &operators[op];
}

unsigned int
apui_fw_type_bytes(unsigned int type)
{
	static const uint8_t bytes[] = {
		[APUI_TYPE_FLOAT32] = 4, [APUI_TYPE_FLOAT64] = 8,
		[APUI_TYPE_FLOAT16] = 2, [APUI_TYPE_INT8] = 1,
		[APUI_TYPE_UINT8] = 1,   [APUI_TYPE_INT16] = 2,
		[APUI_TYPE_INT32] = 4,   [APUI_TYPE_INT64] = 8,
		[APUI_TYPE_BOOL] = 1,
	};

	return type < sizeof(bytes) ? bytes[type] : 0;
}
