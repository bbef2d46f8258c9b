/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "core/model.h"
#include "model/compiled.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* New names that are tried, should a crash have left files behind. */
#define MAX_NAMES 100

static int
check_model(const struct apu_model *model)
{
	if (model->base == NULL)
		return 0;
	apui_fail(-EOPNOTSUPP, NULL,
		  "it shares its weights with the model that it was made of");
	apui_fail_remedy("convert the model with the shapes wanted");
	return -EOPNOTSUPP;
}

static int
serialise(const struct apu_model *model, uint8_t **out_data,
	  size_t *out_size_bytes)
{
	int ret = check_model(model);

	if (ret < 0)
		return ret;
	return apui_compiled_write(model->graph, model->program,
				   apui_model_blob(model), out_data,
				   out_size_bytes);
}

int
apu_model_serialise(const struct apu_model *model, void **out_data,
		    size_t *out_size_bytes)
{
	uint8_t *data;
	int ret;

	if (model == NULL || out_data == NULL || out_size_bytes == NULL)
		ret = apui_fail(-EINVAL, NULL, "a pointer is NULL");
	else
		ret = serialise(model, &data, out_size_bytes);
	if (ret < 0)
		return apui_fail_during(ret, "serialise model", NULL);
	*out_data = data;
	return 0;
}

static int
write_all(int fd, const uint8_t *data, size_t size_bytes)
{
	while (size_bytes > 0) {
		ssize_t n = write(fd, data, size_bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		size_bytes -= (size_t)n;
	}
	return 0;
}

/* On the disk before it gets its name: a crash leaves the old file or it. */
static int
fill_file(int fd, const uint8_t *data, size_t size_bytes)
{
	int ret;

	ret = write_all(fd, data, size_bytes);
	if (ret == 0 && fsync(fd) < 0)
		ret = -errno;
	if (close(fd) < 0 && ret == 0)
		ret = -errno;
	return ret;
}

/* A file of its own beside @path, with the permissions of any new file. */
static int
create_beside(const char *path, char **out_name)
{
	int ret = -EEXIST;

	for (int i = 0; ret == -EEXIST && i < MAX_NAMES; i++) {
		char *name;
		int fd;

		if (asprintf(&name, "%s.%ld-%d", path, (long)getpid(), i) < 0)
			return -ENOMEM;
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd >= 0) {
			*out_name = name;
			return fd;
		}
		ret = -errno;
		free(name);
	}
	return ret;
}

static int
replace_file(const char *path, const uint8_t *data, size_t size_bytes)
{
	char *temporary = NULL;
	int fd, ret;

	fd = create_beside(path, &temporary);
	if (fd < 0)
		return fd;
	ret = fill_file(fd, data, size_bytes);
	if (ret == 0 && rename(temporary, path) < 0)
		ret = -errno;
	if (ret < 0)
		unlink(temporary);
	free(temporary);
	return ret;
}

static int
save_file(const struct apu_model *model, const char *path)
{
	size_t size_bytes;
	uint8_t *data;
	int ret;

	ret = serialise(model, &data, &size_bytes);
	if (ret < 0)
		return ret;
	ret = replace_file(path, data, size_bytes);
	free(data);
	return ret;
}

int
apu_model_save_file(const struct apu_model *model, const char *path)
{
	int ret;

	if (model == NULL || path == NULL)
		ret = apui_fail(-EINVAL, NULL, "model or path is NULL");
	else
		ret = save_file(model, path);
	if (ret < 0)
		return apui_fail_during(ret, "save model", path);
	return 0;
}
