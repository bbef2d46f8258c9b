/* SPDX-License-Identifier: MIT */
#ifndef APUI_SIM_CLOCK_H
#define APUI_SIM_CLOCK_H

/* The simulated machine's time: CLOCK_MONOTONIC, in nanoseconds. */

#include <pthread.h>
#include <stdint.h>

/* A deadline that never comes. */
#define APUI_SIM_NEVER INT64_MAX

int64_t
apui_sim_clock_now_ns(void);

/* A condition whose deadlines are of this clock. 0 or a negative errno. */
int
apui_sim_clock_cond_init(pthread_cond_t *cond);

/*
 * Sleep until @cond is signalled or @deadline_ns has passed; wakes at times for
 * no reason, as conditions do.
 */
void
apui_sim_clock_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock,
			 int64_t deadline_ns);

#endif
