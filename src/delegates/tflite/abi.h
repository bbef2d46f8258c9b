/* SPDX-License-Identifier: MIT */
#ifndef APUI_TFLITE_ABI_CHECK_H
#define APUI_TFLITE_ABI_CHECK_H

#include "delegates/tflite/text.h"
#include "delegates/tflite/tflite_abi.h"

/*
 * Find out which version of the interpreter the context belongs to, and
 * whether tflite_abi.h describes it. 0, or -EPROTO and @why says why not.
 */
int
apui_abi_check(const struct tfl_context *context, struct apui_text *why);

/*
 * The floats of either list. NULL where they are not plausible: no version
 * that passes apui_abi_check() has any such.
 */
const float *
apui_abi_floats(const void *list, int32_t count);

#endif
