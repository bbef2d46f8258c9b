/* SPDX-License-Identifier: MIT */
#ifndef APUI_SIM_MEMORY_H
#define APUI_SIM_MEMORY_H

/*
 * The bytes behind a buffer: pages of our own, or of a memfd. Of one client,
 * which has one of these for a memfd however often it imports it.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define APUI_SIM_PAGE_BYTES 4096u
#define APUI_SIM_MAX_CORES  4u

struct apui_sim_memory {
	uint64_t size_bytes;   /* as asked for: what the firmware is told */
	uint64_t mapped_bytes; /* in whole pages: what the device can reach */
	uint8_t *base;
	int fd;       /* of the memfd; -1: cannot be exported */
	dev_t device; /* which memfd that is */
	ino_t inode;
	bool is_imported;
	/* Of memory that the program lends: NULL in others. */
	void (*release)(void *context);
	void *context;

	/* Of the machine's lock. */
	unsigned int refs;          /* handle, program's mapping, jobs, pins */
	unsigned int device_maps;   /* by jobs and by iommu_map */
	unsigned int explicit_maps; /* by iommu_map alone */
	unsigned int program_maps;
	uint32_t handle;           /* its number, */
	unsigned int handle_users; /* and how often that was given */
	uint64_t device_address;   /* while device_maps > 0 */
	uint64_t last_request;     /* the last one that named it */
	/* The cores whose firmware holds a pointer into it, in their lists. */
	uint32_t pinning_cores;
	struct apui_sim_memory *next_pin[APUI_SIM_MAX_CORES];
	struct apui_sim_memory *next_dead;
};

uint64_t
apui_sim_memory_round(uint64_t size_bytes);

/* One reference; zero bytes; a memfd if @is_exportable. -ENOMEM, -EMFILE. */
int
apui_sim_memory_new(uint64_t size_bytes, bool is_exportable,
		    struct apui_sim_memory **out_memory);

/*
 * Take the memory of a memfd, whose fd stays the caller's. Errors as
 * apu_buffer_import_fd() has them, with the reason.
 */
int
apui_sim_memory_import(int fd, uint64_t max_bytes,
		       struct apui_sim_memory **out_memory);

/*
 * Take memory that the program lends, to be read only; apui_sim_memory_free()
 * calls @release. -E2BIG with the reason, -ENOMEM.
 */
int
apui_sim_memory_lend(const void *data, uint64_t size_bytes, uint64_t max_bytes,
		     void (*release)(void *context), void *context,
		     struct apui_sim_memory **out_memory);

/* Whether both are of one memfd, which has not grown in between. */
bool
apui_sim_memory_is_same(const struct apui_sim_memory *a,
			const struct apui_sim_memory *b);

/* Unmap it and free it, whatever its count. Slow for large ones: no lock. */
void
apui_sim_memory_free(struct apui_sim_memory *memory);

#endif
