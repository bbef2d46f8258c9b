/* SPDX-License-Identifier: GPL-2.0 */
#ifndef APU_COMPAT_H
#define APU_COMPAT_H

/*
 * Kernels differ, stable ones from themselves: Kbuild looks into the headers
 * for what is there and defines APU_HAVE_*.
 */

#include <drm/gpu_scheduler.h>
#include <linux/platform_device.h>

#ifdef APU_HAVE_LINUX_UNALIGNED
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#ifdef APU_HAVE_ACCEL
#include <drm/drm_accel.h>
#define APU_NODE_FEATURE DRIVER_COMPUTE_ACCEL
#define APU_DEFINE_FOPS DEFINE_DRM_ACCEL_FOPS
#else
#define APU_NODE_FEATURE DRIVER_RENDER
#define APU_DEFINE_FOPS DEFINE_DRM_GEM_FOPS
#endif

static inline int
apu_sched_init(struct drm_gpu_scheduler *sched,
	       const struct drm_sched_backend_ops *ops, long timeout,
	       struct device *dev)
{
#if defined(APU_HAVE_SCHED_ARGS)
	const struct drm_sched_init_args args = {
		.ops = ops,
#ifdef APU_HAVE_SCHED_NUM_RQS
		.num_rqs = DRM_SCHED_PRIORITY_COUNT,
#endif
#ifdef APU_HAVE_SCHED_CREDITS
		.credit_limit = 1,
#else
		.hw_submission = 1,
#endif
		.timeout = timeout,
		.name = "apu",
		.dev = dev,
	};

	return drm_sched_init(sched, &args);
#elif defined(APU_HAVE_SCHED_CREDITS)
	return drm_sched_init(sched, ops, NULL, DRM_SCHED_PRIORITY_COUNT, 1, 0,
			      timeout, NULL, NULL, "apu", dev);
#else
	return drm_sched_init(sched, ops, 1, 0, timeout, NULL, NULL, "apu",
			      dev);
#endif
}

static inline int
apu_sched_job_init(struct drm_sched_job *job, struct drm_sched_entity *entity,
		   void *owner)
{
#ifdef APU_HAVE_SCHED_CREDITS
	return drm_sched_job_init(job, entity, 1, owner);
#else
	return drm_sched_job_init(job, entity, owner);
#endif
}

static inline void apu_sched_start(struct drm_gpu_scheduler *sched)
{
#if defined(APU_HAVE_SCHED_START_ERRNO)
	drm_sched_start(sched, 0);
#elif defined(APU_HAVE_SCHED_START_BOOL)
	drm_sched_start(sched, true);
#else
	drm_sched_start(sched);
#endif
}

#endif
