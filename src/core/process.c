/* SPDX-License-Identifier: MIT */
#include "core/process.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

/* NULL where the kernel cannot wipe: it is asked each time then. */
static atomic_int *remembered;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Kept until the process ends. */
static void
map_memory(void)
{
	size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	void *ptr = mmap(NULL, page_bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (ptr == MAP_FAILED)
		return;
	if (madvise(ptr, page_bytes, MADV_WIPEONFORK) < 0)
		munmap(ptr, page_bytes);
	else
		remembered = ptr;
}

pid_t
apui_process_id(void)
{
	pid_t pid;

	pthread_once(&once, map_memory);
	if (remembered == NULL)
		return getpid();
	pid = atomic_load_explicit(remembered, memory_order_relaxed);
	if (pid == 0) {
		pid = getpid();
		atomic_store_explicit(remembered, pid, memory_order_relaxed);
	}
	return pid;
}
