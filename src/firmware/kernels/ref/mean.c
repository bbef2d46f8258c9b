/* SPDX-License-Identifier: MIT */
/*
 * MEAN: y = clamp(zy + MBQM(sum of x - zx)) over the dimensions in `axes`; the
 * multiplier has the count in it.
 */
#include "firmware/kernels/ref/quantised.h"

/* Neighbouring dimensions that are all reduced, or all kept, as one. */
struct run {
	size_t length, step;
	int reduced;
};

struct mean {
	struct apui_q8 x;
	struct run runs[APUI_PROGRAM_MAX_RANK]; /* the innermost is the first */
	unsigned int run_count;
	size_t count; /* elements of x for one of y */
};

static void
find_runs(const struct apui_fw_tensor *x, uint32_t axes, struct mean *mean)
{
	struct run *run = mean->runs;
	size_t step = 1;

	*run = (struct run) { .length = 1, .step = 1 };
	for (unsigned int i = x->rank; i-- > 0;) {
		size_t length = (size_t)x->dims[i];
		int reduced = axes >> i & 1;

		if (run->length != 1 && reduced != run->reduced)
			*++run = (struct run) { .length = 1 };
		if (run->length == 1)
			*run = (struct run) { 1, step, reduced };
		run->length *= length;
		step *= length;
	}
	mean->run_count = (unsigned int)(run - mean->runs) + 1;
}

static int
check_mean(const struct apui_fw_call *call, struct mean *mean)
{
	const struct apui_mean_params *params = &call->params.mean;
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];
	uint64_t kept = 1;

	if (!apui_q8_is_valid(x) || !apui_q8_is_valid(y) ||
	    x->type != y->type || x->size_bytes == 0 ||
	    params->axes >> x->rank != 0 ||
	    !apui_fx_shift_is_valid(params->shift))
		return APUI_RESULT_EINVAL;
	for (unsigned int i = 0; i < x->rank; i++)
		if ((params->axes >> i & 1) == 0)
			kept *= (uint32_t)x->dims[i];
	if (kept != y->size_bytes)
		return APUI_RESULT_EINVAL;

	mean->x = apui_q8_view(x);
	mean->count = (size_t)(x->size_bytes / kept);
	find_runs(x, params->axes, mean);
	return APUI_RESULT_OK;
}

/* Element number @index of those that are kept, or reduced: where it is in x.
 */
static size_t
find_element(const struct mean *mean, size_t index, int reduced)
{
	size_t at = 0;

	for (unsigned int i = 0; i < mean->run_count; i++) {
		const struct run *run = &mean->runs[i];

		if (run->reduced != reduced)
			continue;
		at += index % run->length * run->step;
		index /= run->length;
	}
	return at;
}

int
apui_kernel_mean(const struct apui_fw_call *call)
{
	const struct apui_mean_params *params = &call->params.mean;
	const struct apui_fw_tensor *y = &call->outputs[0];
	uint8_t *out = y->data;
	struct mean mean;
	uint64_t work = 0;
	int ret;

	ret = check_mean(call, &mean);
	if (ret != APUI_RESULT_OK)
		return ret;

	for (size_t i = 0; i < y->size_bytes; i++) {
		size_t first = find_element(&mean, i, 0);
		uint32_t sum = 0;
		int32_t value;

		for (size_t j = 0; j < mean.count; j++) {
			size_t at = first + find_element(&mean, j, 1);

			if (apui_pace(call, &work, 0))
				return APUI_RESULT_ECANCELED;
			sum += (uint32_t)apui_q8_get(&mean.x, at);
		}
		value = apui_fx_scale((int32_t)sum, params->multiplier,
				      params->shift);
		out[i] = (uint8_t)apui_fx_clamp((int64_t)value + y->zero_point,
						apui_q8_min(y->type),
						apui_q8_max(y->type));
	}
	return APUI_RESULT_OK;
}
