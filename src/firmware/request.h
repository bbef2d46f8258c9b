/* SPDX-License-Identifier: MIT */
#ifndef APUI_FW_REQUEST_H
#define APUI_FW_REQUEST_H

/* The seam between the dispatcher and the commands. */

#include "firmware/firmware.h"
#include "firmware/wire.h"

struct apui_fw_request {
	const struct apui_fw_host *host;
	const uint8_t *data_in;
	uint8_t *data_out; /* zeros, size_out of them */
	const uint8_t *addresses;
	uint8_t *sizes; /* u32[count]; a command may change them */
	uint16_t size_in;
	uint16_t size_out; /* a command may lessen it, never raise it */
	uint16_t count;
};

/* Returns the request's result, APUI_RESULT_* or a status of its own. */
typedef int (*apui_fw_command_fn)(struct apui_fw_request *request);

/* Returns the size of buffer @index, as the client asked for it when new. */
uint32_t
apui_fw_buffer_size(const struct apui_fw_request *request, unsigned int index);

/* What the reply says about the size of buffer @index. */
void
apui_fw_set_buffer_size(struct apui_fw_request *request, unsigned int index,
			uint32_t size_bytes);

/*
 * Returns the bytes @offset_bytes .. @offset_bytes + @size_bytes of buffer
 * @index, or NULL when they do not translate. The caller has checked that they
 * lie in the buffer.
 */
uint8_t *
apui_fw_buffer(const struct apui_fw_request *request, unsigned int index,
	       uint32_t offset_bytes, uint32_t size_bytes);

int
apui_fw_xrp(struct apui_fw_request *request);
int
apui_fw_copy_shared_buffer(struct apui_fw_request *request);
int
apui_fw_copy_inline_buffer(struct apui_fw_request *request);
int
apui_fw_copy_inline2shared(struct apui_fw_request *request);
int
apui_fw_copy_shared2inline(struct apui_fw_request *request);
int
apui_fw_fill_buffer(struct apui_fw_request *request);
int
apui_fw_buffer_iommu_mmap(struct apui_fw_request *request);
int
apui_fw_info(struct apui_fw_request *request);
int
apui_fw_run(struct apui_fw_request *request);

#endif
