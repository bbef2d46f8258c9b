/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "model/compiled_checksum.h"
#include "model/compiled_parts.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool
apui_compiled_is_one(const uint8_t *data, uint64_t size_bytes)
{
	const uint32_t magic = APUI_COMPILED_MAGIC;

	return size_bytes >= sizeof(magic) &&
	       memcmp(data, &magic, sizeof(magic)) == 0;
}

int
apui_compiled_break(const char *what)
{
	apui_fail(-EBADMSG, NULL, "the compiled file is damaged: %s", what);
	apui_fail_remedy("compile the model again: apu compile");
	return -EBADMSG;
}

static int
check_version(const char *what, unsigned int version, unsigned int known)
{
	if (version == known)
		return 0;
	apui_fail(-EOPNOTSUPP, NULL,
		  "the compiled file has %s version %u, which is %s than this "
		  "library's %u",
		  what, version, version > known ? "newer" : "older", known);
	apui_fail_remedy("compile the model with this library's apu compile%s",
			 version > known ? ", or update libapu" : "");
	return -EOPNOTSUPP;
}

static bool
is_section(const struct apui_compiled_header *h, uint32_t offset,
	   uint32_t count, uint32_t element_bytes)
{
	return offset % APUI_COMPILED_ALIGNMENT == 0 && offset >= sizeof(*h) &&
	       offset + (uint64_t)count * element_bytes <= h->program_offset;
}

static int
check_layout(const struct apui_compiled_header *h)
{
	if (!is_section(h, h->tensor_offset, h->tensor_count,
			sizeof(struct apui_compiled_tensor)) ||
	    !is_section(h, h->operator_offset, h->operator_count,
			sizeof(struct apui_compiled_operator)) ||
	    !is_section(h, h->list_offset, h->list_count, sizeof(int32_t)) ||
	    !is_section(h, h->scale_offset, h->scale_count, sizeof(float)) ||
	    !is_section(h, h->zero_point_offset, h->scale_count,
			sizeof(int64_t)) ||
	    !is_section(h, h->text_offset, h->text_bytes, 1))
		return apui_compiled_break("a section is outside");
	if (h->program_offset % APUI_COMPILED_ALIGNMENT != 0 ||
	    h->program_bytes < sizeof(struct apui_program_header) ||
	    (uint64_t)h->program_offset + h->program_bytes > h->size_bytes)
		return apui_compiled_break("its program is outside");
	return 0;
}

static int
check_count(const char *what, uint32_t count, uint32_t max)
{
	if (count <= max)
		return 0;
	apui_fail(-E2BIG, NULL, "it has %u %s, the limit is %u", count, what,
		  max);
	apui_fail_remedy("raise max_%s", what);
	return -E2BIG;
}

static int
read_header(struct apui_compiled_reader *r)
{
	struct apui_compiled_header *h = &r->header;
	int ret;

	if (r->source->size_bytes < sizeof(*h))
		return apui_compiled_break("it is cut off");
	ret = apui_source_read(r->source, 0, h, sizeof(*h));
	if (ret < 0)
		return ret;
	if (h->magic != APUI_COMPILED_MAGIC)
		return apui_compiled_break("its first bytes are not its own");
	ret = check_version("format", h->version, APUI_COMPILED_VERSION);
	if (ret < 0)
		return ret;
	if (h->header_bytes != sizeof(*h))
		return apui_compiled_break("its header has another size");
	if (h->size_bytes != r->source->size_bytes)
		return apui_compiled_break("it is cut off, or goes on");

	ret = check_layout(h);
	if (ret < 0)
		return ret;
	ret = check_count("tensors", h->tensor_count, r->limits->max_tensors);
	if (ret < 0)
		return ret;
	return check_count("operators", h->operator_count,
			   r->limits->max_operators);
}

/* How far the program's records go, which is where its data begin. */
static int
read_program_header(struct apui_compiled_reader *r)
{
	struct apui_program_header *p = &r->program_header;
	int ret;

	ret = apui_source_read(r->source, r->header.program_offset, p,
			       sizeof(*p));
	if (ret < 0)
		return ret;
	if (p->magic != APUI_PROGRAM_MAGIC)
		return apui_compiled_break("its program is not one");
	ret = check_version("program", p->version, APUI_PROGRAM_VERSION);
	if (ret < 0)
		return ret;
	if (p->header_bytes != sizeof(*p) ||
	    p->size_bytes != r->header.program_bytes ||
	    p->target != r->header.target ||
	    p->data_offset % APUI_PROGRAM_ALIGNMENT != 0 ||
	    p->data_offset < sizeof(*p) || p->data_offset > p->size_bytes)
		return apui_compiled_break("its program's header is wrong");
	return 0;
}

/* The checksum covers the head, itself excepted. */
static int
read_head(struct apui_compiled_reader *r)
{
	const size_t at = offsetof(struct apui_compiled_header, checksum);
	uint64_t bytes = (uint64_t)r->header.program_offset +
			 r->program_header.data_offset;
	int ret;

	r->head = apui_pool_new(&r->graph->pool, bytes, 1);
	if (r->head == NULL)
		return -ENOMEM;
	ret = apui_source_read(r->source, 0, r->head, bytes);
	if (ret < 0)
		return ret;
	memset(r->head + at, 0, sizeof(r->header.checksum));
	if (apui_compiled_checksum(0, r->head, bytes) != r->header.checksum)
		return apui_compiled_break("its checksum is wrong");
	return 0;
}

static int
read_parts(struct apui_compiled_reader *r)
{
	int ret;

	ret = read_header(r);
	if (ret < 0)
		return ret;
	ret = read_program_header(r);
	if (ret < 0)
		return ret;
	ret = read_head(r);
	if (ret < 0)
		return ret;
	ret = apui_compiled_read_graph(r);
	if (ret < 0)
		return ret;
	return apui_compiled_read_program(r);
}

int
apui_compiled_read(const struct apui_source *source,
		   const struct apui_limits *limits,
		   struct apui_graph **out_graph,
		   struct apui_program **out_program,
		   struct apui_compiled_place *out_place)
{
	struct apui_compiled_reader reader = {
		.source = source,
		.limits = limits,
	};
	int ret = -ENOMEM;

	reader.graph = calloc(1, sizeof(*reader.graph));
	reader.program = calloc(1, sizeof(*reader.program));
	if (reader.graph == NULL || reader.program == NULL)
		goto err_free;
	ret = read_parts(&reader);
	if (ret < 0)
		goto err_free;

	out_place->offset_bytes = reader.header.program_offset;
	out_place->size_bytes = reader.header.program_bytes;
	*out_graph = reader.graph;
	*out_program = reader.program;
	return 0;

err_free:
	apui_program_free(reader.program);
	apui_graph_free(reader.graph);
	return ret;
}
