/* SPDX-License-Identifier: MIT */
#ifndef APUI_COMPILED_CHECKSUM_H
#define APUI_COMPILED_CHECKSUM_H

#include <stdint.h>

/*
 * Go on from @sum, 0 at first, with whole words of 8 bytes. Against accidents,
 * not against attackers; cheap, since it is part of every load.
 */
uint64_t
apui_compiled_checksum(uint64_t sum, const uint8_t *data, uint64_t size_bytes);

#endif
