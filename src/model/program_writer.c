/* SPDX-License-Identifier: MIT */
#include "model/program_writer.h"
#include "core/error.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "records are written as they are in memory");

/* Where the sections begin; 64 bits, so that no sum of 32-bit sizes wraps. */
struct layout {
	uint64_t tensors;
	uint64_t operators;
	uint64_t list;
	uint64_t data;
	uint64_t data_bytes;
	uint64_t size_bytes;
};

void
apui_program_writer_init(struct apui_program_writer *writer)
{
	*writer = (struct apui_program_writer) { 0 };
	apui_pool_init(&writer->pool);
}

void
apui_program_writer_finish(struct apui_program_writer *writer)
{
	free(writer->tensors);
	free(writer->operators);
	free(writer->list);
	free(writer->constants);
	apui_pool_finish(&writer->pool);
}

static int
refuse_size(void)
{
	apui_fail(-E2BIG, NULL, "its program is over 4 GiB");
	apui_fail_remedy("use a smaller model");
	return -E2BIG;
}

/* Make room for @more elements behind @count. */
static int
reserve(void **array, size_t count, size_t more, size_t *capacity,
	size_t element_bytes)
{
	size_t wanted = *capacity;
	void *grown;

	if (count + more <= wanted)
		return 0;
	/* Indices are 32 bits wide, and the largest one means "none". */
	if (count + more >= UINT32_MAX / element_bytes)
		return refuse_size();
	while (wanted < count + more)
		wanted = wanted == 0 ? 16 : wanted * 2;
	grown = realloc(*array, wanted * element_bytes);
	if (grown == NULL)
		return -ENOMEM;

	*array = grown;
	*capacity = wanted;
	return 0;
}

int
apui_program_writer_add_tensor(struct apui_program_writer *writer,
			       const struct apui_program_tensor *tensor,
			       uint32_t *out_index)
{
	void *array = writer->tensors;
	int ret;

	ret = reserve(&array, writer->tensor_count, 1, &writer->tensor_capacity,
		      sizeof(*tensor));
	if (ret < 0)
		return ret;

	writer->tensors = array;
	*out_index = (uint32_t)writer->tensor_count;
	writer->tensors[writer->tensor_count++] = *tensor;
	return 0;
}

/* Where in the shared bytes @data lies, if it does. */
static bool
find_shared(const struct apui_program_writer *writer, const uint8_t *data,
	    uint32_t size_bytes, uint32_t *out_offset_bytes)
{
	uintptr_t begin = (uintptr_t)writer->shared;
	uintptr_t at = (uintptr_t)data;

	if (writer->shared == NULL || data == NULL || at < begin ||
	    at - begin > writer->shared_bytes ||
	    size_bytes > writer->shared_bytes - (at - begin) ||
	    (at - begin) % APUI_PROGRAM_ALIGNMENT != 0)
		return false;
	*out_offset_bytes = (uint32_t)(at - begin);
	return true;
}

int
apui_program_writer_add_constant(struct apui_program_writer *writer,
				 const struct apui_program_tensor *tensor,
				 const void *data, uint32_t *out_index)
{
	void *array = writer->constants;
	struct apui_program_tensor record = *tensor;
	int ret;

	if (find_shared(writer, data, record.size_bytes,
			&record.offset_bytes)) {
		writer->uses_shared = true;
		record.slot = writer->shared_slot;
		return apui_program_writer_add_tensor(writer, &record,
						      out_index);
	}
	ret = reserve(&array, writer->constant_count, 1,
		      &writer->constant_capacity, sizeof(*writer->constants));
	if (ret < 0)
		return ret;
	writer->constants = array;

	record.slot = APUI_SLOT_PROGRAM;
	ret = apui_program_writer_add_tensor(writer, &record, out_index);
	if (ret < 0)
		return ret;
	writer->constants[writer->constant_count++] =
		(struct apui_program_constant) {
			.tensor = *out_index,
			.size_bytes = record.size_bytes,
			.data = data,
		};
	return 0;
}

int
apui_program_writer_add_operator(struct apui_program_writer *writer,
				 const struct apui_program_operator *record,
				 const uint32_t *inputs, uint16_t input_count,
				 const uint32_t *outputs, uint16_t output_count)
{
	size_t tensor_count = (size_t)input_count + output_count;
	struct apui_program_operator *added;
	void *array = writer->operators;
	int ret;

	ret = reserve(&array, writer->operator_count, 1,
		      &writer->operator_capacity, sizeof(*record));
	if (ret < 0)
		return ret;
	writer->operators = array;
	array = writer->list;
	ret = reserve(&array, writer->list_count, tensor_count,
		      &writer->list_capacity, sizeof(*writer->list));
	if (ret < 0)
		return ret;
	writer->list = array;

	added = &writer->operators[writer->operator_count++];
	*added = *record;
	added->list_first = (uint32_t)writer->list_count;
	added->input_count = input_count;
	added->output_count = output_count;
	memcpy(writer->list + writer->list_count, inputs,
	       input_count * sizeof(*inputs));
	memcpy(writer->list + writer->list_count + input_count, outputs,
	       output_count * sizeof(*outputs));
	writer->list_count += tensor_count;
	return 0;
}

int
apui_program_writer_set_state(struct apui_program_writer *writer,
			      const void *image, uint32_t size_bytes)
{
	const struct apui_program_tensor record = {
		.type = APUI_TYPE_UINT8,
		.rank = 1,
		.size_bytes = size_bytes,
		.dims = { (int32_t)size_bytes },
	};
	uint32_t tensor;
	int ret;

	ret = apui_program_writer_add_constant(writer, &record, image, &tensor);
	if (ret < 0)
		return ret;
	writer->state_bytes = size_bytes;
	writer->state_constant = writer->constant_count - 1;
	return 0;
}

/* 0 when there is no state. */
static uint32_t
find_state_init(const struct apui_program_writer *writer,
		const struct layout *layout)
{
	if (writer->state_bytes == 0)
		return 0;
	return (uint32_t)layout->data +
	       writer->constants[writer->state_constant].offset_bytes;
}

static uint64_t
align_offset(uint64_t offset_bytes)
{
	return (offset_bytes + APUI_PROGRAM_ALIGNMENT - 1) &
	       ~(uint64_t)(APUI_PROGRAM_ALIGNMENT - 1);
}

/* Equal data beside each other, the one that was added first in front. */
static int
compare_constants(const void *a, const void *b)
{
	const struct apui_program_constant *ca =
		*(struct apui_program_constant *const *)a;
	const struct apui_program_constant *cb =
		*(struct apui_program_constant *const *)b;
	uintptr_t pa = (uintptr_t)ca->data, pb = (uintptr_t)cb->data;

	if (pa != pb)
		return pa < pb ? -1 : 1;
	if (ca->size_bytes != cb->size_bytes)
		return ca->size_bytes < cb->size_bytes ? -1 : 1;
	return ca < cb ? -1 : ca > cb;
}

/* For each constant the number of the first one with the same bytes. */
static int
find_twins(const struct apui_program_writer *writer, uint32_t *twins)
{
	const struct apui_program_constant *constants = writer->constants;
	const struct apui_program_constant **sorted;
	size_t count = writer->constant_count;

	sorted = calloc(count + 1, sizeof(*sorted));
	if (sorted == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		sorted[i] = &constants[i];
	qsort(sorted, count, sizeof(*sorted), compare_constants);

	for (size_t i = 0; i < count; i++) {
		size_t self = (size_t)(sorted[i] - constants);

		twins[self] = (uint32_t)self;
		if (i > 0 && sorted[i]->data == sorted[i - 1]->data &&
		    sorted[i]->size_bytes == sorted[i - 1]->size_bytes)
			twins[self] = twins[sorted[i - 1] - constants];
	}
	free(sorted);
	return 0;
}

/*
 * Offsets follow the order in which constants were added, never addresses: the
 * same model always makes the same program.
 */
static int
place_constants(struct apui_program_writer *writer, uint64_t *out_data_bytes)
{
	size_t count = writer->constant_count;
	uint64_t end = 0;
	uint32_t *twins;
	int ret;

	twins = calloc(count + 1, sizeof(*twins));
	if (twins == NULL)
		return -ENOMEM;
	ret = find_twins(writer, twins);

	/* lay_out() refuses what does not fit in 32 bits. */
	for (size_t i = 0; ret == 0 && i < count; i++) {
		struct apui_program_constant *constant = &writer->constants[i];

		if (twins[i] != i) {
			constant->offset_bytes =
				writer->constants[twins[i]].offset_bytes;
			continue;
		}
		end = align_offset(end);
		constant->offset_bytes = (uint32_t)end;
		end += constant->size_bytes;
	}
	free(twins);
	*out_data_bytes = end;
	return ret;
}

static int
lay_out(struct apui_program_writer *writer, struct layout *layout)
{
	int ret;

	ret = place_constants(writer, &layout->data_bytes);
	if (ret < 0)
		return ret;

	layout->tensors = sizeof(struct apui_program_header);
	layout->operators =
		align_offset(layout->tensors +
			     writer->tensor_count * sizeof(*writer->tensors));
	layout->list = align_offset(layout->operators +
				    writer->operator_count *
					    sizeof(*writer->operators));
	layout->data = align_offset(layout->list +
				    writer->list_count * sizeof(*writer->list));
	layout->size_bytes = align_offset(layout->data + layout->data_bytes);
	return layout->size_bytes > UINT32_MAX ? refuse_size() : 0;
}

static void
write_header(const struct apui_program_writer *writer,
	     const struct apui_program_summary *summary,
	     const struct layout *layout, uint8_t *blob)
{
	const struct apui_program_header header = {
		.magic = APUI_PROGRAM_MAGIC,
		.version = APUI_PROGRAM_VERSION,
		.header_bytes = sizeof(header),
		.target = APUI_TARGET_REF,
		.size_bytes = (uint32_t)layout->size_bytes,
		.tensor_offset = (uint32_t)layout->tensors,
		.tensor_count = (uint32_t)writer->tensor_count,
		.operator_offset = (uint32_t)layout->operators,
		.operator_count = (uint32_t)writer->operator_count,
		.list_offset = (uint32_t)layout->list,
		.list_count = (uint32_t)writer->list_count,
		.data_offset = (uint32_t)layout->data,
		.data_bytes = (uint32_t)layout->data_bytes,
		.arena_bytes = summary->arena_bytes,
		.state_bytes = writer->state_bytes,
		.input_count = summary->input_count,
		.output_count = summary->output_count,
		.state_init_offset = find_state_init(writer, layout),
		.shared_bytes = writer->uses_shared ? writer->shared_bytes : 0,
	};

	memcpy(blob, &header, sizeof(header));
}

/* memcpy() wants a pointer even for nothing. */
static void
copy_bytes(uint8_t *to, const void *from, size_t size_bytes)
{
	if (size_bytes > 0)
		memcpy(to, from, size_bytes);
}

static void
write_sections(struct apui_program_writer *writer, const struct layout *layout,
	       uint8_t *blob)
{
	for (size_t i = 0; i < writer->constant_count; i++) {
		const struct apui_program_constant *c = &writer->constants[i];
		uint64_t offset = layout->data + c->offset_bytes;

		writer->tensors[c->tensor].offset_bytes = (uint32_t)offset;
		copy_bytes(blob + offset, c->data, c->size_bytes);
	}
	copy_bytes(blob + layout->tensors, writer->tensors,
		   writer->tensor_count * sizeof(*writer->tensors));
	copy_bytes(blob + layout->operators, writer->operators,
		   writer->operator_count * sizeof(*writer->operators));
	copy_bytes(blob + layout->list, writer->list,
		   writer->list_count * sizeof(*writer->list));
}

int
apui_program_writer_write(struct apui_program_writer *writer,
			  const struct apui_program_summary *summary,
			  uint8_t **out_blob, uint32_t *out_size_bytes)
{
	struct layout layout = { 0 };
	uint8_t *blob;
	int ret;

	ret = lay_out(writer, &layout);
	if (ret < 0)
		return ret;
	blob = aligned_alloc(APUI_PROGRAM_ALIGNMENT, layout.size_bytes);
	if (blob == NULL)
		return -ENOMEM;

	memset(blob, 0, layout.size_bytes);
	write_header(writer, summary, &layout, blob);
	write_sections(writer, &layout, blob);
	*out_blob = blob;
	*out_size_bytes = (uint32_t)layout.size_bytes;
	return 0;
}
