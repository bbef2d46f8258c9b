/* SPDX-License-Identifier: MIT */
#ifndef APUI_TFLITE_WRITER_ENCODE_H
#define APUI_TFLITE_WRITER_ENCODE_H

/*
 * The flatbuffer encoding, written front to back: a table is followed by its
 * children, so every offset points forward and is set when the child is there.
 * Positions are offsets from the first byte of the file.
 */

#include "tflite_writer/tflite_writer.h"

#define FLATBUFFER_MAX_FIELDS 32

/* A list of fields under construction, ids unique. */
struct flatbuffer_fields {
	struct tflite_field list[FLATBUFFER_MAX_FIELDS];
	uint32_t count;
};

/*
 * Append zeros up to @end, which is then the file's size. Where memory or the
 * 2 GiB that offsets reach run out, the file has failed, and all that is
 * written to it afterwards is dropped.
 */
void
flatbuffer_extend(struct tflite_file *file, size_t end);

/* 1 to 8 bytes, little endian. */
void
flatbuffer_put(struct tflite_file *file, size_t offset, uint64_t value,
	       size_t size_bytes);
uint64_t
flatbuffer_get(const struct tflite_file *file, size_t offset,
	       size_t size_bytes);

/*
 * A later field takes the place of an earlier one of the same id. No table of
 * the schema has over FLATBUFFER_MAX_FIELDS; more are dropped.
 */
void
flatbuffer_add(struct flatbuffer_fields *fields, struct tflite_field field);
void
flatbuffer_add_all(struct flatbuffer_fields *fields,
		   const struct tflite_field *list, uint32_t count);
void
flatbuffer_add_integer(struct flatbuffer_fields *fields, uint16_t id,
		       enum tflite_kind kind, int64_t value);
void
flatbuffer_add_child(struct flatbuffer_fields *fields, uint16_t id);
/* Adds nothing when @data is NULL. */
void
flatbuffer_add_vector(struct flatbuffer_fields *fields, uint16_t id,
		      enum tflite_kind kind, const void *data, uint32_t count);

/* Returns the table's position. Its children are still to be set. */
size_t
flatbuffer_write_table(struct tflite_file *file,
		       const struct flatbuffer_fields *fields);

/*
 * Returns the position of the first of @count offsets, all still to be set;
 * the vector is the child @id of @parent.
 */
size_t
flatbuffer_write_child_vector(struct tflite_file *file, size_t parent,
			      uint16_t id, uint32_t count);

/* Set the offset at @slot, so that it points at @target. */
void
flatbuffer_point(struct tflite_file *file, size_t slot, size_t target);

/* The same for a field; nothing happens where a raw field took its place. */
void
flatbuffer_set_child(struct tflite_file *file, size_t table, uint16_t id,
		     size_t target);

/* Position of a table's vtable. */
size_t
flatbuffer_vtable(const struct tflite_file *file, size_t table);

/* Position of a field's bytes; 0 when it is absent. */
size_t
flatbuffer_field(const struct tflite_file *file, size_t table, uint16_t id);

#endif
