/* SPDX-License-Identifier: MIT */
#ifndef APUI_TEST_SIM_H
#define APUI_TEST_SIM_H

/*
 * What the tests of the simulated machine share: a firmware that does whatever
 * the command says, good or bad, and short forms of the verbs.
 */

#include "firmware/wire.h"
#include "sim/buffer.h"
#include "sim/client.h"
#include "sim/clock.h"
#include "sim/queue.h"
#include "sim/syncobj.h"
#include "test.h"
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

/* Longer than any test: whoever waits so long hangs. */
#define FAR_NS INT64_C(120000000000)

/* Commands of the test firmware. */
enum {
	DO_ECHO = 1,    /* data_out = data_in */
	DO_HANG,        /* until it is cancelled; then replies late */
	DO_DEAF,        /* until the test says so, then fills its buffers */
	DO_BARE_HEADER, /* an error, which says the sizes of the request */
	DO_CUT_HEADER,
	DO_NO_REPLY,
	DO_LONG_REPLY, /* says to be longer than the buffer for it */
	DO_WRONG_ID,
	DO_HUGE_SIZE, /* says to have 65535 bytes of data_out */
	DO_FILL,      /* all buffers with 0x45 */
	DO_LOG,       /* one byte of data_in to the log */
	DO_GET_ID,    /* data_out = request id */
	DO_TRANSLATE, /* data_in = u64 address, u64 size; fails EFAULT */
	DO_GET_ROUNDING,
	DO_OVERSTAY, /* 20 ms, without a look at the reset line */
};

struct test_firmware {
	atomic_bool may_return; /* for DO_DEAF */
	atomic_int running;
	atomic_int most_running;
	atomic_int finished; /* requests that the firmware is done with */
	atomic_int log_count;
	atomic_int log[512];
};

extern struct test_firmware test_fw;

size_t
test_firmware(const struct apui_fw_host *host, const uint8_t *request,
	      size_t request_bytes, uint8_t *reply, size_t reply_capacity);

/* A machine of one core that never times out, with the test firmware. */
struct apui_sim_config
test_config(void);

struct apui_sim_client *
open_client(const struct apui_sim_config *config);

uint32_t
new_syncobj(struct apui_sim_client *client);

uint32_t
new_buffer(struct apui_sim_client *client, uint64_t size_bytes);

/* Queue a request without buffers. */
int
queue_data(struct apui_sim_client *client, uint32_t syncobj, uint16_t cmd,
	   const void *data_in, uint16_t size_in, uint16_t size_out);

/* Queue a request with buffers and without data. */
int
queue_buffers(struct apui_sim_client *client, uint32_t syncobj, uint16_t cmd,
	      const uint32_t *handles, uint32_t count);

/* Wait, and fetch the result; @data may be NULL. */
struct apui_result
finish_job(struct apui_sim_client *client, uint32_t syncobj, void *data);

/* Wait until the firmware is done with one more request than before. */
void
wait_for_finished(int count);

#endif
