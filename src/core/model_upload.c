/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "core/model.h"
#include "core/run_request.h"
#include "firmware/program.h"
#include "model/target.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int
refuse_target(const struct apu_model *model)
{
	apui_fail(-ENOEXEC, NULL,
		  "the firmware of %s does not run programs for target %s, "
		  "version %u",
		  model->dev->name, apui_target_name(model->program->target),
		  APUI_PROGRAM_VERSION);
	apui_fail_remedy(model->form == APU_FORM_COMPILED
				 ? "compile the model with --target ref, or "
				   "update the firmware"
				 : "update the firmware");
	return -ENOEXEC;
}

/*
 * Asked once for all models: the answer takes a sleeping core many times what
 * a compiled model takes to load. Should the firmware have become another, it
 * refuses what it does not know, each time.
 */
static int
ask_firmware(struct apu_device *dev, struct apui_info *out_info)
{
	bool is_known;
	int ret;

	pthread_mutex_lock(&dev->lock);
	is_known = dev->has_info;
	*out_info = dev->info;
	pthread_mutex_unlock(&dev->lock);
	if (is_known)
		return 0;

	ret = apui_device_info(dev, 0, out_info);
	if (ret < 0)
		return ret;
	pthread_mutex_lock(&dev->lock);
	dev->info = *out_info;
	dev->has_info = true;
	pthread_mutex_unlock(&dev->lock);
	return 0;
}

static int
check_target(const struct apu_model *model)
{
	struct apui_info info;
	int ret;

	ret = ask_firmware(model->dev, &info);
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
	return refuse_target(model);
}

static int
check_device(const struct apu_model *model)
{
	int ret;

	ret = apui_run_request_check(apu_model_input_count(model) +
					     apu_model_output_count(model),
				     model->program->shared_bytes > 0);
	if (ret < 0)
		return ret;
	return check_target(model);
}

static int
new_program_buffer(struct apu_model *model, void **out_map)
{
	int ret;

	ret = check_device(model);
	if (ret < 0)
		return ret;
	ret = apui_buffer_new_mapped(model->dev, model->program->size_bytes, 0,
				     &model->program_buffer, out_map);
	if (ret < 0)
		return ret;
	model->program_map = *out_map;
	return 0;
}

int
apui_model_upload(struct apu_model *model)
{
	struct apui_program *program = model->program;
	void *map;
	int ret;

	ret = new_program_buffer(model, &map);
	if (ret < 0)
		return ret;
	memcpy(map, program->blob, program->size_bytes);
	free(program->blob);
	program->blob = NULL;
	return 0;
}

int
apui_model_upload_from(struct apu_model *model,
		       const struct apui_source *source, uint64_t offset_bytes)
{
	void *map;
	int ret;

	ret = new_program_buffer(model, &map);
	if (ret < 0)
		return ret;
	return apui_source_read(source, offset_bytes, map,
				model->program->size_bytes);
}

int
apui_model_lend(struct apu_model *model, const struct apui_source *source,
		uint64_t offset_bytes, const struct apui_lent *lent)
{
	int ret;

	ret = check_device(model);
	if (ret < 0)
		return ret;
	ret = apui_buffer_lend(model->dev, source->data, source->size_bytes,
			       lent->release, lent->context,
			       &model->program_buffer);
	if (ret < 0)
		return ret;
	model->program_offset_bytes = offset_bytes;
	model->program_map = source->data + offset_bytes;
	return 0;
}
