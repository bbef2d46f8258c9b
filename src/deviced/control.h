/* SPDX-License-Identifier: MIT */
#ifndef APUI_DEVICED_CONTROL_H
#define APUI_DEVICED_CONTROL_H

/*
 * The control socket: AF_UNIX, SOCK_SEQPACKET. Who connects sends one message
 * and gets one answer, see deviced_faults_answer(). It has a thread of its own,
 * so that requests never wait for it.
 */

#include "deviced/faults.h"

struct deviced_control {
	struct deviced_faults *faults;
	const char *path;
	int listen_fd;
	int end_fd;
	pthread_t thread;
};

/*
 * Listen at @path. A socket that nobody listens at any more is replaced; what
 * is no socket is not: -EEXIST. -EADDRINUSE: somebody listens there.
 */
int
deviced_control_start(struct deviced_control *control, const char *path,
		      struct deviced_faults *faults);

/* End the thread and remove the socket. */
void
deviced_control_stop(struct deviced_control *control);

#endif
