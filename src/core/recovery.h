/* SPDX-License-Identifier: MIT */
#ifndef APUI_RECOVERY_H
#define APUI_RECOVERY_H

/*
 * What the library does once a driver has not kept its word: it gave a request
 * up though the core may still work on it (torture.md, K13), or never told of
 * its end at all (K12).
 *
 * Such a core is suspect. One request at a time goes to it, until one that was
 * queued since has come back and STATE has nothing to say against it. Requests
 * of a core are worked on in their order, so by then what was given up is over.
 * Till then its submission is in quarantine: ended for its users, but its
 * buffers are neither freed nor given to anybody, and its job takes no other.
 *
 * All under dev->lock.
 */

#include "core/fence.h"

/* Until when what has been queued so far must have completed. */
int64_t
apui_fence_expiry_ns(const struct apu_device *dev);

/* True when that has passed and nothing came. */
bool
apui_fence_is_overdue(const struct apu_fence *fence);

/* Mark a core. */
void
apui_core_suspect(struct apu_device *dev, unsigned int core);

bool
apui_core_is_suspect(const struct apu_device *dev, unsigned int core);

/* A request that was the @serial'th to be queued has come back from @core. */
void
apui_core_answered(struct apu_device *dev, unsigned int core, uint64_t serial);

/* Requests of @core that this client waits for, @except left out. */
unsigned int
apui_core_in_flight(const struct apu_device *dev, unsigned int core,
		    const struct apu_fence *except);

/*
 * Whether the device is gone, as far as the driver tells: one that has no core
 * online. Asked when a request has ended without a result; fences do not say.
 */
bool
apui_device_is_gone(struct apu_device *dev);

/*
 * STATE of a core. The published driver forgets CRASHED and TIMEDOUT once
 * somebody has read them, whoever that was (K15): here they stay until the core
 * is no longer suspect. Takes no lock.
 */
int
apui_device_state(struct apu_device *dev, unsigned int core,
		  uint32_t *out_flags);

#endif
