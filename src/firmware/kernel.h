/* SPDX-License-Identifier: MIT */
#ifndef APUI_KERNEL_H
#define APUI_KERNEL_H

/*
 * The seam between the interpreter and the kernels.
 *
 * The interpreter copies the records of an operator, checks every reference
 * against the buffers of the request, and hands over this call. What it
 * guarantees: the counts are those of the operator's row in the table; a tensor
 * that is not optional has data; type and rank are valid; 0 <= dims; size_bytes
 * is the product of dims times the bytes of the type, and so many bytes are
 * there, aligned to the type. What it does not: how shapes, types and
 * parameters of one operator relate. Every kernel checks that itself before it
 * touches data, because programs are as hostile as anything else, and the bytes
 * of a tensor may change while it runs: a value used as an index, a shape or a
 * shift is read once, with apui_fw_read_i32(), and checked.
 */

#include "firmware/firmware.h"
#include "firmware/program.h"

/* Inputs and outputs of one operator. */
#define APUI_FW_MAX_OPERATOR_TENSORS 32

struct apui_fw_tensor {
	void *data; /* NULL: optional and left out */
	uint32_t size_bytes;
	uint8_t type;
	uint8_t rank;
	int32_t dims[APUI_PROGRAM_MAX_RANK]; /* 1 beyond rank */
	int32_t zero_point;
};

struct apui_fw_call {
	const struct apui_fw_host *host;
	union apui_params params;
	const struct apui_fw_tensor *inputs;
	const struct apui_fw_tensor *outputs;
	unsigned int input_count;
	unsigned int output_count;
};

/*
 * An output may be the very bytes of an input in operators that
 * docs/program-format.md lists: what they write at element i they have read.
 *
 * A kernel returns an APUI_RESULT_*: OK, EINVAL when shapes, types or
 * parameters do not fit together, ERANGE when the data of a tensor does not,
 * ECANCELED when apui_fw_cancelled() said so in the middle. Long loops ask it
 * once an output row.
 */
typedef int (*apui_kernel_fn)(const struct apui_fw_call *call);

/* One row an operator; src/firmware/operators.c has the table. */
struct apui_fw_operator {
	const char *name;
	apui_kernel_fn run;
	uint8_t input_count;
	uint8_t output_count;
	uint32_t optional_inputs; /* bit i: input i may be APUI_NO_TENSOR */
};

/* Returns NULL for an operator that this firmware does not have. */
const struct apui_fw_operator *
apui_fw_find_operator(unsigned int op);

/* Returns the bytes of an element, 0 for a type a program may not hold. */
unsigned int
apui_fw_type_bytes(unsigned int type);

static inline int
apui_fw_cancelled(const struct apui_fw_call *call)
{
	return call->host->cancelled(call->host->context);
}

/* Read once: the client may be writing. */
static inline int32_t
apui_fw_read_i32(const void *data, uint32_t index)
{
	return ((const volatile int32_t *)data)[index];
}

int
apui_kernel_copy(const struct apui_fw_call *call);
int
apui_kernel_conv_2d(const struct apui_fw_call *call);
int
apui_kernel_depthwise_conv_2d(const struct apui_fw_call *call);
int
apui_kernel_fully_connected(const struct apui_fw_call *call);
int
apui_kernel_average_pool_2d(const struct apui_fw_call *call);
int
apui_kernel_max_pool_2d(const struct apui_fw_call *call);
int
apui_kernel_add(const struct apui_fw_call *call);
int
apui_kernel_softmax(const struct apui_fw_call *call);
int
apui_kernel_quantize(const struct apui_fw_call *call);
int
apui_kernel_mean(const struct apui_fw_call *call);
int
apui_kernel_conv_2d_float(const struct apui_fw_call *call);
int
apui_kernel_depthwise_conv_2d_float(const struct apui_fw_call *call);
int
apui_kernel_fully_connected_float(const struct apui_fw_call *call);
int
apui_kernel_average_pool_2d_float(const struct apui_fw_call *call);
int
apui_kernel_max_pool_2d_float(const struct apui_fw_call *call);
int
apui_kernel_softmax_float(const struct apui_fw_call *call);
int
apui_kernel_dequantize(const struct apui_fw_call *call);
int
apui_kernel_strided_copy(const struct apui_fw_call *call);
int
apui_kernel_fill(const struct apui_fw_call *call);
int
apui_kernel_gather(const struct apui_fw_call *call);
int
apui_kernel_lookup(const struct apui_fw_call *call);
int
apui_kernel_unary_float(const struct apui_fw_call *call);
int
apui_kernel_binary_float(const struct apui_fw_call *call);
int
apui_kernel_binary_integer(const struct apui_fw_call *call);
int
apui_kernel_compare(const struct apui_fw_call *call);
int
apui_kernel_sub(const struct apui_fw_call *call);
int
apui_kernel_mul(const struct apui_fw_call *call);
int
apui_kernel_cast(const struct apui_fw_call *call);
int
apui_kernel_prelu(const struct apui_fw_call *call);
int
apui_kernel_select(const struct apui_fw_call *call);
int
apui_kernel_div(const struct apui_fw_call *call);
int
apui_kernel_squared_difference(const struct apui_fw_call *call);
int
apui_kernel_resize_bilinear(const struct apui_fw_call *call);
int
apui_kernel_resize_nearest(const struct apui_fw_call *call);
int
apui_kernel_arg_minmax(const struct apui_fw_call *call);
int
apui_kernel_reduce(const struct apui_fw_call *call);
int
apui_kernel_detection(const struct apui_fw_call *call);
int
apui_kernel_where(const struct apui_fw_call *call);
int
apui_kernel_topk(const struct apui_fw_call *call);
int
apui_kernel_l2_normalization(const struct apui_fw_call *call);
int
apui_kernel_sigmoid_int16(const struct apui_fw_call *call);
int
apui_kernel_softmax_int16(const struct apui_fw_call *call);
int
apui_kernel_local_response(const struct apui_fw_call *call);
int
apui_kernel_log_softmax(const struct apui_fw_call *call);
int
apui_kernel_log_softmax_integer(const struct apui_fw_call *call);
int
apui_kernel_lookup_int16(const struct apui_fw_call *call);
int
apui_kernel_svdf(const struct apui_fw_call *call);
int
apui_kernel_lstm(const struct apui_fw_call *call);
int
apui_kernel_lstm_float(const struct apui_fw_call *call);
int
apui_kernel_rnn_float(const struct apui_fw_call *call);
int
apui_kernel_scatter(const struct apui_fw_call *call);
int
apui_kernel_cumsum(const struct apui_fw_call *call);
int
apui_kernel_update_slice(const struct apui_fw_call *call);
int
apui_kernel_reverse_sequence(const struct apui_fw_call *call);
int
apui_kernel_embedding_sparse(const struct apui_fw_call *call);
int
apui_kernel_non_max_suppression(const struct apui_fw_call *call);
int
apui_kernel_bucketize(const struct apui_fw_call *call);
int
apui_kernel_reduce_window(const struct apui_fw_call *call);
int
apui_kernel_convolve(const struct apui_fw_call *call);
int
apui_kernel_quantize_rows(const struct apui_fw_call *call);
int
apui_kernel_batch_matmul(const struct apui_fw_call *call);
int
apui_kernel_average_pool_2d_int16(const struct apui_fw_call *call);
int
apui_kernel_max_pool_2d_int16(const struct apui_fw_call *call);
int
apui_kernel_l2_pool_2d_float(const struct apui_fw_call *call);

#endif
