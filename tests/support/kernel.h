/* SPDX-License-Identifier: MIT */
#ifndef APUI_TEST_KERNEL_H
#define APUI_TEST_KERNEL_H

/*
 * One call of a kernel, its tensors in exact heap blocks; and slow, independent
 * formulas to compare with.
 */

#include "firmware/kernel.h"
#include "firmware/wire.h"
#include "support/firmware.h"
#include "support/random.h"

#define KERNEL_MAX_INPUTS  32
#define KERNEL_MAX_OUTPUTS 8

struct kernel_case {
	struct fw_host host;
	struct apui_fw_tensor inputs[KERNEL_MAX_INPUTS];
	union {
		struct apui_fw_tensor output; /* the first */
		struct apui_fw_tensor outputs[KERNEL_MAX_OUTPUTS];
	};
	unsigned int input_count;
	unsigned int output_count;
	union apui_params params;
};

/* In main(): a test for each row, behind the @count tests of @all. */
#define ADD_ROWS(rows, check)                                                  \
	for (size_t i = 0; i < COUNT(rows); i++)                               \
		all[count++] = (struct CMUnitTest)                             \
		{                                                              \
			.name = (rows)[i].name, .test_func = (check),          \
			.initial_state = (void *)&(rows)[i],                   \
		}

#define DIMS(...) ((const int32_t[]) { __VA_ARGS__ })

void
kernel_init(struct kernel_case *kernel);

void
kernel_finish(struct kernel_case *kernel);

/* Add an input; a copy of @bytes, or zeros. Returns its bytes. */
void *
kernel_input(struct kernel_case *kernel, uint8_t type, int32_t zero_point,
	     uint8_t rank, const int32_t *dims, const void *bytes);

/* Add an optional input that is left out. */
void
kernel_no_input(struct kernel_case *kernel);

/* Add an output, full of what no kernel writes. Returns its bytes. */
void *
kernel_output(struct kernel_case *kernel, uint8_t type, int32_t zero_point,
	      uint8_t rank, const int32_t *dims);

int
kernel_run(struct kernel_case *kernel, apui_kernel_fn run);

/* Element @i of an 8-bit tensor, as stored. */
int32_t
kernel_value(const struct apui_fw_tensor *tensor, size_t i);

/* A row that spoils one field of a good call. */
struct kernel_refusal {
	const char *name;
	size_t offset, size_bytes;
	uint64_t value;
	int result;
};

#define KERNEL_FIELD(field)                                                    \
	offsetof(struct kernel_case, field),                                   \
		sizeof(((struct kernel_case *)0)->field)

/* Spoil, run, restore nothing. Returns the result. */
int
kernel_run_spoilt(struct kernel_case *kernel, apui_kernel_fn run,
		  const struct kernel_refusal *refusal);

/* MBQM of rounding.md by division and round(), then zero point and clamp. */
int32_t
slow_scale(int64_t value, int32_t multiplier, int32_t shift);

int32_t
slow_clamp(int64_t value, int32_t min, int32_t max);

int32_t
type_min(uint8_t type);

int32_t
type_max(uint8_t type);

/* APUI_TYPE_INT8 or _UINT8, and a zero point of it. */
uint8_t
random_type(struct random *random);

int32_t
random_zero_point(struct random *random, uint8_t type);

/* One direction of a window: SAME or VALID padding of TFLite. */
struct geometry {
	int32_t in, out, taps, stride, dilation, pad;
};

struct geometry
random_geometry(struct random *random, int32_t max_dilation);

#endif
