/* SPDX-License-Identifier: MIT */
#ifndef APUI_PROGRAM_WRITER_H
#define APUI_PROGRAM_WRITER_H

/*
 * A program in the making: records are appended in any order, and laid out as
 * docs/program-format.md says at the end. It knows the format, not graphs.
 */

#include "firmware/program.h"
#include "model/pool.h"
#include <stdbool.h>
#include <stddef.h>

/* A tensor of the data section. */
struct apui_program_constant {
	uint32_t tensor;
	uint32_t offset_bytes; /* in the data section; given at the end */
	uint32_t size_bytes;
	const void *data; /* borrowed, or from the pool */
};

struct apui_program_writer {
	struct apui_pool pool; /* for what the writer is given to keep */
	struct apui_program_tensor *tensors;
	struct apui_program_operator *operators;
	uint32_t *list;
	struct apui_program_constant *constants;
	size_t tensor_count, tensor_capacity;
	size_t operator_count, operator_capacity;
	size_t list_count, list_capacity;
	size_t constant_count, constant_capacity;
	/* Constants in these bytes are not written: they are what slot
	 * shared_slot has. NULL: there are none. */
	const uint8_t *shared;
	uint32_t shared_bytes;
	uint16_t shared_slot;
	bool uses_shared;
	uint32_t state_bytes;
	size_t state_constant; /* what the state begins with, when it has any */
};

void
apui_program_writer_init(struct apui_program_writer *writer);
void
apui_program_writer_finish(struct apui_program_writer *writer);

/* All of these return 0, -ENOMEM, or -E2BIG with the reason. */

int
apui_program_writer_add_tensor(struct apui_program_writer *writer,
			       const struct apui_program_tensor *tensor,
			       uint32_t *out_index);

/*
 * A tensor whose @tensor->size_bytes bytes at @data go into the data section.
 * @data must stay as it is until the program is written; what is at the same
 * address with the same size goes in once. Slot and offset are the writer's.
 */
int
apui_program_writer_add_constant(struct apui_program_writer *writer,
				 const struct apui_program_tensor *tensor,
				 const void *data, uint32_t *out_index);

/*
 * An operator: @record less its list_first, input_count and output_count, and
 * the tensors behind them.
 */
int
apui_program_writer_add_operator(struct apui_program_writer *writer,
				 const struct apui_program_operator *record,
				 const uint32_t *inputs, uint16_t input_count,
				 const uint32_t *outputs,
				 uint16_t output_count);

/*
 * The state has @size_bytes bytes, more than 0, and begins as those at @image,
 * which must stay as they are until the program is written.
 */
int
apui_program_writer_set_state(struct apui_program_writer *writer,
			      const void *image, uint32_t size_bytes);

/* What the header says beyond counts and offsets. */
struct apui_program_summary {
	uint32_t arena_bytes;
	uint32_t input_count;
	uint32_t output_count;
};

/*
 * Lay everything out. @out_blob is 64-byte aligned, its padding is zero;
 * the caller frees it with free().
 */
int
apui_program_writer_write(struct apui_program_writer *writer,
			  const struct apui_program_summary *summary,
			  uint8_t **out_blob, uint32_t *out_size_bytes);

#endif
