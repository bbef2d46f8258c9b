/* SPDX-License-Identifier: MIT */

/*
 * apu-deviced [PATH]: the device behind the test driver, as a process: it runs
 * the firmware for the requests that the driver hands it. Ends with SIGTERM or
 * SIGINT, or when the driver is unbound.
 */

#include "deviced/misc.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>

int
main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "/dev/apu_dev";
	sigset_t signals;
	int stop_fd, ret;

	if (argc > 2 || path[0] == '-') {
		fprintf(stderr, "usage: apu-deviced [PATH]\n");
		return 2;
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	stop_fd = signalfd(-1, &signals, SFD_CLOEXEC);
	if (stop_fd < 0) {
		perror("apu-deviced: signalfd");
		return 1;
	}
	ret = deviced_serve_misc(path, stop_fd);
	if (ret < 0) {
		fprintf(stderr, "apu-deviced: %s: %s\n", path, strerror(-ret));
		return 1;
	}
	return 0;
}
