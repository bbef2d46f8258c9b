/* SPDX-License-Identifier: MIT */
#ifndef APUI_CONFORMANCE_FAULTS_H
#define APUI_CONFORMANCE_FAULTS_H

/* Devices that fail on demand, for cases that need CAN_FAULT. */

#include "conformance.h"

/*
 * A core's time in these cases: what is not hung has to be done in it on a
 * machine that does other things, too; what is hung lasts as long.
 */
#define TIMEOUT_MS "500"

#define ECHO_BYTES 8

/* Open a client of the device that is to fail, and say how it will. */
struct apu_device *
begin_faults(const char *plan);

/* Another plan: 0, or -EINVAL for one that is wrong. */
int
set_faults(const char *plan);

/* Rules of the plan that have not happened. */
unsigned int
count_unspent(void);

/* Fails unless all of the plan has happened; drops the client. */
void
end_faults(struct apu_device *dev);

/* Another client of that device. */
struct apu_device *
open_client(void);

/* Submit bytes that come back; no two @seed give the same. */
struct apu_fence *
submit_echo(struct apu_device *dev, unsigned int core, uint8_t seed);

/* Wait, and let go: the first @want_bytes of what was sent have come back. */
void
assert_echo(struct apu_device *dev, struct apu_fence *fence, uint8_t seed,
	    size_t want_bytes);

/* Wait, and let go: the driver has given it up. */
void
assert_timed_out(struct apu_device *dev, struct apu_fence *fence);

#endif
