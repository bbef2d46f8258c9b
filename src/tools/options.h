/* SPDX-License-Identifier: MIT */
#ifndef APUI_OPTIONS_H
#define APUI_OPTIONS_H

/* The command line: one table of options, which parses and which helps. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define APUI_MAX_BINDINGS 64

/* Bits: which commands know an option. */
#define APUI_COMMAND_DEVICES 0x1u
#define APUI_COMMAND_INFO    0x2u
#define APUI_COMMAND_RUN     0x4u
#define APUI_COMMAND_COMPILE 0x8u

/* NAME=FILE. */
struct apui_binding {
	const char *name; /* not terminated: name_bytes long */
	size_t name_bytes;
	const char *path;
};

struct apui_bindings {
	unsigned int count;
	struct apui_binding items[APUI_MAX_BINDINGS];
};

/* Strings are those of argv; NULL and 0 where nothing was given. */
struct apui_options {
	bool json;
	bool help;
	bool list_operators;
	bool list_tensors;
	bool has_mean;
	bool has_std;
	const char *model;
	const char *device;
	const char *raw_in;
	const char *raw_out;
	const char *image;
	const char *labels;
	const char *output; /* of compile */
	const char *target;
	struct apui_bindings inputs;
	struct apui_bindings outputs;
	double mean;
	double std;
	uint64_t top;
	uint64_t repeat;
	uint64_t timeout_ms;
	uint64_t work_budget_macs;
	uint32_t disabled_passes; /* enum apu_pass */
};

struct apui_command {
	const char *name;
	unsigned int bit;
	const char *operand; /* "MODEL", or NULL for commands without one */
	const char *summary;
	int (*run)(const struct apui_options *options);
};

/* Parse what follows the command's name: argv[0] is that name. */
int
apui_options_parse(const struct apui_command *command, int argc, char **argv,
		   struct apui_options *out_options);

/* Print the options of a command, each with what it does. */
void
apui_options_print_help(const struct apui_command *command);

/* The commands, each in its file cmd_NAME.c. */
int
apui_cmd_compile(const struct apui_options *options);
int
apui_cmd_devices(const struct apui_options *options);
int
apui_cmd_info(const struct apui_options *options);
int
apui_cmd_run(const struct apui_options *options);

#endif
