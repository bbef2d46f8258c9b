/* SPDX-License-Identifier: MIT */
#ifndef APUI_TEST_FIRMWARE_H
#define APUI_TEST_FIRMWARE_H

/*
 * A host for the firmware whose buffers are exact heap blocks, so that the
 * sanitizer sees the first byte beyond one; requests, and programs by hand.
 */

#include "firmware/firmware.h"
#include "firmware/program.h"
#include "firmware/wire.h"

#define FW_MAX_BUFFERS 8

struct fw_buffer {
	uint64_t address;
	uint32_t size_bytes;
	uint8_t *data;
};

struct fw_host {
	struct apui_fw_host host;
	struct fw_buffer buffers[FW_MAX_BUFFERS];
	unsigned int buffer_count;
	uint32_t cancel_after; /* looks at the reset line; 0: never reset */
	uint32_t looks;
};

void
fw_host_init(struct fw_host *host, unsigned int address_bytes);

void
fw_host_finish(struct fw_host *host);

/* Add a buffer of zeros; returns its bytes. */
uint8_t *
fw_add_buffer(struct fw_host *host, uint32_t size_bytes);

struct fw_request {
	uint16_t cmd;
	const void *data_in;
	uint16_t size_in;
	uint16_t size_out;
	const uint8_t *buffers; /* numbers, in the order of fw_add_buffer() */
	uint16_t buffer_count;
};

struct fw_reply {
	size_t size_bytes;
	uint16_t result;
	uint16_t size_out;
	uint8_t bytes[1024];
	const uint8_t *data_out;
	const uint8_t *sizes; /* format A; of the buffers, unaligned */
};

/* Write @request as it travels, id 0x1234; returns its bytes. */
size_t
fw_write_request(const struct fw_host *host, const struct fw_request *request,
		 uint8_t *bytes);

/* Have the firmware handle it; returns the result. */
uint16_t
fw_send(struct fw_host *host, const struct fw_request *request,
	struct fw_reply *reply);

/* Have the firmware handle any bytes, in exact heap blocks. */
size_t
fw_send_bytes(struct fw_host *host, const uint8_t *bytes, size_t size_bytes,
	      uint8_t *reply, size_t reply_capacity);

#define FW_MAX_TENSORS   40
#define FW_MAX_OPERATORS 12
#define FW_MAX_LIST      64

/* A program of fixed room, so that a test can spoil any field by its name. */
struct fw_program {
	struct apui_program_header header;
	struct apui_program_tensor tensors[FW_MAX_TENSORS];
	struct apui_program_operator operators[FW_MAX_OPERATORS];
	uint32_t list[FW_MAX_LIST];
	uint8_t data[4096];
};

/* An empty program with that many inputs and outputs, and no state. */
void
fw_program_init(struct fw_program *program, uint32_t input_count,
		uint32_t output_count, uint32_t arena_bytes);

/* Add a tensor; lengths in @dims; returns its number. */
uint32_t
fw_program_tensor(struct fw_program *program, uint8_t type, uint16_t slot,
		  uint32_t offset_bytes, int32_t zero_point, uint8_t rank,
		  const int32_t *dims);

/* Add a constant vector or filter; the bytes follow from its shape. */
uint32_t
fw_program_constant(struct fw_program *program, uint8_t type, uint8_t rank,
		    const int32_t *dims, const void *bytes);

/* Add an operator with one output, the last of @tensors. */
struct apui_program_operator *
fw_program_operator(struct fw_program *program, enum apui_op op,
		    const uint32_t *tensors, uint16_t count);

/*
 * A program that runs one operator of each kind, one after another, from input
 * 0 (FW_CHAIN_IN_BYTES of int8) to output 0 (FW_CHAIN_OUT_BYTES of uint8).
 */
#define FW_CHAIN_IN_BYTES    64
#define FW_CHAIN_OUT_BYTES   3
#define FW_CHAIN_ARENA_BYTES 1088
#define FW_CHAIN_OPERATORS   11

void
fw_program_chain(struct fw_program *program);

/*
 * A host with the buffers 0 program, 1 arena, 2 input (random), 3 output for
 * the chain. Returns the program's bytes.
 */
struct fw_program *
fw_host_init_chain(struct fw_host *host);

/* A RUN over those four buffers. */
struct fw_run {
	struct apui_run head;
	struct apui_run_binding bindings[5];
};

/* Bind each whole buffer of @host; the state stays unbound. */
void
fw_run_init(struct fw_run *run, const struct fw_host *host);

/* Send it; returns the result. */
uint16_t
fw_run_send(struct fw_host *host, const struct fw_run *run,
	    struct apui_run_report *report);

#endif
