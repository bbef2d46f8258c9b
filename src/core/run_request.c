/* SPDX-License-Identifier: MIT */
#include "core/run_request.h"
#include "core/error.h"
#include "firmware/program.h"
#include <errno.h>
#include <string.h>

static int
refuse_size(void)
{
	apui_fail(-E2BIG, NULL,
		  "the model has more inputs and outputs than one request of "
		  "%d bytes can bind",
		  APUI_WIRE_MAX_BYTES);
	apui_fail_remedy("split the model");
	return -E2BIG;
}

/* A buffer goes into a request once, however many tensors it holds. */
static int
find_or_add_buffer(struct apui_run_request *r, struct apu_buffer *buf,
		   uint32_t *out_index)
{
	for (unsigned int i = 0; i < r->buffer_count; i++) {
		if (apui_buffer_is_same(r->buffers[i], buf)) {
			*out_index = i;
			return 0;
		}
	}
	if (r->buffer_count == APUI_RUN_MAX_BUFFERS)
		return refuse_size();
	r->buffers[r->buffer_count] = buf;
	r->handles[r->buffer_count] = buf->handle;
	*out_index = r->buffer_count++;
	return 0;
}

int
apui_run_request_bind(struct apui_run_request *r,
		      const struct apui_binding *binding)
{
	struct apui_run_binding out = { .buffer = APUI_RUN_UNBOUND };
	int ret;

	if (r->binding_count == APUI_RUN_MAX_BINDINGS)
		return refuse_size();
	if (binding->buf != NULL) {
		ret = find_or_add_buffer(r, binding->buf, &out.buffer);
		if (ret < 0)
			return ret;
		out.offset_bytes = (uint32_t)binding->offset_bytes;
		out.size_bytes = (uint32_t)binding->size_bytes;
	}
	r->bindings[r->binding_count++] = out;
	if (apui_run_request_wire_bytes(r) > APUI_WIRE_MAX_BYTES)
		return refuse_size();
	return 0;
}

int
apui_run_request_check(unsigned int tensor_count, bool shares)
{
	const struct apui_run_request at_best = {
		.binding_count = APUI_SLOT_FIRST_IO + tensor_count + shares,
		/* program, arena, tensors */
		.buffer_count = 3 + shares,
	};

	if (apui_run_request_wire_bytes(&at_best) > APUI_WIRE_MAX_BYTES)
		return refuse_size();
	return 0;
}

uint16_t
apui_run_request_encode(const struct apui_run_request *r, uint8_t *out_data)
{
	size_t binding_bytes = r->binding_count * sizeof(r->bindings[0]);
	struct apui_run run = r->run;

	run.binding_count = (uint16_t)r->binding_count;
	memcpy(out_data, &run, sizeof(run));
	memcpy(out_data + sizeof(run), r->bindings, binding_bytes);
	return (uint16_t)(sizeof(run) + binding_bytes);
}

size_t
apui_run_request_wire_bytes(const struct apui_run_request *r)
{
	return APUI_WIRE_HEADER_BYTES + sizeof(r->run) +
	       r->binding_count * sizeof(r->bindings[0]) +
	       sizeof(struct apui_run_report) +
	       (size_t)r->buffer_count * APUI_WIRE_BUFFER_BYTES;
}

uint32_t
apui_run_stretch_count(const uint64_t *work, uint32_t first, uint32_t end,
		       uint64_t budget)
{
	uint64_t left = budget;
	uint32_t i;

	for (i = first; i < end; i++) {
		if (work[i] > left && i > first)
			break;
		/* One operator a request is what a budget of 1 means. */
		if (i > first && budget == 1)
			break;
		left -= work[i] < left ? work[i] : left;
	}
	return i - first;
}

uint32_t
apui_run_next_count(const struct apui_program *program, uint32_t first,
		    uint64_t budget)
{
	return apui_run_stretch_count(program->work, first,
				      program->operator_count, budget);
}

uint32_t
apui_run_count(const struct apui_program *program, uint64_t budget)
{
	uint32_t runs = 0;

	for (uint32_t first = 0; first < program->operator_count; runs++)
		first += apui_run_next_count(program, first, budget);
	return runs;
}
