/* SPDX-License-Identifier: MIT */
#ifndef APUI_WIRE_H
#define APUI_WIRE_H

/*
 * What travels between a driver and a core: the published request format
 * (BayLibre's apu driver and open-amp firmware, 2020-2023) and the two commands
 * of ours. Everything is little endian; nothing may be assumed aligned.
 *
 * Request: header, data_in[size_in], data_out[size_out] (space), then `count`
 * device addresses, then `count` u32 buffer sizes. Addresses are u32 in format
 * A (mt8183 over rpmsg) and u64 in format B (the simulator driver's netlink).
 * Reply: header, data_in[size_in], data_out[size_out] and, in format A only,
 * u32 size[count]; or the bare header when the dispatcher itself refuses.
 */

#include <stdint.h>

struct apui_wire_header {
	uint16_t id;
	uint16_t cmd;
	uint16_t result;
	uint16_t size_in;
	uint16_t size_out;
	uint16_t count;
};

#define APUI_WIRE_HEADER_BYTES 12
/* One rpmsg message: a 512-byte virtio buffer less its 16-byte header. */
#define APUI_WIRE_MAX_BYTES 496
/* Bytes of format A that a buffer takes: address and size. */
#define APUI_WIRE_BUFFER_BYTES 8

/* The published commands. */
enum {
	APUI_CMD_XRP = 0,
	APUI_CMD_COPY_SHARED_BUFFER = 1,
	APUI_CMD_COPY_INLINE_BUFFER = 2,
	APUI_CMD_COPY_INLINE2SHARED = 3,
	APUI_CMD_COPY_SHARED2INLINE = 4,
	APUI_CMD_FILL_BUFFER = 5,
	APUI_CMD_BUFFER_IOMMU_MMAP = 6,
	/* Ours. */
	APUI_CMD_INFO = 0x4100,
	APUI_CMD_RUN = 0x4101,
};

/*
 * Results. The numbers are newlib's, which the published firmware was built
 * with, fixed here so that they are the same wherever the firmware runs.
 */
enum {
	APUI_RESULT_OK = 0,
	APUI_RESULT_EIO = 5,
	APUI_RESULT_E2BIG = 7,
	APUI_RESULT_ENOMEM = 12,
	APUI_RESULT_EFAULT = 14,
	APUI_RESULT_EINVAL = 22,
	APUI_RESULT_ERANGE = 34,
	APUI_RESULT_EBADMSG = 77,
	APUI_RESULT_ENOTSUP = 134,
	APUI_RESULT_ECANCELED = 140,
	/* Not the firmware's: the driver's word for "no answer in time". */
	APUI_RESULT_DRIVER_TIMEOUT = 110,
};

/* INFO: no data_in, no buffers; data_out is one of these. */
#define APUI_INFO_MAGIC       0x46555041u /* "APUF" */
#define APUI_INFO_MAX_TARGETS 8

struct apui_info {
	uint32_t magic;
	uint32_t firmware_version; /* major << 16 | minor << 8 | micro */
	uint32_t program_version;  /* newest APUI_PROGRAM_VERSION accepted */
	uint32_t max_operator_tensors;
	uint32_t target_count;
	uint32_t targets[APUI_INFO_MAX_TARGETS]; /* best first */
};

/*
 * RUN: data_in is this header, then binding_count bindings, one for each slot
 * of the program in the order of program.h; data_out is a struct
 * apui_run_report. The buffers of the request are those that bindings name.
 */
struct apui_run {
	uint32_t first_operator;
	uint32_t operator_count;
	uint32_t submission_id; /* never 0 */
	uint32_t run_index;     /* RUNs of this submission before this one */
	uint16_t binding_count;
	uint16_t flags; /* 0 */
};

#define APUI_RUN_UNBOUND 0xffffffffu

struct apui_run_binding {
	uint32_t buffer; /* index into the request's buffers, or UNBOUND */
	uint32_t offset_bytes;
	uint32_t size_bytes;
};

#define APUI_RUN_NO_OPERATOR 0xffffffffu

/* Where a RUN that failed stopped; zero and NO_OPERATOR after success. */
struct apui_run_report {
	uint32_t operators_done;
	uint32_t failed_operator; /* index in the program */
	uint32_t failed_tensor;   /* index in the program, or NO_OPERATOR */
	uint32_t reserved;
};

/*
 * The first 64 bytes of every arena. The first RUN of a submission sets both
 * fields; a later one starts only if both are what it expects, else ECANCELED.
 * A client that gives a submission up writes APUI_SUBMISSION_CANCELLED as its
 * id: no RUN starts then, not even a first one, until it writes 0 again.
 */
#define APUI_SUBMISSION_CANCELLED 0xffffffffu

struct apui_arena_header {
	uint32_t submission_id;
	uint32_t runs_done;
	uint32_t reserved[14];
};

/* XRP, command 0: the head of the one buffer; in then out data follow. */
#define APUI_XRP_NSID_BYTES 16
#define APUI_XRP_GROUP_MAX  128
#define APUI_XRP_HEAD_BYTES 1052

struct apui_xrp_group_entry {
	uint32_t address;
	uint32_t size_bytes;
};

struct apui_xrp_head {
	uint32_t in_size;
	uint32_t out_size;
	uint32_t group_count;
	uint8_t nsid[APUI_XRP_NSID_BYTES];
	struct apui_xrp_group_entry group[APUI_XRP_GROUP_MAX];
};

_Static_assert(sizeof(struct apui_wire_header) == APUI_WIRE_HEADER_BYTES, "");
_Static_assert(sizeof(struct apui_info) == 52, "");
_Static_assert(sizeof(struct apui_run) == 20, "");
_Static_assert(sizeof(struct apui_run_binding) == 12, "");
_Static_assert(sizeof(struct apui_run_report) == 16, "");
_Static_assert(sizeof(struct apui_arena_header) == 64, "");
_Static_assert(sizeof(struct apui_xrp_head) == APUI_XRP_HEAD_BYTES, "");

#endif
