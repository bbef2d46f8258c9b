/* SPDX-License-Identifier: MIT */
#ifndef APUI_FUZZ_LOAD_CHECK_H
#define APUI_FUZZ_LOAD_CHECK_H

#include <stddef.h>
#include <stdint.h>

/*
 * Load any bytes as a model, without a device, twice and at two alignments:
 * 0 or a code of docs/errors.md for models, the same both times with the same
 * message, in bounded time and memory. Anything else is a finding. Returns the
 * code.
 */
int
fuzz_check_load(const uint8_t *data, size_t size_bytes);

#endif
