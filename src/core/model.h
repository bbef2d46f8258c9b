/* SPDX-License-Identifier: MIT */
#ifndef APUI_CORE_MODEL_H
#define APUI_CORE_MODEL_H

#include "core/buffer.h"
#include "core/ref.h"
#include "model/compile.h"
#include <apu/model.h>

struct apu_model {
	struct apui_ref ref;
	struct apu_device *dev; /* NULL: loaded to be described */
	struct apui_graph *graph;
	/* Without its blob once that is on the device. */
	struct apui_program *program;
	struct apu_buffer *program_buffer; /* NULL without a device */
	void *program_map;
};

#endif
