/* SPDX-License-Identifier: MIT */
#ifndef APU_TFLITE_DELEGATE_H
#define APU_TFLITE_DELEGATE_H

/**
 * @file
 * The TFLite external delegate, libapu_tflite_delegate.so: what a program that
 * loads it can call. The first two functions are those that interpreters look
 * for; docs/delegate.md names the options.
 */

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** An interpreter's TfLiteDelegate. */
struct tfl_delegate;

/**
 * Make a delegate.
 *
 * @param[in] keys          Names of options.
 * @param[in] values        Their values.
 * @param[in] count         How many.
 * @param[in] report_error  Hears why, once, on failure. May be NULL.
 * @return The delegate, or NULL.
 *
 * @par Threads  Safe.
 */
struct tfl_delegate *
tflite_plugin_create_delegate(char **keys, char **values, size_t count,
			      void (*report_error)(const char *text));

/**
 * Give a delegate up. Interpreters that it was applied to go on with it.
 *
 * @param[in] delegate  May be NULL.
 *
 * @par Threads  Safe for different delegates.
 */
void
tflite_plugin_destroy_delegate(struct tfl_delegate *delegate);

/**
 * Get what was taken of the last graph, and what not, and why: a line
 * "N of M nodes in P partition(s) on DEVICE", a line for each node that was
 * left to the interpreter, and the same for further subgraphs.
 *
 * @param[in] delegate  Borrowed.
 * @return A string that lives until the delegate is applied again or destroyed;
 *         "" before it is applied.
 *
 * @par Threads  Not while the delegate is being applied.
 */
const char *
apu_tflite_delegate_report(struct tfl_delegate *delegate);

/**
 * Get what all kernels of the delegate did so far: runs, time, bytes of inputs
 * and outputs that were copied and that were bound in place.
 *
 * @param[in] delegate  Borrowed.
 * @return One line that lives until the next call.
 *
 * @par Threads  One call of it at a time.
 */
const char *
apu_tflite_delegate_profile(struct tfl_delegate *delegate);

#ifdef __cplusplus
}
#endif

#endif
