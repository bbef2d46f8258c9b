/* SPDX-License-Identifier: MIT */
#ifndef APUI_SIM_BUFFER_H
#define APUI_SIM_BUFFER_H

/* A client's buffers: the memory verbs of transport.h. */

#include <stdint.h>

struct apui_sim_client;

int
apui_sim_buffer_new(struct apui_sim_client *client, uint64_t size_bytes,
		    uint32_t flags, uint32_t *out_handle);
int
apui_sim_buffer_close(struct apui_sim_client *client, uint32_t handle);
int
apui_sim_buffer_map(struct apui_sim_client *client, uint32_t handle,
		    void **out_ptr);
void
apui_sim_buffer_unmap(struct apui_sim_client *client, void *ptr);
int
apui_sim_buffer_export(struct apui_sim_client *client, uint32_t handle,
		       int *out_fd);
/* Each import gives a handle of its own, also for memory that has one. */
int
apui_sim_buffer_import(struct apui_sim_client *client, int fd,
		       uint32_t *out_handle, uint64_t *out_size_bytes);
int
apui_sim_buffer_lend(struct apui_sim_client *client, const void *data,
		     uint64_t size_bytes, void (*release)(void *context),
		     void *context, uint32_t *out_handle);
int
apui_sim_buffer_iommu_map(struct apui_sim_client *client, uint32_t handle,
			  uint64_t *out_address);
int
apui_sim_buffer_iommu_unmap(struct apui_sim_client *client, uint32_t handle);

/* Close all handles and end all mappings. Wants the machine's lock. */
void
apui_sim_buffer_end_all(struct apui_sim_client *client);

#endif
