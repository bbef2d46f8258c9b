/* SPDX-License-Identifier: MIT */
#include "support/kernel.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void
kernel_init(struct kernel_case *kernel)
{
	memset(kernel, 0, sizeof(*kernel));
	fw_host_init(&kernel->host, 4);
}

void
kernel_finish(struct kernel_case *kernel)
{
	for (unsigned int i = 0; i < kernel->input_count; i++)
		free(kernel->inputs[i].data);
	for (unsigned int i = 0; i < kernel->output_count; i++)
		free(kernel->outputs[i].data);
}

static void
init_tensor(struct apui_fw_tensor *tensor, uint8_t type, int32_t zero_point,
	    uint8_t rank, const int32_t *dims)
{
	tensor->type = type;
	tensor->rank = rank;
	tensor->zero_point = zero_point;
	tensor->size_bytes = apui_fw_type_bytes(type);
	for (unsigned int i = 0; i < APUI_PROGRAM_MAX_RANK; i++) {
		tensor->dims[i] = i < rank ? dims[i] : 1;
		tensor->size_bytes *= (uint32_t)tensor->dims[i];
	}
	tensor->data = calloc(1, tensor->size_bytes);
	assert(tensor->data);
}

void *
kernel_input(struct kernel_case *kernel, uint8_t type, int32_t zero_point,
	     uint8_t rank, const int32_t *dims, const void *bytes)
{
	struct apui_fw_tensor *tensor = &kernel->inputs[kernel->input_count++];

	assert(kernel->input_count <= KERNEL_MAX_INPUTS);
	init_tensor(tensor, type, zero_point, rank, dims);
	if (bytes)
		memcpy(tensor->data, bytes, tensor->size_bytes);
	return tensor->data;
}

void
kernel_no_input(struct kernel_case *kernel)
{
	kernel->input_count++;
}

void *
kernel_output(struct kernel_case *kernel, uint8_t type, int32_t zero_point,
	      uint8_t rank, const int32_t *dims)
{
	struct apui_fw_tensor *tensor =
		&kernel->outputs[kernel->output_count++];

	assert(kernel->output_count <= KERNEL_MAX_OUTPUTS);
	init_tensor(tensor, type, zero_point, rank, dims);
	memset(tensor->data, 0xcc, tensor->size_bytes);
	return tensor->data;
}

int
kernel_run(struct kernel_case *kernel, apui_kernel_fn run)
{
	const struct apui_fw_call call = {
		.host = &kernel->host.host,
		.params = kernel->params,
		.inputs = kernel->inputs,
		.outputs = kernel->outputs,
		.input_count = kernel->input_count,
		.output_count = kernel->output_count,
	};

	return run(&call);
}

int32_t
kernel_value(const struct apui_fw_tensor *tensor, size_t i)
{
	assert(i < tensor->size_bytes);
	if (tensor->type == APUI_TYPE_INT8)
		return ((const int8_t *)tensor->data)[i];
	return ((const uint8_t *)tensor->data)[i];
}

int
kernel_run_spoilt(struct kernel_case *kernel, apui_kernel_fn run,
		  const struct kernel_refusal *refusal)
{
	memcpy((uint8_t *)kernel + refusal->offset, &refusal->value,
	       refusal->size_bytes);
	return kernel_run(kernel, run);
}

/* floor(a / b) for a positive b. */
static int64_t
floor_divide(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int32_t
slow_scale(int64_t value, int32_t multiplier, int32_t shift)
{
	const int64_t two_31 = INT64_C(2147483648);
	int64_t wrapped, high;

	for (; shift > 0; shift--)
		value *= 2;
	wrapped = value - floor_divide(value + two_31, 2 * two_31) * 2 * two_31;
	high = floor_divide(wrapped * multiplier + two_31 / 2, two_31);
	if (high == two_31)
		high--;
	return (int32_t)round(ldexp((double)high, shift));
}

int32_t
slow_clamp(int64_t value, int32_t min, int32_t max)
{
	return (int32_t)(value < min ? min : value > max ? max : value);
}

int32_t
type_min(uint8_t type)
{
	return type == APUI_TYPE_INT8 ? -128 : 0;
}

int32_t
type_max(uint8_t type)
{
	return type == APUI_TYPE_INT8 ? 127 : 255;
}

uint8_t
random_type(struct random *random)
{
	return random_range(random, 0, 1) == 0 ? APUI_TYPE_INT8
					       : APUI_TYPE_UINT8;
}

int32_t
random_zero_point(struct random *random, uint8_t type)
{
	return random_range(random, type_min(type), type_max(type));
}

struct geometry
random_geometry(struct random *random, int32_t max_dilation)
{
	struct geometry g = {
		.in = random_range(random, 1, 9),
		.taps = random_range(random, 1, 4),
		.stride = random_range(random, 1, 3),
		.dilation = random_range(random, 1, max_dilation),
	};
	int32_t reach = (g.taps - 1) * g.dilation + 1;

	if (random_range(random, 0, 1) == 0 && reach <= g.in) {
		g.out = (g.in - reach) / g.stride + 1;
	} else {
		int32_t total;

		g.out = (g.in + g.stride - 1) / g.stride;
		total = (g.out - 1) * g.stride + reach - g.in;
		g.pad = total > 0 ? total / 2 : 0;
	}
	return g;
}
