/* SPDX-License-Identifier: MIT */
#include "model/target.h"
#include "firmware/program.h"
#include <stddef.h>
#include <string.h>

static const struct {
	uint32_t target;
	const char *name;
} targets[] = {
	{ APUI_TARGET_REF, "ref" },
};

#define COUNT (sizeof(targets) / sizeof(targets[0]))

const char *
apui_target_name(uint32_t target)
{
	for (size_t i = 0; i < COUNT; i++)
		if (targets[i].target == target)
			return targets[i].name;
	return "unknown";
}

uint32_t
apui_target_find(const char *name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (strcmp(targets[i].name, name) == 0)
			return targets[i].target;
	return 0;
}
