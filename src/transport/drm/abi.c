/* SPDX-License-Identifier: MIT */
#include "transport/drm/abi.h"
#include "core/error.h"
#include "uapi/apu_drm.h"
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const struct apui_drm_abi abis[] = {
	{
		.name = "2021",
		.gem_new = APUI_DRM_IOWR(APUI_DRM_2021_GEM_NEW,
					 struct apui_drm_gem_new),
		.queue = APUI_DRM_IOWR(APUI_DRM_2021_GEM_QUEUE,
				       struct apui_drm_gem_queue),
		.dequeue = APUI_DRM_IOWR(APUI_DRM_2021_GEM_DEQUEUE,
					 struct apui_drm_gem_dequeue),
		.iommu_map = APUI_DRM_IOWR(APUI_DRM_2021_GEM_IOMMU_MAP,
					   struct apui_drm_gem_iommu_map),
		.iommu_unmap = APUI_DRM_IOWR(APUI_DRM_2021_GEM_IOMMU_UNMAP,
					     struct apui_drm_gem_iommu_map),
		.state = APUI_DRM_IOWR(APUI_DRM_2021_STATE,
				       struct apui_drm_state),
	},
	{
		.name = "2023",
		.gem_new = APUI_DRM_IOWR(APUI_DRM_2023_GEM_NEW,
					 struct apui_drm_gem_new),
		.queue = APUI_DRM_IOWR(APUI_DRM_2023_GEM_QUEUE,
				       struct apui_drm_gem_queue),
		.dequeue = APUI_DRM_IOWR(APUI_DRM_2023_GEM_DEQUEUE,
					 struct apui_drm_gem_dequeue),
		.iommu_map = APUI_DRM_IOWR(APUI_DRM_2023_GEM_IOMMU_MAP,
					   struct apui_drm_gem_iommu_map),
		.iommu_unmap = APUI_DRM_IOWR(APUI_DRM_2023_GEM_IOMMU_UNMAP,
					     struct apui_drm_gem_iommu_map),
		.state = APUI_DRM_IOWR(APUI_DRM_2023_STATE,
				       struct apui_drm_state),
	},
};

static const struct apui_drm_abi *
find_abi(const char *name)
{
	for (size_t i = 0; i < sizeof(abis) / sizeof(abis[0]); i++)
		if (strcmp(abis[i].name, name) == 0)
			return &abis[i];
	return NULL;
}

static const struct apui_drm_abi *
find_year(int year)
{
	for (size_t i = 0; i < sizeof(abis) / sizeof(abis[0]); i++)
		if (strtol(abis[i].name, NULL, 10) == year)
			return &abis[i];
	return NULL;
}

int
apui_drm_is_published(const struct apui_drm_version *version)
{
	return version->major == 1 && version->minor == 0;
}

static int
choose_published(const char *wanted, const struct apui_drm_abi **out_abi)
{
	*out_abi = find_abi(wanted);
	if (*out_abi != NULL)
		return 0;
	apui_fail(-EPROTO, NULL,
		  "version 1.0 of the driver has two interfaces that cannot be "
		  "told apart");
	apui_fail_remedy("say which: abi=2021 for vendor kernels, abi=2023 for "
			 "the series of that year");
	return -EPROTO;
}

static int
refuse_name(const char *name)
{
	apui_fail(-EINVAL, NULL, "there is no abi %s", name);
	apui_fail_remedy("say abi=2021 or abi=2023");
	return -EINVAL;
}

static int
refuse_version(const struct apui_drm_version *version)
{
	apui_fail(-EPROTO, NULL, "version %d.%d.%d of the driver is not known",
		  version->major, version->minor, version->patch);
	apui_fail_remedy("use a newer libapu");
	return -EPROTO;
}

const struct apui_drm_abi *
apui_drm_abi_of(const struct apui_drm_version *version)
{
	return version->major == 1 && version->minor == 1
		       ? find_year(version->patch)
		       : NULL;
}

int
apui_drm_abi_choose(const struct apui_drm_version *version, const char *wanted,
		    const struct apui_drm_abi **out_abi)
{
	const struct apui_drm_abi *abi;

	if (wanted[0] != '\0' && find_abi(wanted) == NULL)
		return refuse_name(wanted);
	if (apui_drm_is_published(version))
		return choose_published(wanted, out_abi);
	abi = apui_drm_abi_of(version);
	if (abi == NULL)
		return refuse_version(version);
	if (wanted[0] != '\0' && strcmp(wanted, abi->name) != 0) {
		apui_fail(-EPROTO, NULL,
			  "the driver says that it speaks abi "
			  "%s",
			  abi->name);
		apui_fail_remedy("leave abi= out");
		return -EPROTO;
	}
	*out_abi = abi;
	return 0;
}
