/* SPDX-License-Identifier: MIT */
#include "delegates/tflite/ports.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What an interpreter takes for "init failed" (TfLiteKernelInitFailed()). */
#define INIT_FAILED ((void *)(intptr_t)-1)

/* One partition of one interpreter's graph. */
struct kernel {
	struct instance *instance;
	struct tfl_context *context;
	struct tfl_ints *nodes, *inputs, *outputs; /* as delegate_params */
	struct compiled compiled;
	struct apu_job *job;
	struct ports ports;
	unsigned int core;
	bool failed;   /* the last run, and with it the variables */
	bool in_place; /* the main graph: nobody else moves its tensors */
};

static struct tfl_ints *
copy_ints(const struct tfl_ints *from)
{
	size_t size_bytes =
		sizeof(*from) + (size_t)from->size * sizeof(from->data[0]);
	struct tfl_ints *to = malloc(size_bytes);

	if (to != NULL)
		memcpy(to, from, size_bytes);
	return to;
}

static struct graph_part
describe(const struct kernel *kernel)
{
	return (struct graph_part) {
		.context = kernel->context,
		.nodes = kernel->nodes->data,
		.node_count = kernel->nodes->size,
		.inputs = kernel->inputs,
		.outputs = kernel->outputs,
	};
}

static int32_t
fail(struct kernel *kernel, const char *what, const char *why)
{
	kernel->context->report_error(kernel->context, "apu delegate: %s%s%s\n",
				      what, why[0] != '\0' ? ": " : "", why);
	return TFL_ERROR;
}

static int32_t
fail_apu(struct kernel *kernel, const char *what)
{
	return fail(kernel, what, apu_error_message(apu_error_last()));
}

static void
free_kernel(struct kernel *kernel)
{
	apui_ports_free(&kernel->ports, kernel->context);
	apu_job_free(kernel->job);
	apui_tfl_compiled_free(&kernel->compiled);
	free(kernel->nodes);
	free(kernel->inputs);
	free(kernel->outputs);
	apui_instance_unref(kernel->instance);
	free(kernel);
}

static void *
init_kernel(struct tfl_context *context, const char *buffer, size_t size_bytes)
{
	const struct tfl_delegate_params *params = (const void *)buffer;
	struct instance *instance = params->delegate->data;
	struct kernel *kernel = calloc(1, sizeof(*kernel));

	(void)size_bytes;
	if (kernel == NULL)
		return INIT_FAILED;
	kernel->instance = apui_instance_ref(instance);
	kernel->context = context;
	kernel->nodes = copy_ints(params->nodes);
	kernel->inputs = copy_ints(params->inputs);
	kernel->outputs = copy_ints(params->outputs);
	if (kernel->nodes == NULL || kernel->inputs == NULL ||
	    kernel->outputs == NULL) {
		free_kernel(kernel);
		return INIT_FAILED;
	}
	kernel->in_place = apui_find_subgraph(context) == 0;
	pthread_mutex_lock(&instance->lock);
	kernel->core = instance->next_core++ % instance->options.threads;
	pthread_mutex_unlock(&instance->lock);
	/* Not there: prepare compiles it. */
	(void)apui_instance_take(instance, context, params->nodes,
				 &kernel->compiled);
	return kernel;
}

static bool
has_shape(const struct apu_tensor *described, const struct tfl_tensor *tensor)
{
	int32_t rank = tensor->dims != NULL ? tensor->dims->size : 0;

	if ((unsigned int)rank != apu_tensor_rank(described))
		return false;
	for (int32_t i = 0; i < rank; i++)
		if (tensor->dims->data[i] !=
		    apu_tensor_dim(described, (unsigned int)i))
			return false;
	return true;
}

/* Whether the model is for the shapes that the inputs have now. */
static bool
is_current(const struct kernel *kernel)
{
	const struct compiled *compiled = &kernel->compiled;

	if (compiled->model == NULL)
		return false;
	for (uint32_t i = 0; i < compiled->input_count; i++)
		if (!has_shape(apu_model_input(compiled->model, i),
			       &kernel->context->tensors[compiled->inputs[i]]))
			return false;
	return true;
}

static int32_t
compile(struct kernel *kernel)
{
	struct graph_part part = describe(kernel);
	struct apui_text why = { .bytes = NULL };
	int32_t status = TFL_OK;
	int ret;

	apui_ports_free(&kernel->ports, kernel->context);
	apu_job_free(kernel->job);
	kernel->job = NULL;
	apui_tfl_compiled_free(&kernel->compiled);
	ret = apui_tfl_compile(kernel->instance, kernel->instance->device,
			       &part, &kernel->compiled, &why);
	if (ret < 0)
		status = fail(kernel, "cannot compile for the new shapes",
			      apui_text_get(&why));
	apui_text_clear(&why);
	return status;
}

static int32_t
resize(struct tfl_context *context, struct tfl_tensor *tensor,
       const struct apu_tensor *described)
{
	unsigned int rank = apu_tensor_rank(described);
	struct tfl_ints *dims;

	dims = malloc(sizeof(*dims) + (rank + 1) * sizeof(dims->data[0]));
	if (dims == NULL)
		return TFL_ERROR;
	dims->size = (int32_t)rank;
	for (unsigned int k = 0; k < rank; k++)
		dims->data[k] = (int32_t)apu_tensor_dim(described, k);
	return context->resize_tensor(context, tensor, dims);
}

/* The interpreter's own operators have sized them already, as a rule. */
static int32_t
resize_outputs(struct kernel *kernel)
{
	const struct compiled *compiled = &kernel->compiled;
	struct tfl_context *context = kernel->context;

	for (uint32_t i = 0; i < compiled->output_count; i++) {
		struct tfl_tensor *tensor =
			&context->tensors[compiled->outputs[i]];
		const struct apu_tensor *described =
			apu_model_output(compiled->model, i);

		if (!has_shape(described, tensor) &&
		    resize(context, tensor, described) != TFL_OK)
			return fail(kernel, "cannot resize an output", "");
	}
	return TFL_OK;
}

static int32_t
prepare_kernel(struct tfl_context *context, struct tfl_node *node)
{
	struct kernel *kernel = node->user_data;
	int32_t status;

	kernel->context = context;
	if (!is_current(kernel)) {
		status = compile(kernel);
		if (status != TFL_OK)
			return status;
	}
	status = resize_outputs(kernel);
	if (status != TFL_OK)
		return status;
	if (kernel->job == NULL &&
	    (apu_job_new(kernel->compiled.model, &kernel->job) < 0 ||
	     apu_job_set_core(kernel->job, kernel->core) < 0))
		return fail_apu(kernel, "cannot make a job");
	apui_ports_free(&kernel->ports, context);
	if (apui_ports_init(&kernel->ports, kernel->instance, context,
			    &kernel->compiled, kernel->job,
			    kernel->in_place) < 0)
		return fail_apu(kernel, "cannot bind inputs and outputs");
	apui_ports_find_variables(&kernel->ports, context, kernel->nodes);
	return TFL_OK;
}

static int32_t
invoke_kernel(struct tfl_context *context, struct tfl_node *node)
{
	struct kernel *kernel = node->user_data;
	struct apu_device *device = kernel->instance->device;
	struct figures figures = { .invokes = 1 };
	int64_t start_ns;

	kernel->context = context;
	if (kernel->job == NULL)
		return fail(kernel, "the graph is not prepared", "");
	/* Variables that a failed run lost begin anew. */
	if ((apui_ports_were_reset(&kernel->ports, context) ||
	     kernel->failed) &&
	    apu_job_reset_state(kernel->job) < 0)
		return fail_apu(kernel, "cannot reset variables");
	if (!apui_ports_fit(&kernel->ports, context))
		return fail(kernel,
			    "an input or output has no memory, or not the size "
			    "that it had when the graph was prepared",
			    "");
	if (apui_ports_give(&kernel->ports, context, &figures) < 0)
		return fail_apu(kernel, "cannot pass the inputs");
	start_ns = apu_device_now_ns(device);
	kernel->failed = apu_job_run(kernel->job, INT64_MAX) < 0;
	if (kernel->failed) {
		int32_t status = fail_apu(kernel, "the inference failed");

		apui_ports_mend(&kernel->ports);
		return status;
	}
	figures.run_ns = apu_device_now_ns(device) - start_ns;
	if (apui_ports_collect(&kernel->ports, context, &figures) < 0)
		return fail_apu(kernel, "cannot read the outputs");
	apui_instance_count(kernel->instance, &figures);
	return TFL_OK;
}

static void
destroy_kernel(struct tfl_context *context, void *data)
{
	struct kernel *kernel = data;

	if (data == NULL || data == INIT_FAILED)
		return;
	kernel->context = context;
	free_kernel(kernel);
}

struct tfl_registration
apui_kernel_registration(void)
{
	return (struct tfl_registration) {
		.init = init_kernel,
		.free = destroy_kernel,
		.prepare = prepare_kernel,
		.invoke = invoke_kernel,
		.builtin_code = 51, /* DELEGATE */
		.custom_name = "ApuDelegate",
		.version = 1,
	};
}
