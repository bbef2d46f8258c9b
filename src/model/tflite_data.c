/* SPDX-License-Identifier: MIT */

/* Where a tensor's bytes are. */

#include "core/error.h"
#include "model/schema.h"
#include "model/sparsity.h"
#include "model/tflite.h"
#include <errno.h>

/*
 * Sparse and packed tensors of a file may take so many times its bytes: 24 is a
 * matrix of which one element in a hundred is left.
 */
#define MAX_DENSE_FACTOR 24

/* Data behind the flatbuffer, as in files of over 2 GiB. */
static int
refuse_far_data(struct apui_tflite *file, const struct apui_fb_table *buffer,
		const struct apu_tensor *tensor)
{
	uint64_t offset, size, end;
	int ret;

	ret = apui_fb_get_u64(&file->fb, buffer, APUI_BUFFER_OFFSET, 0,
			      &offset);
	if (ret < 0)
		return ret;
	ret = apui_fb_get_u64(&file->fb, buffer, APUI_BUFFER_SIZE, 0, &size);
	if (ret < 0)
		return ret;

	if (offset == 0 && size == 0)
		return 0;
	if (__builtin_add_overflow(offset, size, &end))
		return apui_fail(-EOVERFLOW, NULL,
				 "the end of tensor %u's data does not fit in "
				 "64 bits",
				 tensor->index);
	if (offset <= 1 || end > file->fb.size_bytes)
		return apui_fail(-EINVAL, NULL,
				 "the data of tensor %u is at %llu, outside "
				 "the file",
				 tensor->index, (unsigned long long)offset);
	return apui_fail(-EOPNOTSUPP, NULL,
			 "the data of tensor %u is outside the flatbuffer, "
			 "which is not supported",
			 tensor->index);
}

/* The bytes that the file has for a tensor; none when it is no constant. */
static int
find_data(struct apui_tflite *file, const struct apui_fb_table *table,
	  const struct apu_tensor *tensor, struct apui_fb_vector *out_data)
{
	struct apui_fb_table buffer;
	uint32_t index;
	int ret;

	ret = apui_fb_get_u32(&file->fb, table, APUI_TENSOR_BUFFER, 0, &index);
	if (ret < 0)
		return ret;
	if (index >= file->buffers.count)
		return apui_fail(-EINVAL, NULL,
				 "tensor %u has buffer %u, but there are %u",
				 tensor->index, index, file->buffers.count);
	ret = apui_fb_table_at(&file->fb, &file->buffers, index, &buffer);
	if (ret < 0)
		return ret;
	ret = refuse_far_data(file, &buffer, tensor);
	if (ret < 0)
		return ret;
	return apui_fb_get_vector(&file->fb, &buffer, APUI_BUFFER_DATA, 1,
				  out_data);
}

int
apui_tflite_new_dense(struct apui_tflite *file, const struct apu_tensor *tensor,
		      uint8_t **out_bytes)
{
	uint64_t room = (uint64_t)file->fb.size_bytes * MAX_DENSE_FACTOR;

	/* Both are under 2^35 and 2^47. */
	file->dense_bytes += tensor->size_bytes;
	if (file->dense_bytes > room)
		return apui_fail(-E2BIG, NULL,
				 "tensor %u and other sparse or packed ones "
				 "have over %d times the bytes of the file",
				 tensor->index, MAX_DENSE_FACTOR);
	*out_bytes = apui_pool_new(&file->graph->pool, tensor->size_bytes, 1);
	return *out_bytes != NULL ? 0 : -ENOMEM;
}

/* Elements of a few bits, the first in the lowest: a signed byte each. */
static void
unpack(const uint8_t *packed, unsigned int bits, uint64_t count, uint8_t *out)
{
	const uint32_t sign = 1u << (bits - 1), mask = 2 * sign - 1;

	for (uint64_t i = 0; i < count; i++) {
		uint64_t bit = i * bits;
		uint32_t value = (uint32_t)packed[bit / 8] >> bit % 8 & mask;

		out[i] = (uint8_t)((value ^ sign) - sign);
	}
}

static int
read_packed(struct apui_tflite *file, const struct apui_fb_vector *data,
	    unsigned int bits, struct apu_tensor *tensor)
{
	uint64_t packed_bytes = (tensor->element_count * bits + 7) / 8;
	uint8_t *bytes = NULL;
	int ret;

	if (data->count != packed_bytes)
		return apui_fail(-EINVAL, NULL,
				 "tensor %u has %u bytes of data, but its "
				 "shape and %u bits an element need %llu",
				 tensor->index, data->count, bits,
				 (unsigned long long)packed_bytes);
	ret = apui_tflite_new_dense(file, tensor, &bytes);
	if (ret < 0)
		return ret;
	unpack(apui_fb_bytes(&file->fb, data), bits, tensor->element_count,
	       bytes);
	tensor->data = bytes;
	return 0;
}

static int
refuse_packed(const struct apu_tensor *tensor, unsigned int bits,
	      const char *what)
{
	apui_fail(-EOPNOTSUPP, NULL,
		  "tensor %u has elements of %u bits and %s, which is not "
		  "supported",
		  tensor->index, bits, what);
	apui_fail_remedy("quantise it to int8");
	return -EOPNOTSUPP;
}

int
apui_tflite_read_data(struct apui_tflite *file,
		      const struct apui_fb_table *table,
		      unsigned int packed_bits, struct apu_tensor *tensor)
{
	struct apui_fb_table sparsity;
	struct apui_fb_vector data;
	int ret;

	ret = find_data(file, table, tensor, &data);
	if (ret < 0)
		return ret;
	ret = apui_fb_get_table(&file->fb, table, APUI_TENSOR_SPARSITY,
				&sparsity);
	if (ret < 0)
		return ret;
	if (data.count == 0 && sparsity.position == 0)
		return packed_bits == 0 || tensor->element_count == 0
			       ? 0
			       : refuse_packed(tensor, packed_bits,
					       "is no constant");
	if (tensor->is_variable)
		return apui_fail(-EOPNOTSUPP, NULL,
				 "tensor %u is a variable with a first value, "
				 "which is not supported",
				 tensor->index);
	tensor->is_constant = true;
	if (packed_bits != 0)
		return sparsity.position == 0
			       ? read_packed(file, &data, packed_bits, tensor)
			       : refuse_packed(tensor, packed_bits,
					       "is sparse");
	if (sparsity.position != 0)
		return apui_sparsity_expand(file, &sparsity, &data, tensor);
	if (data.count != tensor->size_bytes)
		return apui_fail(-EINVAL, NULL,
				 "tensor %u has %u bytes of data, but its "
				 "shape and type need %llu",
				 tensor->index, data.count,
				 (unsigned long long)tensor->size_bytes);
	tensor->data = apui_fb_bytes(&file->fb, &data);
	return 0;
}
