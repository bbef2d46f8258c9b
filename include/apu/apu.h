/* SPDX-License-Identifier: MIT */
#ifndef APU_H
#define APU_H

/**
 * @file
 * The open userspace runtime for AI processing units: everything at once.
 *
 * A program opens a device, loads a model, makes a job of it, binds buffers,
 * submits the job and waits for its fence. One header an object, each of them
 * the manual of its object; docs/architecture.md shows how they fit together.
 *
 * Rules that hold for every function:
 * - What can fail returns int: 0 or more, or a negative errno. On failure no
 *   out-parameter is written and no object has changed, unless the function
 *   says otherwise; apu_error_last() then tells the cause and the remedy.
 * - `_new`, `_open` and `_load` give the caller one reference or the only
 *   ownership; `_ref` takes one more, `_unref` drops one and returns NULL,
 *   `_free` ends an object with one owner. `_unref` and `_free` take NULL.
 * - An object keeps alive whatever it was made from.
 * - Times are nanoseconds. A deadline is absolute, on the clock of
 *   apu_device_now_ns(); a deadline in the past asks without sleeping.
 * - The library never prints, exits, raises a signal or installs a handler.
 */

#include <apu/buffer.h>
#include <apu/custom.h>
#include <apu/device.h>
#include <apu/error.h>
#include <apu/fence.h>
#include <apu/job.h>
#include <apu/macros.h>
#include <apu/model.h>
#include <apu/sim.h>
#include <apu/tensor.h>

#endif
