/* SPDX-License-Identifier: MIT */
#ifndef APUI_FAULT_PLAN_H
#define APUI_FAULT_PLAN_H

/*
 * What is to go wrong in a simulated device, and with which request. Both such
 * devices follow it, the simulator and apu-deviced; it only decides.
 *
 * A plan is rules joined with '+', or "none". A rule is `job` and words, each
 * after a colon: one fault, and what picks the request. docs/sim.md has them
 * all; `job:nth=2:hang+job:core=1:slow=200`.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define APUI_FAULT_MAX_RULES 16
#define APUI_FAULT_WHY_BYTES 160
#define APUI_FAULT_ANY       UINT32_MAX

enum apui_fault_kind {
	APUI_FAULT_NONE = 0,
	APUI_FAULT_HANG,  /* no answer until the core is reset */
	APUI_FAULT_SLOW,  /* runs value ms later */
	APUI_FAULT_CRASH, /* the device goes, and is back after value ms */
	APUI_FAULT_LATE,  /* the reply comes value ms after the reset */
	APUI_FAULT_SIZE,  /* the reply's size_out is value */
};

struct apui_fault {
	enum apui_fault_kind kind;
	uint32_t value;
};

struct apui_fault_rule {
	uint32_t nth; /* of the requests that match, from 1 */
	uint32_t cmd; /* APUI_FAULT_ANY or a number */
	uint32_t core;
	struct apui_fault fault;
	uint32_t seen; /* requests that matched */
	bool is_spent;
};

/* All zero is a plan without rules. */
struct apui_fault_plan {
	struct apui_fault_rule rules[APUI_FAULT_MAX_RULES];
	unsigned int count;
};

/*
 * Read a plan of @text_bytes. On -EINVAL @out_plan is untouched, and @out_why
 * has the reason.
 */
int
apui_fault_plan_parse(const char *text, size_t text_bytes,
		      struct apui_fault_plan *out_plan,
		      char out_why[static APUI_FAULT_WHY_BYTES]);

/*
 * What happens to the next request. Every rule that matches counts it; of those
 * whose turn it is, the first fires, and a second never does.
 */
struct apui_fault
apui_fault_plan_decide(struct apui_fault_plan *plan, unsigned int core,
		       uint16_t cmd);

/* Rules that have not fired. */
unsigned int
apui_fault_plan_unspent(const struct apui_fault_plan *plan);

/* Whether two plans say the same; what has fired does not matter. */
bool
apui_fault_plan_is_same(const struct apui_fault_plan *a,
			const struct apui_fault_plan *b);

/* Write a fault's size into a reply of the wire format, if it has a header. */
void
apui_fault_set_reply_size(uint8_t *reply, size_t reply_bytes,
			  uint32_t size_bytes);

/* The command of a request of the wire format; 0 if it has no header. */
uint16_t
apui_fault_request_cmd(const uint8_t *request, size_t request_bytes);

#endif
