/* SPDX-License-Identifier: MIT */
#include "transport/memfd.h"
#include "core/error.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/* Only shared memory files have seals; huge pages can fault all the same. */
static int
check_memfd(int fd)
{
	struct statfs info;
	int seals = fcntl(fd, F_GET_SEALS);

	if (seals < 0)
		return apui_fail(-EINVAL, NULL, "fd is not a memfd");
	if (fstatfs(fd, &info) < 0 || info.f_type == HUGETLBFS_MAGIC)
		return apui_fail(-EINVAL, NULL, "fd is of huge pages");
	if ((fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDWR)
		return apui_fail(-EACCES, NULL,
				 "fd is not open for reading and writing");
	if ((seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) != 0)
		return apui_fail(-EACCES, NULL,
				 "the memfd is sealed against writing");
	return 0;
}

static int
read_size(int fd, uint64_t max_bytes, uint64_t *out_bytes)
{
	struct stat info;

	if (fstat(fd, &info) < 0 || info.st_size <= 0)
		return apui_fail(-EINVAL, NULL, "the memfd is empty");
	if ((uint64_t)info.st_size > max_bytes)
		return apui_fail(-E2BIG, NULL,
				 "the memfd has %llu bytes, the device takes "
				 "up to %llu",
				 (unsigned long long)info.st_size,
				 (unsigned long long)max_bytes);
	*out_bytes = (uint64_t)info.st_size;
	return 0;
}

static int
forbid_shrinking(int fd)
{
	int seals = fcntl(fd, F_GET_SEALS);

	if (seals >= 0 && (seals & F_SEAL_SHRINK) != 0)
		return 0;
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) == 0)
		return 0;
	apui_fail(-EPERM, NULL, "the memfd can shrink and cannot be sealed");
	apui_fail_remedy("create it with MFD_ALLOW_SEALING");
	return -EPERM;
}

int
apui_memfd_prepare(int fd, uint64_t max_bytes, uint64_t *out_size_bytes)
{
	int ret;

	ret = check_memfd(fd);
	if (ret < 0)
		return ret;
	/* Before the seal, which is for ever, so that a refusal leaves none. */
	ret = read_size(fd, max_bytes, out_size_bytes);
	if (ret < 0)
		return ret;
	ret = forbid_shrinking(fd);
	if (ret < 0)
		return ret;
	/* Again, as only from now on it cannot become less. */
	return read_size(fd, max_bytes, out_size_bytes);
}
