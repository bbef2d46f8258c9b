/* SPDX-License-Identifier: MIT */
#ifndef APUI_FW_MATHS_H
#define APUI_FW_MATHS_H

/*
 * All that the firmware asks of a mathematics library, for float operators.
 * Declared here because a bare-metal compiler comes without <math.h>.
 */

float
atan2f(float y, float x);
float
cosf(float x);
float
erff(float x);
float
expf(float x);
float
fmodf(float x, float y);
float
logf(float x);
float
powf(float x, float y);
float
sinf(float x);
float
sqrtf(float x);

#endif
