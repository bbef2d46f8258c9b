/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "core/job.h"
#include <errno.h>
#include <string.h>

/* A core may be busy with others' work before it answers. */
#define INFO_TIMEOUT_NS INT64_C(10000000000)

static int
check_info(const struct apui_info *info, size_t size_bytes)
{
	if (size_bytes == sizeof(*info) && info->magic == APUI_INFO_MAGIC &&
	    info->target_count <= APUI_INFO_MAX_TARGETS)
		return 0;
	apui_fail(-EPROTO, NULL, "the firmware's answer to INFO is not one");
	apui_fail_remedy("update libapu or the firmware");
	return -EPROTO;
}

static int
send_info(struct apu_job *job, struct apui_info *out_info)
{
	int64_t deadline_ns = apu_device_deadline_ns(job->dev, INFO_TIMEOUT_NS);
	struct apui_info info = { .magic = 0 };
	struct apu_fence *fence;
	int ret;

	ret = apui_job_submit(job, &fence);
	if (ret < 0)
		return ret;
	ret = apui_fence_wait(fence, deadline_ns);
	if (ret == 0) {
		/* The fence has ended: nobody writes to it any more. */
		memcpy(&info, fence->data,
		       fence->data_bytes < sizeof(info) ? fence->data_bytes
							: sizeof(info));
		ret = check_info(&info, fence->data_bytes);
	}
	apu_fence_unref(fence);
	if (ret == -ETIME)
		ret = apui_fail(-ETIMEDOUT, NULL,
				"core %u did not answer within 10 s",
				job->core);
	if (ret < 0)
		return ret;
	*out_info = info;
	return 0;
}

int
apui_device_info(struct apu_device *dev, unsigned int core,
		 struct apui_info *out_info)
{
	const struct apu_job request = {
		.dev = dev,
		.core = core,
		.command = APUI_CMD_INFO,
		.size_out_bytes = sizeof(*out_info),
	};
	struct apu_job *job;
	int ret;

	if (core >= dev->transport->info.core_count)
		return apui_fail(-ENODEV, NULL, "there is no core %u", core);
	ret = apui_job_new_command(&request, NULL, NULL, &job);
	if (ret < 0)
		return ret;
	ret = send_info(job, out_info);
	apu_job_free(job);
	return ret;
}

int
apu_device_firmware_version(struct apu_device *dev, unsigned int core,
			    uint32_t *out_version)
{
	struct apui_info info;
	int ret;

	if (dev == NULL || out_version == NULL)
		ret = apui_fail(-EINVAL, NULL, "dev or out_version is NULL");
	else
		ret = apui_device_info(dev, core, &info);
	if (ret < 0)
		return apui_fail_during(ret, "ask firmware for its version",
					NULL);
	*out_version = info.firmware_version;
	return 0;
}
