/* SPDX-License-Identifier: MIT */
#include "core/fence.h"
#include "core/error.h"
#include "core/result.h"
#include <errno.h>
#include <string.h>

struct apu_fence *
apu_fence_ref(struct apu_fence *fence)
{
	apui_ref_get(&fence->ref);
	return fence;
}

static void
release_fence(struct apu_fence *fence)
{
	struct apu_device *dev = fence->dev;

	pthread_mutex_lock(&dev->lock);
	fence->is_orphan = true;
	apui_fence_settle(fence);
	pthread_mutex_unlock(&dev->lock);
}

struct apu_fence *
apu_fence_unref(struct apu_fence *fence)
{
	struct apu_device *dev;

	if (fence == NULL || !apui_ref_put(&fence->ref))
		return NULL;

	dev = fence->dev;
	if (apui_device_check_process(dev) == 0)
		release_fence(fence);
	else
		apui_fence_forget(fence);
	apu_device_unref(dev);
	return NULL;
}

/* The status of a fence that has ended, with words. Under the lock. */
static int
tell_status(const struct apu_fence *fence)
{
	if (fence->status < 0 && fence->cause[0] != '\0') {
		apui_fail(fence->status, NULL, "%s", fence->cause);
		if (fence->remedy != NULL)
			apui_fail_remedy("%s", fence->remedy);
	} else if (fence->status < 0)
		apui_result_explain(fence->status,
				    fence->has_result ? fence->result : 0,
				    &fence->report);
	return fence->status;
}

int
apui_fence_wait(struct apu_fence *fence, int64_t deadline_ns)
{
	int ret = apui_device_check_process(fence->dev);

	if (ret < 0)
		return ret;
	pthread_mutex_lock(&fence->dev->lock);
	ret = apui_fence_wait_locked(fence, deadline_ns);
	if (ret == 0)
		ret = tell_status(fence);
	else
		apui_fail(ret, NULL, "the device still works at the deadline");
	pthread_mutex_unlock(&fence->dev->lock);
	return ret;
}

int
apu_fence_wait(struct apu_fence *fence, int64_t deadline_ns)
{
	int ret;

	if (fence == NULL)
		ret = apui_fail(-EINVAL, NULL, "fence is NULL");
	else
		ret = apui_fence_wait(fence, deadline_ns);
	if (ret < 0)
		return apui_fail_during(ret, "wait for fence", NULL);
	return 0;
}

/*
 * Enter a question about a fence that must have ended: 0 with the lock taken,
 * or the failure without.
 */
static int
enter_ended(struct apu_fence *fence, bool has_arguments)
{
	int ret;

	if (fence == NULL || !has_arguments)
		return apui_fail(-EINVAL, NULL, "a pointer is NULL");
	ret = apui_device_check_process(fence->dev);
	if (ret < 0)
		return ret;

	pthread_mutex_lock(&fence->dev->lock);
	apui_fence_collect(fence);
	if (fence->status != -EINPROGRESS)
		return 0;
	pthread_mutex_unlock(&fence->dev->lock);
	return apui_fail(-EINPROGRESS, NULL, "it has not ended");
}

static int
leave(struct apu_fence *fence, int ret)
{
	pthread_mutex_unlock(&fence->dev->lock);
	return ret;
}

int
apu_fence_status(struct apu_fence *fence)
{
	int ret = enter_ended(fence, true);

	if (ret == 0)
		ret = leave(fence, tell_status(fence));
	if (ret < 0)
		return apui_fail_during(ret, "look at fence", NULL);
	return 0;
}

static int
read_result(const struct apu_fence *fence, uint16_t *out_result)
{
	if (!fence->has_result)
		return apui_fail(-ENODATA, NULL, "no answer came");
	*out_result = fence->result;
	return 0;
}

int
apu_fence_firmware_result(struct apu_fence *fence, uint16_t *out_result)
{
	int ret = enter_ended(fence, out_result != NULL);

	if (ret == 0)
		ret = leave(fence, read_result(fence, out_result));
	if (ret < 0)
		return apui_fail_during(ret, "read fence's result", NULL);
	return 0;
}

static int
read_data(const struct apu_fence *fence, void *data, size_t capacity_bytes,
	  size_t *out_size_bytes)
{
	if (fence->completed < fence->request_count)
		return apui_fail(-ENODATA, NULL, "no answer came");
	if (fence->data_bytes > capacity_bytes)
		return apui_fail(-ENOSPC, NULL,
				 "%u bytes came, there is room for %zu",
				 fence->data_bytes, capacity_bytes);
	if (fence->data_bytes > 0)
		memcpy(data, fence->data, fence->data_bytes);
	*out_size_bytes = fence->data_bytes;
	return 0;
}

int
apu_fence_read_data(struct apu_fence *fence, void *data, size_t capacity_bytes,
		    size_t *out_size_bytes)
{
	bool has_arguments =
		out_size_bytes != NULL && (data != NULL || capacity_bytes == 0);
	int ret = enter_ended(fence, has_arguments);

	if (ret == 0)
		ret = leave(fence, read_data(fence, data, capacity_bytes,
					     out_size_bytes));
	if (ret < 0)
		return apui_fail_during(ret, "read fence's data", NULL);
	return 0;
}

int
apu_fence_times(struct apu_fence *fence, int64_t *out_submitted_ns,
		int64_t *out_ended_ns)
{
	int ret = enter_ended(fence, true);

	if (ret < 0)
		return apui_fail_during(ret, "read fence's times", NULL);
	if (out_submitted_ns != NULL)
		*out_submitted_ns = fence->submitted_ns;
	if (out_ended_ns != NULL)
		*out_ended_ns = fence->ended_ns;
	return leave(fence, 0);
}

static int
refuse(const char *operation, bool has_arguments)
{
	int ret;

	if (!has_arguments)
		ret = apui_fail(-EINVAL, NULL,
				"a pointer is NULL, or a count "
				"is 0");
	else
		ret = apui_fail(-EOPNOTSUPP, NULL,
				"this version of libapu cannot");
	return apui_fail_during(ret, operation, NULL);
}

int
apu_fence_wait_any(struct apu_fence *const *fences, unsigned int count,
		   int64_t deadline_ns, unsigned int *out_index)
{
	(void)deadline_ns;
	return refuse("wait for any fence",
		      fences != NULL && count > 0 && out_index != NULL);
}

int
apu_fence_wait_all(struct apu_fence *const *fences, unsigned int count,
		   int64_t deadline_ns)
{
	(void)deadline_ns;
	return refuse("wait for all fences", fences != NULL && count > 0);
}
