/* SPDX-License-Identifier: MIT */
#ifndef APUI_READY_FD_H
#define APUI_READY_FD_H

/*
 * A file descriptor that becomes readable once and then stays so, even when
 * somebody reads from it. Copies of it share their state.
 */

/* One that is not readable yet, close-on-exec. Or -EMFILE, -ENOMEM. */
int
apui_ready_fd_new(void);

/* Make it readable, and all copies of it. */
void
apui_ready_fd_signal(int fd);

/* Another descriptor of the same, close-on-exec. Or -EMFILE. */
int
apui_ready_fd_copy(int fd);

#endif
