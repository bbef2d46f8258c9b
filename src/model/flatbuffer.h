/* SPDX-License-Identifier: MIT */
#ifndef APUI_FLATBUFFER_H
#define APUI_FLATBUFFER_H

/*
 * Flatbuffers, read with every access checked, and no schema: a field is a
 * number, and its type the caller's to know.
 *
 * Nothing is assumed of the bytes or of where they lie in memory. Functions
 * that return int give 0, or -EBADMSG with the byte to blame in the error
 * record (-EINVAL and -E2BIG where said). Tables and vectors that came back
 * with 0 lie inside the file as a whole.
 *
 * Format: "FlatBuffer Internals" of the flatbuffers project. Offsets are
 * unsigned and 32 bits, relative to where they are stored; a table begins with
 * a signed 32-bit distance back to its vtable, which is 16-bit words: its own
 * bytes, the table's bytes, then where each field lies in the table or 0.
 */

#include <stddef.h>
#include <stdint.h>

struct apui_flatbuffer {
	const uint8_t *data; /* borrowed */
	uint64_t size_bytes;
	/* What may still be visited and copied: shared parts of a file make it
	 * look much larger than it is. */
	uint32_t tables_left;
	uint64_t copy_bytes_left;
};

/* Positions are bytes from the start of the file; 0: absent. */
struct apui_fb_table {
	uint64_t position;
	uint64_t vtable;
	uint16_t vtable_bytes;
	uint16_t table_bytes;
};

struct apui_fb_vector {
	uint64_t position; /* of the first element */
	uint32_t count;    /* 0 when absent */
};

/*
 * Check header and identifier, and find the root table. @data is borrowed until
 * the last use of @fb.
 */
int
apui_fb_open(struct apui_flatbuffer *fb, const uint8_t *data, size_t size_bytes,
	     const char identifier[4], struct apui_fb_table *out_root);

/* Scalar fields; @out gets @initial when the field is absent. */
int
apui_fb_get_i8(const struct apui_flatbuffer *fb,
	       const struct apui_fb_table *table, uint16_t id, int32_t initial,
	       int32_t *out);
int
apui_fb_get_u8(const struct apui_flatbuffer *fb,
	       const struct apui_fb_table *table, uint16_t id, uint32_t initial,
	       uint32_t *out);
int
apui_fb_get_i32(const struct apui_flatbuffer *fb,
		const struct apui_fb_table *table, uint16_t id, int32_t initial,
		int32_t *out);
int
apui_fb_get_u32(const struct apui_flatbuffer *fb,
		const struct apui_fb_table *table, uint16_t id,
		uint32_t initial, uint32_t *out);
int
apui_fb_get_u64(const struct apui_flatbuffer *fb,
		const struct apui_fb_table *table, uint16_t id,
		uint64_t initial, uint64_t *out);
int
apui_fb_get_f32(const struct apui_flatbuffer *fb,
		const struct apui_fb_table *table, uint16_t id, float initial,
		float *out);

/*
 * Fields that are offsets. Absent: position 0. A table costs one of
 * fb->tables_left: -E2BIG when there is none.
 */
int
apui_fb_get_table(struct apui_flatbuffer *fb, const struct apui_fb_table *table,
		  uint16_t id, struct apui_fb_table *out);
int
apui_fb_get_vector(const struct apui_flatbuffer *fb,
		   const struct apui_fb_table *table, uint16_t id,
		   uint32_t element_bytes, struct apui_fb_vector *out);
/* A vector of bytes, followed by a 0 that is not counted. */
int
apui_fb_get_string(const struct apui_flatbuffer *fb,
		   const struct apui_fb_table *table, uint16_t id,
		   struct apui_fb_vector *out);

/*
 * Elements, @index < vector->count, of a vector that was found with the bytes
 * of such an element.
 */
int32_t
apui_fb_i32_at(const struct apui_flatbuffer *fb,
	       const struct apui_fb_vector *vector, uint32_t index);
int64_t
apui_fb_i64_at(const struct apui_flatbuffer *fb,
	       const struct apui_fb_vector *vector, uint32_t index);
float
apui_fb_f32_at(const struct apui_flatbuffer *fb,
	       const struct apui_fb_vector *vector, uint32_t index);
/* The first byte, wherever it lies; NULL when empty. */
const uint8_t *
apui_fb_bytes(const struct apui_flatbuffer *fb,
	      const struct apui_fb_vector *vector);
/* As apui_fb_get_table(), and -EINVAL for an offset of 0: no table there. */
int
apui_fb_table_at(struct apui_flatbuffer *fb,
		 const struct apui_fb_vector *vector, uint32_t index,
		 struct apui_fb_table *out);

/*
 * Account for a copy of @size_bytes of the file. -E2BIG when much more was
 * copied than there is.
 */
int
apui_fb_charge_copy(struct apui_flatbuffer *fb, uint64_t size_bytes);

#endif
