/* SPDX-License-Identifier: MIT */
#ifndef APUI_RUN_REQUEST_H
#define APUI_RUN_REQUEST_H

/*
 * The data of RUN requests (src/firmware/wire.h): which buffers an inference
 * works on, and which operators one request runs.
 */

#include "core/model.h"
#include "firmware/wire.h"

/* No more fit in one request, whatever its data. */
#define APUI_RUN_MAX_BUFFERS (APUI_WIRE_MAX_BYTES / APUI_WIRE_BUFFER_BYTES)
#define APUI_RUN_MAX_BINDINGS                                                  \
	(APUI_WIRE_MAX_BYTES / sizeof(struct apui_run_binding))

struct apui_binding {
	struct apu_buffer *buf; /* NULL: not bound */
	uint64_t offset_bytes;
	uint64_t size_bytes;
};

struct apui_run_request {
	struct apui_run run;
	struct apui_run_binding bindings[APUI_RUN_MAX_BINDINGS];
	unsigned int binding_count;
	struct apu_buffer *buffers[APUI_RUN_MAX_BUFFERS];
	uint32_t handles[APUI_RUN_MAX_BUFFERS];
	unsigned int buffer_count;
};

/* Append the next slot's binding; the slots' order is program.h's. -E2BIG. */
int
apui_run_request_bind(struct apui_run_request *request,
		      const struct apui_binding *binding);

/*
 * Whether a request can bind that many inputs and outputs at all, all of them
 * in one buffer if need be, and shared constants in another. 0 or -E2BIG.
 */
int
apui_run_request_check(unsigned int tensor_count, bool shares);

/*
 * Write the inline data of a RUN; @out_data has APUI_WIRE_MAX_BYTES.
 * Returns its bytes.
 */
uint16_t
apui_run_request_encode(const struct apui_run_request *request,
			uint8_t *out_data);

/* Bytes of the whole request on the wire. */
size_t
apui_run_request_wire_bytes(const struct apui_run_request *request);

/*
 * How many operators from @first on one request runs: as many as stay within
 * @budget, and one at least. 0 when there are none left.
 */
uint32_t
apui_run_next_count(const struct apui_program *program, uint32_t first,
		    uint64_t budget);

/* The same of the operators before @end, with the work of each. */
uint32_t
apui_run_stretch_count(const uint64_t *work, uint32_t first, uint32_t end,
		       uint64_t budget);

/* How many requests an inference takes. */
uint32_t
apui_run_count(const struct apui_program *program, uint64_t budget);

#endif
