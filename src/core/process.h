/* SPDX-License-Identifier: MIT */
#ifndef APUI_PROCESS_H
#define APUI_PROCESS_H

/*
 * Whose process this is: what belongs to a process must not be used in a child
 * of it. Asked several times a job, so it is remembered, in memory that a child
 * finds wiped: the system call is made once in each process.
 */

#include <sys/types.h>

/* As getpid(). From any thread. */
pid_t
apui_process_id(void);

#endif
