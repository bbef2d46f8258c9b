/* SPDX-License-Identifier: MIT */
#include "core/recovery.h"
#include "core/submission.h"
#include <errno.h>

/* Other clients' requests may be ahead, of which nobody here knows. */
#define MARGIN_TIMEOUTS 16

#define FAULT_FLAGS (APUI_STATE_CRASHED | APUI_STATE_TIMEDOUT)

int64_t
apui_fence_expiry_ns(const struct apu_device *dev)
{
	int64_t timeouts = (int64_t)dev->requests_in_flight + MARGIN_TIMEOUTS;
	int64_t left_ns;

	if (__builtin_mul_overflow(timeouts, dev->transport->info.timeout_ns,
				   &left_ns))
		left_ns = INT64_MAX;
	return apu_device_deadline_ns(dev, left_ns);
}

bool
apui_fence_is_overdue(const struct apu_fence *fence)
{
	return fence->queued > fence->completed &&
	       apu_device_now_ns(fence->dev) >= fence->expiry_ns;
}

static struct apui_core_record *
find_record(struct apu_device *dev, unsigned int core)
{
	return &dev->cores[core % APUI_MAX_CORES];
}

void
apui_core_suspect(struct apu_device *dev, unsigned int core)
{
	struct apui_core_record *record = find_record(dev, core);
	uint32_t flags;

	record->is_suspect = true;
	record->suspect_since = dev->queue_serial;
	/* To have its flags before somebody else reads them. */
	apui_device_state(dev, core, &flags);
}

bool
apui_core_is_suspect(const struct apu_device *dev, unsigned int core)
{
	return dev->cores[core % APUI_MAX_CORES].is_suspect;
}

static void
release_quarantine(struct apu_device *dev, unsigned int core)
{
	struct apu_fence *next;

	for (struct apu_fence *fence = dev->quarantine; fence != NULL;
	     fence = next) {
		next = fence->next;
		if (fence->core == core)
			apui_fence_retire(fence);
	}
}

void
apui_core_answered(struct apu_device *dev, unsigned int core, uint64_t serial)
{
	struct apui_core_record *record = find_record(dev, core);
	struct apui_transport *t = dev->transport;
	uint32_t flags = 0;

	if (!record->is_suspect || serial <= record->suspect_since)
		return;
	/* Reading has cleared it for the next time, if it says a thing. */
	if (t->ops->state(t, core, &flags) != 0 ||
	    (flags & APUI_STATE_ONLINE) == 0 || (flags & FAULT_FLAGS) != 0)
		return;
	record->is_suspect = false;
	atomic_store(&record->faults, 0);
	release_quarantine(dev, core);
}

unsigned int
apui_core_in_flight(const struct apu_device *dev, unsigned int core,
		    const struct apu_fence *except)
{
	unsigned int count = 0;

	for (const struct apu_fence *f = dev->in_flight; f != NULL; f = f->next)
		if (f != except && f->core == core)
			count += f->queued - f->completed;
	return count;
}

bool
apui_device_is_gone(struct apu_device *dev)
{
	unsigned int count = dev->transport->info.core_count;

	for (unsigned int i = 0; i < count; i++) {
		uint32_t flags = 0;
		int ret = apui_device_state(dev, i, &flags);

		if (ret < 0 || (flags & APUI_STATE_ONLINE) != 0)
			return ret == -ENODEV;
	}
	return count > 0;
}

int
apui_device_state(struct apu_device *dev, unsigned int core,
		  uint32_t *out_flags)
{
	struct apui_core_record *record = find_record(dev, core);
	struct apui_transport *t = dev->transport;
	uint32_t flags = 0;
	int ret = t->ops->state(t, core, &flags);

	if (ret != 0)
		return ret < 0 ? ret : -EFAULT;
	*out_flags =
		flags | (atomic_fetch_or(&record->faults, flags & FAULT_FLAGS) &
			 FAULT_FLAGS);
	return 0;
}
