/* SPDX-License-Identifier: MIT */
#ifndef APUI_TARGET_H
#define APUI_TARGET_H

/* What programs are compiled for: the names of the numbers in program.h. */

#include <stdint.h>

/* "unknown" for a number that is not listed. */
const char *
apui_target_name(uint32_t target);

/* 0 for a name that is not listed. */
uint32_t
apui_target_find(const char *name);

#endif
