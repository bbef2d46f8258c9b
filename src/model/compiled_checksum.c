/* SPDX-License-Identifier: MIT */
#include "model/compiled_checksum.h"
#include "model/compiled.h"
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "words are read as they are in memory");

#define MULTIPLIER UINT64_C(0xff51afd7ed558ccd)

uint64_t
apui_compiled_checksum(uint64_t sum, const uint8_t *data, uint64_t size_bytes)
{
	for (uint64_t i = 0; i + sizeof(uint64_t) <= size_bytes;
	     i += sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, data + i, sizeof(word));
		sum = (sum ^ word) * MULTIPLIER;
		sum ^= sum >> 32;
	}
	return sum;
}

void
apui_compiled_seal(uint8_t *data, size_t size_bytes)
{
	const size_t at = offsetof(struct apui_compiled_header, checksum);
	struct apui_program_header program;
	struct apui_compiled_header header;
	uint64_t end;

	if (size_bytes < sizeof(header))
		return;
	memcpy(&header, data, sizeof(header));
	if (header.program_offset > size_bytes ||
	    size_bytes - header.program_offset < sizeof(program))
		return;
	memcpy(&program, data + header.program_offset, sizeof(program));
	end = (uint64_t)header.program_offset + program.data_offset;
	if (end > size_bytes)
		return;

	memset(data + at, 0, sizeof(header.checksum));
	header.checksum = apui_compiled_checksum(0, data, end);
	memcpy(data + at, &header.checksum, sizeof(header.checksum));
}
