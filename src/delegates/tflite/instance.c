/* SPDX-License-Identifier: MIT */
#include "delegates/tflite/instance.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOG_LINE_BYTES 8192

void
apui_instance_log(const struct instance *instance, enum apu_log_level level,
		  const char *format, ...)
{
	char line[LOG_LINE_BYTES];
	va_list args;

	if (level > instance->options.log)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	dprintf(STDERR_FILENO, "apu delegate: %s\n", line);
}

static void
log_device(enum apu_log_level level, const char *message, void *data)
{
	apui_instance_log(data, level, "%s", message);
}

static int
check_threads(struct instance *instance, struct apui_text *why)
{
	uint64_t cores = 1;
	int ret;

	ret = apu_device_query(instance->device, APU_DEVICE_LIMIT_CORES,
			       &cores);
	if (ret == 0 && instance->options.threads <= cores)
		return 0;
	apui_text_add(why,
		      "option threads is %u, but device %s has %u core(s): "
		      "lower it, or open a device with more, as sim:cores=%u",
		      instance->options.threads,
		      apu_device_name(instance->device), (unsigned int)cores,
		      instance->options.threads);
	return -EINVAL;
}

static int
open_device(struct instance *instance, struct apui_text *why)
{
	int ret;

	ret = apu_device_open(instance->options.device, &instance->device);
	if (ret < 0) {
		apui_text_add(why, "%s", apu_error_message(apu_error_last()));
		return ret;
	}
	if (instance->options.log > 0)
		apu_device_set_log(instance->device, instance->options.log,
				   log_device, instance);
	return check_threads(instance, why);
}

int
apui_instance_new(char **keys, char **values, size_t count,
		  struct instance **out, struct apui_text *why)
{
	struct instance *instance = calloc(1, sizeof(*instance));
	int ret;

	if (instance == NULL) {
		apui_text_add(why, "out of memory");
		return -ENOMEM;
	}
	pthread_mutex_init(&instance->lock, NULL);
	instance->refs = 1;
	instance->delegate = (struct tfl_delegate) {
		.data = instance,
		.prepare = apui_delegate_prepare,
		.flags = TFL_DELEGATE_ALLOW_DYNAMIC |
			 TFL_DELEGATE_PROPAGATE_SHAPES,
	};
	ret = apui_options_read(&instance->options, keys, values, count, why);
	if (ret == 0)
		ret = open_device(instance, why);
	if (ret < 0) {
		apui_instance_unref(instance);
		return ret;
	}
	*out = instance;
	return 0;
}

struct instance *
apui_instance_ref(struct instance *instance)
{
	pthread_mutex_lock(&instance->lock);
	instance->refs++;
	pthread_mutex_unlock(&instance->lock);
	return instance;
}

static void
free_waiting(struct waiting *waiting)
{
	free(waiting->nodes);
	apui_tfl_compiled_free(&waiting->compiled);
}

/*
 * Interpreters keep a delegate's address, and nobody tells when they end: where
 * one may be left, the structure that it points at stays.
 */
static struct {
	pthread_mutex_t lock;
	struct tfl_delegate *last;
} tombs = { .lock = PTHREAD_MUTEX_INITIALIZER };

static int32_t
refuse_dead(struct tfl_context *context, struct tfl_delegate *delegate)
{
	(void)delegate;
	context->report_error(
		context, "apu delegate: the delegate has been destroyed\n");
	return TFL_DELEGATE_ERROR;
}

static void
bury(struct tfl_delegate *delegate)
{
	pthread_mutex_lock(&tombs.lock);
	delegate->data = tombs.last;
	delegate->prepare = refuse_dead;
	tombs.last = delegate;
	pthread_mutex_unlock(&tombs.lock);
}

static void
free_instance(struct instance *instance)
{
	for (size_t i = 0; i < instance->waiting_count; i++)
		free_waiting(&instance->waiting[i]);
	free(instance->waiting);
	if (instance->device != NULL)
		apu_device_set_log(instance->device, APU_LOG_ERROR, NULL, NULL);
	instance->device = apu_device_unref(instance->device);
	apui_text_clear(&instance->report);
	apui_text_clear(&instance->profile);
	apui_options_free(&instance->options);
	pthread_mutex_destroy(&instance->lock);
	if (instance->is_outlived)
		bury(&instance->delegate);
	else
		free(instance);
}

void
apui_instance_unref(struct instance *instance)
{
	unsigned int refs;

	pthread_mutex_lock(&instance->lock);
	refs = --instance->refs;
	pthread_mutex_unlock(&instance->lock);
	if (refs == 0)
		free_instance(instance);
}

int
apui_instance_put(struct instance *instance, const struct graph_part *part,
		  const struct compiled *compiled)
{
	size_t size_bytes = (size_t)part->node_count * sizeof(*part->nodes);
	int32_t *nodes = malloc(size_bytes + 1);
	struct waiting *list;

	if (nodes == NULL)
		return -ENOMEM;
	memcpy(nodes, part->nodes, size_bytes);
	pthread_mutex_lock(&instance->lock);
	list = realloc(instance->waiting,
		       (instance->waiting_count + 1) * sizeof(*list));
	if (list != NULL) {
		instance->waiting = list;
		list[instance->waiting_count++] = (struct waiting) {
			.context = part->context,
			.nodes = nodes,
			.node_count = part->node_count,
			.compiled = *compiled,
		};
	}
	pthread_mutex_unlock(&instance->lock);
	if (list == NULL)
		free(nodes);
	return list == NULL ? -ENOMEM : 0;
}

static bool
is_for(const struct waiting *waiting, const struct tfl_context *context,
       const struct tfl_ints *nodes)
{
	return waiting->context == context &&
	       waiting->node_count == nodes->size &&
	       memcmp(waiting->nodes, nodes->data,
		      (size_t)nodes->size * sizeof(nodes->data[0])) == 0;
}

int
apui_instance_take(struct instance *instance, struct tfl_context *context,
		   const struct tfl_ints *nodes, struct compiled *out)
{
	int ret = -ENOENT;

	pthread_mutex_lock(&instance->lock);
	for (size_t i = 0; i < instance->waiting_count && ret < 0; i++) {
		struct waiting *waiting = &instance->waiting[i];

		if (!is_for(waiting, context, nodes))
			continue;
		*out = waiting->compiled;
		waiting->compiled = (struct compiled) { .model = NULL };
		free_waiting(waiting);
		*waiting = instance->waiting[--instance->waiting_count];
		ret = 0;
	}
	pthread_mutex_unlock(&instance->lock);
	return ret;
}

void
apui_instance_forget(struct instance *instance, struct tfl_context *context)
{
	size_t kept = 0;

	pthread_mutex_lock(&instance->lock);
	for (size_t i = 0; i < instance->waiting_count; i++) {
		if (instance->waiting[i].context == context)
			free_waiting(&instance->waiting[i]);
		else
			instance->waiting[kept++] = instance->waiting[i];
	}
	instance->waiting_count = kept;
	pthread_mutex_unlock(&instance->lock);
}
