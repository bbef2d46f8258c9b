/* SPDX-License-Identifier: MIT */
#ifndef APUI_FW_INTERP_H
#define APUI_FW_INTERP_H

/* The seam between RUN and the interpreter. */

#include "firmware/kernel.h"
#include "firmware/wire.h"

/* Four slots, inputs and outputs; a 496-byte request holds at most 37. */
#define APUI_FW_MAX_BINDINGS 64

struct apui_fw_binding {
	uint8_t *data; /* NULL: unbound */
	uint32_t size_bytes;
};

struct apui_fw_run {
	const struct apui_fw_host *host;
	/* Our copy; its sections lie in the program's binding. */
	struct apui_program_header program;
	struct apui_fw_binding bindings[APUI_FW_MAX_BINDINGS];
	unsigned int binding_count;
};

/*
 * Run the operators @first .. @first + @count - 1, which the caller knows to be
 * in the program. Returns APUI_RESULT_OK, or the first failure with @report
 * saying where. What is wrong with the program: EBADMSG for its structure,
 * ENOTSUP for an operator that this firmware does not have, ERANGE for a tensor
 * outside its slot's buffer, EFAULT for one badly aligned.
 */
int
apui_fw_run_operators(const struct apui_fw_run *run, uint32_t first,
		      uint32_t count, struct apui_run_report *report);

#endif
