/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "core/model.h"
#include "model/pass.h"
#include "model/target.h"
#include <errno.h>
#include <string.h>

/* No version will have more; a size that was never set may say so. */
#define MAX_OPTIONS_BYTES 4096

static const struct apui_limits default_limits = {
	.max_file_bytes = UINT64_C(1) << 30,
	.max_arena_bytes = UINT64_C(1) << 30,
	.max_macs = UINT64_C(1000000000000),
	.max_tensors = 65536,
	.max_operators = 65536,
	.max_subgraphs = 64,
	.max_subgraph_depth = 8,
	.max_loop_iterations = 1000000,
};

/*
 * Options may come from a program compiled against an older or a newer header:
 * what it does not have is 0, and what we do not know must be 0.
 */
static int
copy_options(const struct apu_model_options *options,
	     struct apu_model_options *out)
{
	const uint8_t *bytes = (const uint8_t *)options;

	memset(out, 0, sizeof(*out));
	if (options == NULL)
		return 0;
	if (options->size < sizeof(options->size))
		return apui_fail(-EINVAL, NULL,
				 "the size of the options is not set");
	if (options->size > MAX_OPTIONS_BYTES)
		return apui_fail(-EINVAL, NULL,
				 "options of %zu bytes cannot be right",
				 options->size);
	for (size_t i = sizeof(*out); i < options->size; i++)
		if (bytes[i] != 0)
			return apui_fail(-EINVAL, NULL,
					 "option byte %zu is unknown to this "
					 "version of libapu",
					 i);
	memcpy(out, options,
	       options->size < sizeof(*out) ? options->size : sizeof(*out));
	return 0;
}

static int
read_target(const struct apu_model_options *options, uint32_t *out_target)
{
	uint32_t target = 0;

	if (options->target != NULL) {
		target = apui_target_find(options->target);
		if (target == 0) {
			apui_fail(-EINVAL, NULL, "there is no target %s",
				  options->target);
			apui_fail_remedy("use ref");
			return -EINVAL;
		}
	}
	*out_target = target;
	return 0;
}

int
apui_model_read_options(const struct apu_model_options *options,
			struct apui_limits *out_limits)
{
	struct apu_model_options o;
	struct apui_limits limits = default_limits;
	int ret;

	ret = copy_options(options, &o);
	if (ret < 0)
		return ret;
	ret = read_target(&o, &limits.target);
	if (ret < 0)
		return ret;
	if (o.max_file_bytes != 0)
		limits.max_file_bytes = o.max_file_bytes;
	if (o.max_arena_bytes != 0)
		limits.max_arena_bytes = o.max_arena_bytes;
	if (o.max_macs != 0)
		limits.max_macs = o.max_macs;
	if (o.max_tensors != 0)
		limits.max_tensors = o.max_tensors;
	if (o.max_operators != 0)
		limits.max_operators = o.max_operators;
	if (o.max_subgraphs != 0)
		limits.max_subgraphs = o.max_subgraphs;
	if (o.max_subgraph_depth != 0)
		limits.max_subgraph_depth = o.max_subgraph_depth;
	if (o.max_loop_iterations != 0)
		limits.max_loop_iterations = o.max_loop_iterations;
	limits.custom = o.custom;
	if (o.disabled_passes >> apui_pass_count != 0)
		return apui_fail(-EINVAL, NULL,
				 "disabled_passes 0x%x has bits of passes that "
				 "there are not",
				 o.disabled_passes);
	limits.disabled_passes = o.disabled_passes;
	*out_limits = limits;
	return 0;
}
