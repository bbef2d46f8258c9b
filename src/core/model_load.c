/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "core/file.h"
#include "core/model.h"
#include "core/run_request.h"
#include "model/compiled.h"
#include "model/keep.h"
#include "model/target.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* One call to load a model. */
struct loading {
	struct apu_device *dev;
	struct apui_limits limits;
	struct apui_source source;
	/* NULL: the source's memory is borrowed for the call. */
	const struct apui_lent *lent;
};

/* What the client does between requests. @blob: the program, wherever. */
static int
read_flow(const struct loading *loading, struct apu_model *model,
	  const uint8_t *blob)
{
	return apui_flow_new(model->program, blob, model->graph,
			     &loading->limits, &model->flow);
}

static int
read_tflite(const struct loading *loading, struct apu_model *model)
{
	const struct apui_source *source = &loading->source;
	int ret;

	model->form = APU_FORM_TFLITE;
	ret = apui_graph_read(source->data, source->size_bytes,
			      &loading->limits, &model->graph);
	if (ret < 0)
		return ret;
	ret = apui_compile(model->graph, &loading->limits, &model->program);
	if (ret == 0)
		ret = read_flow(loading, model, model->program->blob);
	if (ret == 0 && model->dev != NULL)
		ret = apui_model_upload(model);
	if (ret < 0)
		return ret;
	model->limits = loading->limits;
	/* Borrowed; models with functions are not resized. */
	model->limits.custom = NULL;
	return apui_graph_keep(model->graph, model->program,
			       apui_model_blob(model), source->size_bytes);
}

static int
check_wanted_target(const struct loading *loading,
		    const struct apu_model *model)
{
	uint32_t wanted = loading->limits.target;

	if (wanted == 0 || wanted == model->program->target)
		return 0;
	apui_fail(-EINVAL, NULL, "the file is compiled for target %s, not %s",
		  apui_target_name(model->program->target),
		  apui_target_name(wanted));
	apui_fail_remedy("compile the model with --target %s",
			 apui_target_name(wanted));
	return -EINVAL;
}

/* For those who describe the model, or write it again. */
static int
keep_program(const struct loading *loading, struct apu_model *model,
	     uint64_t offset_bytes)
{
	struct apui_program *program = model->program;
	const uint64_t mask = APUI_PROGRAM_ALIGNMENT - 1;
	int ret;

	program->blob = aligned_alloc(APUI_PROGRAM_ALIGNMENT,
				      (program->size_bytes + mask) & ~mask);
	if (program->blob == NULL)
		return -ENOMEM;
	ret = apui_source_read(&loading->source, offset_bytes, program->blob,
			       program->size_bytes);
	if (ret < 0)
		return ret;
	return read_flow(loading, model, program->blob);
}

/*
 * In place when the memory is lent, and as the device wants it: sealed or
 * promised, so nobody changes it, and the firmware would survive that.
 */
static int
place_program(const struct loading *loading, struct apu_model *model,
	      uint64_t offset_bytes)
{
	const struct apui_source *source = &loading->source;
	int ret;

	if (model->dev == NULL)
		return keep_program(loading, model, offset_bytes);
	if (loading->lent != NULL &&
	    (uintptr_t)source->data % APUI_PROGRAM_ALIGNMENT == 0) {
		ret = read_flow(loading, model, source->data + offset_bytes);
		if (ret < 0)
			return ret;
		ret = apui_model_lend(model, source, offset_bytes,
				      loading->lent);
		if (ret != -EOPNOTSUPP)
			return ret;
		apui_error_clear();
	}
	ret = apui_model_upload_from(model, source, offset_bytes);
	if (ret < 0 || model->flow != NULL)
		return ret;
	return read_flow(loading, model, model->program_map);
}

static int
read_compiled(const struct loading *loading, struct apu_model *model)
{
	struct apui_compiled_place place;
	int ret;

	model->form = APU_FORM_COMPILED;
	ret = apui_compiled_read(&loading->source, &loading->limits,
				 &model->graph, &model->program, &place);
	if (ret < 0)
		return ret;
	ret = check_wanted_target(loading, model);
	if (ret < 0)
		return ret;
	return place_program(loading, model, place.offset_bytes);
}

static bool
is_compiled(const struct apui_source *source)
{
	uint8_t head[sizeof(uint32_t)];

	if (source->size_bytes < sizeof(head) ||
	    apui_source_read(source, 0, head, sizeof(head)) < 0)
		return false;
	return apui_compiled_is_one(head, sizeof(head));
}

/* The source is in memory, or a compiled file. */
static int
build_model(const struct loading *loading, struct apu_model *model)
{
	int ret;

	ret = is_compiled(&loading->source) ? read_compiled(loading, model)
					    : read_tflite(loading, model);
	if (ret < 0)
		return ret;
	if (model->dev != NULL)
		apui_log(model->dev, APU_LOG_INFO,
			 "model of %u operators: program %u bytes, arena %u "
			 "bytes",
			 model->graph->operator_count,
			 model->program->size_bytes,
			 model->program->arena_bytes);
	return 0;
}

static int
load_source(const struct loading *loading, struct apu_model **out_model)
{
	struct apu_model *model = calloc(1, sizeof(*model));
	int ret;

	if (model == NULL)
		return -ENOMEM;

	apui_ref_init(&model->ref);
	if (loading->dev != NULL)
		model->dev = apu_device_ref(loading->dev);
	ret = build_model(loading, model);
	if (ret < 0) {
		apui_model_free(model);
		return ret;
	}
	*out_model = model;
	return 0;
}

static int
load_memory(struct apu_device *dev, const void *data, size_t size_bytes,
	    const struct apu_model_options *options,
	    const struct apui_lent *lent, struct apu_model **out_model)
{
	struct loading loading = {
		.dev = dev,
		.source = { .data = data, .fd = -1, .size_bytes = size_bytes },
		.lent = lent,
	};
	int ret;

	if (data == NULL || out_model == NULL)
		return apui_fail(-EINVAL, NULL, "data or out_model is NULL");
	ret = apui_model_read_options(options, &loading.limits);
	if (ret < 0)
		return ret;
	if (size_bytes > loading.limits.max_file_bytes) {
		apui_fail(-E2BIG, NULL, "%zu bytes are over the limit of %llu",
			  size_bytes,
			  (unsigned long long)loading.limits.max_file_bytes);
		apui_fail_remedy("raise max_file_bytes");
		return -E2BIG;
	}
	return load_source(&loading, out_model);
}

int
apu_model_load_memory(struct apu_device *dev, const void *data,
		      size_t size_bytes,
		      const struct apu_model_options *options,
		      struct apu_model **out_model)
{
	int ret = load_memory(dev, data, size_bytes, options, NULL, out_model);

	if (ret < 0)
		return apui_fail_during(ret, "load model", NULL);
	return 0;
}

static void
release_nothing(void *context)
{
	(void)context;
}

int
apu_model_load_lent(struct apu_device *dev, const void *data, size_t size_bytes,
		    const struct apu_model_options *options,
		    void (*release)(void *context), void *context,
		    struct apu_model **out_model)
{
	const struct apui_lent lent = {
		.release = release != NULL ? release : release_nothing,
		.context = context,
	};
	int ret = load_memory(dev, data, size_bytes, options, &lent, out_model);

	if (ret < 0)
		return apui_fail_during(ret, "load model", NULL);
	if (!apui_model_is_lent(*out_model))
		lent.release(context);
	return 0;
}

/* What has no program yet is read whole. */
static int
load_tflite_fd(struct loading *loading, int fd, struct apu_model **out_model)
{
	size_t size_bytes;
	uint8_t *data;
	int ret;

	ret = apui_file_read(fd, loading->limits.max_file_bytes, &data,
			     &size_bytes);
	if (ret < 0)
		return ret;
	loading->source = (struct apui_source) {
		.data = data,
		.fd = -1,
		.size_bytes = size_bytes,
	};
	ret = load_source(loading, out_model);
	free(data);
	return ret;
}

/* -EOPNOTSUPP when it cannot be used where it is. */
static int
load_sealed_fd(const struct loading *loading, struct apu_model **out_model)
{
	struct apui_file_map *map;
	struct apui_lent lent = { .release = apui_file_map_free };
	struct loading in_place = *loading;
	int ret;

	ret = apui_file_map_sealed(loading->source.fd,
				   (size_t)loading->source.size_bytes, &map);
	if (ret < 0)
		return ret;
	lent.context = map;
	in_place.source.data = map->data;
	in_place.lent = &lent;
	ret = load_source(&in_place, out_model);
	if (ret < 0 || !apui_model_is_lent(*out_model))
		apui_file_map_free(map);
	return ret;
}

static int
load_fd(struct apu_device *dev, int fd, const struct apu_model_options *options,
	struct apu_model **out_model)
{
	struct loading loading = { .dev = dev, .source = { .fd = fd } };
	size_t size_bytes;
	int ret;

	ret = apui_model_read_options(options, &loading.limits);
	if (ret < 0)
		return ret;
	ret = apui_file_size(fd, loading.limits.max_file_bytes, &size_bytes);
	if (ret < 0)
		return ret;
	loading.source.size_bytes = size_bytes;
	if (!is_compiled(&loading.source))
		return load_tflite_fd(&loading, fd, out_model);

	if (dev != NULL && dev->transport->ops->buffer_lend != NULL) {
		ret = load_sealed_fd(&loading, out_model);
		if (ret != -EOPNOTSUPP)
			return ret;
	}
	return load_source(&loading, out_model);
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
