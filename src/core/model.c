/* SPDX-License-Identifier: MIT */
#include "core/model.h"
#include "core/error.h"
#include "core/file.h"
#include "core/run_request.h"
#include "firmware/program.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* No version will have more; a size that was never set may say so. */
#define MAX_OPTIONS_BYTES 4096

static const struct apui_limits default_limits = {
	.max_file_bytes = UINT64_C(1) << 30,
	.max_arena_bytes = UINT64_C(1) << 30,
	.max_macs = UINT64_C(1000000000000),
	.max_tensors = 65536,
	.max_operators = 65536,
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
read_limits(const struct apu_model_options *options,
	    struct apui_limits *out_limits)
{
	struct apu_model_options o;
	struct apui_limits limits = default_limits;
	int ret;

	ret = copy_options(options, &o);
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
	*out_limits = limits;
	return 0;
}

static void
free_model(struct apu_model *model)
{
	apu_buffer_unref(model->program_buffer);
	apui_program_free(model->program);
	apui_graph_free(model->graph);
	apu_device_unref(model->dev);
	free(model);
}

static int
check_target(struct apu_model *model)
{
	struct apui_info info;
	int ret;

	ret = apui_device_info(model->dev, 0, &info);
	if (ret == -EOPNOTSUPP) {
		apui_fail(-ENOEXEC, NULL, "device %s does not run models",
			  model->dev->name);
		apui_fail_remedy("use another device; sim: is the simulator");
		return -ENOEXEC;
	}
	if (ret < 0)
		return ret;
	for (uint32_t i = 0; i < info.target_count; i++)
		if (info.targets[i] == model->program->target &&
		    info.program_version >= APUI_PROGRAM_VERSION)
			return 0;
	apui_fail(-ENOEXEC, NULL,
		  "the firmware of %s does not run programs for target %u, "
		  "version %u",
		  model->dev->name, model->program->target,
		  APUI_PROGRAM_VERSION);
	apui_fail_remedy("update the firmware");
	return -ENOEXEC;
}

/* Put the program on the device, and keep it only there. */
static int
upload_program(struct apu_model *model)
{
	struct apui_program *program = model->program;
	void *map;
	int ret;

	ret = apui_run_request_check(apu_model_input_count(model) +
				     apu_model_output_count(model));
	if (ret < 0)
		return ret;
	ret = check_target(model);
	if (ret < 0)
		return ret;
	ret = apui_buffer_new_mapped(model->dev, program->size_bytes, 0,
				     &model->program_buffer, &map);
	if (ret < 0)
		return ret;
	model->program_map = map;
	memcpy(map, program->blob, program->size_bytes);
	free(program->blob);
	program->blob = NULL;
	return 0;
}

static int
build_model(struct apu_model *model, const uint8_t *data, size_t size_bytes,
	    const struct apui_limits *limits)
{
	int ret;

	ret = apui_graph_read(data, size_bytes, limits, &model->graph);
	if (ret < 0)
		return ret;
	ret = apui_compile(model->graph, limits, &model->program);
	if (ret < 0)
		return ret;
	if (model->dev == NULL)
		return 0;
	ret = upload_program(model);
	if (ret < 0)
		return ret;
	apui_log(model->dev, APU_LOG_INFO,
		 "model of %u operators: program %u bytes, arena %u bytes",
		 model->graph->operator_count, model->program->size_bytes,
		 model->program->arena_bytes);
	return 0;
}

static int
load_memory(struct apu_device *dev, const uint8_t *data, size_t size_bytes,
	    const struct apui_limits *limits, struct apu_model **out_model)
{
	struct apu_model *model = calloc(1, sizeof(*model));
	int ret;

	if (model == NULL)
		return -ENOMEM;

	apui_ref_init(&model->ref);
	model->dev = dev != NULL ? apu_device_ref(dev) : NULL;
	ret = build_model(model, data, size_bytes, limits);
	if (ret < 0) {
		free_model(model);
		return ret;
	}
	*out_model = model;
	return 0;
}

int
apu_model_load_memory(struct apu_device *dev, const void *data,
		      size_t size_bytes,
		      const struct apu_model_options *options,
		      struct apu_model **out_model)
{
	struct apui_limits limits;
	int ret;

	if (data == NULL || out_model == NULL)
		ret = apui_fail(-EINVAL, NULL, "data or out_model is NULL");
	else
		ret = read_limits(options, &limits);
	if (ret == 0 && size_bytes > limits.max_file_bytes)
		ret = apui_fail(
			-E2BIG, NULL, "%zu bytes are over the limit of %llu",
			size_bytes, (unsigned long long)limits.max_file_bytes);
	if (ret == 0)
		ret = load_memory(dev, data, size_bytes, &limits, out_model);
	if (ret < 0)
		return apui_fail_during(ret, "load model", NULL);
	return 0;
}

static int
load_fd(struct apu_device *dev, int fd, const struct apu_model_options *options,
	struct apu_model **out_model)
{
	struct apui_limits limits;
	size_t size_bytes;
	uint8_t *data;
	int ret;

	ret = read_limits(options, &limits);
	if (ret < 0)
		return ret;
	ret = apui_file_read(fd, limits.max_file_bytes, &data, &size_bytes);
	if (ret < 0)
		return ret;
	ret = load_memory(dev, data, size_bytes, &limits, out_model);
	free(data);
	return ret;
}

static int
load_file(struct apu_device *dev, const char *path,
	  const struct apu_model_options *options, struct apu_model **out_model)
{
	int fd, ret;

	fd = apui_file_open(path);
	if (fd < 0)
		return fd;
	ret = load_fd(dev, fd, options, out_model);
	close(fd);
	return ret;
}

int
apu_model_load_file(struct apu_device *dev, const char *path,
		    const struct apu_model_options *options,
		    struct apu_model **out_model)
{
	int ret;

	if (path == NULL || out_model == NULL)
		ret = apui_fail(-EINVAL, NULL, "path or out_model is NULL");
	else
		ret = load_file(dev, path, options, out_model);
	if (ret < 0)
		return apui_fail_during(ret, "load model", path);
	return 0;
}

int
apu_model_load_fd(struct apu_device *dev, int fd,
		  const struct apu_model_options *options,
		  struct apu_model **out_model)
{
	int ret;

	if (out_model == NULL)
		ret = apui_fail(-EINVAL, NULL, "out_model is NULL");
	else
		ret = load_fd(dev, fd, options, out_model);
	if (ret < 0)
		return apui_fail_during(ret, "load model", NULL);
	return 0;
}

struct apu_model *
apu_model_ref(struct apu_model *model)
{
	apui_ref_get(&model->ref);
	return model;
}

struct apu_model *
apu_model_unref(struct apu_model *model)
{
	if (model != NULL && apui_ref_put(&model->ref))
		free_model(model);
	return NULL;
}

unsigned int
apu_model_input_count(const struct apu_model *model)
{
	return model->graph->input_count;
}

unsigned int
apu_model_output_count(const struct apu_model *model)
{
	return model->graph->output_count;
}

const struct apu_tensor *
apu_model_input(const struct apu_model *model, unsigned int index)
{
	const struct apui_graph *graph = model->graph;

	if (index >= graph->input_count)
		return NULL;
	return &graph->tensors[graph->inputs[index]];
}

const struct apu_tensor *
apu_model_output(const struct apu_model *model, unsigned int index)
{
	const struct apui_graph *graph = model->graph;

	if (index >= graph->output_count)
		return NULL;
	return &graph->tensors[graph->outputs[index]];
}

unsigned int
apu_model_tensor_count(const struct apu_model *model)
{
	return model->graph->tensor_count;
}

const struct apu_tensor *
apu_model_tensor(const struct apu_model *model, unsigned int index)
{
	if (index >= model->graph->tensor_count)
		return NULL;
	return &model->graph->tensors[index];
}

unsigned int
apu_model_operator_count(const struct apu_model *model)
{
	return model->graph->operator_count;
}

const struct apu_operator *
apu_model_operator(const struct apu_model *model, unsigned int index)
{
	if (index >= model->graph->operator_count)
		return NULL;
	return &model->graph->operators[index];
}

uint64_t
apu_model_macs(const struct apu_model *model)
{
	return model->graph->macs;
}

uint64_t
apu_model_arena_bytes(const struct apu_model *model)
{
	return model->program->arena_bytes;
}

uint64_t
apu_model_weight_bytes(const struct apu_model *model)
{
	return model->graph->weight_bytes;
}

uint64_t
apu_model_program_bytes(const struct apu_model *model)
{
	return model->program->size_bytes;
}
