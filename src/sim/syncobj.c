/* SPDX-License-Identifier: MIT */
#include "sim/syncobj.h"
#include "sim/client.h"
#include "sim/job.h"
#include "sim/machine.h"
#include "transport/ready_fd.h"
#include <errno.h>
#include <stdlib.h>

int
apui_sim_syncobj_create(struct apui_sim_client *client, uint32_t *out_syncobj)
{
	struct apui_sim_syncobj *syncobj = calloc(1, sizeof(*syncobj));
	int ret;

	if (syncobj == NULL)
		return -ENOMEM;
	syncobj->refs = 1;

	apui_sim_machine_lock(client->machine);
	ret = apui_handle_table_add(&client->syncobjs, syncobj,
				    &syncobj->handle);
	if (ret == 0)
		*out_syncobj = syncobj->handle;
	apui_sim_machine_unlock(client->machine);
	if (ret < 0)
		free(syncobj);
	return ret;
}

int
apui_sim_syncobj_reset(struct apui_sim_client *client, uint32_t handle)
{
	struct apui_sim_syncobj *syncobj;

	apui_sim_machine_lock(client->machine);
	syncobj = apui_handle_table_get(&client->syncobjs, handle);
	if (syncobj != NULL)
		syncobj->core = NULL;
	apui_sim_machine_unlock(client->machine);
	return syncobj != NULL ? 0 : -ENOENT;
}

/*
 * Until when to sleep: the expiry of the job in flight has to be noticed, and
 * nothing that starts later can expire before a whole timeout has passed.
 */
static int64_t
choose_wake_ns(const struct apui_sim_core *core, int64_t now_ns,
	       int64_t deadline_ns)
{
	int64_t look_ns =
		core->in_flight != NULL
			? core->expiry_ns
			: now_ns + apui_sim_machine_timeout_ns(core->machine);

	return look_ns < deadline_ns ? look_ns : deadline_ns;
}

static int
wait_for_job(struct apui_sim_client *client, struct apui_sim_core *core,
	     uint64_t number, int64_t deadline_ns)
{
	for (;;) {
		int64_t now_ns = apui_sim_clock_now_ns();

		apui_sim_core_expire(core);
		if (core->last_completed >= number)
			return 0;
		if (now_ns >= deadline_ns)
			return -ETIME;
		apui_sim_clock_cond_wait(
			&client->changed, &client->machine->lock,
			choose_wake_ns(core, now_ns, deadline_ns));
	}
}

/* Waits for the fence that is there now, whatever becomes of the syncobj. */
int
apui_sim_syncobj_wait(struct apui_sim_client *client, uint32_t handle,
		      int64_t deadline_ns)
{
	struct apui_sim_syncobj *syncobj;
	int ret;

	apui_sim_machine_lock(client->machine);
	syncobj = apui_handle_table_get(&client->syncobjs, handle);
	if (syncobj == NULL)
		ret = -ENOENT;
	else if (syncobj->core == NULL)
		ret = -EINVAL;
	else
		ret = wait_for_job(client, syncobj->core, syncobj->number,
				   deadline_ns);
	apui_sim_machine_unlock(client->machine);
	return ret;
}

/* Of the fence that is there now; the core's thread signals it. */
static int
export_fence(const struct apui_sim_syncobj *syncobj)
{
	struct apui_sim_job *job;
	int fd;

	if (syncobj->core == NULL)
		return -EINVAL;
	apui_sim_core_expire(syncobj->core);
	job = apui_sim_core_find(syncobj->core, syncobj->number);
	if (job != NULL)
		return apui_sim_job_export(job);
	fd = apui_ready_fd_new();
	if (fd >= 0)
		apui_ready_fd_signal(fd);
	return fd;
}

int
apui_sim_syncobj_export(struct apui_sim_client *client, uint32_t handle,
			int *out_fd)
{
	struct apui_sim_syncobj *syncobj;
	int fd = -ENOENT;

	apui_sim_machine_lock(client->machine);
	syncobj = apui_handle_table_get(&client->syncobjs, handle);
	if (syncobj != NULL)
		fd = export_fence(syncobj);
	apui_sim_machine_unlock(client->machine);
	if (fd < 0)
		return fd;
	*out_fd = fd;
	return 0;
}

int
apui_sim_syncobj_destroy(struct apui_sim_client *client, uint32_t handle)
{
	struct apui_sim_syncobj *syncobj;

	apui_sim_machine_lock(client->machine);
	syncobj = apui_handle_table_remove(&client->syncobjs, handle);
	if (syncobj != NULL)
		apui_sim_syncobj_end(syncobj);
	apui_sim_machine_unlock(client->machine);
	return syncobj != NULL ? 0 : -ENOENT;
}

void
apui_sim_syncobj_complete(struct apui_sim_syncobj *syncobj,
			  struct apui_sim_job *job)
{
	if (syncobj->is_destroyed) {
		apui_sim_job_put(job);
		return;
	}
	job->next = NULL;
	if (syncobj->first_completed == NULL)
		syncobj->first_completed = job;
	else
		syncobj->last_completed->next = job;
	syncobj->last_completed = job;
}

struct apui_sim_job *
apui_sim_syncobj_take(struct apui_sim_syncobj *syncobj)
{
	struct apui_sim_job *job = syncobj->first_completed;

	if (job != NULL)
		syncobj->first_completed = job->next;
	return job;
}

void
apui_sim_syncobj_end(struct apui_sim_syncobj *syncobj)
{
	struct apui_sim_job *job;

	syncobj->is_destroyed = true;
	while ((job = apui_sim_syncobj_take(syncobj)) != NULL)
		apui_sim_job_put(job);
	apui_sim_syncobj_put(syncobj);
}

void
apui_sim_syncobj_put(struct apui_sim_syncobj *syncobj)
{
	syncobj->refs--;
	if (syncobj->refs == 0)
		free(syncobj);
}
