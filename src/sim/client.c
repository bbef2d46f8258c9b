/* SPDX-License-Identifier: MIT */
#include "sim/client.h"
#include "sim/buffer.h"
#include "sim/clock.h"
#include "sim/job.h"
#include "sim/registry.h"
#include "sim/syncobj.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

int
apui_sim_client_open(const struct apui_sim_config *config,
		     struct apui_sim_client **out_client)
{
	struct apui_sim_client *client = calloc(1, sizeof(*client));
	int ret;

	if (client == NULL)
		return -ENOMEM;
	ret = apui_sim_clock_cond_init(&client->changed);
	if (ret < 0)
		goto err_free;
	ret = apui_sim_registry_join(config, &client->machine);
	if (ret < 0)
		goto err_destroy_cond;
	*out_client = client;
	return 0;

err_destroy_cond:
	pthread_cond_destroy(&client->changed);
err_free:
	free(client);
	return ret;
}

static bool
is_running(const struct apui_sim_client *client)
{
	const struct apui_sim_machine *machine = client->machine;

	for (unsigned int i = 0; i < machine->config.cores; i++) {
		const struct apui_sim_job *job = machine->cores[i].running;

		if (job != NULL && job->client == client)
			return true;
	}
	return false;
}

/* Bounded by the firmware, which returns soon when it is cancelled. */
static void
end_jobs(struct apui_sim_client *client)
{
	struct apui_sim_machine *machine = client->machine;

	for (unsigned int i = 0; i < machine->config.cores; i++)
		apui_sim_core_drop(&machine->cores[i], client);
	while (is_running(client))
		apui_sim_clock_cond_wait(&client->changed, &machine->lock,
					 APUI_SIM_NEVER);
}

static void
end_objects(struct apui_sim_client *client)
{
	uint32_t handle;

	for (handle = 1; handle <= client->syncobjs.slot_count; handle++) {
		struct apui_sim_syncobj *syncobj =
			apui_handle_table_remove(&client->syncobjs, handle);

		if (syncobj != NULL)
			apui_sim_syncobj_end(syncobj);
	}
	apui_sim_buffer_end_all(client);
}

void
apui_sim_client_close(struct apui_sim_client *client)
{
	struct apui_sim_machine *machine = client->machine;
	/* The parent's machine stays with its memory: a child cannot end it. */
	bool is_own = machine->pid == getpid();

	if (is_own) {
		apui_sim_machine_lock(machine);
		end_jobs(client);
		end_objects(client);
		apui_sim_machine_unlock(machine);
		pthread_cond_destroy(&client->changed);
	}
	apui_handle_table_finish(&client->syncobjs);
	apui_handle_table_finish(&client->buffers);
	apui_sim_ranges_finish(&client->program_maps);
	apui_sim_iova_finish(&client->iova);
	free(client);
	if (is_own)
		apui_sim_registry_leave(machine);
}
