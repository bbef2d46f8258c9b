/* SPDX-License-Identifier: MIT */
#include "file_io.h"
#include "report.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FILE_BYTES   ((size_t)1 << 30)
#define FIRST_READ_BYTES ((size_t)1 << 16)
#define MAX_TEMP_NAMES   100u

static int
fail_path(int code, const char *verb, const char *path)
{
	char what[PATH_MAX + 16];

	snprintf(what, sizeof(what), "%s %s", verb, path);
	return apui_report_errno(code, what);
}

/* Make room for at least one more byte and the NUL. */
static int
grow(struct apui_bytes *bytes, size_t *capacity_bytes)
{
	size_t wanted =
		*capacity_bytes == 0 ? FIRST_READ_BYTES : *capacity_bytes * 2;
	uint8_t *data = realloc(bytes->data, wanted);

	if (data == NULL)
		return -ENOMEM;
	bytes->data = data;
	*capacity_bytes = wanted;
	return 0;
}

/* 0, a negative errno, or -EFBIG for more than MAX_FILE_BYTES. */
static int
read_all(int fd, struct apui_bytes *bytes)
{
	size_t capacity_bytes = 0;
	ssize_t got;

	while (bytes->size_bytes <= MAX_FILE_BYTES) {
		if (bytes->size_bytes + 1 >= capacity_bytes &&
		    grow(bytes, &capacity_bytes) < 0)
			return -ENOMEM;
		got = read(fd, bytes->data + bytes->size_bytes,
			   capacity_bytes - bytes->size_bytes - 1);
		if (got < 0 && errno != EINTR)
			return -errno;
		if (got == 0) {
			bytes->data[bytes->size_bytes] = '\0';
			return 0;
		}
		if (got > 0)
			bytes->size_bytes += (size_t)got;
	}
	return -EFBIG;
}

int
apui_bytes_read(const char *path, struct apui_bytes *out_bytes)
{
	struct apui_bytes bytes = { 0 };
	char what[PATH_MAX + 16];
	int fd, ret;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail_path(errno, "read", path);
	ret = read_all(fd, &bytes);
	close(fd);
	if (ret == 0) {
		*out_bytes = bytes;
		return APUI_DONE;
	}

	free(bytes.data);
	if (ret != -EFBIG)
		return fail_path(-ret, "read", path);
	snprintf(what, sizeof(what), "read %s", path);
	return apui_report_failure(what, "split it", "it is over %zu bytes",
				   MAX_FILE_BYTES);
}

/* A file on its way: where its bytes are until they are all safe. */
struct staged_file {
	const struct apui_file *file;
	bool is_direct; /* not a regular file: no temporary file */
	char target[PATH_MAX];
	char temp[PATH_MAX + 32]; /* "" when there is none */
};

static int
write_all(int fd, const uint8_t *data, size_t size_bytes)
{
	size_t done = 0;

	while (done < size_bytes) {
		ssize_t put = write(fd, data + done, size_bytes - done);

		if (put < 0 && errno != EINTR)
			return -errno;
		if (put > 0)
			done += (size_t)put;
	}
	return 0;
}

/* A full disk may show only here. Pipes and some file systems cannot sync. */
static int
finish_file(int fd)
{
	int ret = 0;

	if (fsync(fd) < 0 && errno != EINVAL && errno != ENOTSUP)
		ret = -errno;
	if (close(fd) < 0 && ret == 0)
		ret = -errno;
	return ret;
}

static int
write_and_close(int fd, const struct apui_file *file)
{
	int ret = write_all(fd, file->data, file->size_bytes);

	if (ret < 0) {
		close(fd);
		return ret;
	}
	return finish_file(fd);
}

bool
apui_path_is_stdout(const char *path)
{
	struct stat named, open_one;

	return stat(path, &named) == 0 &&
	       fstat(STDOUT_FILENO, &open_one) == 0 &&
	       named.st_dev == open_one.st_dev &&
	       named.st_ino == open_one.st_ino;
}

/* Where to write, through symbolic links; and whether that may be replaced. */
static int
find_target(struct staged_file *staged, mode_t *out_mode)
{
	const char *path = staged->file->path;
	struct stat status;

	*out_mode = 0;
	if (strlen(path) >= sizeof(staged->target))
		return -ENAMETOOLONG;
	strcpy(staged->target, path);
	if (stat(path, &status) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (S_ISDIR(status.st_mode))
		return -EISDIR;

	staged->is_direct =
		!S_ISREG(status.st_mode) || apui_path_is_stdout(path);
	if (staged->is_direct)
		return 0;
	*out_mode = status.st_mode & 0777;
	if (access(path, W_OK) < 0 || realpath(path, staged->target) == NULL)
		return -errno;
	return 0;
}

/* A new file beside the target. Returns its descriptor or a negative errno. */
static int
create_temp(struct staged_file *staged)
{
	int fd = -1;

	for (unsigned int i = 0; i < MAX_TEMP_NAMES && fd < 0; i++) {
		snprintf(staged->temp, sizeof(staged->temp), "%s.%ld-%u.tmp",
			 staged->target, (long)getpid(), i);
		fd = open(staged->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			  0666);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	if (fd < 0) {
		staged->temp[0] = '\0';
		return -errno;
	}
	return fd;
}

static int
stage_file(struct staged_file *staged)
{
	mode_t mode;
	int fd, ret;

	ret = find_target(staged, &mode);
	if (ret < 0 || staged->is_direct)
		return ret;
	fd = create_temp(staged);
	if (fd < 0)
		return fd;

	/* What replaces a file keeps its mode. */
	if (mode != 0 && fchmod(fd, mode) < 0) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return write_and_close(fd, staged->file);
}

static int
write_direct(struct staged_file *staged)
{
	const struct apui_file *file = staged->file;
	int fd;

	if (!staged->is_direct)
		return 0;
	if (apui_path_is_stdout(file->path))
		return write_all(STDOUT_FILENO, file->data, file->size_bytes);
	fd = open(file->path, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? -errno : write_and_close(fd, file);
}

static int
take_place(struct staged_file *staged)
{
	if (staged->is_direct)
		return 0;
	if (rename(staged->temp, staged->target) < 0)
		return -errno;
	staged->temp[0] = '\0';
	return 0;
}

/* In this order, so that what can fail comes before what shows. */
static int (*const steps[])(struct staged_file *staged) = {
	stage_file,
	write_direct,
	take_place,
};

static int
write_staged(struct staged_file *staged, size_t count)
{
	for (size_t step = 0; step < sizeof(steps) / sizeof(steps[0]); step++) {
		for (size_t i = 0; i < count; i++) {
			int ret = steps[step](&staged[i]);

			if (ret < 0)
				return fail_path(-ret, "write",
						 staged[i].file->path);
		}
	}
	return APUI_DONE;
}

int
apui_files_write(const struct apui_file *files, size_t count)
{
	struct staged_file *staged;
	int status;

	if (count == 0)
		return APUI_DONE;
	staged = calloc(count, sizeof(*staged));
	if (staged == NULL)
		return apui_report_errno(ENOMEM, "write files");
	for (size_t i = 0; i < count; i++)
		staged[i].file = &files[i];

	status = write_staged(staged, count);
	for (size_t i = 0; i < count; i++)
		if (staged[i].temp[0] != '\0')
			unlink(staged[i].temp);
	free(staged);
	return status;
}
