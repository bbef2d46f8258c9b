/* SPDX-License-Identifier: MIT */
#ifndef APUI_COMPILED_PARTS_H
#define APUI_COMPILED_PARTS_H

/* Reading a compiled file: the seam between compiled_*.c. */

#include "model/compiled.h"

struct apui_compiled_reader {
	const struct apui_source *source;
	const struct apui_limits *limits;
	/* Copies, whose sections have been found inside the file. */
	struct apui_compiled_header header;
	struct apui_program_header program_header;
	/* All in front of the program's data, in the graph's pool. */
	uint8_t *head;
	struct apui_graph *graph;     /* under construction */
	struct apui_program *program; /* under construction */
};

/* -EBADMSG, with what is wrong. */
int
apui_compiled_break(const char *what);

/* compiled_graph.c: what the public API describes. */
int
apui_compiled_read_graph(struct apui_compiled_reader *reader);

/*
 * compiled_program.c: what the host relies on of the program, and that it is
 * the one of reader->graph. The firmware checks the rest, each time.
 */
int
apui_compiled_read_program(struct apui_compiled_reader *reader);

#endif
