/* SPDX-License-Identifier: MIT */
#include "tflite_writer/encode.h"
#include <stdlib.h>
#include <string.h>

#define DATA_ALIGNMENT   16 /* force_align of Buffer.data in the schema */
#define FILE_LIMIT_BYTES 0x7fffffffu /* offsets are of 31 bits */

/* Bytes of each kind inside its table; vectors are there as offsets. */
static const uint8_t kind_size_bytes[] = {
	[TFLITE_ABSENT] = 0,     [TFLITE_I8] = 1,
	[TFLITE_I16] = 2,        [TFLITE_I32] = 4,
	[TFLITE_I64] = 8,        [TFLITE_F32] = 4,
	[TFLITE_I32_VECTOR] = 4, [TFLITE_F32_VECTOR] = 4,
	[TFLITE_I64_VECTOR] = 4, [TFLITE_BYTE_VECTOR] = 4,
	[TFLITE_TEXT] = 4,       [TFLITE_CHILD] = 4,
};

/* Make room for @size_bytes; 0, or -1 and the file has failed. */
static int
reserve(struct tflite_file *file, size_t size_bytes)
{
	size_t capacity = file->capacity_bytes > 0 ? file->capacity_bytes : 512;
	uint8_t *bytes;

	if (file->failed)
		return -1;
	if (size_bytes <= file->capacity_bytes)
		return 0;
	while (capacity < size_bytes && capacity <= FILE_LIMIT_BYTES)
		capacity *= 2;
	bytes = size_bytes > FILE_LIMIT_BYTES ? NULL
					      : realloc(file->bytes, capacity);
	if (bytes == NULL) {
		file->failed = true;
		return -1;
	}
	file->bytes = bytes;
	file->capacity_bytes = capacity;
	return 0;
}

void
flatbuffer_extend(struct tflite_file *file, size_t end)
{
	if (end < file->size_bytes || reserve(file, end) < 0)
		return;
	memset(file->bytes + file->size_bytes, 0, end - file->size_bytes);
	file->size_bytes = end;
}

static size_t
align(size_t offset, size_t alignment)
{
	return (offset + alignment - 1) / alignment * alignment;
}

/* Only a file that has failed is written beyond its end. */
static bool
is_inside(const struct tflite_file *file, size_t offset, size_t size_bytes)
{
	return offset <= file->size_bytes &&
	       size_bytes <= file->size_bytes - offset;
}

void
flatbuffer_put(struct tflite_file *file, size_t offset, uint64_t value,
	       size_t size_bytes)
{
	if (!is_inside(file, offset, size_bytes))
		return;
	for (size_t i = 0; i < size_bytes; i++)
		file->bytes[offset + i] = (uint8_t)(value >> (8 * i));
}

uint64_t
flatbuffer_get(const struct tflite_file *file, size_t offset, size_t size_bytes)
{
	uint64_t value = 0;

	if (!is_inside(file, offset, size_bytes))
		return 0;
	for (size_t i = 0; i < size_bytes; i++)
		value |= (uint64_t)file->bytes[offset + i] << (8 * i);
	return value;
}

/* Returns the offset of the vector's count. */
static size_t
write_vector(struct tflite_file *file, const void *data, uint32_t count,
	     size_t element_size, size_t alignment)
{
	size_t first = align(file->size_bytes + 4, alignment);
	size_t size_bytes = (size_t)count * element_size;

	flatbuffer_extend(file, first + size_bytes);
	flatbuffer_put(file, first - 4, count, 4);
	if (data != NULL && size_bytes > 0 && !file->failed)
		memcpy(file->bytes + first, data, size_bytes);
	return first - 4;
}

static size_t
write_text(struct tflite_file *file, const char *text)
{
	uint32_t length = (uint32_t)strlen(text);
	size_t offset = write_vector(file, text, length, 1, 4);

	flatbuffer_extend(file, file->size_bytes + 1);
	return offset;
}

size_t
flatbuffer_vtable(const struct tflite_file *file, size_t table)
{
	return table - (size_t)(int32_t)flatbuffer_get(file, table, 4);
}

size_t
flatbuffer_field(const struct tflite_file *file, size_t table, uint16_t id)
{
	size_t vtable = flatbuffer_vtable(file, table);
	size_t entry = 4 + 2 * (size_t)id;
	size_t offset;

	if (entry + 2 > flatbuffer_get(file, vtable, 2))
		return 0;
	offset = flatbuffer_get(file, vtable + entry, 2);
	return offset == 0 ? 0 : table + offset;
}

void
flatbuffer_point(struct tflite_file *file, size_t slot, size_t target)
{
	flatbuffer_put(file, slot, target - slot, 4);
}

void
flatbuffer_set_child(struct tflite_file *file, size_t table, uint16_t id,
		     size_t target)
{
	size_t slot = flatbuffer_field(file, table, id);

	/* A raw field may have taken its place. */
	if (slot != 0 && flatbuffer_get(file, slot, 4) == 0)
		flatbuffer_point(file, slot, target);
}

static void
write_field_vector(struct tflite_file *file, size_t table,
		   const struct tflite_field *field)
{
	size_t target;

	switch (field->kind) {
	case TFLITE_I32_VECTOR:
	case TFLITE_F32_VECTOR:
		target = write_vector(file, field->data, field->count, 4, 4);
		break;
	case TFLITE_I64_VECTOR:
		target = write_vector(file, field->data, field->count, 8, 8);
		break;
	case TFLITE_BYTE_VECTOR:
		target = write_vector(file, field->data, field->count, 1,
				      DATA_ALIGNMENT);
		break;
	case TFLITE_TEXT:
		target = write_text(file, field->data);
		break;
	default:
		return;
	}
	flatbuffer_point(file, flatbuffer_field(file, table, field->id),
			 target);
}

static uint64_t
get_field_bits(const struct tflite_field *field)
{
	uint32_t bits;

	if (field->kind != TFLITE_F32)
		return (uint64_t)field->integer;
	memcpy(&bits, &field->real, sizeof(bits));
	return bits;
}

/* Store the fields behind the table's first word; fill in its vtable. */
static void
write_table_body(struct tflite_file *file, size_t vtable, size_t table,
		 const struct flatbuffer_fields *fields)
{
	for (uint32_t i = 0; i < fields->count; i++) {
		const struct tflite_field *f = &fields->list[i];
		size_t size_bytes = kind_size_bytes[f->kind];
		size_t at;

		if (size_bytes == 0)
			continue;
		at = align(file->size_bytes, size_bytes);
		flatbuffer_extend(file, at + size_bytes);
		flatbuffer_put(file, at, get_field_bits(f), size_bytes);
		flatbuffer_put(file, vtable + 4 + 2 * (size_t)f->id, at - table,
			       2);
	}
	flatbuffer_put(file, vtable + 2, file->size_bytes - table, 2);
}

size_t
flatbuffer_write_table(struct tflite_file *file,
		       const struct flatbuffer_fields *fields)
{
	size_t vtable = align(file->size_bytes, 2);
	size_t vtable_size = 4;
	size_t table;

	for (uint32_t i = 0; i < fields->count; i++) {
		size_t end = 6 + 2 * (size_t)fields->list[i].id;

		if (kind_size_bytes[fields->list[i].kind] > 0 &&
		    end > vtable_size)
			vtable_size = end;
	}
	table = align(vtable + vtable_size, 4);
	flatbuffer_extend(file, table + 4);
	flatbuffer_put(file, vtable, vtable_size, 2);
	flatbuffer_put(file, table, table - vtable, 4);

	write_table_body(file, vtable, table, fields);
	for (uint32_t i = 0; i < fields->count; i++)
		write_field_vector(file, table, &fields->list[i]);
	return table;
}

void
flatbuffer_add(struct flatbuffer_fields *fields, struct tflite_field field)
{
	for (uint32_t i = 0; i < fields->count; i++) {
		if (fields->list[i].id == field.id) {
			fields->list[i] = field;
			return;
		}
	}
	if (fields->count == FLATBUFFER_MAX_FIELDS)
		return;
	fields->list[fields->count++] = field;
}

void
flatbuffer_add_all(struct flatbuffer_fields *fields,
		   const struct tflite_field *list, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		flatbuffer_add(fields, list[i]);
}

void
flatbuffer_add_integer(struct flatbuffer_fields *fields, uint16_t id,
		       enum tflite_kind kind, int64_t value)
{
	flatbuffer_add(fields, (struct tflite_field) { .id = id,
						       .kind = kind,
						       .integer = value });
}

void
flatbuffer_add_child(struct flatbuffer_fields *fields, uint16_t id)
{
	flatbuffer_add_integer(fields, id, TFLITE_CHILD, 0);
}

void
flatbuffer_add_vector(struct flatbuffer_fields *fields, uint16_t id,
		      enum tflite_kind kind, const void *data, uint32_t count)
{
	if (data != NULL)
		flatbuffer_add(fields,
			       (struct tflite_field) { .id = id,
						       .kind = kind,
						       .data = data,
						       .count = count });
}

size_t
flatbuffer_write_child_vector(struct tflite_file *file, size_t parent,
			      uint16_t id, uint32_t count)
{
	size_t vector = write_vector(file, NULL, count, 4, 4);

	flatbuffer_set_child(file, parent, id, vector);
	return vector + 4;
}
