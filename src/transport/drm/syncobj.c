/* SPDX-License-Identifier: MIT */
#include "transport/drm/client.h"
#include <drm.h>
#include <errno.h>

/* The core's word for a handle that is not there; the kernel has several. */
static int
translate(int ret)
{
	return ret == -EINVAL ? -ENOENT : ret;
}

int
apui_drm_syncobj_create(struct apui_transport *t, uint32_t *out_syncobj)
{
	struct drm_syncobj_create args = { .flags = 0 };
	int ret = apui_drm_call(apui_drm_client(t), DRM_IOCTL_SYNCOBJ_CREATE,
				&args, sizeof(args));

	if (ret < 0)
		return ret;
	if (args.handle == 0)
		return -EIO;
	*out_syncobj = args.handle;
	return 0;
}

int
apui_drm_syncobj_reset(struct apui_transport *t, uint32_t syncobj)
{
	struct drm_syncobj_array args = {
		.handles = (uintptr_t)&syncobj,
		.count_handles = 1,
	};

	return apui_drm_call(apui_drm_client(t), DRM_IOCTL_SYNCOBJ_RESET, &args,
			     sizeof(args));
}

/*
 * The deadline is absolute, so an interrupted wait goes on for what is left of
 * it. A wait to the end of time would outlast a driver that lost the job (K12);
 * the core does not ask for one.
 */
int
apui_drm_syncobj_wait(struct apui_transport *t, uint32_t syncobj,
		      int64_t deadline_ns)
{
	struct drm_syncobj_wait args = {
		.handles = (uintptr_t)&syncobj,
		.count_handles = 1,
		.timeout_nsec = deadline_ns > 0 ? deadline_ns : 0,
	};

	return apui_drm_call(apui_drm_client(t), DRM_IOCTL_SYNCOBJ_WAIT, &args,
			     sizeof(args));
}

/*
 * Not of the published driver: its fences may never signal (K12), and belong to
 * a scheduler that ends before a sync_file which outlives it.
 */
int
apui_drm_syncobj_export(struct apui_transport *t, uint32_t syncobj, int *out_fd)
{
	struct apui_drm_client *client = apui_drm_client(t);
	struct drm_syncobj_handle args = {
		.handle = syncobj,
		.flags = DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE,
		.fd = -1,
	};
	int ret;

	if (apui_drm_is_published(&client->version))
		return -EOPNOTSUPP;
	ret = apui_drm_call(client, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &args,
			    sizeof(args));
	if (ret < 0)
		return translate(ret);
	*out_fd = args.fd;
	return 0;
}

int
apui_drm_syncobj_destroy(struct apui_transport *t, uint32_t syncobj)
{
	struct drm_syncobj_destroy args = { .handle = syncobj };

	return translate(apui_drm_call(apui_drm_client(t),
				       DRM_IOCTL_SYNCOBJ_DESTROY, &args,
				       sizeof(args)));
}
