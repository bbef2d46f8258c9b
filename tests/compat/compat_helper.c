/* SPDX-License-Identifier: MIT */
#include "compat_helper.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

int compat_node = -1;

void
choose_device(const char *argument, const char *name)
{
	char device[64];

	snprintf(device, sizeof(device), "sim:name=%s,cores=2,timeout_ms=20000",
		 name);
	if (argument != NULL && argument[0] == '/')
		compat_node = open(argument, O_RDWR | O_CLOEXEC);
	else
		setenv("APU_DEVICE", argument != NULL ? argument : device, 1);
}

int
compat_setup(void **state)
{
	*state = apu_device_new(compat_node, 0);
	return *state == NULL;
}

int
compat_teardown(void **state)
{
	return apu_device_del(*state) != 1;
}

struct apu_drm_job *
new_copy(struct apu_drm_device *dev, void *data, size_t size)
{
	struct apu_drm_job *job = apu_new_job(dev, 0);

	assert_non_null(job);
	assert_int_equal(
		apu_job_init(job, COPY_INLINE, NULL, 0, data, size, size), 0);
	return job;
}
