/* SPDX-License-Identifier: MIT */
#ifndef APUI_OUTPUTS_H
#define APUI_OUTPUTS_H

/* The bytes of a model's outputs, of every inference, and where they go. */

#include "file_io.h"
#include "options.h"
#include <apu/model.h>
#include <stdbool.h>

/* --raw-out is one file, each --output one more. */
#define APUI_MAX_OUTPUT_FILES (APUI_MAX_BINDINGS + 1)

struct apui_outputs {
	uint64_t inference_count;
	size_t stride_bytes; /* all outputs of one inference */
	uint8_t *data;       /* inference_count times that */
	size_t file_count;
	struct apui_file files[APUI_MAX_OUTPUT_FILES];
	uint8_t *columns[APUI_MAX_OUTPUT_FILES]; /* of files; NULL: of data */
};

/*
 * Check what the options name and make room, so that nothing but writing is
 * left to fail after a long run. Ends with apui_outputs_finish().
 */
int
apui_outputs_init(const struct apu_model *model,
		  const struct apui_options *options, uint64_t inference_count,
		  struct apui_outputs *out_outputs);

/* Where the outputs of an inference begin. */
uint8_t *
apui_outputs_at(const struct apui_outputs *outputs, uint64_t number);

/* Write all files. */
int
apui_outputs_write(struct apui_outputs *outputs, const struct apu_model *model,
		   const struct apui_options *options);

/* Whether a file is standard output, where no text belongs then. */
bool
apui_outputs_use_stdout(const struct apui_outputs *outputs);

/* May be all zero. */
void
apui_outputs_finish(struct apui_outputs *outputs);

#endif
