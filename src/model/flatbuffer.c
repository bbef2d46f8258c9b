/* SPDX-License-Identifier: MIT */
#include "model/flatbuffer.h"
#include "core/error.h"
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define HEADER_BYTES     8 /* root offset, identifier */
#define IDENTIFIER_BYTES 4
#define OFFSET_BYTES     4
#define VTABLE_MIN_BYTES 4
#define TABLE_MIN_BYTES  4

/* As flatbuffers' own verifier has it. */
#define MAX_TABLES 1000000
/* A file whose parts are not shared copies less than itself. */
#define MAX_COPY_FACTOR 8

static int
fail_at(int code, uint64_t position, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int
fail_at(int code, uint64_t position, const char *format, ...)
{
	char cause[128];
	va_list args;

	va_start(args, format);
	vsnprintf(cause, sizeof(cause), format, args);
	va_end(args);

	apui_fail(code, NULL, "byte %llu: %s", (unsigned long long)position,
		  cause);
	apui_fail_where(-1, -1, (int64_t)position);
	return code;
}

/* The file has @size_bytes bytes from @position on. */
static bool
is_inside(const struct apui_flatbuffer *fb, uint64_t position,
	  uint64_t size_bytes)
{
	return position <= fb->size_bytes &&
	       size_bytes <= fb->size_bytes - position;
}

static uint64_t
load(const struct apui_flatbuffer *fb, uint64_t position, unsigned int bytes)
{
	uint64_t value = 0;

	assert(is_inside(fb, position, bytes));
	for (unsigned int i = 0; i < bytes; i++)
		value |= (uint64_t)fb->data[position + i] << (8 * i);
	return value;
}

static float
load_f32(const struct apui_flatbuffer *fb, uint64_t position)
{
	uint32_t bits = (uint32_t)load(fb, position, 4);
	float value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static int
check_vtable(const struct apui_flatbuffer *fb, struct apui_fb_table *table)
{
	if (table->vtable % 2 != 0 ||
	    !is_inside(fb, table->vtable, VTABLE_MIN_BYTES))
		return fail_at(-EBADMSG, table->position,
			       "the table's field list is outside the file");

	table->vtable_bytes = (uint16_t)load(fb, table->vtable, 2);
	table->table_bytes = (uint16_t)load(fb, table->vtable + 2, 2);
	if (table->vtable_bytes < VTABLE_MIN_BYTES ||
	    table->vtable_bytes % 2 != 0 ||
	    !is_inside(fb, table->vtable, table->vtable_bytes))
		return fail_at(-EBADMSG, table->vtable,
			       "a list of fields has %u bytes",
			       table->vtable_bytes);
	if (table->table_bytes < TABLE_MIN_BYTES ||
	    !is_inside(fb, table->position, table->table_bytes))
		return fail_at(-EBADMSG, table->vtable + 2,
			       "a table has %u bytes", table->table_bytes);
	return 0;
}

static int
open_table(struct apui_flatbuffer *fb, uint64_t position,
	   struct apui_fb_table *out)
{
	struct apui_fb_table table = { .position = position };
	int64_t distance;
	int ret;

	if (fb->tables_left == 0)
		return fail_at(-E2BIG, position,
			       "there are more than %d tables", MAX_TABLES);
	fb->tables_left--;

	if (position % 4 != 0 || !is_inside(fb, position, TABLE_MIN_BYTES))
		return fail_at(-EBADMSG, position,
			       "a table begins outside the file, or between "
			       "its words");
	distance = (int32_t)load(fb, position, 4);
	/* Before the file's first byte it wraps, and is outside again. */
	table.vtable = position - (uint64_t)distance;
	ret = check_vtable(fb, &table);
	if (ret < 0)
		return ret;

	*out = table;
	return 0;
}

int
apui_fb_open(struct apui_flatbuffer *fb, const uint8_t *data, size_t size_bytes,
	     const char identifier[4], struct apui_fb_table *out_root)
{
	fb->data = data;
	fb->size_bytes = size_bytes;
	fb->tables_left = MAX_TABLES;
	if (__builtin_mul_overflow(fb->size_bytes, (uint64_t)MAX_COPY_FACTOR,
				   &fb->copy_bytes_left))
		fb->copy_bytes_left = UINT64_MAX;

	if (size_bytes < HEADER_BYTES)
		return fail_at(-EBADMSG, 0, "the file has only %zu bytes",
			       size_bytes);
	if (memcmp(data + OFFSET_BYTES, identifier, IDENTIFIER_BYTES) != 0)
		return fail_at(-EBADMSG, OFFSET_BYTES,
			       "the file does not say %.4s here", identifier);
	return open_table(fb, load(fb, 0, OFFSET_BYTES), out_root);
}

/* Where a field of @size_bytes lies, in its table as a whole; 0: absent. */
static int
find_field(const struct apui_flatbuffer *fb, const struct apui_fb_table *table,
	   uint16_t id, unsigned int size_bytes, uint64_t *out_position)
{
	uint64_t entry = VTABLE_MIN_BYTES + 2 * (uint64_t)id;
	unsigned int alignment = size_bytes < 4 ? size_bytes : 4;
	uint64_t offset;

	*out_position = 0;
	if (entry + 2 > table->vtable_bytes)
		return 0;
	offset = load(fb, table->vtable + entry, 2);
	if (offset == 0)
		return 0;
	if (offset < TABLE_MIN_BYTES ||
	    offset + size_bytes > table->table_bytes ||
	    (table->position + offset) % alignment != 0)
		return fail_at(-EBADMSG, table->vtable + entry,
			       "field %u lies at %llu in a table of %u bytes",
			       id, (unsigned long long)offset,
			       table->table_bytes);
	*out_position = table->position + offset;
	return 0;
}

/* A scalar's bits, or @initial. */
static int
get_bits(const struct apui_flatbuffer *fb, const struct apui_fb_table *table,
	 uint16_t id, unsigned int size_bytes, uint64_t initial, uint64_t *out)
{
	uint64_t position;
	int ret;

	ret = find_field(fb, table, id, size_bytes, &position);
	if (ret < 0)
		return ret;
	*out = position != 0 ? load(fb, position, size_bytes) : initial;
	return 0;
}

int
apui_fb_get_i8(const struct apui_flatbuffer *fb,
	       const struct apui_fb_table *table, uint16_t id, int32_t initial,
	       int32_t *out)
{
	uint64_t bits;
	int ret;

	ret = get_bits(fb, table, id, 1, (uint64_t)(int64_t)initial, &bits);
	if (ret == 0)
		*out = (int8_t)bits;
	return ret;
}

int
apui_fb_get_u8(const struct apui_flatbuffer *fb,
	       const struct apui_fb_table *table, uint16_t id, uint32_t initial,
	       uint32_t *out)
{
	uint64_t bits;
	int ret;

	ret = get_bits(fb, table, id, 1, initial, &bits);
	if (ret == 0)
		*out = (uint32_t)bits;
	return ret;
}

int
apui_fb_get_i32(const struct apui_flatbuffer *fb,
		const struct apui_fb_table *table, uint16_t id, int32_t initial,
		int32_t *out)
{
	uint64_t bits;
	int ret;

	ret = get_bits(fb, table, id, 4, (uint32_t)initial, &bits);
	if (ret == 0)
		*out = (int32_t)(uint32_t)bits;
	return ret;
}

int
apui_fb_get_u32(const struct apui_flatbuffer *fb,
		const struct apui_fb_table *table, uint16_t id,
		uint32_t initial, uint32_t *out)
{
	uint64_t bits;
	int ret;

	ret = get_bits(fb, table, id, 4, initial, &bits);
	if (ret == 0)
		*out = (uint32_t)bits;
	return ret;
}

int
apui_fb_get_u64(const struct apui_flatbuffer *fb,
		const struct apui_fb_table *table, uint16_t id,
		uint64_t initial, uint64_t *out)
{
	return get_bits(fb, table, id, 8, initial, out);
}

int
apui_fb_get_f32(const struct apui_flatbuffer *fb,
		const struct apui_fb_table *table, uint16_t id, float initial,
		float *out)
{
	uint64_t position;
	int ret;

	ret = find_field(fb, table, id, 4, &position);
	if (ret == 0)
		*out = position != 0 ? load_f32(fb, position) : initial;
	return ret;
}

/* Follow the offset stored at @slot, which is inside the file. */
static uint64_t
follow(const struct apui_flatbuffer *fb, uint64_t slot)
{
	return slot + load(fb, slot, OFFSET_BYTES);
}

int
apui_fb_get_table(struct apui_flatbuffer *fb, const struct apui_fb_table *table,
		  uint16_t id, struct apui_fb_table *out)
{
	uint64_t slot;
	int ret;

	ret = find_field(fb, table, id, OFFSET_BYTES, &slot);
	if (ret < 0)
		return ret;
	if (slot != 0)
		return open_table(fb, follow(fb, slot), out);
	*out = (struct apui_fb_table) { .position = 0 };
	return 0;
}

int
apui_fb_get_vector(const struct apui_flatbuffer *fb,
		   const struct apui_fb_table *table, uint16_t id,
		   uint32_t element_bytes, struct apui_fb_vector *out)
{
	uint64_t slot, position;
	uint32_t count;
	int ret;

	*out = (struct apui_fb_vector) { .position = 0 };
	ret = find_field(fb, table, id, OFFSET_BYTES, &slot);
	if (ret < 0 || slot == 0)
		return ret;

	position = follow(fb, slot);
	if (position == slot || position % 4 != 0 ||
	    !is_inside(fb, position, OFFSET_BYTES))
		return fail_at(-EBADMSG, slot,
			       "a vector begins outside the file, or between "
			       "its words");
	count = (uint32_t)load(fb, position, 4);
	if (!is_inside(fb, position + 4, (uint64_t)count * element_bytes))
		return fail_at(-EBADMSG, position,
			       "a vector of %u elements does not fit in the "
			       "file",
			       count);
	out->position = position + 4;
	out->count = count;
	return 0;
}

int
apui_fb_get_string(const struct apui_flatbuffer *fb,
		   const struct apui_fb_table *table, uint16_t id,
		   struct apui_fb_vector *out)
{
	uint64_t end;
	int ret;

	ret = apui_fb_get_vector(fb, table, id, 1, out);
	if (ret < 0 || out->position == 0)
		return ret;

	end = out->position + out->count;
	if (!is_inside(fb, end, 1) || load(fb, end, 1) != 0)
		return fail_at(-EBADMSG, end, "a string does not end here");
	return 0;
}

static uint64_t
locate(const struct apui_fb_vector *vector, uint32_t index,
       uint32_t element_bytes)
{
	assert(index < vector->count);
	return vector->position + (uint64_t)index * element_bytes;
}

int32_t
apui_fb_i32_at(const struct apui_flatbuffer *fb,
	       const struct apui_fb_vector *vector, uint32_t index)
{
	return (int32_t)(uint32_t)load(fb, locate(vector, index, 4), 4);
}

int64_t
apui_fb_i64_at(const struct apui_flatbuffer *fb,
	       const struct apui_fb_vector *vector, uint32_t index)
{
	return (int64_t)load(fb, locate(vector, index, 8), 8);
}

float
apui_fb_f32_at(const struct apui_flatbuffer *fb,
	       const struct apui_fb_vector *vector, uint32_t index)
{
	return load_f32(fb, locate(vector, index, 4));
}

const uint8_t *
apui_fb_bytes(const struct apui_flatbuffer *fb,
	      const struct apui_fb_vector *vector)
{
	return vector->count > 0 ? fb->data + vector->position : NULL;
}

int
apui_fb_table_at(struct apui_flatbuffer *fb,
		 const struct apui_fb_vector *vector, uint32_t index,
		 struct apui_fb_table *out)
{
	uint64_t slot = locate(vector, index, OFFSET_BYTES);
	uint64_t position = follow(fb, slot);

	if (position == slot)
		return fail_at(-EINVAL, slot, "entry %u of a list is empty",
			       index);
	return open_table(fb, position, out);
}

int
apui_fb_charge_copy(struct apui_flatbuffer *fb, uint64_t size_bytes)
{
	if (size_bytes > fb->copy_bytes_left)
		return apui_fail(-E2BIG, NULL,
				 "its parts are shared so often that it needs "
				 "over %d times its size",
				 MAX_COPY_FACTOR);
	fb->copy_bytes_left -= size_bytes;
	return 0;
}
