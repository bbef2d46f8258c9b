/* SPDX-License-Identifier: MIT */
#include "conformance.h"
#include <errno.h>
#include <string.h>
#include <time.h>

/* Submit, wait, and free the job; the fence is the caller's when it succeeds */
static int
finish_job(struct apu_device *dev, struct apu_job *job,
	   struct apu_fence **out_fence)
{
	struct apu_fence *fence = NULL;
	int ret;

	ret = apu_job_submit(job, &fence);
	apu_job_free(job);
	if (ret < 0)
		return ret;
	ret = apu_fence_wait(fence, long_deadline_ns(dev));
	if (ret < 0 || out_fence == NULL)
		apu_fence_unref(fence);
	else
		*out_fence = fence;
	return ret;
}

int
echo_command(struct apu_device *dev, uint32_t who, uint32_t turn)
{
	const uint32_t sent[] = { who, turn, ~turn };
	uint32_t got[4] = { 0 };
	struct apu_fence *fence = NULL;
	struct apu_job *job;
	size_t size_bytes = 0;
	int ret;

	ret = apu_job_new_command(dev, CMD_COPY_INLINE_BUFFER, sent,
				  sizeof(sent), sizeof(sent), NULL, 0, &job);
	if (ret == 0)
		ret = finish_job(dev, job, &fence);
	if (ret < 0)
		return ret;
	ret = apu_fence_read_data(fence, got, sizeof(got), &size_bytes);
	apu_fence_unref(fence);
	if (ret < 0)
		return ret;
	return size_bytes == sizeof(sent) &&
			       memcmp(sent, got, sizeof(sent)) == 0
		       ? 0
		       : -EBADMSG;
}

int
fill_command(struct apu_device *dev, struct apu_buffer *buf, uint8_t value)
{
	const uint8_t data_in[3] = { value, 8, 0 };
	struct apu_job *job;
	int ret;

	ret = apu_job_new_command(dev, CMD_FILL_BUFFER, data_in,
				  sizeof(data_in), 0, &buf, 1, &job);
	return ret < 0 ? ret : finish_job(dev, job, NULL);
}

int
copy_by_address(struct apu_device *dev, uint64_t from, uint64_t to,
		uint32_t size_bytes)
{
	const uint32_t data_in[3] = { (uint32_t)from, (uint32_t)to,
				      size_bytes };
	struct apu_job *job;
	int ret;

	ret = apu_job_new_command(dev, CMD_BUFFER_IOMMU_MMAP, data_in,
				  sizeof(data_in), 0, NULL, 0, &job);
	return ret < 0 ? ret : finish_job(dev, job, NULL);
}

int
submit_copy(struct apu_device *dev, struct apu_buffer *buf,
	    struct apu_fence **out_fence)
{
	struct apu_job *job;
	int ret;

	ret = apu_job_new_command(dev, CMD_COPY_SHARED_BUFFER, NULL, 0, 0, &buf,
				  1, &job);
	if (ret < 0)
		return ret;
	ret = apu_job_submit(job, out_fence);
	apu_job_free(job);
	return ret;
}

struct apu_job *
new_small_job(struct apu_device *dev)
{
	struct apu_job *job = NULL;

	if (apu_job_new_command(dev, CMD_COPY_INLINE_BUFFER, "x", 1, 1, NULL, 0,
				&job) < 0)
		return NULL;
	return job;
}

void
sleep_ms(unsigned int ms)
{
	struct timespec left = { ms / 1000, (long)(ms % 1000) * 1000000 };

	while (nanosleep(&left, &left) < 0)
		;
}
