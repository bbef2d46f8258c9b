/* SPDX-License-Identifier: MIT */
#ifndef APUI_TEST_FLATBUFFER_H
#define APUI_TEST_FLATBUFFER_H

#include "tflite_writer/encode.h"

#endif
