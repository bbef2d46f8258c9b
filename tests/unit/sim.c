/* SPDX-License-Identifier: MIT */
#include "sim.h"
#include <fenv.h>

struct test_firmware test_fw;

struct call {
	const struct apui_fw_host *host;
	const uint8_t *request;
	size_t request_bytes;
	uint8_t *reply;
	struct apui_wire_header header;
	size_t reply_bytes;
};

static uint8_t *
get_data_out(struct call *call)
{
	return call->reply + APUI_WIRE_HEADER_BYTES + call->header.size_in;
}

static const uint8_t *
get_data_in(const struct call *call)
{
	return call->request + APUI_WIRE_HEADER_BYTES;
}

static void
fill_buffers(struct call *call)
{
	const uint8_t *addresses = get_data_in(call) + call->header.size_in +
				   call->header.size_out;
	const uint8_t *sizes = addresses + 4 * (size_t)call->header.count;

	for (unsigned int i = 0; i < call->header.count; i++) {
		uint32_t address, size_bytes;
		void *ptr;

		memcpy(&address, addresses + 4 * (size_t)i, 4);
		memcpy(&size_bytes, sizes + 4 * (size_t)i, 4);
		ptr = call->host->translate(call->host->context, address,
					    size_bytes);
		if (ptr != NULL)
			memset(ptr, 0x45, size_bytes);
		else
			call->header.result = APUI_RESULT_EFAULT;
	}
}

static void
do_echo(struct call *call)
{
	uint16_t bytes = call->header.size_in < call->header.size_out
				 ? call->header.size_in
				 : call->header.size_out;

	memcpy(get_data_out(call), get_data_in(call), bytes);
	call->header.size_out = bytes;
}

static void
do_hang(struct call *call)
{
	while (!call->host->cancelled(call->host->context))
		sched_yield();
}

static void
do_deaf(struct call *call)
{
	while (!atomic_load(&test_fw.may_return))
		sched_yield();
	fill_buffers(call);
}

static void
do_bare_header(struct call *call)
{
	call->header.result = APUI_RESULT_ENOTSUP;
	call->reply_bytes = APUI_WIRE_HEADER_BYTES;
}

static void
do_cut_header(struct call *call)
{
	call->reply_bytes = APUI_WIRE_HEADER_BYTES - 1;
}

static void
do_no_reply(struct call *call)
{
	call->reply_bytes = 0;
}

static void
do_long_reply(struct call *call)
{
	call->reply_bytes = SIZE_MAX;
}

static void
do_wrong_id(struct call *call)
{
	call->header.id++;
}

static void
do_huge_size(struct call *call)
{
	memset(get_data_out(call), 0x77, call->header.size_out);
	call->header.size_out = UINT16_MAX;
}

static void
do_log(struct call *call)
{
	int index = atomic_fetch_add(&test_fw.log_count, 1);

	atomic_store(&test_fw.log[index % 512], get_data_in(call)[0]);
}

static void
do_get_id(struct call *call)
{
	memcpy(get_data_out(call), &call->header.id, 2);
}

static void
do_translate(struct call *call)
{
	uint64_t range[2];

	memcpy(range, get_data_in(call), sizeof(range));
	if (call->host->translate(call->host->context, range[0], range[1]) ==
	    NULL)
		call->header.result = APUI_RESULT_EFAULT;
}

static void
do_get_rounding(struct call *call)
{
	get_data_out(call)[0] = fegetround() == FE_TONEAREST;
}

static void
do_overstay(struct call *call)
{
	int64_t end_ns = apui_sim_clock_now_ns() + 20000000;

	(void)call;
	while (apui_sim_clock_now_ns() < end_ns)
		sched_yield();
}

static void (*const commands[])(struct call *call) = {
	[DO_ECHO] = do_echo,
	[DO_HANG] = do_hang,
	[DO_DEAF] = do_deaf,
	[DO_BARE_HEADER] = do_bare_header,
	[DO_CUT_HEADER] = do_cut_header,
	[DO_NO_REPLY] = do_no_reply,
	[DO_LONG_REPLY] = do_long_reply,
	[DO_WRONG_ID] = do_wrong_id,
	[DO_HUGE_SIZE] = do_huge_size,
	[DO_FILL] = fill_buffers,
	[DO_LOG] = do_log,
	[DO_GET_ID] = do_get_id,
	[DO_TRANSLATE] = do_translate,
	[DO_GET_ROUNDING] = do_get_rounding,
	[DO_OVERSTAY] = do_overstay,
};

size_t
test_firmware(const struct apui_fw_host *host, const uint8_t *request,
	      size_t request_bytes, uint8_t *reply, size_t reply_capacity)
{
	struct call call = {
		.host = host,
		.request = request,
		.request_bytes = request_bytes,
		.reply = reply,
	};
	int running = atomic_fetch_add(&test_fw.running, 1) + 1;

	if (running > atomic_load(&test_fw.most_running))
		atomic_store(&test_fw.most_running, running);
	/* No asserts here: cmocka's do not work on other threads. */
	if (reply_capacity != APUI_WIRE_MAX_BYTES)
		return 0;
	memcpy(&call.header, request, sizeof(call.header));
	memcpy(reply, request, request_bytes);
	call.reply_bytes = (size_t)APUI_WIRE_HEADER_BYTES +
			   call.header.size_in + call.header.size_out;

	commands[call.header.cmd](&call);
	memcpy(reply, &call.header, sizeof(call.header));
	atomic_fetch_sub(&test_fw.running, 1);
	atomic_fetch_add(&test_fw.finished, 1);
	return call.reply_bytes;
}

struct apui_sim_config
test_config(void)
{
	return (struct apui_sim_config) {
		.name = "test",
		.cores = 1,
		.timeout_ms = 600000,
		.max_mb = 240,
		.firmware = test_firmware,
	};
}

struct apui_sim_client *
open_client(const struct apui_sim_config *config)
{
	struct apui_sim_client *client = NULL;

	assert_int_equal(apui_sim_client_open(config, &client), 0);
	return client;
}

uint32_t
new_syncobj(struct apui_sim_client *client)
{
	uint32_t syncobj = 0;

	assert_int_equal(apui_sim_syncobj_create(client, &syncobj), 0);
	assert_int_not_equal(syncobj, 0);
	return syncobj;
}

uint32_t
new_buffer(struct apui_sim_client *client, uint64_t size_bytes)
{
	uint32_t handle = 0;

	assert_int_equal(apui_sim_buffer_new(client, size_bytes, 0, &handle),
			 0);
	assert_int_not_equal(handle, 0);
	return handle;
}

int
queue_data(struct apui_sim_client *client, uint32_t syncobj, uint16_t cmd,
	   const void *data_in, uint16_t size_in, uint16_t size_out)
{
	const struct apui_request req = {
		.cmd = cmd,
		.size_in = size_in,
		.size_out = size_out,
		.data_in = data_in,
		.out_syncobj = syncobj,
	};

	return apui_sim_queue(client, &req);
}

int
queue_buffers(struct apui_sim_client *client, uint32_t syncobj, uint16_t cmd,
	      const uint32_t *handles, uint32_t count)
{
	const struct apui_request req = {
		.cmd = cmd,
		.handles = handles,
		.handle_count = count,
		.out_syncobj = syncobj,
	};

	return apui_sim_queue(client, &req);
}

struct apui_result
finish_job(struct apui_sim_client *client, uint32_t syncobj, void *data)
{
	static _Thread_local uint8_t bytes[APUI_DEQUEUE_BYTES];
	struct apui_result result = { 0 };

	assert_int_equal(
		apui_sim_syncobj_wait(client, syncobj,
				      apui_sim_clock_now_ns() + FAR_NS),
		0);
	assert_int_equal(apui_sim_dequeue(client, syncobj, bytes, &result), 0);
	if (data != NULL)
		memcpy(data, bytes, result.size_bytes);
	return result;
}

void
wait_for_finished(int count)
{
	while (atomic_load(&test_fw.finished) < count)
		sched_yield();
}
