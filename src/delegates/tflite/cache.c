/* SPDX-License-Identifier: MIT */
#include "delegates/tflite/cache.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES       (PATH_MAX + 64)
#define ENTRY_MAGIC      0x3165686361637061u /* "apcache1" */
#define ENTRY_SIZE_LIMIT ((off_t)1 << 32)

__extension__ typedef unsigned __int128 wide;

struct header {
	uint64_t magic;
	uint64_t size_bytes; /* of what follows */
	struct apui_hash hash;
	uint64_t reserved[4]; /* what follows stays aligned to 64 bytes */
};

_Static_assert(sizeof(struct header) == 64, "header");

struct apui_hash
apui_hash_start(void)
{
	return (struct apui_hash) { .high = 0x6c62272e07bb0142u,
				    .low = 0x62b821756295c58du };
}

static wide
mix(wide hash, uint64_t word)
{
	return (hash ^ word) * (((wide)1 << 88) + 0x13b);
}

struct apui_hash
apui_hash_bytes(const struct apui_hash *seed, const void *bytes,
		size_t size_bytes)
{
	wide hash = ((wide)seed->high << 64) + seed->low;
	size_t left = size_bytes;
	const uint8_t *at = bytes;
	uint64_t word;

	for (; left >= sizeof(word); left -= sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		hash = mix(hash, word);
		at += sizeof(word);
	}
	word = 0;
	memcpy(&word, at, left);
	hash = mix(mix(hash, word), size_bytes);
	return (struct apui_hash) { .high = (uint64_t)(hash >> 64),
				    .low = (uint64_t)hash };
}

/* Another version of the library compiles another program. */
static void
name_entry(const struct instance *instance, const struct apui_hash *key,
	   char path[PATH_BYTES])
{
	snprintf(path, PATH_BYTES, "%s/%016" PRIx64 "%016" PRIx64 "-%s.cache",
		 instance->options.cache_dir, key->high, key->low,
		 apu_version());
}

static int
read_all(int fd, uint8_t *bytes, size_t size_bytes)
{
	size_t done = 0;

	while (done < size_bytes) {
		ssize_t count = read(fd, bytes + done, size_bytes - done);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return -EIO;
		done += (size_t)count;
	}
	return 0;
}

static int
write_all(int fd, const void *bytes, size_t size_bytes)
{
	const uint8_t *at = bytes;

	while (size_bytes > 0) {
		ssize_t count = write(fd, at, size_bytes);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return -errno;
		at += count;
		size_bytes -= (size_t)count;
	}
	return 0;
}

/* The whole file, from malloc(). */
static int
read_entry(const char *path, uint8_t **out, size_t *out_size_bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int ret = -EIO;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size <= ENTRY_SIZE_LIMIT) {
		*out_size_bytes = (size_t)st.st_size;
		*out = malloc(*out_size_bytes + 1);
		ret = *out == NULL ? -ENOMEM
				   : read_all(fd, *out, *out_size_bytes);
		if (ret < 0)
			free(*out);
	}
	close(fd);
	return ret;
}

static const char *
check_entry(const struct apui_hash *key, const uint8_t *bytes,
	    size_t size_bytes)
{
	struct header header;
	struct apui_hash hash;

	if (size_bytes < sizeof(header))
		return "it is cut off";
	memcpy(&header, bytes, sizeof(header));
	if (header.magic != ENTRY_MAGIC ||
	    header.size_bytes != size_bytes - sizeof(header))
		return "it is cut off, or no entry of a cache";
	hash = apui_hash_bytes(key, bytes + sizeof(header),
			       size_bytes - sizeof(header));
	if (hash.high != header.hash.high || hash.low != header.hash.low)
		return "it is damaged, or of another model";
	return NULL;
}

int
apui_cache_load(struct instance *instance, const struct apui_hash *key,
		struct apu_model **out)
{
	const char *trouble;
	char path[PATH_BYTES];
	size_t size_bytes = 0;
	uint8_t *bytes = NULL;
	int ret;

	name_entry(instance, key, path);
	ret = read_entry(path, &bytes, &size_bytes);
	if (ret < 0)
		return ret;
	trouble = check_entry(key, bytes, size_bytes);
	if (trouble == NULL &&
	    apu_model_load_memory(
		    instance->device, bytes + sizeof(struct header),
		    size_bytes - sizeof(struct header), NULL, out) < 0)
		trouble = apu_error_message(apu_error_last());
	if (trouble == NULL)
		apui_instance_log(instance, APU_LOG_INFO, "%s: used", path);
	else
		apui_instance_log(instance, APU_LOG_WARNING,
				  "%s is made again: %s", path, trouble);
	free(bytes);
	return trouble == NULL ? 0 : -EBADMSG;
}

/* All of it or nothing: another process may read it meanwhile. */
static int
write_entry(const char *path, const struct header *header, const void *bytes)
{
	char temporary[PATH_BYTES + 8];
	int fd, ret;

	snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = write_all(fd, header, sizeof(*header));
	if (ret == 0)
		ret = write_all(fd, bytes, header->size_bytes);
	if (close(fd) < 0 && ret == 0)
		ret = -errno;
	if (ret == 0 && rename(temporary, path) < 0)
		ret = -errno;
	if (ret < 0)
		unlink(temporary);
	return ret;
}

void
apui_cache_save(struct instance *instance, const struct apui_hash *key,
		const struct apu_model *model)
{
	struct header header = { .magic = ENTRY_MAGIC };
	char path[PATH_BYTES];
	size_t size_bytes;
	void *bytes;
	int ret;

	name_entry(instance, key, path);
	ret = apu_model_serialise(model, &bytes, &size_bytes);
	if (ret < 0) {
		apui_instance_log(instance, APU_LOG_WARNING,
				  "cannot save %s: %s", path,
				  apu_error_message(apu_error_last()));
		return;
	}
	header.size_bytes = size_bytes;
	header.hash = apui_hash_bytes(key, bytes, size_bytes);
	/* Only the folder itself is made: a wrong name is worth a message. */
	mkdir(instance->options.cache_dir, 0777);
	ret = write_entry(path, &header, bytes);
	free(bytes);
	if (ret < 0)
		apui_instance_log(instance, APU_LOG_WARNING,
				  "cannot save %s: %s", path, strerror(-ret));
	else
		apui_instance_log(instance, APU_LOG_INFO, "%s: saved", path);
}
