/* SPDX-License-Identifier: MIT */
#ifndef APUI_IMAGE_H
#define APUI_IMAGE_H

/* A picture file made the bytes of an input. */

#include "options.h"
#include <apu/tensor.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>

/* What was done, for people. */
struct apui_image_note {
	const char *path;
	unsigned int from_width, from_height;
	unsigned int to_width, to_height, to_channels;
	bool was_turned;  /* as its EXIF orientation says */
	bool had_opacity; /* laid on white */
	const struct apu_tensor *tensor;
	char values[64]; /* "v - 128" */
};

/* Whether a tensor can take a picture: [1, H, W, 1 or 3]. */
bool
apui_image_fits(const struct apu_tensor *tensor);

/*
 * Read options->image and convert it for a tensor that it fits. @out_data gets
 * apu_tensor_size_bytes() bytes of malloc().
 */
int
apui_image_read(const struct apui_options *options,
		const struct apu_tensor *tensor, uint8_t **out_data,
		struct apui_image_note *out_note);

void
apui_image_print_note(FILE *out, const struct apui_image_note *note);

struct json_object *
apui_image_note_json(const struct apui_image_note *note);

#endif
