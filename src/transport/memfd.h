/* SPDX-License-Identifier: MIT */
#ifndef APUI_MEMFD_H
#define APUI_MEMFD_H

#include <stdint.h>

/*
 * See that @fd is a memfd that a device can be given: open for reading and
 * writing, not of huge pages, of 1 to @max_bytes bytes; and seal it against
 * shrinking, for ever, since a mapping of what is no longer there faults.
 * -EINVAL, -EACCES, -E2BIG, -EPERM when it cannot be sealed, with the reason. A
 * refusal leaves it as it was.
 */
int
apui_memfd_prepare(int fd, uint64_t max_bytes, uint64_t *out_size_bytes);

#endif
