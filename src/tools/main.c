/* SPDX-License-Identifier: MIT */
#include "options.h"
#include "report.h"
#include <apu/macros.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct apui_command commands[] = {
	{ "compile", APUI_COMMAND_COMPILE, "MODEL",
	  "Compile a model to a file that loads at once", apui_cmd_compile },
	{ "devices", APUI_COMMAND_DEVICES, NULL,
	  "List the devices that can be opened here", apui_cmd_devices },
	{ "info", APUI_COMMAND_INFO, "MODEL",
	  "Describe a model; no device is needed", apui_cmd_info },
	{ "run", APUI_COMMAND_RUN, "MODEL", "Run a model on a device",
	  apui_cmd_run },
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static const struct apui_command *
find_command(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static void
print_help(void)
{
	puts("usage: apu COMMAND [OPTION]... [MODEL]\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		printf("  apu %-7s %-9s %s\n", commands[i].name,
		       commands[i].operand != NULL ? commands[i].operand : "",
		       commands[i].summary);
	puts("  apu help    [COMMAND] Print this, or the options of a command\n"
	     "  apu --version         Print the versions\n"
	     "\n"
	     "Exit status: 0 done; 1 failed, with one line on standard error,\n"
	     "apu: what failed: why: what to do; 2 wrong usage.");
}

static int
help(int argc, char **argv)
{
	const struct apui_command *command;

	if (argc > 3)
		return apui_report_usage("help", "'%s' is too much", argv[3]);
	if (argc < 3) {
		print_help();
		return APUI_DONE;
	}
	command = find_command(argv[2]);
	if (command == NULL)
		return apui_report_usage("help", "'%s' is not a command",
					 argv[2]);
	apui_options_print_help(command);
	return APUI_DONE;
}

static int
print_version(void)
{
	printf("apu %d.%d.%d, libapu %s\n", APU_VERSION_MAJOR,
	       APU_VERSION_MINOR, APU_VERSION_MICRO, apu_version());
	return APUI_DONE;
}

static int
run_command(const struct apui_command *command, int argc, char **argv)
{
	struct apui_options options;
	int status;

	status = apui_options_parse(command, argc, argv, &options);
	if (status != APUI_DONE)
		return status;
	if (options.help) {
		apui_options_print_help(command);
		return APUI_DONE;
	}
	return command->run(&options);
}

static int
dispatch(int argc, char **argv)
{
	const struct apui_command *command;

	if (argc < 2)
		return apui_report_usage("command", "none was given");
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "-h") == 0)
		return help(argc, argv);
	if (strcmp(argv[1], "--version") == 0)
		return print_version();

	command = find_command(argv[1]);
	if (command == NULL)
		return apui_report_usage(argv[1], "not a command");
	return run_command(command, argc - 1, argv + 1);
}

int
main(int argc, char **argv)
{
	int status = dispatch(argc, argv);

	/* What was printed counts only once it has arrived. */
	if (status == APUI_DONE && (fflush(stdout) != 0 || ferror(stdout)))
		return apui_report_errno(errno, "write standard output");
	return status;
}
