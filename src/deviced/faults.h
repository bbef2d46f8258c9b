/* SPDX-License-Identifier: MIT */
#ifndef APUI_DEVICED_FAULTS_H
#define APUI_DEVICED_FAULTS_H

/*
 * The fault plan of a device process: the cores ask it for every request, the
 * control socket changes it. All but init and finish may be called at once.
 */

#include "fault/plan.h"
#include <pthread.h>
#include <stdatomic.h>

#define DEVICED_ANSWER_BYTES 256

struct deviced_faults {
	pthread_mutex_t lock; /* of the plan */
	struct apui_fault_plan plan;
	/* Without the lock: nothing is asked of an empty plan. */
	atomic_bool has_rules;
};

int
deviced_faults_init(struct deviced_faults *faults);
void
deviced_faults_finish(struct deviced_faults *faults);

/* What befalls a request of the wire format. */
struct apui_fault
deviced_faults_decide(struct deviced_faults *faults, unsigned int core,
		      const uint8_t *request, size_t request_bytes);

/*
 * Do what the control socket was told: a plan is answered with "ok" or "error:
 * why", "unspent" with the number of rules that have not fired. Returns the
 * answer's bytes; a zero ends it.
 */
size_t
deviced_faults_answer(struct deviced_faults *faults, const char *text,
		      size_t text_bytes,
		      char out_answer[static DEVICED_ANSWER_BYTES]);

#endif
