/* SPDX-License-Identifier: MIT */
#ifndef APUI_TEST_H
#define APUI_TEST_H

/* What every test includes: cmocka, with the headers it forgets. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
