/* SPDX-License-Identifier: MIT */
/*
 * Command 0: Cadence's XRP over one buffer (uapi.md 3.2). The result is an XRP
 * status. What the handlers do are facts of the examples of the public XRP
 * project (github.com/foss-xtensa/xrp), whose V2 handler keeps a variable;
 * docs/sim.md says how ours, which keeps none, answers.
 */
#include "firmware/memory.h"
#include "firmware/request.h"

#define XRP_SUCCESS 0
#define XRP_FAILURE 1

/* Bytes handled between two looks at the reset line. */
#define CHUNK_BYTES ((uint32_t)64 * 1024)

struct xrp_call {
	const struct apui_fw_host *host;
	const struct apui_xrp_head *head; /* our copy */
	const uint8_t *in;
	uint8_t *out;
};

enum {
	V2_OK,
	V2_FAIL,
	V2_LONG,
	V2_SHORT,
};

static int
handle_default(const struct xrp_call *call)
{
	(void)call;
	return XRP_SUCCESS;
}

static int
add_index(const struct xrp_call *call)
{
	uint32_t in_size = call->head->in_size;
	uint32_t out_size = call->head->out_size;
	uint32_t count = in_size < out_size ? in_size : out_size;

	for (uint32_t i = 0; i < count; i++) {
		if (i % CHUNK_BYTES == 0 &&
		    call->host->cancelled(call->host->context))
			return APUI_RESULT_ECANCELED;
		call->out[i] = (uint8_t)(call->in[i] + i);
	}
	return APUI_RESULT_OK;
}

static int
copy_group_pair(const struct xrp_call *call,
		const struct apui_xrp_group_entry *pair, uint32_t size_bytes)
{
	const struct apui_fw_host *host = call->host;
	uint8_t *from, *to;

	if (size_bytes > pair[0].size_bytes || size_bytes > pair[1].size_bytes)
		return XRP_FAILURE;
	from = host->translate(host->context, pair[0].address, size_bytes);
	to = host->translate(host->context, pair[1].address, size_bytes);
	if (!from || !to)
		return XRP_FAILURE;
	return apui_fw_move(host, to, from, size_bytes);
}

/*
 * The first four bytes of the in data say how many bytes of each pair are
 * copied; a group that cannot be consumed whole, in pairs, is a failure.
 */
static int
handle_v1(const struct xrp_call *call)
{
	const struct apui_xrp_head *head = call->head;
	uint32_t size_bytes = 0;
	int ret;

	if (head->in_size >= sizeof(size_bytes))
		size_bytes = apui_fw_copy_in_u32(call->in);
	ret = add_index(call);
	if (ret != APUI_RESULT_OK)
		return ret;

	if (head->group_count != 0 && size_bytes == 0)
		return XRP_FAILURE;
	for (uint32_t i = 0; i + 1 < head->group_count; i += 2) {
		ret = copy_group_pair(call, &head->group[i], size_bytes);
		if (ret != APUI_RESULT_OK)
			return ret;
	}
	return head->group_count % 2 == 0 ? XRP_SUCCESS : XRP_FAILURE;
}

static int
handle_v2(const struct xrp_call *call)
{
	const struct apui_xrp_head *head = call->head;
	uint32_t cmd;

	if (head->in_size < sizeof(cmd))
		return XRP_FAILURE;
	cmd = apui_fw_copy_in_u32(call->in);
	if (cmd == V2_OK || cmd == V2_LONG)
		return XRP_SUCCESS;
	if (cmd != V2_SHORT || head->out_size < sizeof(uint32_t))
		return XRP_FAILURE;

	/* SHORT asks whether a LONG is running beside it: never on one core. */
	apui_fw_put_u32(call->out, 0);
	return XRP_SUCCESS;
}

static const struct {
	uint8_t nsid[APUI_XRP_NSID_BYTES];
	int (*handle)(const struct xrp_call *call);
} namespaces[] = {
	{ { 0 }, handle_default },
	{ { 0x47, 0xf4, 0x5d, 0x8c, 0x99, 0xc5, 0x11, 0xe7, 0xb5, 0x86, 0x00,
	    0x21, 0xcc, 0x4a, 0x5f, 0xb6 },
	  handle_v1 },
	{ { 0x33, 0x56, 0xfc, 0x3c, 0x63, 0x27, 0x40, 0x96, 0x8a, 0x33, 0x1a,
	    0x5c, 0xca, 0x3b, 0xa1, 0x64 },
	  handle_v2 },
};

int
apui_fw_xrp(struct apui_fw_request *request)
{
	struct apui_xrp_head head;
	struct xrp_call call = { .host = request->host, .head = &head };
	uint32_t size_bytes;
	uint8_t *buffer;

	if (request->count != 1)
		return APUI_RESULT_EINVAL;
	size_bytes = apui_fw_buffer_size(request, 0);
	if (size_bytes < sizeof(head))
		return APUI_RESULT_EINVAL;
	buffer = apui_fw_buffer(request, 0, 0, size_bytes);
	if (!buffer)
		return APUI_RESULT_EFAULT;

	apui_fw_copy_in(&head, buffer, sizeof(head));
	if (sizeof(head) + (uint64_t)head.in_size + head.out_size > size_bytes)
		return APUI_RESULT_EINVAL;
	if (head.group_count > APUI_XRP_GROUP_MAX)
		return XRP_FAILURE;
	call.in = buffer + sizeof(head);
	call.out = buffer + sizeof(head) + head.in_size;

	for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++)
		if (memcmp(namespaces[i].nsid, head.nsid, sizeof(head.nsid)) ==
		    0)
			return namespaces[i].handle(&call);
	return XRP_FAILURE;
}
