/* SPDX-License-Identifier: MIT */
#include "delegates/tflite/apu_tflite_delegate.h"
#include "delegates/tflite/instance.h"
#include <inttypes.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT struct tfl_delegate *
tflite_plugin_create_delegate(char **keys, char **values, size_t count,
			      void (*report_error)(const char *text))
{
	struct apui_text why = { .bytes = NULL };
	struct apui_text text = { .bytes = NULL };
	struct instance *instance = NULL;

	if (apui_instance_new(keys, values, count, &instance, &why) < 0) {
		apui_text_add(&text, "apu delegate: %s", apui_text_get(&why));
		if (report_error != NULL)
			report_error(apui_text_get(&text));
		apui_text_clear(&text);
		apui_text_clear(&why);
		return NULL;
	}
	return &instance->delegate;
}

/* With the lock held. */
static void
describe_figures(struct instance *instance)
{
	const struct figures *figures = &instance->figures;

	apui_text_clear(&instance->profile);
	apui_text_add(&instance->profile,
		      "%" PRIu64 " runs of a partition in %.3f ms; bytes of "
		      "inputs and outputs: %" PRIu64 " in place, %" PRIu64
		      " copied in, %" PRIu64 " copied out",
		      figures->invokes, (double)figures->run_ns / 1e6,
		      figures->bound_bytes, figures->copied_in_bytes,
		      figures->copied_out_bytes);
}

EXPORT void
tflite_plugin_destroy_delegate(struct tfl_delegate *delegate)
{
	struct instance *instance;

	if (delegate == NULL)
		return;
	instance = delegate->data;
	pthread_mutex_lock(&instance->lock);
	describe_figures(instance);
	instance->is_outlived |= instance->refs > 1;
	pthread_mutex_unlock(&instance->lock);
	if (instance->options.profile)
		apui_instance_log(instance, APU_LOG_ERROR, "profile: %s",
				  apui_text_get(&instance->profile));
	apui_instance_unref(instance);
}

EXPORT const char *
apu_tflite_delegate_report(struct tfl_delegate *delegate)
{
	struct instance *instance = delegate->data;

	return apui_text_get(&instance->report);
}

EXPORT const char *
apu_tflite_delegate_profile(struct tfl_delegate *delegate)
{
	struct instance *instance = delegate->data;

	pthread_mutex_lock(&instance->lock);
	describe_figures(instance);
	pthread_mutex_unlock(&instance->lock);
	return apui_text_get(&instance->profile);
}
