/* SPDX-License-Identifier: MIT */
#ifndef APUI_LABELS_H
#define APUI_LABELS_H

/* Names of classes: a text file, one name a line, the first is class 0. */

#include "file_io.h"

struct apui_labels {
	struct apui_bytes text; /* the names point into it */
	const char **names;
	size_t count;
};

/* Read a file that must name exactly @class_count classes. */
int
apui_labels_read(const char *path, size_t class_count,
		 struct apui_labels *out_labels);

/* May be all zero. */
void
apui_labels_finish(struct apui_labels *labels);

#endif
