/* SPDX-License-Identifier: MIT */
#include "delegates/tflite/ports.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A tensor of a graph that lives in a buffer, for all kernels of the graph. */
struct shared_buffer {
	struct shared_buffer *next;
	const struct tfl_context *context;
	int32_t tensor;
	struct apu_buffer *buffer;
	void *mapped;
	unsigned int refs;
};

static int
new_buffer(struct apu_device *device, size_t size_bytes,
	   struct apu_buffer **out, void **out_mapped)
{
	int ret;

	/* A tensor can be empty, a buffer cannot. */
	ret = apu_buffer_new(device, size_bytes > 0 ? size_bytes : 1,
			     APU_BUFFER_ZEROED, out);
	if (ret < 0)
		return ret;
	ret = apu_buffer_map(*out, out_mapped);
	if (ret < 0)
		*out = apu_buffer_unref(*out);
	return ret;
}

/* With the lock held. */
static struct shared_buffer *
find_shared(struct instance *instance, const struct tfl_context *context,
	    int32_t tensor, size_t size_bytes)
{
	for (struct shared_buffer *at = instance->buffers; at != NULL;
	     at = at->next)
		if (at->context == context && at->tensor == tensor &&
		    apu_buffer_size(at->buffer) >= size_bytes)
			return at;
	return NULL;
}

static struct shared_buffer *
add_shared(struct instance *instance, const struct tfl_context *context,
	   const struct port *port)
{
	struct shared_buffer *shared = calloc(1, sizeof(*shared));

	if (shared == NULL)
		return NULL;
	*shared = (struct shared_buffer) {
		.next = instance->buffers,
		.context = context,
		.tensor = port->tensor,
		.buffer = apu_buffer_ref(port->buffer),
		.mapped = port->mapped,
	};
	instance->buffers = shared;
	return shared;
}

/* One kernel's output and another's input are one buffer. */
static int
share_buffer(struct instance *instance, const struct tfl_context *context,
	     struct port *port)
{
	struct shared_buffer *shared;
	int ret = 0;

	pthread_mutex_lock(&instance->lock);
	shared = find_shared(instance, context, port->tensor, port->size_bytes);
	if (shared != NULL) {
		port->buffer = apu_buffer_ref(shared->buffer);
		port->mapped = shared->mapped;
	} else {
		ret = new_buffer(instance->device, port->size_bytes,
				 &port->buffer, &port->mapped);
		if (ret == 0)
			shared = add_shared(instance, context, port);
	}
	if (shared != NULL) {
		shared->refs++;
		port->shared = shared;
	}
	pthread_mutex_unlock(&instance->lock);
	return ret;
}

static void
unshare_buffer(struct instance *instance, struct port *port)
{
	struct shared_buffer **at = &instance->buffers;
	struct shared_buffer *shared = port->shared;

	if (shared == NULL)
		return;
	pthread_mutex_lock(&instance->lock);
	if (--shared->refs == 0) {
		while (*at != shared)
			at = &(*at)->next;
		*at = shared->next;
		apu_buffer_unref(shared->buffer);
		free(shared);
	}
	pthread_mutex_unlock(&instance->lock);
	port->shared = NULL;
}

static int
begin_access(struct port *ports, uint32_t count, int64_t deadline_ns)
{
	int ret = 0;

	for (uint32_t i = 0; i < count && ret == 0; i++) {
		if (ports[i].open)
			continue;
		ret = apu_buffer_cpu_begin(ports[i].buffer,
					   APU_BUFFER_READ | APU_BUFFER_WRITE,
					   deadline_ns);
		ports[i].open = ret == 0;
	}
	return ret;
}

static int
end_access(struct port *ports, uint32_t count)
{
	int ret = 0;

	for (uint32_t i = 0; i < count && ret == 0; i++) {
		if (!ports[i].open)
			continue;
		ports[i].open = false;
		ret = apu_buffer_cpu_end(ports[i].buffer,
					 APU_BUFFER_READ | APU_BUFFER_WRITE);
	}
	return ret;
}

/* The interpreter's own memory is left to it unless it is the arena's. */
static bool
can_move(const struct tfl_tensor *tensor, const struct port *port)
{
	return tensor->allocation_type == TFL_ALLOCATION_ARENA_RW ||
	       (tensor->allocation_type == TFL_ALLOCATION_CUSTOM &&
		tensor->data == port->mapped);
}

/* Inside the main graph's arena nobody else keeps the address. */
static int
open_port(struct ports *ports, struct tfl_context *context, struct port *port,
	  bool in_place)
{
	struct tfl_tensor *tensor = &context->tensors[port->tensor];
	int ret;

	if (in_place)
		ret = share_buffer(ports->instance, context, port);
	else
		ret = new_buffer(ports->instance->device, port->size_bytes,
				 &port->buffer, &port->mapped);
	if (ret < 0)
		return ret;
	if (in_place && can_move(tensor, port)) {
		tensor->allocation_type = TFL_ALLOCATION_CUSTOM;
		tensor->data = port->mapped;
	}
	return apu_buffer_cpu_begin(
		port->buffer, APU_BUFFER_READ | APU_BUFFER_WRITE, INT64_MAX);
}

static int
open_ports(struct ports *ports, struct tfl_context *context,
	   const struct compiled *compiled, struct apu_job *job, bool in_place)
{
	int ret = 0;

	for (uint32_t i = 0; i < ports->input_count && ret == 0; i++) {
		struct port *port = &ports->inputs[i];

		port->tensor = compiled->inputs[i];
		port->size_bytes = apu_tensor_size_bytes(
			apu_model_input(compiled->model, i));
		ret = open_port(ports, context, port, in_place);
		if (ret == 0)
			ret = apu_job_bind_input(job, i, port->buffer, 0);
	}
	for (uint32_t i = 0; i < ports->output_count && ret == 0; i++) {
		struct port *port = &ports->outputs[i];

		port->tensor = compiled->outputs[i];
		port->size_bytes = apu_tensor_size_bytes(
			apu_model_output(compiled->model, i));
		ret = open_port(ports, context, port, in_place);
		if (ret == 0)
			ret = apu_job_bind_output(job, i, port->buffer, 0);
	}
	return ret;
}

int
apui_ports_init(struct ports *ports, struct instance *instance,
		struct tfl_context *context, const struct compiled *compiled,
		struct apu_job *job, bool in_place)
{
	*ports = (struct ports) {
		.instance = instance,
		.inputs = calloc((size_t)compiled->input_count + 1,
				 sizeof(*ports->inputs)),
		.outputs = calloc((size_t)compiled->output_count + 1,
				  sizeof(*ports->outputs)),
	};
	if (ports->inputs == NULL || ports->outputs == NULL) {
		free(ports->inputs);
		free(ports->outputs);
		ports->inputs = NULL;
		ports->outputs = NULL;
		return -ENOMEM;
	}
	ports->input_count = compiled->input_count;
	ports->output_count = compiled->output_count;
	return open_ports(ports, context, compiled, job, in_place);
}

static void
close_port(struct instance *instance, struct tfl_context *context,
	   struct port *port)
{
	struct tfl_tensor *tensor = &context->tensors[port->tensor];

	if (port->buffer == NULL)
		return;
	(void)end_access(port, 1);
	unshare_buffer(instance, port);
	if (tensor->allocation_type == TFL_ALLOCATION_CUSTOM &&
	    tensor->data == port->mapped) {
		tensor->allocation_type = TFL_ALLOCATION_ARENA_RW;
		tensor->data = NULL;
	}
	port->buffer = apu_buffer_unref(port->buffer);
}

void
apui_ports_free(struct ports *ports, struct tfl_context *context)
{
	for (uint32_t i = 0; i < ports->input_count; i++)
		close_port(ports->instance, context, &ports->inputs[i]);
	for (uint32_t i = 0; i < ports->output_count; i++)
		close_port(ports->instance, context, &ports->outputs[i]);
	free(ports->inputs);
	free(ports->outputs);
	free(ports->variables);
	*ports = (struct ports) { .instance = NULL };
}

static void
add_variable(struct ports *ports, int32_t tensor)
{
	size_t count = (size_t)ports->variable_count + 1;
	struct variable *list;

	list = realloc(ports->variables, count * sizeof(*list));
	if (list == NULL)
		return;
	list[ports->variable_count++] = (struct variable) { .tensor = tensor };
	ports->variables = list;
}

void
apui_ports_find_variables(struct ports *ports,
			  const struct tfl_context *context,
			  const struct tfl_ints *nodes)
{
	struct tfl_context *graph = (struct tfl_context *)context;
	struct tfl_registration *registration;
	struct tfl_node *node;

	for (int32_t i = 0; i < nodes->size; i++) {
		if (graph->get_node(graph, nodes->data[i], &node,
				    &registration) != TFL_OK)
			continue;
		for (int32_t k = 0; k < node->inputs->size; k++) {
			int32_t tensor = node->inputs->data[k];

			if (tensor >= 0 &&
			    (size_t)tensor < context->tensor_count &&
			    context->tensors[tensor].is_variable)
				add_variable(ports, tensor);
		}
	}
}

/* The byte that a reset fills with is the zero point's; any other marks. */
bool
apui_ports_were_reset(struct ports *ports, struct tfl_context *context)
{
	bool reset = false;

	for (uint32_t i = 0; i < ports->variable_count; i++) {
		struct variable *variable = &ports->variables[i];
		struct tfl_tensor *tensor = &context->tensors[variable->tensor];
		uint8_t *first = tensor->data;

		if (first == NULL || tensor->bytes == 0)
			continue;
		if (!variable->marked) {
			variable->mark = (uint8_t)(*first ^ 0x5a);
			variable->marked = true;
		}
		reset |= *first != variable->mark;
		*first = variable->mark;
	}
	return reset;
}

static bool
is_in_place(const struct tfl_tensor *tensor, const struct port *port)
{
	return tensor->data == port->mapped &&
	       tensor->bytes == port->size_bytes;
}

static bool
fit(const struct port *ports, uint32_t count, const struct tfl_context *context)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct tfl_tensor *tensor =
			&context->tensors[ports[i].tensor];

		if (ports[i].size_bytes > 0 &&
		    (tensor->data == NULL ||
		     tensor->bytes != ports[i].size_bytes))
			return false;
	}
	return true;
}

bool
apui_ports_fit(const struct ports *ports, const struct tfl_context *context)
{
	return fit(ports->inputs, ports->input_count, context) &&
	       fit(ports->outputs, ports->output_count, context);
}

int
apui_ports_give(struct ports *ports, const struct tfl_context *context,
		struct figures *figures)
{
	int ret;

	for (uint32_t i = 0; i < ports->input_count; i++) {
		const struct port *port = &ports->inputs[i];
		const struct tfl_tensor *tensor =
			&context->tensors[port->tensor];

		if (is_in_place(tensor, port)) {
			figures->bound_bytes += port->size_bytes;
		} else {
			memcpy(port->mapped, tensor->data, port->size_bytes);
			figures->copied_in_bytes += port->size_bytes;
		}
	}
	ret = end_access(ports->inputs, ports->input_count);
	if (ret == 0)
		ret = end_access(ports->outputs, ports->output_count);
	return ret;
}

void
apui_ports_mend(struct ports *ports)
{
	int ret;

	/* Where the device still holds one, the next run says so. */
	ret = begin_access(ports->inputs, ports->input_count, 0);
	if (ret == 0)
		(void)begin_access(ports->outputs, ports->output_count, 0);
}

int
apui_ports_collect(struct ports *ports, const struct tfl_context *context,
		   struct figures *figures)
{
	int ret;

	ret = begin_access(ports->inputs, ports->input_count, INT64_MAX);
	if (ret == 0)
		ret = begin_access(ports->outputs, ports->output_count,
				   INT64_MAX);
	for (uint32_t i = 0; i < ports->output_count && ret == 0; i++) {
		const struct port *port = &ports->outputs[i];
		const struct tfl_tensor *tensor =
			&context->tensors[port->tensor];

		if (is_in_place(tensor, port)) {
			figures->bound_bytes += port->size_bytes;
		} else {
			memcpy(tensor->data, port->mapped, port->size_bytes);
			figures->copied_out_bytes += port->size_bytes;
		}
	}
	return ret;
}

void
apui_instance_count(struct instance *instance, const struct figures *figures)
{
	pthread_mutex_lock(&instance->lock);
	instance->figures.invokes += figures->invokes;
	instance->figures.copied_in_bytes += figures->copied_in_bytes;
	instance->figures.copied_out_bytes += figures->copied_out_bytes;
	instance->figures.bound_bytes += figures->bound_bytes;
	instance->figures.run_ns += figures->run_ns;
	pthread_mutex_unlock(&instance->lock);
}
