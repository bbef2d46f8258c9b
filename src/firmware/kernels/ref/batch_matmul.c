/* SPDX-License-Identifier: MIT */
/*
 * BATCH_MATMUL: y[row][column] is the sum of a[row][k] * b[k][column], of
 * matrices that are found by their steps: float32; 8 or 16 bits, scaled; int8
 * to int32, as it is; or float32 of a that was quantised in QUANTIZE_ROWS.
 */
#include "firmware/kernels/ref/float32.h"
#include "firmware/kernels/ref/wide.h"

enum { A, B, B_SCALE, A_SCALE, A_ZERO };

#define BATCH_RANK APUI_MATMUL_MAX_BATCH_RANK

struct product {
	const struct apui_fw_call *call;
	const struct apui_batch_matmul_params *params;
	uint64_t work;
};

/* Where the matrices of a batch begin, in elements. */
struct place {
	size_t a, b;
};

/* Of one element of y: its row in all of y, its column, its sum. */
struct result {
	size_t row, column;
	size_t a_row; /* in all of a, where its rows have scales */
	int64_t whole;
	float real;
};

static int32_t
get(const struct apui_fw_tensor *tensor, size_t i)
{
	if (tensor->type == APUI_TYPE_INT16)
		return ((const int16_t *)tensor->data)[i];
	return ((const int8_t *)tensor->data)[i];
}

static void
sum_reals(const struct product *product, const struct place *at, size_t row,
	  struct result *result)
{
	const struct apui_batch_matmul_params *params = product->params;
	const float *a = (const float *)product->call->inputs[A].data + at->a +
			 row * (size_t)params->a_row_step;
	const float *b = (const float *)product->call->inputs[B].data + at->b +
			 result->column * (size_t)params->b_column_step;

	for (size_t k = 0; k < (size_t)params->depth; k++)
		result->real += a[k * (size_t)params->a_depth_step] *
				b[k * (size_t)params->b_depth_step];
}

static int
sum_integers(const struct product *product, const struct place *at, size_t row,
	     struct result *result)
{
	const struct apui_batch_matmul_params *params = product->params;
	const struct apui_fw_tensor *inputs = product->call->inputs;
	size_t a = at->a + row * (size_t)params->a_row_step;
	size_t b = at->b + result->column * (size_t)params->b_column_step;
	int32_t a_zero = inputs[A].zero_point, b_zero = inputs[B].zero_point;

	if (inputs[A_ZERO].data)
		a_zero = apui_fw_read_i32(inputs[A_ZERO].data,
					  (uint32_t)result->a_row);
	if (a_zero < INT16_MIN || a_zero > INT16_MAX)
		return APUI_RESULT_ERANGE;
	for (size_t k = 0; k < (size_t)params->depth; k++)
		result->whole +=
			(int64_t)(get(&inputs[A],
				      a + k * (size_t)params->a_depth_step) -
				  a_zero) *
			(get(&inputs[B], b + k * (size_t)params->b_depth_step) -
			 b_zero);
	return APUI_RESULT_OK;
}

/* Quantised row by row: in float32, one scale of b for all columns or each. */
static float
scale_hybrid(const struct product *product, const struct result *result)
{
	const struct apui_fw_tensor *inputs = product->call->inputs;
	const float *b = inputs[B_SCALE].data, *a = inputs[A_SCALE].data;
	size_t column = inputs[B_SCALE].size_bytes == sizeof(float)
				? 0
				: result->column;

	return (float)(int32_t)result->whole * b[column] * a[result->a_row];
}

static void
store(const struct product *product, const struct result *result)
{
	const struct apui_batch_matmul_params *params = product->params;
	const struct apui_fw_tensor *y = &product->call->outputs[0];
	size_t at = result->row * (size_t)params->columns + result->column;
	int32_t sum = (int32_t)result->whole;

	switch (y->type) {
	case APUI_TYPE_FLOAT32:
		((float *)y->data)[at] = product->call->inputs[A_SCALE].data
						 ? scale_hybrid(product, result)
						 : result->real;
		break;
	case APUI_TYPE_INT32:
		((int32_t *)y->data)[at] = sum;
		break;
	case APUI_TYPE_INT16:
		sum = apui_wide_scale(result->whole, params->multiplier,
				      params->shift);
		((int16_t *)y->data)[at] = (int16_t)apui_fx_clamp(
			sum, params->act_min, params->act_max);
		break;
	default:
		sum = apui_fx_scale(sum, params->multiplier, params->shift);
		((int8_t *)y->data)[at] =
			(int8_t)apui_fx_clamp((int64_t)sum + y->zero_point,
					      params->act_min, params->act_max);
	}
}

static int
run_row(struct product *product, const struct place *at, size_t batch,
	size_t row)
{
	const struct apui_batch_matmul_params *params = product->params;
	struct result result = {
		.row = batch * (size_t)params->rows + row,
		.a_row = at->a / (size_t)params->depth + row,
	};
	int ret = APUI_RESULT_OK;

	for (size_t c = 0; c < (size_t)params->columns; c++) {
		result.column = c;
		result.whole = 0;
		result.real = 0;
		if (apui_pace(product->call, &product->work,
			      (uint64_t)params->depth))
			return APUI_RESULT_ECANCELED;
		if (product->call->inputs[A].type == APUI_TYPE_FLOAT32)
			sum_reals(product, at, row, &result);
		else
			ret = sum_integers(product, at, row, &result);
		if (ret != APUI_RESULT_OK)
			return ret;
		store(product, &result);
	}
	return APUI_RESULT_OK;
}

/* The matrices of batch @batch, whose number has digits of batch_lengths. */
static struct place
find_batch(const struct apui_batch_matmul_params *params, size_t batch)
{
	struct place at = { 0 };

	for (unsigned int i = BATCH_RANK; i-- > 0;) {
		size_t length = (size_t)params->batch_lengths[i];
		size_t digit = batch % length;

		batch /= length;
		at.a += digit * (size_t)params->a_batch_steps[i];
		at.b += digit * (size_t)params->b_batch_steps[i];
	}
	return at;
}

/*
 * Do all steps, @count of them, each of which may be taken lengths[i] - 1
 * times, stay inside @tensor?
 */
static int
steps_stay_inside(const struct apui_fw_tensor *tensor, const int32_t *lengths,
		  const int32_t *steps, unsigned int count)
{
	uint64_t elements =
		tensor->size_bytes / apui_fw_type_bytes(tensor->type);
	uint64_t last = 0;

	for (unsigned int i = 0; i < count; i++) {
		if (lengths[i] < 1 || steps[i] < 0)
			return 0;
		/* Below 2^62, and last is below 2^32: no overflow. */
		last += (uint64_t)(lengths[i] - 1) * (uint64_t)steps[i];
		if (last >= elements)
			return 0;
	}
	return 1;
}

/* All steps together, and the number of batches. */
static int
batches_are_valid(const struct apui_fw_call *call, uint64_t *out_batches)
{
	const struct apui_batch_matmul_params *params =
		&call->params.batch_matmul;
	const struct apui_fw_tensor *y = &call->outputs[0];
	int32_t lengths[BATCH_RANK + 2], a[BATCH_RANK + 2], b[BATCH_RANK + 2];
	uint64_t count = 1;

	for (unsigned int i = 0; i < BATCH_RANK; i++) {
		lengths[i] = params->batch_lengths[i];
		a[i] = params->a_batch_steps[i];
		b[i] = params->b_batch_steps[i];
		if (lengths[i] < 1 ||
		    __builtin_mul_overflow(count, (uint64_t)lengths[i], &count))
			return 0;
	}
	*out_batches = count;
	if (__builtin_mul_overflow(count, (uint64_t)params->rows, &count) ||
	    __builtin_mul_overflow(count, (uint64_t)params->columns, &count) ||
	    count != y->size_bytes / apui_fw_type_bytes(y->type))
		return 0;

	lengths[BATCH_RANK + 1] = params->depth;
	lengths[BATCH_RANK] = params->rows;
	a[BATCH_RANK] = params->a_row_step;
	a[BATCH_RANK + 1] = params->a_depth_step;
	if (!steps_stay_inside(&call->inputs[A], lengths, a, BATCH_RANK + 2))
		return 0;
	lengths[BATCH_RANK] = params->columns;
	b[BATCH_RANK] = params->b_column_step;
	b[BATCH_RANK + 1] = params->b_depth_step;
	return steps_stay_inside(&call->inputs[B], lengths, b, BATCH_RANK + 2);
}

static int
bytes_are_valid(const struct apui_fw_tensor *a, const struct apui_fw_tensor *b)
{
	return a->type == APUI_TYPE_INT8 && b->type == APUI_TYPE_INT8 &&
	       apui_q8_is_valid(a) && apui_q8_is_valid(b);
}

static int
hybrid_is_valid(const struct apui_fw_call *call)
{
	const struct apui_batch_matmul_params *params =
		&call->params.batch_matmul;
	const struct apui_fw_tensor *inputs = call->inputs;
	uint64_t depth = (uint64_t)params->depth;
	uint64_t rows = inputs[A].size_bytes / depth;

	/* Rows side by side, so that a_row is one of them. */
	if (inputs[A].size_bytes % depth != 0 || params->a_depth_step != 1 ||
	    (uint64_t)params->a_row_step != depth)
		return 0;
	if (!bytes_are_valid(&inputs[A], &inputs[B]) || !inputs[A_SCALE].data ||
	    !inputs[A_ZERO].data || !inputs[B_SCALE].data ||
	    inputs[A_SCALE].type != APUI_TYPE_FLOAT32 ||
	    inputs[A_ZERO].type != APUI_TYPE_INT32 || rows > INT32_MAX ||
	    inputs[A_SCALE].size_bytes != rows * sizeof(float) ||
	    inputs[A_ZERO].size_bytes != rows * sizeof(int32_t))
		return 0;
	return apui_is_float32_vector(&inputs[B_SCALE], 1) ||
	       apui_is_float32_vector(&inputs[B_SCALE], params->columns);
}

static int
types_are_valid(const struct apui_fw_call *call)
{
	const struct apui_batch_matmul_params *params =
		&call->params.batch_matmul;
	const struct apui_fw_tensor *a = &call->inputs[A];
	const struct apui_fw_tensor *b = &call->inputs[B];
	const struct apui_fw_tensor *y = &call->outputs[0];

	switch (y->type) {
	case APUI_TYPE_FLOAT32:
		if (a->type == APUI_TYPE_FLOAT32)
			return b->type == APUI_TYPE_FLOAT32 &&
			       !call->inputs[A_SCALE].data;
		return hybrid_is_valid(call);
	case APUI_TYPE_INT32:
		return bytes_are_valid(a, b);
	case APUI_TYPE_INT16:
		return a->type == APUI_TYPE_INT16 &&
		       (b->type == APUI_TYPE_INT16 ||
			b->type == APUI_TYPE_INT8) &&
		       a->zero_point == 0 && b->zero_point == 0 &&
		       params->shift >= APUI_SHIFT_MIN &&
		       params->shift <= APUI_WIDE_SHIFT_MAX &&
		       INT16_MIN <= params->act_min &&
		       params->act_max <= INT16_MAX;
	default:
		return y->type == APUI_TYPE_INT8 && apui_q8_is_valid(y) &&
		       bytes_are_valid(a, b) &&
		       apui_fx_shift_is_valid(params->shift) &&
		       apui_q8_clamp_is_valid(y->type, params->act_min,
					      params->act_max);
	}
}

int
apui_kernel_batch_matmul(const struct apui_fw_call *call)
{
	struct product product = {
		.call = call,
		.params = &call->params.batch_matmul,
	};
	uint64_t batches;

	if (call->outputs[0].size_bytes == 0)
		return APUI_RESULT_OK;
	if (!batches_are_valid(call, &batches) || !types_are_valid(call) ||
	    (call->inputs[A_ZERO].data && !call->inputs[A_SCALE].data))
		return APUI_RESULT_EINVAL;
	for (uint64_t batch = 0; batch < batches; batch++) {
		struct place at = find_batch(product.params, (size_t)batch);

		for (int32_t row = 0; row < product.params->rows; row++) {
			int ret = run_row(&product, &at, (size_t)batch,
					  (size_t)row);

			if (ret != APUI_RESULT_OK)
				return ret;
		}
	}
	return APUI_RESULT_OK;
}
