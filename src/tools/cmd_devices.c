/* SPDX-License-Identifier: MIT */
#include "options.h"
#include "report.h"
#include <apu/device.h>
#include <apu/error.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#define NS_PER_MS     1000000
#define BYTES_PER_MIB (1024 * 1024)

/* What an open device says of itself. */
struct device_facts {
	const char *driver;
	uint64_t cores;
	uint64_t buffer_bytes;
	uint64_t timeout_ns;
	uint64_t in_flight;
	char firmware[32]; /* "none" when the device has no commands */
};

static int
ask_limits(struct apu_device *dev, struct device_facts *facts)
{
	const struct {
		enum apu_device_limit limit;
		uint64_t *value;
	} questions[] = {
		{ APU_DEVICE_LIMIT_CORES, &facts->cores },
		{ APU_DEVICE_LIMIT_BUFFER_BYTES, &facts->buffer_bytes },
		{ APU_DEVICE_LIMIT_TIMEOUT_NS, &facts->timeout_ns },
		{ APU_DEVICE_LIMIT_IN_FLIGHT, &facts->in_flight },
	};
	int ret = 0;

	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		if (ret == 0)
			ret = apu_device_query(dev, questions[i].limit,
					       questions[i].value);
	return ret;
}

static int
ask_device(struct apu_device *dev, struct device_facts *facts)
{
	uint32_t version;
	int ret;

	facts->driver = apu_device_driver(dev);
	ret = ask_limits(dev, facts);
	if (ret < 0)
		return ret;

	ret = apu_device_firmware_version(dev, 0, &version);
	if (ret == -EOPNOTSUPP) {
		snprintf(facts->firmware, sizeof(facts->firmware), "none");
		return 0;
	}
	if (ret < 0)
		return ret;
	snprintf(facts->firmware, sizeof(facts->firmware), "%u.%u.%u",
		 version >> 16, version >> 8 & 0xff, version & 0xff);
	return 0;
}

static void
print_facts(const struct device_facts *facts)
{
	printf("  driver %s, %" PRIu64 " core%s, firmware %s, buffers to "
	       "%" PRIu64 " MiB, requests to %" PRIu64 " ms, %" PRIu64
	       " in flight\n",
	       facts->driver, facts->cores, facts->cores == 1 ? "" : "s",
	       facts->firmware, facts->buffer_bytes / BYTES_PER_MIB,
	       facts->timeout_ns / NS_PER_MS, facts->in_flight);
}

static void
add_facts(struct json_object *object, const struct device_facts *facts)
{
	apui_json_add_text(object, "driver", facts->driver);
	apui_json_add_uint(object, "cores", facts->cores);
	apui_json_add_text(object, "firmware", facts->firmware);
	apui_json_add_uint(object, "buffer_bytes", facts->buffer_bytes);
	apui_json_add_uint(object, "timeout_ms", facts->timeout_ns / NS_PER_MS);
	apui_json_add_uint(object, "in_flight", facts->in_flight);
}

/*
 * Show one device, in text or into @devices. A device of the list that cannot
 * be opened is shown with the reason.
 */
static void
show_device(struct apu_device *dev, int ret, const char *spec,
	    const char *description, struct json_object *devices)
{
	struct device_facts facts = { 0 };
	struct json_object *object;

	if (ret == 0)
		ret = ask_device(dev, &facts);
	if (devices == NULL) {
		printf("%s%s%s\n", spec, description[0] != '\0' ? "  " : "",
		       description);
		if (ret < 0)
			printf("  %s\n", apu_error_message(apu_error_last()));
		else
			print_facts(&facts);
		return;
	}

	object = apui_json_object();
	apui_json_add_text(object, "device", spec);
	apui_json_add_text(object, "description", description);
	if (ret < 0)
		apui_json_add_text(object, "error",
				   apu_error_message(apu_error_last()));
	else
		add_facts(object, &facts);
	apui_json_append(devices, object);
}

static int
show_named(const char *spec, struct json_object *devices)
{
	struct apu_device *dev;

	if (apu_device_open(spec, &dev) < 0)
		return apui_report_library();
	show_device(dev, 0, apu_device_name(dev), "", devices);
	apu_device_unref(dev);
	return APUI_DONE;
}

static int
show_listed(struct json_object *devices)
{
	struct apu_device_list *list;

	if (apu_device_list_new(&list) < 0)
		return apui_report_library();
	for (unsigned int i = 0; i < apu_device_list_count(list); i++) {
		const char *spec = apu_device_list_spec(list, i);
		struct apu_device *dev = NULL;
		int ret = apu_device_open(spec, &dev);

		show_device(dev, ret, spec,
			    apu_device_list_description(list, i), devices);
		apu_device_unref(dev);
	}
	apu_device_list_free(list);
	return APUI_DONE;
}

int
apui_cmd_devices(const struct apui_options *options)
{
	struct json_object *devices = options->json ? apui_json_array() : NULL;
	struct json_object *object;
	int status;

	status = options->device != NULL ? show_named(options->device, devices)
					 : show_listed(devices);
	if (devices == NULL || status != APUI_DONE) {
		json_object_put(devices);
		return status;
	}
	object = apui_json_object();
	apui_json_add(object, "devices", devices);
	apui_json_print(stdout, object);
	return APUI_DONE;
}
