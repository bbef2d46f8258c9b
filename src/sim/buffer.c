/* SPDX-License-Identifier: MIT */
#include "sim/buffer.h"
#include "sim/client.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

static int
number_memory(struct apui_sim_client *client, struct apui_sim_memory *memory,
	      uint32_t *out_handle)
{
	int ret = apui_handle_table_add(&client->buffers, memory, out_handle);

	if (ret < 0)
		return ret;
	memory->handle = *out_handle;
	memory->handle_users = 1;
	return 0;
}

static int
add_handle(struct apui_sim_client *client, struct apui_sim_memory *memory,
	   uint32_t *out_handle)
{
	int ret;

	apui_sim_machine_lock(client->machine);
	ret = number_memory(client, memory, out_handle);
	if (ret < 0)
		apui_sim_machine_put(client->machine, memory);
	apui_sim_machine_unlock(client->machine);
	return ret;
}

/* What the client has of the same memfd, exported or imported before. */
static struct apui_sim_memory *
find_twin(const struct apui_sim_client *client,
	  const struct apui_sim_memory *memory)
{
	for (uint32_t handle = 1; handle <= client->buffers.slot_count;
	     handle++) {
		struct apui_sim_memory *other =
			apui_handle_table_get(&client->buffers, handle);

		if (other != NULL && apui_sim_memory_is_same(other, memory))
			return other;
	}
	return NULL;
}

/* As PRIME does: the same memory has the same handle. */
static int
add_import(struct apui_sim_client *client, struct apui_sim_memory *memory,
	   uint32_t *out_handle)
{
	struct apui_sim_memory *twin;
	int ret = 0;

	apui_sim_machine_lock(client->machine);
	twin = find_twin(client, memory);
	if (twin != NULL) {
		twin->handle_users++;
		*out_handle = twin->handle;
	} else
		ret = number_memory(client, memory, out_handle);
	if (twin != NULL || ret < 0)
		apui_sim_machine_put(client->machine, memory);
	apui_sim_machine_unlock(client->machine);
	return ret;
}

static int
reserve_memory(struct apui_sim_machine *machine, uint64_t bytes)
{
	int ret;

	apui_sim_machine_lock(machine);
	ret = apui_sim_machine_reserve(machine, bytes);
	apui_sim_machine_unlock(machine);
	return ret;
}

static void
release_memory(struct apui_sim_machine *machine, uint64_t bytes)
{
	apui_sim_machine_lock(machine);
	apui_sim_machine_release(machine, bytes);
	apui_sim_machine_unlock(machine);
}

int
apui_sim_buffer_new(struct apui_sim_client *client, uint64_t size_bytes,
		    uint32_t flags, uint32_t *out_handle)
{
	struct apui_sim_machine *machine = client->machine;
	uint64_t bytes = apui_sim_memory_round(size_bytes);
	struct apui_sim_memory *memory;
	int ret;

	if (size_bytes == 0 || size_bytes > apui_sim_machine_max_bytes(machine))
		return -ENOMEM;
	ret = reserve_memory(machine, bytes);
	if (ret < 0)
		return ret;
	/* ZEROED asks for nothing more: fresh pages are. */
	ret = apui_sim_memory_new(
		size_bytes, (flags & APUI_BUFFER_EXPORTABLE) != 0, &memory);
	if (ret < 0) {
		release_memory(machine, bytes);
		return ret;
	}
	return add_handle(client, memory, out_handle);
}

static void
drop_explicit_map(struct apui_sim_client *client,
		  struct apui_sim_memory *memory)
{
	memory->explicit_maps--;
	apui_sim_iova_unmap(&client->iova, memory);
}

/* Jobs keep the memory, and their own mapping of it. */
static void
end_handle(struct apui_sim_client *client, uint32_t handle)
{
	struct apui_sim_memory *memory =
		apui_handle_table_remove(&client->buffers, handle);

	if (memory == NULL)
		return;
	while (memory->explicit_maps > 0)
		drop_explicit_map(client, memory);
	apui_sim_machine_put(client->machine, memory);
}

int
apui_sim_buffer_close(struct apui_sim_client *client, uint32_t handle)
{
	struct apui_sim_memory *memory;

	apui_sim_machine_lock(client->machine);
	memory = apui_handle_table_get(&client->buffers, handle);
	if (memory != NULL && --memory->handle_users == 0)
		end_handle(client, handle);
	apui_sim_machine_unlock(client->machine);
	return memory != NULL ? 0 : -ENOENT;
}

static uint64_t
to_address(const void *ptr)
{
	return (uint64_t)(uintptr_t)ptr;
}

/*
 * The program gets the very pages that the firmware gets, so that a sanitizer
 * sees when the two race; they are held apart from the handle.
 */
static int
map_memory(struct apui_sim_client *client, struct apui_sim_memory *memory)
{
	uint64_t start = to_address(memory->base);
	int ret;

	if (memory->program_maps == 0) {
		ret = apui_sim_ranges_add(&client->program_maps, start,
					  start + memory->mapped_bytes, memory);
		if (ret < 0)
			return ret;
		memory->refs++;
	}
	memory->program_maps++;
	return 0;
}

int
apui_sim_buffer_map(struct apui_sim_client *client, uint32_t handle,
		    void **out_ptr)
{
	struct apui_sim_memory *memory;
	int ret = -ENOENT;

	apui_sim_machine_lock(client->machine);
	memory = apui_handle_table_get(&client->buffers, handle);
	if (memory != NULL)
		ret = memory->release == NULL ? map_memory(client, memory)
					      : -EACCES;
	if (ret == 0)
		*out_ptr = memory->base;
	apui_sim_machine_unlock(client->machine);
	return ret;
}

static void
end_program_map(struct apui_sim_client *client, struct apui_sim_memory *memory)
{
	memory->program_maps = 0;
	apui_sim_ranges_remove(&client->program_maps, to_address(memory->base));
	apui_sim_machine_put(client->machine, memory);
}

void
apui_sim_buffer_unmap(struct apui_sim_client *client, void *ptr)
{
	const struct apui_sim_range *range;

	apui_sim_machine_lock(client->machine);
	range = apui_sim_ranges_find(&client->program_maps, to_address(ptr));
	if (range != NULL && range->start == to_address(ptr)) {
		if (range->memory->program_maps > 1)
			range->memory->program_maps--;
		else
			end_program_map(client, range->memory);
	}
	apui_sim_machine_unlock(client->machine);
}

int
apui_sim_buffer_export(struct apui_sim_client *client, uint32_t handle,
		       int *out_fd)
{
	struct apui_sim_memory *memory;
	int ret = 0;
	int fd = -1;

	apui_sim_machine_lock(client->machine);
	memory = apui_handle_table_get(&client->buffers, handle);
	if (memory == NULL)
		ret = -ENOENT;
	else if (memory->fd < 0)
		ret = -EPERM;
	else
		fd = fcntl(memory->fd, F_DUPFD_CLOEXEC, 0);
	apui_sim_machine_unlock(client->machine);

	if (ret < 0)
		return ret;
	if (fd < 0)
		return -EMFILE;
	*out_fd = fd;
	return 0;
}

int
apui_sim_buffer_import(struct apui_sim_client *client, int fd,
		       uint32_t *out_handle, uint64_t *out_size_bytes)
{
	struct apui_sim_memory *memory;
	uint64_t size_bytes;
	int ret;

	ret = apui_sim_memory_import(
		fd, apui_sim_machine_max_bytes(client->machine), &memory);
	if (ret < 0)
		return ret;
	size_bytes = memory->size_bytes;
	ret = add_import(client, memory, out_handle);
	if (ret == 0)
		*out_size_bytes = size_bytes;
	return ret;
}

int
apui_sim_buffer_lend(struct apui_sim_client *client, const void *data,
		     uint64_t size_bytes, void (*release)(void *context),
		     void *context, uint32_t *out_handle)
{
	struct apui_sim_machine *machine = client->machine;
	struct apui_sim_memory *memory;
	int ret;

	ret = apui_sim_memory_lend(data, size_bytes,
				   apui_sim_machine_max_bytes(machine), release,
				   context, &memory);
	if (ret < 0)
		return ret;
	apui_sim_machine_lock(machine);
	ret = number_memory(client, memory, out_handle);
	apui_sim_machine_unlock(machine);
	/* It has not been taken: the caller keeps its memory. */
	if (ret < 0)
		free(memory);
	return ret;
}

int
apui_sim_buffer_iommu_map(struct apui_sim_client *client, uint32_t handle,
			  uint64_t *out_address)
{
	struct apui_sim_memory *memory;
	int ret = -ENOENT;

	apui_sim_machine_lock(client->machine);
	memory = apui_handle_table_get(&client->buffers, handle);
	if (memory != NULL)
		ret = apui_sim_iova_map(&client->iova, memory);
	if (ret == 0) {
		memory->explicit_maps++;
		*out_address = memory->device_address;
	}
	apui_sim_machine_unlock(client->machine);
	return ret;
}

/* Unlike the published driver's, it cannot undo a job's mapping (K16). */
int
apui_sim_buffer_iommu_unmap(struct apui_sim_client *client, uint32_t handle)
{
	struct apui_sim_memory *memory;
	int ret = 0;

	apui_sim_machine_lock(client->machine);
	memory = apui_handle_table_get(&client->buffers, handle);
	if (memory == NULL)
		ret = -ENOENT;
	else if (memory->explicit_maps == 0)
		ret = -EINVAL;
	else
		drop_explicit_map(client, memory);
	apui_sim_machine_unlock(client->machine);
	return ret;
}

void
apui_sim_buffer_end_all(struct apui_sim_client *client)
{
	struct apui_sim_ranges *maps = &client->program_maps;

	for (uint32_t handle = 1; handle <= client->buffers.slot_count;
	     handle++)
		end_handle(client, handle);
	while (maps->count > 0)
		end_program_map(client, maps->items[maps->count - 1].memory);
}
