/* SPDX-License-Identifier: MIT */
#ifndef APUI_TFLITE_PORTS_H
#define APUI_TFLITE_PORTS_H

#include "delegates/tflite/instance.h"

/*
 * The inputs and outputs of a kernel. A tensor that the interpreter would put
 * into its arena is put into a buffer of the device instead, so that nothing
 * is copied; any other is copied before or after the run.
 */
struct port {
	int32_t tensor;
	struct shared_buffer *shared;
	struct apu_buffer *buffer;
	void *mapped;
	size_t size_bytes;
	bool open; /* the program may access the buffer */
};

/* A variable of the interpreter's, of which the device holds the real one. */
struct variable {
	int32_t tensor;
	uint8_t mark; /* what its first byte is while nobody resets it */
	bool marked;
};

struct ports {
	struct instance *instance;
	struct port *inputs, *outputs;
	uint32_t input_count, output_count;
	struct variable *variables;
	uint32_t variable_count;
};

/* Bind all ports of the job. On failure the error is apu_error_last(). */
int
apui_ports_init(struct ports *ports, struct instance *instance,
		struct tfl_context *context, const struct compiled *compiled,
		struct apu_job *job, bool in_place);

/* The tensors are the arena's again. */
void
apui_ports_free(struct ports *ports, struct tfl_context *context);

/*
 * The interpreter's variables are not looked at, but for one thing: when it
 * fills them anew, the device's are to begin anew, too.
 */
void
apui_ports_find_variables(struct ports *ports,
			  const struct tfl_context *context,
			  const struct tfl_ints *nodes);
bool
apui_ports_were_reset(struct ports *ports, struct tfl_context *context);

/* Whether the tensors have memory of the sizes that were bound. */
bool
apui_ports_fit(const struct ports *ports, const struct tfl_context *context);

/* Hand inputs to the device before a run, and take outputs back after it. */
int
apui_ports_give(struct ports *ports, const struct tfl_context *context,
		struct figures *figures);
int
apui_ports_collect(struct ports *ports, const struct tfl_context *context,
		   struct figures *figures);

/* After a run that failed: the program may touch the tensors again. */
void
apui_ports_mend(struct ports *ports);

/* Add to the instance's figures. */
void
apui_instance_count(struct instance *instance, const struct figures *figures);

#endif
