/* SPDX-License-Identifier: MIT */
#include "model/custom.h"
#include "core/error.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
apu_custom_registry_new(struct apu_custom_registry **out_registry)
{
	struct apu_custom_registry *registry;
	int ret = 0;

	if (out_registry == NULL) {
		ret = apui_fail(-EINVAL, NULL, "out_registry is NULL");
		return apui_fail_during(ret, "make registry", NULL);
	}
	registry = calloc(1, sizeof(*registry));
	if (registry == NULL)
		return apui_fail_during(-ENOMEM, "make registry", NULL);
	apui_ref_init(&registry->ref);
	*out_registry = registry;
	return 0;
}

struct apu_custom_registry *
apu_custom_registry_ref(struct apu_custom_registry *registry)
{
	apui_ref_get(&registry->ref);
	return registry;
}

static void
free_function(struct apu_custom_function *function)
{
	if (function->destroy != NULL)
		function->destroy(function->data);
	free((void *)(uintptr_t)function->code);
}

struct apu_custom_registry *
apu_custom_registry_unref(struct apu_custom_registry *registry)
{
	if (registry == NULL || !apui_ref_put(&registry->ref))
		return NULL;
	for (size_t i = 0; i < registry->count; i++)
		free_function(&registry->functions[i]);
	free(registry->functions);
	free(registry);
	return NULL;
}

static int
check_function(const struct apu_custom_registry *registry,
	       const struct apu_custom_function *function)
{
	size_t length;

	if (function->size != sizeof(*function))
		return apui_fail(-EINVAL, NULL,
				 "the function's size is %zu, must be %zu",
				 function->size, sizeof(*function));
	if (function->code == NULL || function->invoke == NULL)
		return apui_fail(-EINVAL, NULL, "code or invoke is NULL");
	length = strnlen(function->code, APU_CUSTOM_MAX_CODE + 1);
	if (length == 0 || length > APU_CUSTOM_MAX_CODE)
		return apui_fail(-EINVAL, NULL,
				 "the code has no byte, or more than %d",
				 APU_CUSTOM_MAX_CODE);
	if (apui_custom_find(registry, function->code, length) != NULL)
		return apui_fail(-EEXIST, NULL, "%s has a function",
				 function->code);
	if (atomic_load(&registry->is_used)) {
		apui_fail(-EBUSY, NULL, "a model was loaded with the registry");
		apui_fail_remedy("make another one");
		return -EBUSY;
	}
	return 0;
}

static int
add_function(struct apu_custom_registry *registry,
	     const struct apu_custom_function *function)
{
	struct apu_custom_function *functions;
	char *code = strdup(function->code);

	if (code == NULL)
		return -ENOMEM;
	functions = reallocarray(registry->functions, registry->count + 1,
				 sizeof(*functions));
	if (functions == NULL) {
		free(code);
		return -ENOMEM;
	}
	registry->functions = functions;
	functions[registry->count] = *function;
	functions[registry->count++].code = code;
	return 0;
}

int
apu_custom_registry_add(struct apu_custom_registry *registry,
			const struct apu_custom_function *function)
{
	int ret;

	if (registry == NULL || function == NULL)
		ret = apui_fail(-EINVAL, NULL, "registry or function is NULL");
	else
		ret = check_function(registry, function);
	if (ret == 0)
		ret = add_function(registry, function);
	if (ret < 0)
		return apui_fail_during(ret, "add custom operator", NULL);
	return 0;
}

unsigned int
apu_custom_input_count(const struct apu_custom_call *call)
{
	return call->input_count;
}

unsigned int
apu_custom_output_count(const struct apu_custom_call *call)
{
	return call->output_count;
}

const struct apu_tensor *
apu_custom_input(const struct apu_custom_call *call, unsigned int index)
{
	return index < call->input_count ? call->inputs[index] : NULL;
}

const struct apu_tensor *
apu_custom_output(const struct apu_custom_call *call, unsigned int index)
{
	return index < call->output_count ? call->outputs[index] : NULL;
}

const void *
apu_custom_input_data(const struct apu_custom_call *call, unsigned int index)
{
	return index < call->input_count ? call->input_data[index] : NULL;
}

void *
apu_custom_output_data(const struct apu_custom_call *call, unsigned int index)
{
	return index < call->output_count ? call->output_data[index] : NULL;
}

const void *
apu_custom_options(const struct apu_custom_call *call, size_t *out_size_bytes)
{
	*out_size_bytes = call->option_bytes;
	return call->option_bytes > 0 ? call->options : NULL;
}

static int
check_output(const struct apu_custom_call *call, unsigned int index,
	     const int32_t *dims, unsigned int rank)
{
	if (call == NULL || (dims == NULL && rank > 0))
		return apui_fail(-EINVAL, NULL, "a pointer is NULL");
	if (call->shapes == NULL)
		return apui_fail(-EINVAL, NULL, "this is not prepare()");
	if (index >= call->output_count)
		return apui_fail(-ERANGE, NULL,
				 "there is no output %u, the count is %u",
				 index, call->output_count);
	if (rank > APU_TENSOR_MAX_RANK)
		return apui_fail(-EINVAL, NULL, "%u dimensions are over %d",
				 rank, APU_TENSOR_MAX_RANK);
	for (unsigned int i = 0; i < rank; i++)
		if (dims[i] < 0)
			return apui_fail(-EINVAL, NULL, "dimension %u is %d", i,
					 dims[i]);
	return 0;
}

int
apu_custom_set_output(struct apu_custom_call *call, unsigned int index,
		      const int32_t *dims, unsigned int rank)
{
	int ret = check_output(call, index, dims, rank);

	if (ret < 0)
		return apui_fail_during(ret, "set output of custom operator",
					NULL);
	call->shapes[index].rank = rank;
	for (unsigned int i = 0; i < rank; i++)
		call->shapes[index].dims[i] = dims[i];
	return 0;
}

int
apu_custom_fail(struct apu_custom_call *call, int code, const char *cause)
{
	snprintf(call->cause, sizeof(call->cause), "%s", cause);
	return code;
}
