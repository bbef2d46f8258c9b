/* SPDX-License-Identifier: MIT */
#ifndef APUI_INPUTS_H
#define APUI_INPUTS_H

/* The bytes of a model's inputs, wherever the user keeps them. */

#include "file_io.h"
#include "image.h"
#include "options.h"
#include <apu/model.h>

/* One input: that of inference n begins at first + n * stride_bytes. */
struct apui_input {
	const uint8_t *first; /* NULL until it is given */
	size_t stride_bytes;
	uint8_t *owned; /* NULL when the bytes are raw's */
};

struct apui_inputs {
	unsigned int count;
	struct apui_input *items;
	struct apui_bytes raw; /* of --raw-in */
	uint64_t inference_count;
	bool has_image;
	struct apui_image_note image;
};

/* Collect what the options name. Ends with apui_inputs_finish(). */
int
apui_inputs_collect(const struct apu_model *model,
		    const struct apui_options *options,
		    struct apui_inputs *out_inputs);

/* May be all zero. */
void
apui_inputs_finish(struct apui_inputs *inputs);

#endif
