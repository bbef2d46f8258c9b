/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "core/model.h"
#include "model/resize.h"
#include <errno.h>
#include <stdlib.h>

static int
check_base(const struct apu_model *base, unsigned int input_count)
{
	if (input_count != apu_model_input_count(base))
		return apui_fail(-EINVAL, NULL,
				 "%u shapes were given, the model has %u "
				 "inputs",
				 input_count, apu_model_input_count(base));
	if (base->form == APU_FORM_COMPILED) {
		apui_fail(-EOPNOTSUPP, NULL,
			  "a compiled file has one shape only");
		apui_fail_remedy("load the .tflite file that it was made of");
		return -EOPNOTSUPP;
	}
	if (!base->graph->is_kept) {
		apui_fail(-EOPNOTSUPP, NULL,
			  "the shapes of its operators cannot be worked out "
			  "again");
		apui_fail_remedy("convert the model with the shapes wanted");
		return -EOPNOTSUPP;
	}
	return 0;
}

static int
build_model(struct apu_model *model, const struct apu_shape *shapes)
{
	const struct apu_model *base = model->base;
	int ret;

	ret = apui_graph_resize(base->graph, shapes, apui_model_blob(base),
				base->program->size_bytes, &base->limits,
				&model->graph);
	if (ret < 0)
		return ret;
	ret = apui_compile(model->graph, &base->limits, &model->program);
	if (ret == 0)
		ret = apui_flow_new(model->program, model->program->blob,
				    model->graph, &base->limits, &model->flow);
	if (ret < 0 || model->dev == NULL)
		return ret;
	return apui_model_upload(model);
}

static int
resize(struct apu_model *base, const struct apu_shape *shapes,
       unsigned int input_count, struct apu_model **out_model)
{
	struct apu_model *model;
	int ret;

	ret = check_base(base, input_count);
	if (ret < 0)
		return ret;
	model = calloc(1, sizeof(*model));
	if (model == NULL)
		return -ENOMEM;
	apui_ref_init(&model->ref);
	model->base = apu_model_ref(base);
	model->dev = base->dev != NULL ? apu_device_ref(base->dev) : NULL;
	model->form = base->form;
	model->limits = base->limits;
	ret = build_model(model, shapes);
	if (ret < 0) {
		apui_model_free(model);
		return ret;
	}
	*out_model = model;
	return 0;
}

int
apu_model_resize(struct apu_model *model, const struct apu_shape *shapes,
		 unsigned int input_count, struct apu_model **out_model)
{
	int ret;

	if (model == NULL || out_model == NULL ||
	    (shapes == NULL && input_count > 0))
		ret = apui_fail(-EINVAL, NULL, "a pointer is NULL");
	else
		ret = resize(model->base != NULL ? model->base : model, shapes,
			     input_count, out_model);
	if (ret < 0)
		return apui_fail_during(ret, "resize model", NULL);
	return 0;
}
