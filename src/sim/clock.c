/* SPDX-License-Identifier: MIT */
#include "sim/clock.h"
#include <time.h>

#define NS_PER_S INT64_C(1000000000)

int64_t
apui_sim_clock_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

int
apui_sim_clock_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attr;
	int ret;

	ret = pthread_condattr_init(&attr);
	if (ret != 0)
		return -ret;
	ret = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	if (ret == 0)
		ret = pthread_cond_init(cond, &attr);
	pthread_condattr_destroy(&attr);
	return -ret;
}

void
apui_sim_clock_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock,
			 int64_t deadline_ns)
{
	struct timespec deadline;

	if (deadline_ns == APUI_SIM_NEVER) {
		pthread_cond_wait(cond, lock);
		return;
	}
	if (deadline_ns < 0)
		deadline_ns = 0;
	deadline.tv_sec = (time_t)(deadline_ns / NS_PER_S);
	deadline.tv_nsec = (long)(deadline_ns % NS_PER_S);
	pthread_cond_timedwait(cond, lock, &deadline);
}
