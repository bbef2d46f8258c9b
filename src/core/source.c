/* SPDX-License-Identifier: MIT */
#include "core/source.h"
#include "core/error.h"
#include "core/file.h"
#include <errno.h>
#include <string.h>

int
apui_source_read(const struct apui_source *source, uint64_t offset_bytes,
		 void *to, uint64_t size_bytes)
{
	size_t done_bytes = 0;
	int ret;

	if (size_bytes == 0)
		return 0;
	if (source->data != NULL) {
		memcpy(to, source->data + offset_bytes, size_bytes);
		return 0;
	}
	ret = apui_file_read_at(source->fd, offset_bytes, to, size_bytes,
				&done_bytes);
	if (ret < 0)
		return ret;
	if (done_bytes < size_bytes)
		return apui_fail(-EBADMSG, NULL,
				 "the file ended while it was read");
	return 0;
}
