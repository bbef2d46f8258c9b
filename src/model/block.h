/* SPDX-License-Identifier: MIT */
#ifndef APUI_BLOCK_H
#define APUI_BLOCK_H

/*
 * Blocks: what STRIDED_COPY moves, while it is being put together. All
 * operators that move elements are made of them.
 */

#include "model/lowering.h"

/* The most dimensions before those that are not needed are taken out. */
#define APUI_BLOCK_MAX_RANK 16

/* Where element 0 of a block lies in a tensor, and how far the next ones are.
 */
struct apui_layout {
	int64_t offset;
	int64_t strides[APUI_BLOCK_MAX_RANK];
};

struct apui_block {
	unsigned int rank;
	int64_t lengths[APUI_BLOCK_MAX_RANK];
	struct apui_layout in, out;
};

/* A row-major tensor of shape @dims: offset 0, and a stride a dimension. */
struct apui_layout
apui_layout_of(const int32_t *dims, unsigned int rank);

/*
 * The elements of @in's shape, to the same place of a tensor of shape @out_dims
 * and the same rank.
 */
struct apui_block
apui_block_of(const int32_t *in_dims, const int32_t *out_dims,
	      unsigned int rank);

/* Append a dimension. */
void
apui_block_add(struct apui_block *block, int64_t length, int64_t in_stride,
	       int64_t out_stride);

/*
 * Append to the program: copy @block from tensor @input of the program to
 * @output. -EOPNOTSUPP when it needs more than 8 dimensions.
 */
int
apui_block_append(struct apui_lowering *lowering,
		  const struct apu_operator *source,
		  const struct apui_block *block, uint32_t input,
		  uint32_t output);

/* The same from and to tensors of the graph. */
int
apui_block_copy(struct apui_lowering *lowering,
		const struct apu_operator *source,
		const struct apui_block *block, const struct apu_tensor *x,
		const struct apu_tensor *y);

/* Append to the program: fill @output with the element at @value. */
int
apui_block_fill(struct apui_lowering *lowering,
		const struct apu_operator *source, const void *value,
		size_t element_bytes, uint32_t output);

/* A tensor of the arena like @tensor, but of shape @dims. */
int
apui_block_scratch(struct apui_lowering *lowering,
		   const struct apu_operator *source,
		   const struct apu_tensor *tensor, const int32_t *dims,
		   unsigned int rank, uint32_t *out_index);

#endif
