/* SPDX-License-Identifier: MIT */
#include "core/worker.h"
#include "core/sequence.h"
#include <errno.h>
#include <signal.h>
#include <time.h>

/* Who submits mostly waits, and does it better. */
#define GRACE_NS INT64_C(200000)
/* How long it sleeps on one submission while others may need it as well. */
#define SLICE_NS INT64_C(2000000)

#define NS_PER_S INT64_C(1000000000)
/* Of one sleep; who sleeps looks at the deadline again. */
#define MAX_SLEEP_NS (3600 * NS_PER_S)

static void
sleep_on(struct apu_device *dev, pthread_cond_t *condition, int64_t left_ns)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	left_ns += until.tv_nsec;
	until.tv_sec += (time_t)(left_ns / NS_PER_S);
	until.tv_nsec = (long)(left_ns % NS_PER_S);
	pthread_cond_timedwait(condition, &dev->lock, &until);
}

/* The device's clock need not be the machine's. */
int
apui_worker_wait(struct apu_device *dev, pthread_cond_t *condition,
		 int64_t deadline_ns)
{
	int64_t now_ns = apu_device_now_ns(dev);
	int64_t left_ns;

	if (deadline_ns <= now_ns)
		return -ETIME;
	if (__builtin_sub_overflow(deadline_ns, now_ns, &left_ns) ||
	    left_ns > MAX_SLEEP_NS)
		left_ns = MAX_SLEEP_NS;
	sleep_on(dev, condition, left_ns);
	return 0;
}

void
apui_worker_free_ended(struct apu_device *dev)
{
	struct apui_sequence *ended;

	pthread_mutex_lock(&dev->lock);
	ended = dev->ended;
	dev->ended = NULL;
	pthread_mutex_unlock(&dev->lock);
	while (ended != NULL) {
		struct apui_sequence *next = ended->next;

		apui_sequence_free(ended);
		ended = next;
	}
}

/* The one that nobody waits for and that has been left alone the longest. */
static struct apu_fence *
find_unattended(const struct apu_device *dev)
{
	struct apu_fence *found = NULL;

	for (struct apu_fence *f = dev->in_flight; f != NULL; f = f->next)
		if (apui_fence_needs_worker(f) && f->waiters == 0 &&
		    (found == NULL || f->attended < found->attended))
			found = f;
	return found;
}

static void
attend(struct apu_device *dev, struct apu_fence *fence)
{
	bool is_new = fence->attended == 0;

	fence->attended = ++dev->attention;
	if (is_new)
		sleep_on(dev, &dev->work, GRACE_NS);
	else
		apui_fence_attend(fence, apu_device_deadline_ns(dev, SLICE_NS));
}

static void *
work(void *argument)
{
	struct apu_device *dev = argument;
	struct apu_fence *fence;

	pthread_mutex_lock(&dev->lock);
	while (!dev->is_closing) {
		if (dev->ended != NULL) {
			pthread_mutex_unlock(&dev->lock);
			apui_worker_free_ended(dev);
			pthread_mutex_lock(&dev->lock);
		} else if ((fence = find_unattended(dev)) != NULL) {
			attend(dev, fence);
		} else {
			pthread_cond_wait(&dev->work, &dev->lock);
		}
	}
	pthread_mutex_unlock(&dev->lock);
	return NULL;
}

int
apui_worker_start(struct apu_device *dev)
{
	sigset_t all, before;
	int ret;

	if (dev->has_worker)
		return 0;
	/* Signals are the program's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ret = -pthread_create(&dev->worker, NULL, work, dev);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	dev->has_worker = ret == 0;
	return ret;
}

void
apui_worker_wake(struct apu_device *dev)
{
	if (dev->has_worker)
		pthread_cond_signal(&dev->work);
}

void
apui_worker_stop(struct apu_device *dev)
{
	pthread_mutex_lock(&dev->lock);
	dev->is_closing = true;
	pthread_cond_broadcast(&dev->work);
	pthread_mutex_unlock(&dev->lock);
	if (dev->has_worker)
		pthread_join(dev->worker, NULL);
}
