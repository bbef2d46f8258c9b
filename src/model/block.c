/* SPDX-License-Identifier: MIT */
#include "model/block.h"
#include "model/blame.h"
#include "model/shape_check.h"
#include <apu/tensor.h>
#include <assert.h>
#include <errno.h>
#include <string.h>

struct apui_layout
apui_layout_of(const int32_t *dims, unsigned int rank)
{
	struct apui_layout layout = { .offset = 0 };
	int64_t stride = 1;

	for (unsigned int i = rank; i-- > 0;) {
		layout.strides[i] = stride;
		/* An empty tensor has no elements to be told apart. */
		stride *= dims[i] > 0 ? dims[i] : 1;
	}
	return layout;
}

struct apui_block
apui_block_of(const int32_t *in_dims, const int32_t *out_dims,
	      unsigned int rank)
{
	struct apui_block block = {
		.rank = rank,
		.in = apui_layout_of(in_dims, rank),
		.out = apui_layout_of(out_dims, rank),
	};

	for (unsigned int i = 0; i < rank; i++)
		block.lengths[i] = in_dims[i];
	return block;
}

void
apui_block_add(struct apui_block *block, int64_t length, int64_t in_stride,
	       int64_t out_stride)
{
	unsigned int i = block->rank++;

	assert(i < APUI_BLOCK_MAX_RANK);
	block->lengths[i] = length;
	block->in.strides[i] = in_stride;
	block->out.strides[i] = out_stride;
}

/* Is dimension @i of @block the continuation of dimension @inner? */
static bool
continues(const struct apui_block *block, unsigned int inner,
	  unsigned int outer)
{
	int64_t length = block->lengths[inner];

	return block->in.strides[outer] == length * block->in.strides[inner] &&
	       block->out.strides[outer] == length * block->out.strides[inner];
}

/* The same elements in the same order, in as few dimensions as possible. */
static struct apui_block
simplify(const struct apui_block *block)
{
	struct apui_block simple = { .in.offset = block->in.offset,
				     .out.offset = block->out.offset };

	for (unsigned int i = 0; i < block->rank; i++) {
		unsigned int last = simple.rank - 1;

		if (block->lengths[i] == 1)
			continue;
		apui_block_add(&simple, block->lengths[i], block->in.strides[i],
			       block->out.strides[i]);
		if (simple.rank < 2 || !continues(&simple, last + 1, last))
			continue;
		simple.lengths[last + 1] *= simple.lengths[last];
		simple.lengths[last] = simple.lengths[last + 1];
		simple.in.strides[last] = simple.in.strides[last + 1];
		simple.out.strides[last] = simple.out.strides[last + 1];
		simple.rank--;
	}
	return simple;
}

static bool
is_empty(const struct apui_block *block)
{
	for (unsigned int i = 0; i < block->rank; i++)
		if (block->lengths[i] == 0)
			return true;
	return false;
}

int
apui_block_append(struct apui_lowering *lowering,
		  const struct apu_operator *source,
		  const struct apui_block *block, uint32_t input,
		  uint32_t output)
{
	struct apui_block simple = simplify(block);
	struct apui_lowered lowered = {
		.op = APUI_OP_STRIDED_COPY,
		.inputs = { input },
		.input_count = 1,
		.outputs = { output },
		.output_count = 1,
	};
	struct apui_strided_copy_params *params = &lowered.params.strided_copy;

	if (is_empty(&simple))
		simple = (struct apui_block) { .rank = 1 };
	if (simple.rank > APUI_PROGRAM_MAX_RANK)
		return apui_blame(-EOPNOTSUPP, source, NULL,
				  "it moves elements along %u dimensions at "
				  "once, at most %d are supported",
				  simple.rank, APUI_PROGRAM_MAX_RANK);

	/* Tensors are under 2 GiB, and so is every index of an element. */
	params->rank = simple.rank;
	params->in_offset = (uint32_t)simple.in.offset;
	params->out_offset = (uint32_t)simple.out.offset;
	for (unsigned int i = 0; i < simple.rank; i++) {
		params->lengths[i] = (int32_t)simple.lengths[i];
		params->in_strides[i] = (int32_t)simple.in.strides[i];
		params->out_strides[i] = (int32_t)simple.out.strides[i];
	}
	return apui_lowering_append(lowering, source, &lowered);
}

int
apui_block_copy(struct apui_lowering *lowering,
		const struct apu_operator *source,
		const struct apui_block *block, const struct apu_tensor *x,
		const struct apu_tensor *y)
{
	uint32_t input, output;
	int ret;

	ret = apui_lowering_tensor(lowering, x, &input);
	if (ret < 0)
		return ret;
	ret = apui_lowering_tensor(lowering, y, &output);
	if (ret < 0)
		return ret;
	return apui_block_append(lowering, source, block, input, output);
}

int
apui_block_fill(struct apui_lowering *lowering,
		const struct apu_operator *source, const void *value,
		size_t element_bytes, uint32_t output)
{
	struct apui_lowered lowered = {
		.op = APUI_OP_FILL,
		.outputs = { output },
		.output_count = 1,
	};

	assert(element_bytes <= sizeof(lowered.params.fill.value));
	memcpy(lowered.params.fill.value, value, element_bytes);
	return apui_lowering_append(lowering, source, &lowered);
}

int
apui_block_scratch(struct apui_lowering *lowering,
		   const struct apu_operator *source,
		   const struct apu_tensor *tensor, const int32_t *dims,
		   unsigned int rank, uint32_t *out_index)
{
	struct apui_program_tensor record = {
		.type = (uint8_t)tensor->dtype,
		.rank = (uint8_t)rank,
		.zero_point = apui_per_tensor_zero_point(tensor),
	};
	uint64_t bytes;
	int ret;

	ret = apui_check_product(source, dims, rank, &bytes);
	if (ret < 0)
		return ret;
	if (__builtin_mul_overflow(bytes, apu_dtype_size_bytes(tensor->dtype),
				   &bytes) ||
	    bytes > INT32_MAX)
		return apui_blame(-E2BIG, source, tensor,
				  "it needs over 2 GiB between its steps");
	record.size_bytes = (uint32_t)bytes;
	memcpy(record.dims, dims, rank * sizeof(*dims));
	return apui_lowering_add_scratch(lowering, &record, out_index);
}
