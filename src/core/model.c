/* SPDX-License-Identifier: MIT */
#include "core/model.h"
#include "model/pass.h"
#include "model/target.h"
#include <stdlib.h>

const uint8_t *
apui_model_blob(const struct apu_model *model)
{
	return model->program_map != NULL ? model->program_map
					  : model->program->blob;
}

bool
apui_model_is_lent(const struct apu_model *model)
{
	return model->program_buffer != NULL && model->program_buffer->is_lent;
}

void
apui_model_free(struct apu_model *model)
{
	if (model == NULL)
		return;
	apu_buffer_unref(model->program_buffer);
	apui_flow_unref(model->flow);
	apui_program_free(model->program);
	apui_graph_free(model->graph);
	apu_device_unref(model->dev);
	apu_model_unref(model->base);
	free(model);
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
		apui_model_free(model);
	return NULL;
}

enum apu_form
apu_model_form(const struct apu_model *model)
{
	return model->form;
}

const char *
apu_model_target(const struct apu_model *model)
{
	return apui_target_name(model->program->target);
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
apu_model_arena_bound_bytes(const struct apu_model *model)
{
	return model->program->arena_bound_bytes;
}

unsigned int
apu_model_program_operator_count(const struct apu_model *model)
{
	return model->program->operator_count;
}

const char *
apu_pass_name(unsigned int index)
{
	return index < apui_pass_count ? apui_passes[index].name : NULL;
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
