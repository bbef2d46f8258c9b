/* SPDX-License-Identifier: MIT */
#include "file_io.h"
#include "options.h"
#include "report.h"
#include <apu/model.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void
print_text(const struct apui_options *options, const struct apu_model *model,
	   size_t size_bytes)
{
	fputs("compiled: ", stdout);
	apui_report_name(stdout, options->output);
	printf("\ntarget: %s\nfile: %zu bytes\nprogram: %" PRIu64 " bytes\n",
	       apu_model_target(model), size_bytes,
	       apu_model_program_bytes(model));
}

static void
print_json(const struct apui_options *options, const struct apu_model *model,
	   size_t size_bytes)
{
	struct json_object *object = apui_json_object();

	apui_json_add_text(object, "model", options->model);
	apui_json_add_text(object, "output", options->output);
	apui_json_add_text(object, "target", apu_model_target(model));
	apui_json_add_uint(object, "file_bytes", size_bytes);
	apui_json_add_uint(object, "program_bytes",
			   apu_model_program_bytes(model));
	apui_json_print(stdout, object);
}

static int
compile(const struct apui_options *options, const struct apu_model *model)
{
	struct apui_file file = { .path = options->output };
	void *data;
	int status;

	if (apu_model_serialise(model, &data, &file.size_bytes) < 0)
		return apui_report_library();
	file.data = data;
	status = apui_files_write(&file, 1);
	free(data);
	if (status != APUI_DONE)
		return status;
	/* Not in the middle of the file. */
	if (apui_path_is_stdout(options->output))
		return APUI_DONE;
	if (options->json)
		print_json(options, model, file.size_bytes);
	else
		print_text(options, model, file.size_bytes);
	return APUI_DONE;
}

int
apui_cmd_compile(const struct apui_options *options)
{
	const struct apu_model_options model_options = {
		.size = sizeof(model_options),
		.target = options->target,
		.disabled_passes = options->disabled_passes,
	};
	struct apu_model *model;
	int status;

	if (options->output == NULL)
		return apui_report_usage("--output", "it is missing");
	if (apu_model_load_file(NULL, options->model, &model_options, &model) <
	    0)
		return apui_report_library();
	status = compile(options, model);
	apu_model_unref(model);
	return status;
}
