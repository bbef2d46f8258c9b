/* SPDX-License-Identifier: MIT */
#ifndef APUI_COMPILED_H
#define APUI_COMPILED_H

/*
 * The compiled file (.apu): a program, and what the public API says of the
 * model it was made of. docs/program-format.md describes it byte by byte.
 *
 *   header | tensors | operators | lists | scales | zero points | text |
 * program
 *
 * What is in front of the program's data is the head: it is all that the host
 * looks at. It is copied, checked, and only the copy used.
 */

#include "core/source.h"
#include "firmware/program.h"
#include "model/compile.h"

#define APUI_COMPILED_MAGIC     0x4d555041u /* "APUM" */
#define APUI_COMPILED_VERSION   1u
#define APUI_COMPILED_ALIGNMENT 64u

struct apui_compiled_header {
	uint32_t magic;
	uint16_t version;
	uint16_t header_bytes; /* sizeof(struct apui_compiled_header) */
	uint32_t target;
	uint32_t size_bytes; /* of the whole file */
	uint64_t checksum;   /* of the head; this field counts as 0 */
	uint32_t program_offset;
	uint32_t program_bytes;
	uint32_t tensor_offset;
	uint32_t tensor_count;
	uint32_t operator_offset;
	uint32_t operator_count;
	uint32_t list_offset; /* i32 tensor indices, -1: left out */
	uint32_t list_count;
	uint32_t scale_offset; /* f32 */
	uint32_t scale_count;
	uint32_t zero_point_offset; /* i64, as many as scales */
	uint32_t text_offset;       /* strings, each with its 0 byte */
	uint32_t text_bytes;
	uint32_t input_first; /* in the lists; the outputs follow */
	uint32_t input_count;
	uint32_t output_count;
	uint64_t weight_bytes;
	uint32_t library_version;   /* that wrote it: for people only */
	uint32_t arena_bound_bytes; /* what no plan could be below */
	uint32_t reserved[6];
};

enum {
	APUI_COMPILED_CONSTANT = 1 << 0,
	APUI_COMPILED_VARIABLE = 1 << 1,
};

struct apui_compiled_tensor {
	uint32_t name; /* offset in the text */
	uint8_t dtype; /* enum apu_dtype */
	uint8_t rank;
	uint8_t quant_axis;
	uint8_t flags;
	int32_t dims[APU_TENSOR_MAX_RANK]; /* 0 beyond rank */
	uint32_t size_bytes;
	uint32_t quant_first; /* in scales and zero points */
	uint32_t quant_count;
	uint32_t reserved[3];
};

struct apui_compiled_operator {
	uint32_t name; /* offset in the text */
	uint32_t version;
	uint32_t list_first; /* inputs, then outputs */
	uint16_t input_count;
	uint16_t output_count;
	uint64_t macs;
	uint32_t reserved[2];
};

_Static_assert(sizeof(struct apui_compiled_header) == 128, "");
_Static_assert(sizeof(struct apui_compiled_tensor) == 64, "");
_Static_assert(sizeof(struct apui_compiled_operator) == 32, "");

/* Whether bytes begin as a compiled file of any version does. */
bool
apui_compiled_is_one(const uint8_t *data, uint64_t size_bytes);

/* Where the program of a file is. */
struct apui_compiled_place {
	uint64_t offset_bytes;
	uint32_t size_bytes;
};

/*
 * Read and check the head of a file: the graph as far as the public API
 * describes it, and the program without its blob. -EBADMSG (structure),
 * -EOPNOTSUPP (another version), -E2BIG (@limits), -EOVERFLOW, -ENOMEM, and
 * what apui_source_read() gives.
 */
int
apui_compiled_read(const struct apui_source *source,
		   const struct apui_limits *limits,
		   struct apui_graph **out_graph,
		   struct apui_program **out_program,
		   struct apui_compiled_place *out_place);

/*
 * Write a file: @blob is the program's bytes. The caller frees @out_data.
 * -E2BIG over 4 GiB, -ENOMEM.
 */
int
apui_compiled_write(const struct apui_graph *graph,
		    const struct apui_program *program, const uint8_t *blob,
		    uint8_t **out_data, size_t *out_size_bytes);

/*
 * Give a file that may have been changed the checksum of what it holds now,
 * where its offsets allow: for tests, which change files to see the other
 * checks.
 */
void
apui_compiled_seal(uint8_t *data, size_t size_bytes);

#endif
