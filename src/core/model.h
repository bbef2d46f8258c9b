/* SPDX-License-Identifier: MIT */
#ifndef APUI_CORE_MODEL_H
#define APUI_CORE_MODEL_H

#include "core/buffer.h"
#include "core/flow.h"
#include "core/ref.h"
#include "core/source.h"
#include "model/compile.h"
#include <apu/model.h>

struct apu_model {
	struct apui_ref ref;
	struct apu_device *dev; /* NULL: loaded to be described */
	enum apu_form form;
	struct apui_graph *graph;
	/* Without its blob once that is on the device. */
	struct apui_program *program;
	struct apu_buffer *program_buffer; /* NULL without a device */
	uint64_t program_offset_bytes;     /* in the buffer */
	const uint8_t *program_map;
	struct apui_flow *flow; /* NULL: one RUN after the other */
	/* What it was made of by apu_model_resize(): it owns the constants that
	 * program->shared_bytes are of. NULL: it was loaded. */
	struct apu_model *base;
	struct apui_limits limits; /* it was loaded with */
};

/* Memory that the caller lends: see apu_model_load_lent(). */
struct apui_lent {
	void (*release)(void *context);
	void *context;
};

/* model_options.c: what @options ask for; NULL: the defaults. -EINVAL. */
int
apui_model_read_options(const struct apu_model_options *options,
			struct apui_limits *out_limits);

/* One that is half built, too; NULL is none. */
void
apui_model_free(struct apu_model *model);

/* Whether it runs from memory that apui_model_lend() was given. */
bool
apui_model_is_lent(const struct apu_model *model);

/* The program's bytes, wherever they are. */
const uint8_t *
apui_model_blob(const struct apu_model *model);

/*
 * model_upload.c: put the program on the device. All of these check first that
 * the device can run it. 0, -ENOEXEC, -E2BIG, as apu_buffer_new().
 */

/* From program->blob, which is then freed. */
int
apui_model_upload(struct apu_model *model);

/* From @offset_bytes of @source. */
int
apui_model_upload_from(struct apu_model *model,
		       const struct apui_source *source, uint64_t offset_bytes);

/*
 * Where it is, at @offset_bytes of @source, whose memory is lent. -EOPNOTSUPP
 * when the device cannot. It is the last step of loading: @lent->release is
 * called from now on.
 */
int
apui_model_lend(struct apu_model *model, const struct apui_source *source,
		uint64_t offset_bytes, const struct apui_lent *lent);

#endif
