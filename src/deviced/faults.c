/* SPDX-License-Identifier: MIT */
#include "deviced/faults.h"
#include <stdio.h>
#include <string.h>

int
deviced_faults_init(struct deviced_faults *faults)
{
	memset(faults, 0, sizeof(*faults));
	atomic_init(&faults->has_rules, false);
	return -pthread_mutex_init(&faults->lock, NULL);
}

void
deviced_faults_finish(struct deviced_faults *faults)
{
	pthread_mutex_destroy(&faults->lock);
}

struct apui_fault
deviced_faults_decide(struct deviced_faults *faults, unsigned int core,
		      const uint8_t *request, size_t request_bytes)
{
	struct apui_fault fault = { .kind = APUI_FAULT_NONE };

	if (!atomic_load_explicit(&faults->has_rules, memory_order_acquire))
		return fault;
	pthread_mutex_lock(&faults->lock);
	fault = apui_fault_plan_decide(
		&faults->plan, core,
		apui_fault_request_cmd(request, request_bytes));
	pthread_mutex_unlock(&faults->lock);
	return fault;
}

static void
set_plan(struct deviced_faults *faults, const struct apui_fault_plan *plan)
{
	pthread_mutex_lock(&faults->lock);
	faults->plan = *plan;
	atomic_store_explicit(&faults->has_rules, plan->count > 0,
			      memory_order_release);
	pthread_mutex_unlock(&faults->lock);
}

static unsigned int
count_unspent(struct deviced_faults *faults)
{
	unsigned int count;

	pthread_mutex_lock(&faults->lock);
	count = apui_fault_plan_unspent(&faults->plan);
	pthread_mutex_unlock(&faults->lock);
	return count;
}

size_t
deviced_faults_answer(struct deviced_faults *faults, const char *text,
		      size_t text_bytes,
		      char out_answer[static DEVICED_ANSWER_BYTES])
{
	struct apui_fault_plan plan;
	char why[APUI_FAULT_WHY_BYTES];
	int bytes;

	/* Typed by hand, it has a line's end. */
	if (text_bytes > 0 && text[text_bytes - 1] == '\n')
		text_bytes--;
	if (text_bytes == 7 && memcmp(text, "unspent", 7) == 0) {
		bytes = snprintf(out_answer, DEVICED_ANSWER_BYTES, "%u",
				 count_unspent(faults));
	} else if (apui_fault_plan_parse(text, text_bytes, &plan, why) < 0) {
		bytes = snprintf(out_answer, DEVICED_ANSWER_BYTES, "error: %s",
				 why);
	} else {
		set_plan(faults, &plan);
		bytes = snprintf(out_answer, DEVICED_ANSWER_BYTES, "ok");
	}
	return (size_t)bytes;
}
