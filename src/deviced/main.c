/* SPDX-License-Identifier: MIT */

/*
 * apu-deviced: the device behind a driver, as a process: it runs the firmware
 * for the requests that the driver hands it. Ends with SIGTERM or SIGINT, or
 * when the driver is unbound. docs/kernel.md is its manual.
 */

#include "deviced/control.h"
#include "deviced/misc.h"
#include "deviced/netlink.h"
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define EXIT_USAGE 2

#define MISC_PATH "/dev/apu_dev"
#define NODE_PATH "/dev/dri/card0"

struct options {
	const char *control; /* NULL: none */
	const char *path;    /* of the misc device */
	const char *node;    /* NULL: NODE_PATH */
	bool is_netlink;
};

/* clang-format off */
static const char help[] =
	"usage: apu-deviced [--control SOCKET] [PATH]\n"
	"       apu-deviced [--control SOCKET] --netlink [--node PATH]\n"
	"\n"
	"Be the device of an apu driver, until SIGTERM, SIGINT, or the driver\n"
	"goes: of the test driver, whose misc device is PATH (" MISC_PATH "),\n"
	"or of the published simulator driver.\n"
	"\n"
	"  --netlink         speak to the published simulator driver\n"
	"  --node PATH       its card node (" NODE_PATH ")\n"
	"  --control SOCKET  take fault plans at this socket, and the question\n"
	"                    \"unspent\"; see docs/sim.md\n"
	"  --help            this text\n";
/* clang-format on */

static int
fail_usage(const char *cause, const char *what)
{
	fprintf(stderr,
		"apu-deviced: %s%s (apu-deviced --help lists the options)\n",
		cause, what);
	return -EINVAL;
}

static int
fail(const char *what, int ret)
{
	fprintf(stderr, "apu-deviced: %s: %s\n", what, strerror(-ret));
	return 1;
}

/* 1: the help was asked for. */
static int
take_option(int letter, const char *whole, struct options *out)
{
	switch (letter) {
	case 'c':
		out->control = optarg;
		return 0;
	case 'l':
		out->is_netlink = true;
		return 0;
	case 'n':
		out->node = optarg;
		return 0;
	case 'h':
		return 1;
	case ':':
		return fail_usage("no value follows ", whole);
	default:
		return fail_usage("wrong option ", whole);
	}
}

static int
take_path(int argc, char **argv, struct options *out)
{
	if (out->node != NULL && !out->is_netlink)
		return fail_usage("--node is for --netlink", "");
	if (argc - optind > (out->is_netlink ? 0 : 1))
		return fail_usage("one path too many: ", argv[argc - 1]);
	if (optind < argc)
		out->path = argv[optind];
	if (out->node == NULL)
		out->node = NODE_PATH;
	return 0;
}

static int
read_options(int argc, char **argv, struct options *out)
{
	static const struct option table[] = {
		{ "control", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ "netlink", no_argument, NULL, 'l' },
		{ "node", required_argument, NULL, 'n' },
		{ NULL, 0, NULL, 0 },
	};
	int letter, ret = 0;

	*out = (struct options) { .path = MISC_PATH };
	opterr = 0;
	while (ret == 0 &&
	       (letter = getopt_long(argc, argv, ":", table, NULL)) != -1)
		ret = take_option(letter, argv[optind - 1], out);
	return ret == 0 ? take_path(argc, argv, out) : ret;
}

static int
block_signals(void)
{
	sigset_t signals;
	int fd;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	fd = signalfd(-1, &signals, SFD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int
serve_driver(const struct options *options, struct deviced_faults *faults,
	     int stop_fd)
{
	int ret;

	if (!options->is_netlink) {
		ret = deviced_serve_misc(options->path, faults, stop_fd);
		return ret < 0 ? fail(options->path, ret) : 0;
	}
	ret = deviced_serve_netlink(options->node, faults, stop_fd);
	if (ret == -EPROTONOSUPPORT) {
		fputs("apu-deviced: no driver listens on netlink: load the "
		      "simulator driver first\n",
		      stderr);
		return 1;
	}
	return ret < 0 ? fail(options->node, ret) : 0;
}

static int
serve(const struct options *options, struct deviced_faults *faults, int stop_fd)
{
	struct deviced_control control;
	int ret;

	if (options->control != NULL) {
		ret = deviced_control_start(&control, options->control, faults);
		if (ret < 0)
			return fail(options->control, ret);
	}
	ret = serve_driver(options, faults, stop_fd);
	if (options->control != NULL)
		deviced_control_stop(&control);
	return ret;
}

int
main(int argc, char **argv)
{
	struct deviced_faults faults;
	struct options options;
	int ret, stop_fd;

	ret = read_options(argc, argv, &options);
	if (ret > 0) {
		fputs(help, stdout);
		return 0;
	}
	if (ret < 0)
		return EXIT_USAGE;
	stop_fd = block_signals();
	if (stop_fd < 0)
		return fail("signalfd", stop_fd);
	ret = deviced_faults_init(&faults);
	if (ret < 0)
		return fail("mutex", ret);
	ret = serve(&options, &faults, stop_fd);
	deviced_faults_finish(&faults);
	close(stop_fd);
	return ret;
}
