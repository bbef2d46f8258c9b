/* SPDX-License-Identifier: MIT */
#ifndef APUI_CUSTOM_H
#define APUI_CUSTOM_H

/*
 * Operators that functions of the host run: their registry, and a call of one.
 */

#include "core/ref.h"
#include "model/graph.h"
#include "model/operators.h"
#include <apu/custom.h>

#define APUI_CUSTOM_CAUSE_BYTES 128

struct apu_custom_registry {
	struct apui_ref ref;
	/* A model has seen it: no more changes, so that nobody needs a lock. */
	atomic_bool is_used;
	struct apu_custom_function *functions; /* their codes are ours */
	size_t count;
};

/* What a function is given. Its arrays are the caller's. */
struct apu_custom_call {
	const struct apu_tensor *inputs[APU_CUSTOM_MAX_TENSORS];
	const void *input_data[APU_CUSTOM_MAX_TENSORS];
	unsigned int input_count;
	const struct apu_tensor *outputs[APU_CUSTOM_MAX_TENSORS];
	void *output_data[APU_CUSTOM_MAX_TENSORS];
	unsigned int output_count;
	const uint8_t *options;
	size_t option_bytes;
	struct apui_shape *shapes; /* in prepare(): of each output; else NULL */
	char cause[APUI_CUSTOM_CAUSE_BYTES]; /* "": it did not say */
};

/* NULL without a registry, and for a code that it does not have. */
const struct apu_custom_function *
apui_custom_find(const struct apu_custom_registry *registry, const char *code,
		 size_t length);

/* A reference that says: from now on it is used. NULL for NULL. */
struct apu_custom_registry *
apui_custom_use(const struct apu_custom_registry *registry);

/* Call one of a function's two, with its errno made one. */
int
apui_custom_call(apu_custom_fn fn, const struct apu_custom_function *function,
		 struct apu_custom_call *call);

/* The row of all operators that functions of the host run. */
extern const struct apui_operator_row apui_host_operator_row;

#endif
