/* SPDX-License-Identifier: MIT */
#ifndef APUI_PICTURE_CHECK_H
#define APUI_PICTURE_CHECK_H

#include "file_io.h"
#include <stdbool.h>

/*
 * Whether a picture file seems to have its end. gdk-pixbuf refuses cut-off PNG
 * and PNM files; it fills up what is missing of BMP and JPEG files, and nobody
 * hears of it. True for every other format.
 */
bool
apui_picture_is_whole(const struct apui_bytes *file);

#endif
