/* SPDX-License-Identifier: MIT */
#ifndef APUI_DESCRIBE_H
#define APUI_DESCRIBE_H

/* Tensors in words, in JSON, and by name. */

#include <apu/model.h>
#include <apu/tensor.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define APUI_DESCRIBE_BYTES 256

/* "uint8 [1, 224, 224, 3]". */
void
apui_describe_type(const struct apu_tensor *tensor,
		   char text[APUI_DESCRIBE_BYTES]);

/* "scale 0.0078125 zero point 128", or "" when not quantised. */
void
apui_describe_quantisation(const struct apu_tensor *tensor,
			   char text[APUI_DESCRIBE_BYTES]);

/* One line: number, name, type, bytes, quantisation. */
void
apui_describe_tensor(FILE *out, unsigned int index,
		     const struct apu_tensor *tensor);

struct json_object *
apui_describe_tensor_json(unsigned int index, const struct apu_tensor *tensor);

/* The inputs of a model, or its outputs: what is done to both alike. */
struct apui_side {
	const struct apu_model *model;
	unsigned int count;
	const struct apu_tensor *(*get)(const struct apu_model *model,
					unsigned int index);
	const char *noun;   /* "input" */
	const char *option; /* "--input" */
};

struct apui_side
apui_side_inputs(const struct apu_model *model);
struct apui_side
apui_side_outputs(const struct apu_model *model);

/* Find by name, or else by number; fails with the names there are. */
int
apui_side_find(const struct apui_side *side, const char *name,
	       size_t name_bytes, unsigned int *out_index);

/* Bytes of all tensors together; false when that overflows a size_t. */
bool
apui_side_total_bytes(const struct apui_side *side, size_t *out_bytes);

#endif
