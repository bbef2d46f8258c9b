/* SPDX-License-Identifier: MIT */
#include "firmware/kernel.h"

/* Input 2 of those that have weights: the bias. */
#define BIAS_IS_OPTIONAL (1u << 2)

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
	[APUI_OP_PAD] = { "PAD", apui_kernel_pad, 1, 1, 0 },
	[APUI_OP_MEAN] = { "MEAN", apui_kernel_mean, 1, 1, 0 },
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
		[APUI_TYPE_INT8] = 1,    [APUI_TYPE_UINT8] = 1,
		[APUI_TYPE_INT16] = 2,   [APUI_TYPE_INT32] = 4,
		[APUI_TYPE_INT64] = 8,   [APUI_TYPE_BOOL] = 1,
	};

	return type < sizeof(bytes) ? bytes[type] : 0;
}
