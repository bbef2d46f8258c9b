/* SPDX-License-Identifier: MIT */

/* Where a tensor's bytes are. */

#include "core/error.h"
#include "model/schema.h"
#include "model/sparsity.h"
#include "model/tflite.h"
#include <errno.h>

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
apui_tflite_read_data(struct apui_tflite *file,
		      const struct apui_fb_table *table,
		      struct apu_tensor *tensor)
{
	struct apui_fb_table sparsity;
	struct apui_fb_vector data;
	int ret;

	ret = find_data(file, table, tensor, &data);
	if (ret < 0)
		return ret;
	ret = apui_fb_get_table(&file->fb, table, APUI_TENSOR_SPARSITY,
				&sparsity);
	if (ret < 0 || (data.count == 0 && sparsity.position == 0))
		return ret;
	if (tensor->is_variable)
		return apui_fail(-EOPNOTSUPP, NULL,
				 "tensor %u is a variable with a first value, "
				 "which is not supported",
				 tensor->index);
	tensor->is_constant = true;
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
