/* SPDX-License-Identifier: MIT */
#ifndef APU_SIM_H
#define APU_SIM_H

/**
 * @file
 * Faults of the simulated accelerator, on demand: so that a program can test
 * what it does when a device hangs, crashes or answers nonsense.
 *
 * A plan is a text: rules joined with `+`, or `none`. A rule is `job` and words
 * that follow it, each after a colon, in any order: one fault, and what picks
 * the request that it befalls. Each rule fires once.
 *
 * What picks the request:
 * - `nth=N` the N-th that matches, from when the plan was set (1 to 1000000;
 *   1 if it is left out)
 * - `cmd=N` only requests of this command (0 to 65535)
 * - `core=N` only requests to this core (0 to 3)
 *
 * The fault:
 * - `hang` the core never answers: -ETIMEDOUT by the driver's timeout, which
 *   resets the core
 * - `slow=MS` the core begins so much later (0 to 600000 ms)
 * - `late=MS` the reply comes so long after the timeout, and is dropped
 * - `crash=MS`, `crash` the device goes before it begins with the request, with
 *   all its cores and all they had to do: -ENODEV. It is back after so long,
 *   100 ms if nothing is said
 * - `size=N` the reply claims to have so many bytes of data (0 to 65535)
 *
 * So `job:nth=2:hang+job:cmd=5:slow=200` lets the second request hang, and the
 * first fill take 200 ms longer. The plan can also be a key of the device
 * string, `sim:faults=job:nth=2:hang`: then it holds from the first request.
 *
 * A model's inference is one or more requests, and to load a model for a device
 * asks its firmware with another (docs/sim.md has the numbers of the commands).
 */

#include <apu/macros.h>

APU_BEGIN_DECLS

/**
 * Replace the fault plan of a simulated machine of this process.
 *
 * Counting starts anew, and rules of the former plan that have not fired are
 * forgotten. A request that a fault has befallen already goes its way.
 *
 * @param[in] machine_name  The `name` of the device string. NULL: `default`.
 * @param[in] plan          The plan; `none` lets everything go well.
 *
 * @retval 0        It holds for the next request of any client.
 * @retval -EINVAL  @p plan is NULL or wrong; apu_error_last() says where.
 * @retval -ENODEV  No such machine is open.
 *         On failure the former plan goes on.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_sim_set_faults(const char *machine_name, const char *plan);

/**
 * Count the rules of a simulated machine's plan that have not fired.
 *
 * A test whose faults have not all happened has not tested what it means to.
 *
 * @param[in]  machine_name  As for apu_sim_set_faults().
 * @param[out] out_count     How many; 0 when all have fired or there are none.
 *
 * @retval 0        Counted.
 * @retval -EINVAL  @p out_count is NULL.
 * @retval -ENODEV  No such machine is open.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_sim_unspent_faults(const char *machine_name, unsigned int *out_count);

APU_END_DECLS

#endif
