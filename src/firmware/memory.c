/* SPDX-License-Identifier: MIT */
#include "firmware/memory.h"
#include "firmware/wire.h"

/* Tens of microseconds between two looks at the reset line. */
#define MOVE_CHUNK_BYTES ((size_t)256 * 1024)

int
apui_fw_move(const struct apui_fw_host *host, uint8_t *to, const uint8_t *from,
	     size_t size_bytes)
{
	/* Overlapping bytes are read before they are overwritten. */
	int backwards = (uintptr_t)to > (uintptr_t)from;
	size_t done = 0;

	while (done < size_bytes) {
		size_t left = size_bytes - done;
		size_t chunk =
			left < MOVE_CHUNK_BYTES ? left : MOVE_CHUNK_BYTES;
		size_t at = backwards ? left - chunk : done;

		if (host->cancelled(host->context))
			return APUI_RESULT_ECANCELED;
		memmove(to + at, from + at, chunk);
		done += chunk;
	}

	return APUI_RESULT_OK;
}
