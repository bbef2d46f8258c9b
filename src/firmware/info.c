/* SPDX-License-Identifier: MIT */
#include "firmware/kernel.h"
#include "firmware/memory.h"
#include "firmware/request.h"

static const struct apui_info info = {
	.magic = APUI_INFO_MAGIC,
	.firmware_version = APUI_FW_VERSION,
	.program_version = APUI_PROGRAM_VERSION,
	.max_operator_tensors = APUI_FW_MAX_OPERATOR_TENSORS,
	.target_count = 1,
	.targets = { APUI_TARGET_REF },
};

int
apui_fw_info(struct apui_fw_request *request)
{
	if (request->size_in != 0 || request->count != 0 ||
	    request->size_out < sizeof(info))
		return APUI_RESULT_EINVAL;

	memcpy(request->data_out, &info, sizeof(info));
	request->size_out = sizeof(info);
	return APUI_RESULT_OK;
}
