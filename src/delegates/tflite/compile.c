/* SPDX-License-Identifier: MIT */
#include "delegates/tflite/cache.h"
#include "delegates/tflite/instance.h"
#include <errno.h>
#include <stdlib.h>

void
apui_tfl_compiled_free(struct compiled *compiled)
{
	compiled->model = apu_model_unref(compiled->model);
	free(compiled->inputs);
	free(compiled->outputs);
	*compiled = (struct compiled) { .model = NULL };
}

static int
load(struct instance *instance, struct apu_device *device,
     const struct graph_file *file, struct apu_model **out)
{
	const struct apui_hash start = apui_hash_start();
	struct apui_hash key;
	int ret;

	if (device == NULL || instance->options.cache_dir == NULL)
		return apu_model_load_memory(device, file->file.bytes,
					     file->file.size_bytes, NULL, out);
	key = apui_hash_bytes(&start, file->file.bytes, file->file.size_bytes);
	if (apui_cache_load(instance, &key, out) == 0)
		return 0;
	ret = apu_model_load_memory(device, file->file.bytes,
				    file->file.size_bytes, NULL, out);
	if (ret == 0)
		apui_cache_save(instance, &key, *out);
	return ret;
}

int
apui_tfl_compile(struct instance *instance, struct apu_device *device,
		 const struct graph_part *part, struct compiled *out,
		 struct apui_text *why)
{
	struct graph_file file;
	int ret;

	*out = (struct compiled) { .model = NULL };
	ret = apui_graph_file_new(part, &file, why);
	if (ret < 0)
		return ret;
	ret = load(instance, device, &file, &out->model);
	if (ret < 0) {
		const struct apu_error *error = apu_error_last();
		const char *remedy = apu_error_remedy(error);

		apui_text_add(why, "%s", apu_error_cause(error));
		if (remedy[0] != '\0')
			apui_text_add(why, ": %s", remedy);
		apui_graph_file_free(&file);
		return ret;
	}
	out->inputs = file.inputs;
	out->outputs = file.outputs;
	out->input_count = file.input_count;
	out->output_count = file.output_count;
	file.inputs = NULL;
	file.outputs = NULL;
	apui_graph_file_free(&file);
	return 0;
}
