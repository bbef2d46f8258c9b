/* SPDX-License-Identifier: MIT */
#include "picture_check.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Offsets in a BMP file with a header of 40 bytes or more. */
enum {
	BMP_DATA_OFFSET = 10,
	BMP_HEADER_BYTES = 14,
	BMP_WIDTH = 18,
	BMP_HEIGHT = 22,
	BMP_BITS = 28,
	BMP_COMPRESSION = 30,
	BMP_MIN_BYTES = 54,
};

#define BMP_UNCOMPRESSED 0
#define BMP_BIT_FIELDS   3

/* Markers of JPEG (ITU-T T.81, table B.1); none occurs in coded data. */
#define JPEG_START_OF_SCAN 0xda
#define JPEG_END_OF_IMAGE  0xd9

static uint32_t
read_le32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
	       (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static bool
is_whole_bmp(const struct apui_bytes *file)
{
	const uint8_t *data = file->data;
	uint32_t compression, bits;
	uint64_t width, height, row_bytes, needed_bytes;

	if (file->size_bytes < BMP_MIN_BYTES ||
	    read_le32(data + BMP_HEADER_BYTES) < 40)
		return true;
	compression = read_le32(data + BMP_COMPRESSION);
	if (compression != BMP_UNCOMPRESSED && compression != BMP_BIT_FIELDS)
		return true;

	bits = (uint32_t)data[BMP_BITS] | (uint32_t)data[BMP_BITS + 1] << 8;
	width = read_le32(data + BMP_WIDTH);
	/* A negative height: rows from the top down. */
	height = (uint64_t)llabs((int32_t)read_le32(data + BMP_HEIGHT));
	row_bytes = (width * bits + 31) / 32 * 4;
	if (__builtin_mul_overflow(row_bytes, height, &needed_bytes) ||
	    __builtin_add_overflow(needed_bytes,
				   read_le32(data + BMP_DATA_OFFSET),
				   &needed_bytes))
		return false;
	/* Some writers leave out the padding of the last row. */
	return file->size_bytes + 3 >= needed_bytes;
}

/* The scans of a picture come before its end; a thumbnail's before both. */
static bool
is_whole_jpeg(const struct apui_bytes *file)
{
	for (size_t i = file->size_bytes; i >= 2; i--) {
		if (file->data[i - 2] != 0xff)
			continue;
		if (file->data[i - 1] == JPEG_END_OF_IMAGE)
			return true;
		if (file->data[i - 1] == JPEG_START_OF_SCAN)
			return false;
	}
	return false;
}

static const struct {
	const char *magic;
	bool (*is_whole)(const struct apui_bytes *file);
} formats[] = {
	{ "BM", is_whole_bmp },
	{ "\xff\xd8\xff", is_whole_jpeg },
};

bool
apui_picture_is_whole(const struct apui_bytes *file)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		size_t length = strlen(formats[i].magic);

		if (file->size_bytes >= length &&
		    memcmp(file->data, formats[i].magic, length) == 0)
			return formats[i].is_whole(file);
	}
	return true;
}
