/* SPDX-License-Identifier: MIT */
#include "transport/sim.h"
#include "core/error.h"
#include "firmware/wire.h"
#include "sim/buffer.h"
#include "sim/client.h"
#include "sim/clock.h"
#include "sim/faults.h"
#include "sim/queue.h"
#include "sim/registry.h"
#include "sim/syncobj.h"
#include "transport/event_queue.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct sim_options {
	char name[APUI_SPEC_TEXT_BYTES];
	uint32_t cores;
	uint32_t timeout_ms;
	uint32_t max_mb;
	struct apui_spec_text faults;
};

#define AT(field) offsetof(struct sim_options, field)

static const struct apui_option sim_option_table[] = {
	{ .key = "name",
	  .type = APUI_OPTION_NAME,
	  .offset = AT(name),
	  .text = APUI_SIM_DEFAULT_NAME },
	{ .key = "cores",
	  .type = APUI_OPTION_UINT,
	  .offset = AT(cores),
	  .min = 1,
	  .max = APUI_SIM_MAX_CORES,
	  .initial = 1 },
	{ .key = "timeout_ms",
	  .type = APUI_OPTION_UINT,
	  .offset = AT(timeout_ms),
	  .min = 1,
	  .max = 600000,
	  .initial = 500 },
	{ .key = "max_mb",
	  .type = APUI_OPTION_UINT,
	  .offset = AT(max_mb),
	  .min = 1,
	  .max = 240,
	  .initial = 240 },
	{ .key = "clock", .type = APUI_OPTION_ONLY, .text = "real" },
	{ .key = "quirks", .type = APUI_OPTION_RESERVED },
	{ .key = "faults", .type = APUI_OPTION_TEXT, .offset = AT(faults) },
	{ .key = "seed", .type = APUI_OPTION_RESERVED },
	{ .type = APUI_OPTION_END },
};

struct sim_transport {
	struct apui_transport base;
	struct apui_sim_client *client;
};

static struct apui_sim_client *
to_client(struct apui_transport *t)
{
	return ((struct sim_transport *)t)->client;
}

static void
fill_info(const struct apui_sim_machine *machine,
	  struct apui_transport_info *out_info)
{
	*out_info = (struct apui_transport_info) {
		.driver = "sim",
		.core_count = machine->config.cores,
		.max_buffer_bytes = apui_sim_machine_max_bytes(machine),
		.max_request_bytes = APUI_WIRE_MAX_BYTES,
		.max_in_flight = APUI_EVENT_IN_FLIGHT_MAX,
		.timeout_ns = apui_sim_machine_timeout_ns(machine),
		.resets_on_timeout = true,
	};
}

static int
open_sim(const struct apui_spec *spec, const void *options,
	 struct apui_transport **out_transport)
{
	const struct sim_options *chosen = options;
	struct apui_sim_config config = {
		.cores = chosen->cores,
		.timeout_ms = chosen->timeout_ms,
		.max_mb = chosen->max_mb,
	};
	struct sim_transport *sim;
	int ret;

	ret = apui_spec_refuse_path(spec);
	if (ret < 0)
		return ret;
	if (chosen->faults.bytes > 0)
		ret = apui_sim_faults_read(chosen->faults.start,
					   chosen->faults.bytes,
					   &config.faults);
	if (ret < 0)
		return ret;
	memcpy(config.name, chosen->name, sizeof(config.name));
	sim = calloc(1, sizeof(*sim));
	if (sim == NULL)
		return -ENOMEM;
	ret = apui_sim_client_open(&config, &sim->client);
	if (ret < 0) {
		free(sim);
		return ret;
	}
	sim->base.ops = &apui_transport_sim;
	fill_info(sim->client->machine, &sim->base.info);
	*out_transport = &sim->base;
	return 0;
}

static void
close_sim(struct apui_transport *t)
{
	apui_sim_client_close(to_client(t));
	free(t);
}

static int64_t
read_clock_ns(struct apui_transport *t)
{
	(void)t;
	return apui_sim_clock_now_ns();
}

static int
new_buffer(struct apui_transport *t, uint64_t size_bytes, uint32_t flags,
	   uint32_t *out_handle)
{
	return apui_sim_buffer_new(to_client(t), size_bytes, flags, out_handle);
}

static int
close_buffer(struct apui_transport *t, uint32_t handle)
{
	return apui_sim_buffer_close(to_client(t), handle);
}

static int
map_buffer(struct apui_transport *t, uint32_t handle, void **out_ptr)
{
	return apui_sim_buffer_map(to_client(t), handle, out_ptr);
}

static void
unmap_buffer(struct apui_transport *t, void *ptr, uint64_t size_bytes)
{
	(void)size_bytes;
	apui_sim_buffer_unmap(to_client(t), ptr);
}

static int
export_buffer(struct apui_transport *t, uint32_t handle, int *out_fd)
{
	return apui_sim_buffer_export(to_client(t), handle, out_fd);
}

static int
import_buffer(struct apui_transport *t, int fd, uint32_t *out_handle,
	      uint64_t *out_size_bytes)
{
	return apui_sim_buffer_import(to_client(t), fd, out_handle,
				      out_size_bytes);
}

static int
lend_buffer(struct apui_transport *t, const void *data, uint64_t size_bytes,
	    void (*release)(void *context), void *context, uint32_t *out_handle)
{
	return apui_sim_buffer_lend(to_client(t), data, size_bytes, release,
				    context, out_handle);
}

static int
map_to_device(struct apui_transport *t, uint32_t handle, uint64_t *out_address)
{
	return apui_sim_buffer_iommu_map(to_client(t), handle, out_address);
}

static int
unmap_from_device(struct apui_transport *t, uint32_t handle)
{
	return apui_sim_buffer_iommu_unmap(to_client(t), handle);
}

static int
create_syncobj(struct apui_transport *t, uint32_t *out_syncobj)
{
	return apui_sim_syncobj_create(to_client(t), out_syncobj);
}

static int
reset_syncobj(struct apui_transport *t, uint32_t syncobj)
{
	return apui_sim_syncobj_reset(to_client(t), syncobj);
}

static int
wait_for_syncobj(struct apui_transport *t, uint32_t syncobj,
		 int64_t deadline_ns)
{
	return apui_sim_syncobj_wait(to_client(t), syncobj, deadline_ns);
}

static int
export_syncobj(struct apui_transport *t, uint32_t syncobj, int *out_fd)
{
	return apui_sim_syncobj_export(to_client(t), syncobj, out_fd);
}

static int
destroy_syncobj(struct apui_transport *t, uint32_t syncobj)
{
	return apui_sim_syncobj_destroy(to_client(t), syncobj);
}

static int
queue_request(struct apui_transport *t, const struct apui_request *req)
{
	return apui_sim_queue(to_client(t), req);
}

static int
dequeue_result(struct apui_transport *t, uint32_t syncobj, void *data,
	       struct apui_result *out_result)
{
	return apui_sim_dequeue(to_client(t), syncobj, data, out_result);
}

static int
read_events(struct apui_transport *t, struct apui_event *events,
	    unsigned int max)
{
	return apui_sim_read_events(to_client(t), events, max);
}

static int
read_state(struct apui_transport *t, unsigned int core, uint32_t *out_flags)
{
	return apui_sim_state(to_client(t), core, out_flags);
}

const struct apui_transport_ops apui_transport_sim = {
	.scheme = "sim",
	.description = "the simulated accelerator in this process",
	.options = sim_option_table,
	.options_bytes = sizeof(struct sim_options),
	.open = open_sim,
	.close = close_sim,
	.now_ns = read_clock_ns,
	.buffer_new = new_buffer,
	.buffer_close = close_buffer,
	.buffer_map = map_buffer,
	.buffer_unmap = unmap_buffer,
	.buffer_export = export_buffer,
	.buffer_import = import_buffer,
	.buffer_lend = lend_buffer,
	.iommu_map = map_to_device,
	.iommu_unmap = unmap_from_device,
	.syncobj_create = create_syncobj,
	.syncobj_reset = reset_syncobj,
	.syncobj_wait = wait_for_syncobj,
	.syncobj_export = export_syncobj,
	.syncobj_destroy = destroy_syncobj,
	.queue = queue_request,
	.dequeue = dequeue_result,
	.read_events = read_events,
	.state = read_state,
};
