/* SPDX-License-Identifier: MIT */
/*
 * SVDF: each filter takes the dot product of the input with its features, and
 * that of the last of these, which the state keeps, with its weights over time.
 * A unit adds up `rank` filters and its bias. Output 1 is the state, read and
 * written: [batches, filters, times], the newest at the end. Output 2 is memory
 * for x, which is quantised where it is float32 and the features are int8.
 */
#include "firmware/kernels/ref/quantised.h"
#include "firmware/kernels/ref/recurrent.h"
#include "firmware/memory.h"

enum { X, FEATURE, TIME, BIAS };
enum { Y, STATE, BYTES };

struct svdf {
	size_t batches, filters, inputs, times, rank, units;
	int is_float;
};

static int
check_types(const struct apui_fw_call *call, struct svdf *svdf)
{
	const struct apui_fw_tensor *in = call->inputs;
	const struct apui_fw_tensor *out = call->outputs;
	const struct apui_svdf_params *params = &call->params.svdf;

	svdf->is_float = in[X].type == APUI_TYPE_FLOAT32;
	if (svdf->is_float)
		return (in[FEATURE].type == APUI_TYPE_FLOAT32 ||
			in[FEATURE].type == APUI_TYPE_INT8) &&
		       in[TIME].type == APUI_TYPE_FLOAT32 &&
		       (!in[BIAS].data || in[BIAS].type == APUI_TYPE_FLOAT32) &&
		       out[Y].type == APUI_TYPE_FLOAT32 &&
		       out[STATE].type == APUI_TYPE_FLOAT32;
	return in[X].type == APUI_TYPE_INT8 && apui_q8_is_valid(&in[X]) &&
	       in[FEATURE].type == APUI_TYPE_INT8 &&
	       in[TIME].type == APUI_TYPE_INT16 &&
	       (!in[BIAS].data || in[BIAS].type == APUI_TYPE_INT32) &&
	       out[Y].type == APUI_TYPE_INT8 && apui_q8_is_valid(&out[Y]) &&
	       out[STATE].type == APUI_TYPE_INT16 &&
	       apui_fx_shift_is_valid(params->feature_shift) &&
	       apui_fx_shift_is_valid(params->time_shift);
}

static int
check_svdf(const struct apui_fw_call *call, struct svdf *svdf)
{
	const struct apui_fw_tensor *in = call->inputs;
	const struct apui_fw_tensor *y = &call->outputs[Y];
	const struct apui_fw_tensor *state = &call->outputs[STATE];
	int32_t rank = call->params.svdf.rank;
	uint64_t element_bytes, count;

	if (!check_types(call, svdf) || rank < 1 || in[X].rank != 2 ||
	    in[FEATURE].rank != 2 || in[TIME].rank != 2 || y->rank != 2 ||
	    in[FEATURE].dims[1] != in[X].dims[1] ||
	    in[TIME].dims[0] != in[FEATURE].dims[0] ||
	    in[FEATURE].dims[0] % rank != 0 || y->dims[0] != in[X].dims[0] ||
	    y->dims[1] != in[FEATURE].dims[0] / rank)
		return APUI_RESULT_EINVAL;
	if (call->outputs[BYTES].type != APUI_TYPE_INT8 ||
	    call->outputs[BYTES].size_bytes < (uint32_t)in[X].dims[1])
		return APUI_RESULT_EINVAL;
	if (in[BIAS].data && in[BIAS].size_bytes / 4 != (uint32_t)y->dims[1])
		return APUI_RESULT_EINVAL;

	/* The weights over time are below 2^32 bytes, so this is below 2^64. */
	element_bytes = svdf->is_float ? 4 : 2;
	count = in[TIME].size_bytes / element_bytes;
	if (__builtin_mul_overflow(count, (uint64_t)in[X].dims[0], &count) ||
	    state->size_bytes / element_bytes != count)
		return APUI_RESULT_EINVAL;

	svdf->batches = (size_t)in[X].dims[0];
	svdf->filters = (size_t)in[FEATURE].dims[0];
	svdf->inputs = (size_t)in[X].dims[1];
	svdf->times = (size_t)in[TIME].dims[1];
	svdf->rank = (size_t)rank;
	svdf->units = svdf->filters / svdf->rank;
	return APUI_RESULT_OK;
}

/* Filters without inputs and times are no data, but they take time. */
static uint64_t
filter_work(const struct svdf *svdf)
{
	return (uint64_t)svdf->inputs + svdf->times;
}

/* What one filter adds; moves its state on by one. Sums wrap. */
static uint32_t
run_filter(const struct apui_fw_call *call, const struct svdf *svdf,
	   size_t batch, size_t filter)
{
	const struct apui_svdf_params *params = &call->params.svdf;
	const int8_t *x =
		(const int8_t *)call->inputs[X].data + batch * svdf->inputs;
	const int8_t *feature = (const int8_t *)call->inputs[FEATURE].data +
				filter * svdf->inputs;
	const int16_t *time =
		(const int16_t *)call->inputs[TIME].data + filter * svdf->times;
	int16_t *state = (int16_t *)call->outputs[STATE].data +
			 (batch * svdf->filters + filter) * svdf->times;
	const int32_t zero_point = call->inputs[X].zero_point;
	uint32_t dot = 0, sum = 0;

	for (size_t i = 0; i < svdf->inputs; i++)
		dot += (uint32_t)(feature[i] * (x[i] - zero_point));
	for (size_t i = 0; i + 1 < svdf->times; i++)
		state[i] = state[i + 1];
	if (svdf->times > 0)
		state[svdf->times - 1] = (int16_t)apui_fx_clamp(
			apui_fx_scale((int32_t)dot, params->feature_multiplier,
				      params->feature_shift),
			INT16_MIN, INT16_MAX);
	for (size_t i = 0; i < svdf->times; i++)
		sum += (uint32_t)(time[i] * state[i]);
	return sum;
}

static int
run_unit(const struct apui_fw_call *call, const struct svdf *svdf, size_t batch,
	 size_t unit, uint64_t *work)
{
	const struct apui_svdf_params *params = &call->params.svdf;
	uint32_t sum =
		(uint32_t)apui_read_bias(&call->inputs[BIAS], (uint32_t)unit);
	int64_t scaled;

	for (size_t r = 0; r < svdf->rank; r++) {
		if (apui_pace(call, work, filter_work(svdf)))
			return APUI_RESULT_ECANCELED;
		sum += run_filter(call, svdf, batch, unit * svdf->rank + r);
	}
	scaled = apui_fx_scale((int32_t)sum, params->time_multiplier,
			       params->time_shift);
	scaled += call->outputs[Y].zero_point;
	((int8_t *)call->outputs[Y].data)[batch * svdf->units + unit] =
		(int8_t)apui_fx_clamp(scaled, INT8_MIN, INT8_MAX);
	return APUI_RESULT_OK;
}

static float
run_float_filter(const struct apui_fw_call *call, const struct svdf *svdf,
		 const struct apui_vector *x, size_t batch, size_t filter)
{
	const float *time =
		(const float *)call->inputs[TIME].data + filter * svdf->times;
	float *state = (float *)call->outputs[STATE].data +
		       (batch * svdf->filters + filter) * svdf->times;
	float dot =
		apui_row_product(&call->inputs[FEATURE],
				 call->params.svdf.feature_scale, x, filter);
	float sum = 0;

	for (size_t i = 0; i + 1 < svdf->times; i++)
		state[i] = state[i + 1];
	if (svdf->times > 0)
		state[svdf->times - 1] = dot;
	for (size_t i = 0; i < svdf->times; i++)
		sum += time[i] * state[i];
	return sum;
}

static int
run_float_unit(const struct apui_fw_call *call, const struct svdf *svdf,
	       const struct apui_vector *x, size_t batch, size_t unit,
	       uint64_t *work)
{
	const struct apui_svdf_params *params = &call->params.svdf;
	const float *bias = call->inputs[BIAS].data;
	float sum = bias ? bias[unit] : 0;

	for (size_t r = 0; r < svdf->rank; r++) {
		if (apui_pace(call, work, filter_work(svdf)))
			return APUI_RESULT_ECANCELED;
		sum += run_float_filter(call, svdf, x, batch,
					unit * svdf->rank + r);
	}
	/* Written so that NaN stays. */
	if (sum < params->act_min)
		sum = params->act_min;
	if (sum > params->act_max)
		sum = params->act_max;
	((float *)call->outputs[Y].data)[batch * svdf->units + unit] = sum;
	return APUI_RESULT_OK;
}

static struct apui_vector
make_vector(const struct apui_fw_call *call, const struct svdf *svdf,
	    size_t batch)
{
	const float *x =
		(const float *)call->inputs[X].data + batch * svdf->inputs;

	return apui_vector_of(x, svdf->inputs, call->inputs[FEATURE].type,
			      call->params.svdf.is_asymmetric,
			      call->outputs[BYTES].data);
}

static int
run_batch(const struct apui_fw_call *call, const struct svdf *svdf,
	  size_t batch, uint64_t *work)
{
	struct apui_vector x = { .real = 0 };
	int ret = APUI_RESULT_OK;

	if (svdf->is_float)
		x = make_vector(call, svdf, batch);
	for (size_t unit = 0; ret == APUI_RESULT_OK && unit < svdf->units;
	     unit++)
		ret = svdf->is_float ? run_float_unit(call, svdf, &x, batch,
						      unit, work)
				     : run_unit(call, svdf, batch, unit, work);
	return ret;
}

int
apui_kernel_svdf(const struct apui_fw_call *call)
{
	struct svdf svdf;
	uint64_t work = 0;
	int ret;

	ret = check_svdf(call, &svdf);
	if (ret != APUI_RESULT_OK || call->outputs[Y].size_bytes == 0)
		return ret;
	for (size_t batch = 0; ret == APUI_RESULT_OK && batch < svdf.batches;
	     batch++)
		ret = run_batch(call, &svdf, batch, &work);
	return ret;
}
