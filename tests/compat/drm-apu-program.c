/* SPDX-License-Identifier: MIT */

/*
 * A program as they are written for the original libdrm_apu: nothing of libapu
 * is in it. It does what that library's own test does, and what else its
 * interface is for.
 *
 * usage: drm-apu-program [NODE]	(/dev/dri/card0; TAP)
 *
 * With APU_DEVICE=sim: in the environment any file will do for the node.
 */

#include <apu_drmif.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xf86drm.h>

#define BYTES     4096
#define JOB_COUNT 8

/* The firmware's commands. */
#define COPY_BUFFER    1
#define COPY_INLINE    2
#define FILL_BUFFER    5
#define COPY_ADDRESSES 6

static int
is_filled(const void *data, unsigned char value, size_t size)
{
	const unsigned char *bytes = data;

	while (size > 0 && *bytes == value) {
		bytes++;
		size--;
	}
	return size == 0;
}

/* What is written through the map is there through the dma-buf. */
static int
memory_is_shared_by_dma_buf(struct apu_drm_device *apu)
{
	struct apu_bo *bo = apu_bo_new(apu, BYTES, APU_BO_CACHED);
	void *map = bo != NULL ? apu_bo_map(bo) : NULL;
	int fd = -1, is_good;

	if (map != NULL) {
		memset(map, 0x45, BYTES);
		fd = apu_bo_dmabuf(bo);
	}
	apu_bo_del(bo);
	if (fd < 0)
		return 0;
	map = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return 0;
	is_good = is_filled(map, 0x45, BYTES);
	munmap(map, BYTES);
	return is_good;
}

static int
queue_twice(struct apu_drm_job *job)
{
	uint16_t result = 1;

	if (apu_queue(job) != 0 || apu_queue(job) != 0 ||
	    apu_job_wait(job) != 0)
		return 0;
	return apu_dequeue_result(job, &result, NULL, NULL) == 0 && result == 0;
}

/* The first half of a buffer goes onto its second, twice. */
static int
job_is_queued_twice(struct apu_drm_device *apu)
{
	struct apu_bo *bo = apu_bo_new(apu, BYTES, 0);
	struct apu_drm_job *job = apu_new_job(apu, 0);
	unsigned char *map = bo != NULL ? apu_bo_map(bo) : NULL;
	int is_good = 0;

	if (map != NULL && job != NULL) {
		memset(map, 0x33, BYTES / 2);
		is_good = apu_job_init(job, COPY_BUFFER, &bo, 1, NULL, 0, 0) ==
				  0 &&
			  queue_twice(job) && is_filled(map, 0x33, BYTES);
	}
	if (job != NULL)
		apu_free_job(job);
	apu_bo_del(bo);
	return is_good;
}

/* Run a job and wait for it; its result has to be 0. */
static int
run(struct apu_drm_job *job, void *data_out, size_t *size)
{
	uint16_t result = 1;

	return apu_queue(job) == 0 && apu_job_wait(job) == 0 &&
	       apu_dequeue_result(job, &result, data_out, size) == 0 &&
	       result == 0;
}

static int
inline_data_comes_back(struct apu_drm_device *apu)
{
	struct apu_drm_job *job = apu_new_job(apu, 0);
	char text[] = "seven", answer[32] = "";
	size_t size = 0;
	int is_good;

	if (job == NULL)
		return 0;
	is_good = apu_job_init(job, COPY_INLINE, NULL, 0, text, sizeof(text),
			       sizeof(answer)) == 0 &&
		  run(job, answer, &size) && size == sizeof(text) &&
		  memcmp(answer, text, sizeof(text)) == 0;
	apu_free_job(job);
	return is_good;
}

/* Two buffers by their addresses; the request names neither. */
static int
copy_by_address(struct apu_drm_device *apu, struct apu_bo **bos)
{
	uint64_t addresses[2] = { 0, 0 };
	struct apu_drm_job *job;
	uint32_t data[3];
	int is_good;

	if (apu_bo_iommu_map(apu, bos, addresses, 2) != 0 ||
	    addresses[0] == 0 || addresses[0] == addresses[1])
		return 0;
	job = apu_new_job(apu, 0);
	if (job == NULL)
		return 0;
	data[0] = (uint32_t)addresses[0];
	data[1] = (uint32_t)addresses[1];
	data[2] = BYTES;
	is_good = apu_job_init(job, COPY_ADDRESSES, NULL, 0, data, sizeof(data),
			       0) == 0 &&
		  run(job, NULL, NULL);
	apu_free_job(job);
	return is_good && apu_bo_iommu_unmap(apu, bos, 2) == 0;
}

static int
buffers_are_copied_by_address(struct apu_drm_device *apu)
{
	struct apu_bo *bos[2] = {
		apu_bo_new(apu, BYTES, APU_BO_WC),
		apu_bo_new(apu, BYTES, APU_BO_UNCACHED),
	};
	int is_good = 0;

	if (bos[0] != NULL && bos[1] != NULL) {
		void *from = apu_bo_map(bos[0]);
		void *to = apu_bo_map(bos[1]);

		if (from != NULL && to != NULL) {
			memset(from, 0x5c, BYTES);
			is_good = copy_by_address(apu, bos) &&
				  is_filled(to, 0x5c, BYTES);
		}
	}
	apu_bo_del(bos[0]);
	apu_bo_del(bos[1]);
	return is_good;
}

/* What a job fills, in the bytes that it carries for the program. */
struct filling {
	struct apu_bo *bo;
	unsigned char data[3]; /* value, count of 16 bits: 200 */
};

static struct apu_drm_job *
queue_filling(struct apu_drm_device *apu, unsigned int number)
{
	struct apu_drm_job *job = apu_new_job(apu, sizeof(struct filling));
	struct filling *filling;

	if (job == NULL)
		return NULL;
	filling = apu_job_get_data(job);
	filling->bo = apu_cached_bo_new(apu, 200, 0);
	filling->data[0] = (unsigned char)(number + 1);
	filling->data[1] = 200;
	filling->data[2] = 0;
	if (filling->bo != NULL &&
	    apu_job_init(job, FILL_BUFFER, &filling->bo, 1, filling->data, 3,
			 0) == 0 &&
	    apu_queue(job) == 0)
		return job;
	apu_bo_del(filling->bo);
	apu_free_job(job);
	return NULL;
}

static int
end_filling(struct apu_drm_job *job)
{
	const struct filling *filling = apu_job_get_data(job);
	const void *map = apu_bo_map(filling->bo);
	uint16_t result = 1;
	int is_good = apu_dequeue_result(job, &result, NULL, NULL) == 0 &&
		      result == 0 && map != NULL &&
		      is_filled(map, filling->data[0], 200);

	apu_bo_del(filling->bo);
	apu_free_job(job);
	return is_good;
}

static int
each_job_is_waited_for(struct apu_drm_device *apu)
{
	unsigned int queued = 0, good = 0;
	struct apu_drm_job *job;

	while (queued < JOB_COUNT && queue_filling(apu, queued) != NULL)
		queued++;
	for (unsigned int i = 0; i < queued; i++) {
		job = apu_job_wait_any(apu);
		if (job == NULL)
			return 0;
		good += end_filling(job) != 0;
	}
	return good == JOB_COUNT;
}

static int
unknown_command_has_a_result(struct apu_drm_device *apu)
{
	struct apu_drm_job *job = apu_new_job(apu, 0);
	uint16_t result = 0;
	int is_good;

	if (job == NULL)
		return 0;
	is_good = apu_job_init(job, 4711, NULL, 0, NULL, 0, 0) == 0 &&
		  apu_queue(job) == 0 && apu_job_wait(job) == 0 &&
		  apu_dequeue_result(job, &result, NULL, NULL) == 0 &&
		  result != 0;
	apu_free_job(job);
	return is_good;
}

static int
core_is_online(struct apu_drm_device *apu)
{
	return apu_device_online(apu) == APU_ONLINE;
}

static const struct {
	const char *name;
	int (*is_good)(struct apu_drm_device *apu);
} tests[] = {
	{ "core-is-online", core_is_online },
	{ "memory-is-shared-by-dma-buf", memory_is_shared_by_dma_buf },
	{ "job-is-queued-twice", job_is_queued_twice },
	{ "inline-data-comes-back", inline_data_comes_back },
	{ "buffers-are-copied-by-address", buffers_are_copied_by_address },
	{ "each-job-is-waited-for", each_job_is_waited_for },
	{ "unknown-command-has-a-result", unknown_command_has_a_result },
};

#define TEST_COUNT (sizeof(tests) / sizeof(tests[0]))

static unsigned int
report(size_t number, const char *name, int is_good)
{
	printf("%s %zu - %s\n", is_good ? "ok" : "not ok", number, name);
	return !is_good;
}

static void
print_version(int fd)
{
	drmVersionPtr version = drmGetVersion(fd);

	if (version == NULL)
		return;
	printf("# %s %d.%d.%d\n", version->name, version->version_major,
	       version->version_minor, version->version_patchlevel);
	drmFreeVersion(version);
}

int
main(int argc, char **argv)
{
	const char *node = argc > 1 ? argv[1] : "/dev/dri/card0";
	int fd = open(node, O_RDWR);
	struct apu_drm_device *apu;
	unsigned int failed = 0;

	if (fd < 0) {
		perror(node);
		return 1;
	}
	print_version(fd);
	apu = apu_device_new(fd, 0);
	if (apu == NULL) {
		perror("apu_device_new");
		return 1;
	}
	printf("1..%zu\n", TEST_COUNT + 1);
	for (size_t i = 0; i < TEST_COUNT; i++)
		failed += report(i + 1, tests[i].name, tests[i].is_good(apu));
	failed += report(TEST_COUNT + 1, "device-ends-with-its-last-reference",
			 apu_device_del(apu) == 1);
	close(fd);
	return failed != 0;
}
