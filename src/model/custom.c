/* SPDX-License-Identifier: MIT */
#include "model/custom.h"
#include <errno.h>
#include <string.h>

const struct apu_custom_function *
apui_custom_find(const struct apu_custom_registry *registry, const char *code,
		 size_t length)
{
	for (size_t i = 0; registry != NULL && i < registry->count; i++) {
		const struct apu_custom_function *f = &registry->functions[i];

		if (strlen(f->code) == length &&
		    memcmp(f->code, code, length) == 0)
			return f;
	}
	return NULL;
}

struct apu_custom_registry *
apui_custom_use(const struct apu_custom_registry *registry)
{
	/* Its count and this flag are all that changes. */
	struct apu_custom_registry *used =
		(struct apu_custom_registry *)(uintptr_t)registry;

	if (used == NULL)
		return NULL;
	atomic_store(&used->is_used, true);
	apui_ref_get(&used->ref);
	return used;
}

int
apui_custom_call(apu_custom_fn fn, const struct apu_custom_function *function,
		 struct apu_custom_call *call)
{
	int ret = fn(call, function->data);

	/* -EINPROGRESS is how a fence says that it has not ended. */
	if (ret > 0 || ret < -4095 || ret == -EINPROGRESS)
		return -EINVAL;
	return ret;
}
