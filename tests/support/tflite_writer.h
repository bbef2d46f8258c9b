/* SPDX-License-Identifier: MIT */
#ifndef APUI_TEST_TFLITE_WRITER_H
#define APUI_TEST_TFLITE_WRITER_H

/* The writer that the delegate uses, for tests. Its lists grow there. */
#include "tflite_writer/tflite_writer.h"

#endif
