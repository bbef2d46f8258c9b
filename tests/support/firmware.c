/* SPDX-License-Identifier: MIT */
#include "support/firmware.h"
#include "support/random.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ADDRESS   UINT64_C(0x60000000)
#define ADDRESS_STEP    UINT64_C(0x100000)
#define REQUEST_ID      0x1234
#define MAX_REQUEST     1024
#define SIZE_BYTES      4
#define RUN_BUFFERS     4
#define INT8_VECTOR_MAX 128

static void *
translate(void *context, uint64_t address, uint64_t size_bytes)
{
	const struct fw_host *host = context;

	for (unsigned int i = 0; i < host->buffer_count; i++) {
		const struct fw_buffer *buffer = &host->buffers[i];
		uint64_t offset = address - buffer->address;

		if (address >= buffer->address &&
		    offset <= buffer->size_bytes &&
		    size_bytes <= buffer->size_bytes - offset)
			return buffer->data + offset;
	}
	return NULL;
}

static int
cancelled(void *context)
{
	struct fw_host *host = context;

	host->looks++;
	return host->cancel_after != 0 && host->looks > host->cancel_after;
}

void
fw_host_init(struct fw_host *host, unsigned int address_bytes)
{
	*host = (struct fw_host) {
		.host = { .translate = translate,
			  .cancelled = cancelled,
			  .context = host,
			  .address_bytes = address_bytes },
	};
}

void
fw_host_finish(struct fw_host *host)
{
	for (unsigned int i = 0; i < host->buffer_count; i++)
		free(host->buffers[i].data);
}

uint8_t *
fw_add_buffer(struct fw_host *host, uint32_t size_bytes)
{
	struct fw_buffer *buffer = &host->buffers[host->buffer_count];

	assert(host->buffer_count < FW_MAX_BUFFERS);
	buffer->address = FIRST_ADDRESS + host->buffer_count * ADDRESS_STEP;
	buffer->size_bytes = size_bytes;
	buffer->data = calloc(1, size_bytes);
	assert(buffer->data);
	host->buffer_count++;
	return buffer->data;
}

size_t
fw_write_request(const struct fw_host *host, const struct fw_request *request,
		 uint8_t *bytes)
{
	struct apui_wire_header header = {
		.id = REQUEST_ID,
		.cmd = request->cmd,
		.result = 0xffff,
		.size_in = request->size_in,
		.size_out = request->size_out,
		.count = request->buffer_count,
	};
	unsigned int address_bytes = host->host.address_bytes;
	uint8_t *at = bytes;

	memcpy(at, &header, sizeof(header));
	at += sizeof(header);
	if (request->size_in > 0)
		memcpy(at, request->data_in, request->size_in);
	at += request->size_in;
	memset(at, 0xaa, request->size_out);
	at += request->size_out;
	for (unsigned int i = 0; i < request->buffer_count; i++) {
		memcpy(at, &host->buffers[request->buffers[i]].address,
		       address_bytes);
		at += address_bytes;
	}
	for (unsigned int i = 0; i < request->buffer_count; i++) {
		memcpy(at, &host->buffers[request->buffers[i]].size_bytes,
		       SIZE_BYTES);
		at += SIZE_BYTES;
	}
	return (size_t)(at - bytes);
}

size_t
fw_send_bytes(struct fw_host *host, const uint8_t *bytes, size_t size_bytes,
	      uint8_t *reply, size_t reply_capacity)
{
	uint8_t *exact_request = malloc(size_bytes);
	uint8_t *exact_reply = malloc(reply_capacity);
	size_t reply_bytes;

	assert(exact_request && exact_reply);
	memcpy(exact_request, bytes, size_bytes);
	memset(exact_reply, 0x55, reply_capacity);
	host->looks = 0;
	reply_bytes = apui_fw_handle(&host->host, exact_request, size_bytes,
				     exact_reply, reply_capacity);
	assert(reply_bytes <= reply_capacity);
	memcpy(reply, exact_reply, reply_bytes);
	free(exact_request);
	free(exact_reply);
	return reply_bytes;
}

uint16_t
fw_send(struct fw_host *host, const struct fw_request *request,
	struct fw_reply *reply)
{
	uint8_t bytes[MAX_REQUEST];
	size_t size_bytes = fw_write_request(host, request, bytes);
	struct apui_wire_header header;

	reply->size_bytes = fw_send_bytes(host, bytes, size_bytes, reply->bytes,
					  size_bytes);
	assert(reply->size_bytes >= sizeof(header));
	memcpy(&header, reply->bytes, sizeof(header));
	assert(header.id == REQUEST_ID && header.cmd == request->cmd);
	assert(header.size_in == request->size_in);
	assert(header.count == request->buffer_count);
	reply->result = header.result;
	reply->size_out = header.size_out;
	reply->data_out = reply->bytes + sizeof(header) + header.size_in;
	reply->sizes = reply->data_out + header.size_out;
	return header.result;
}

static uint32_t
offset_of(size_t offset)
{
	assert(offset % APUI_PROGRAM_ALIGNMENT == 0);
	return (uint32_t)offset;
}

void
fw_program_init(struct fw_program *program, uint32_t input_count,
		uint32_t output_count, uint32_t arena_bytes)
{
	memset(program, 0, sizeof(*program));
	program->header = (struct apui_program_header) {
		.magic = APUI_PROGRAM_MAGIC,
		.version = APUI_PROGRAM_VERSION,
		.header_bytes = sizeof(program->header),
		.target = APUI_TARGET_REF,
		.size_bytes = sizeof(*program),
		.tensor_offset =
			offset_of(offsetof(struct fw_program, tensors)),
		.operator_offset =
			offset_of(offsetof(struct fw_program, operators)),
		.list_offset = offset_of(offsetof(struct fw_program, list)),
		.data_offset = offset_of(offsetof(struct fw_program, data)),
		.data_bytes = 0,
		.arena_bytes = arena_bytes,
		.input_count = input_count,
		.output_count = output_count,
	};
}

static uint32_t
type_bytes(uint8_t type)
{
	static const uint8_t bytes[] = {
		[APUI_TYPE_FLOAT32] = 4, [APUI_TYPE_FLOAT64] = 8,
		[APUI_TYPE_INT8] = 1,    [APUI_TYPE_UINT8] = 1,
		[APUI_TYPE_INT32] = 4,
	};

	assert(type < sizeof(bytes) && bytes[type] > 0);
	return bytes[type];
}

uint32_t
fw_program_tensor(struct fw_program *program, uint8_t type, uint16_t slot,
		  uint32_t offset_bytes, int32_t zero_point, uint8_t rank,
		  const int32_t *dims)
{
	uint32_t index = program->header.tensor_count++;
	struct apui_program_tensor *tensor = &program->tensors[index];

	assert(index < FW_MAX_TENSORS);
	*tensor = (struct apui_program_tensor) {
		.type = type,
		.rank = rank,
		.slot = slot,
		.offset_bytes = offset_bytes,
		.size_bytes = type_bytes(type),
		.zero_point = zero_point,
	};
	for (unsigned int i = 0; i < rank; i++) {
		tensor->dims[i] = dims[i];
		tensor->size_bytes *= (uint32_t)dims[i];
	}
	return index;
}

uint32_t
fw_program_constant(struct fw_program *program, uint8_t type, uint8_t rank,
		    const int32_t *dims, const void *bytes)
{
	struct apui_program_header *header = &program->header;
	uint32_t index = fw_program_tensor(
		program, type, APUI_SLOT_PROGRAM,
		header->data_offset + header->data_bytes, 0, rank, dims);
	uint32_t size_bytes = program->tensors[index].size_bytes;

	assert(header->data_bytes + size_bytes <= sizeof(program->data));
	memcpy(program->data + header->data_bytes, bytes, size_bytes);
	header->data_bytes += (size_bytes + APUI_PROGRAM_ALIGNMENT - 1) /
			      APUI_PROGRAM_ALIGNMENT * APUI_PROGRAM_ALIGNMENT;
	return index;
}

struct apui_program_operator *
fw_program_operator(struct fw_program *program, enum apui_op op,
		    const uint32_t *tensors, uint16_t count)
{
	struct apui_program_header *header = &program->header;
	struct apui_program_operator *record =
		&program->operators[header->operator_count++];

	assert(header->operator_count <= FW_MAX_OPERATORS);
	assert(header->list_count + count <= FW_MAX_LIST);
	*record = (struct apui_program_operator) {
		.op = (uint16_t)op,
		.list_first = header->list_count,
		.input_count = (uint16_t)(count - 1),
		.output_count = 1,
	};
	memcpy(program->list + header->list_count, tensors,
	       count * sizeof(uint32_t));
	header->list_count += count;
	return record;
}

#define DIMS(...) ((const int32_t[]) { __VA_ARGS__ })
#define TENSORS(...)                                                           \
	((const uint32_t[]) { __VA_ARGS__ }),                                  \
		(uint16_t)(sizeof((const uint32_t[]) { __VA_ARGS__ }) /        \
			   sizeof(uint32_t))

/* Tensor of the chain at 64 * @place in the arena. */
static uint32_t
add_value(struct fw_program *program, uint32_t place, uint8_t rank,
	  const int32_t *dims)
{
	return fw_program_tensor(program, APUI_TYPE_INT8, APUI_SLOT_ARENA,
				 place * APUI_PROGRAM_ALIGNMENT, -3, rank,
				 dims);
}

static uint32_t
add_int8(struct fw_program *program, uint8_t rank, const int32_t *dims)
{
	int8_t values[INT8_VECTOR_MAX * 2];

	for (int i = 0; i < (int)sizeof(values); i++)
		values[i] = (int8_t)(i * 37 % 255 - 127);
	return fw_program_constant(program, APUI_TYPE_INT8, rank, dims, values);
}

static uint32_t
add_int32(struct fw_program *program, int32_t value)
{
	int32_t values[4] = { value, value, value, value };

	return fw_program_constant(program, APUI_TYPE_INT32, 1, DIMS(4),
				   values);
}

static const struct apui_window_params chain_window = {
	.stride_h = 1,
	.stride_w = 1,
	.dilation_h = 1,
	.dilation_w = 1,
	.pad_top = 1,
	.pad_left = 1,
	.act_min = INT8_MIN,
	.act_max = INT8_MAX,
};

static const struct apui_window_params chain_pool = {
	.stride_h = 2,
	.stride_w = 2,
	.dilation_h = 1,
	.dilation_w = 1,
	.filter_h = 2,
	.filter_w = 2,
	.act_min = INT8_MIN,
	.act_max = INT8_MAX,
};

/* [1, 4, 4, 4] to itself (conv), to itself (depthwise), to [1, 1, 1, 4]. */
static uint32_t
chain_windows(struct fw_program *program, uint32_t *out_pooled)
{
	uint32_t in =
		fw_program_tensor(program, APUI_TYPE_INT8, APUI_SLOT_FIRST_IO,
				  0, 5, 4, DIMS(1, 4, 4, 4));
	uint32_t bias = add_int32(program, -321);
	uint32_t multiplier = add_int32(program, 1518500250);
	uint32_t shift = add_int32(program, -7);
	uint32_t filter = add_int8(program, 4, DIMS(4, 3, 3, 4));
	uint32_t each = add_int8(program, 4, DIMS(1, 3, 3, 4));
	uint32_t conv = add_value(program, 1, 4, DIMS(1, 4, 4, 4));
	uint32_t deep = add_value(program, 2, 4, DIMS(1, 4, 4, 4));
	uint32_t average = add_value(program, 3, 4, DIMS(1, 2, 2, 4));
	uint32_t maximum = add_value(program, 4, 4, DIMS(1, 1, 1, 4));

	fw_program_operator(program, APUI_OP_CONV_2D,
			    TENSORS(in, filter, bias, multiplier, shift, conv))
		->params.window = chain_window;
	fw_program_operator(
		program, APUI_OP_DEPTHWISE_CONV_2D,
		TENSORS(conv, each, APUI_NO_TENSOR, multiplier, shift, deep))
		->params.window = chain_window;
	fw_program_operator(program, APUI_OP_AVERAGE_POOL_2D,
			    TENSORS(deep, average))
		->params.window = chain_pool;
	fw_program_operator(program, APUI_OP_MAX_POOL_2D,
			    TENSORS(average, maximum))
		->params.window = chain_pool;
	*out_pooled = maximum;
	return conv;
}

/* Both of them added, spread over [1, 6, 6, 4], and averaged to [1, 4]. */
static uint32_t
chain_shapes(struct fw_program *program, uint32_t conv, uint32_t pooled)
{
	uint32_t sum = add_value(program, 5, 4, DIMS(1, 4, 4, 4));
	uint32_t padded = add_value(program, 6, 4, DIMS(1, 6, 6, 4));
	uint32_t mean = add_value(program, 9, 2, DIMS(1, 4));

	fw_program_operator(program, APUI_OP_ADD, TENSORS(conv, pooled, sum))
		->params.add = (struct apui_add_params) {
		.left_shift = 20,
		.a_multiplier = 1 << 30,
		.b_multiplier = 1 << 30,
		.out_multiplier = 1 << 30,
		.out_shift = -18,
		.act_min = INT8_MIN,
		.act_max = INT8_MAX,
	};
	fw_program_operator(program, APUI_OP_STRIDED_COPY, TENSORS(sum, padded))
		->params.strided_copy = (struct apui_strided_copy_params) {
		.rank = 2,
		.lengths = { 9, 16 },
		.in_strides = { 4, 1 },
		.out_strides = { 16, 1 },
	};
	fw_program_operator(program, APUI_OP_MEAN, TENSORS(padded, mean))
		->params.mean = (struct apui_mean_params) {
		.axes = 1 << 1 | 1 << 2,
		.multiplier = INT32_MAX,
		.shift = -4,
	};
	return mean;
}

/* Three outputs, turned to uint8, their softmax, to the output as [3, 1]. */
static void
chain_classifier(struct fw_program *program, uint32_t mean)
{
	const double scale_value = 0.03125;
	uint32_t filter = add_int8(program, 2, DIMS(3, 4));
	uint32_t scale = fw_program_constant(program, APUI_TYPE_FLOAT64, 1,
					     DIMS(1), &scale_value);
	uint32_t logits = add_value(program, 10, 2, DIMS(1, 3));
	uint32_t unsigned_logits = fw_program_tensor(
		program, APUI_TYPE_UINT8, APUI_SLOT_ARENA,
		11 * APUI_PROGRAM_ALIGNMENT, 128, 2, DIMS(1, 3));
	uint32_t softmax = fw_program_tensor(
		program, APUI_TYPE_UINT8, APUI_SLOT_ARENA,
		12 * APUI_PROGRAM_ALIGNMENT, 0, 2, DIMS(1, 3));
	uint32_t out =
		fw_program_tensor(program, APUI_TYPE_UINT8,
				  APUI_SLOT_FIRST_IO + 1, 0, 0, 2, DIMS(3, 1));

	fw_program_operator(
		program, APUI_OP_FULLY_CONNECTED,
		TENSORS(mean, filter, APUI_NO_TENSOR, scale, logits))
		->params.fully_connected =
		(struct apui_fully_connected_params) {
			.act_min = INT8_MIN,
			.act_max = INT8_MAX,
		};
	fw_program_operator(program, APUI_OP_QUANTIZE,
			    TENSORS(logits, unsigned_logits))
		->params.quantize = (struct apui_quantize_params) {
		.multiplier = 1 << 30,
		.shift = 1,
	};
	fw_program_operator(program, APUI_OP_SOFTMAX,
			    TENSORS(unsigned_logits, softmax))
		->params.softmax = (struct apui_softmax_params) {
		.multiplier = 1 << 30,
		.shift = 22,
		.diff_min = -496,
	};
	fw_program_operator(program, APUI_OP_COPY, TENSORS(softmax, out));
}

void
fw_program_chain(struct fw_program *program)
{
	uint32_t conv, pooled;

	fw_program_init(program, 1, 1, FW_CHAIN_ARENA_BYTES);
	conv = chain_windows(program, &pooled);
	chain_classifier(program, chain_shapes(program, conv, pooled));
	assert(program->header.operator_count == FW_CHAIN_OPERATORS);
}

struct fw_program *
fw_host_init_chain(struct fw_host *host)
{
	struct random random = { 1 };
	struct fw_program *program;

	fw_host_init(host, 4);
	program = (void *)fw_add_buffer(host, sizeof(*program));
	fw_add_buffer(host, FW_CHAIN_ARENA_BYTES);
	random_bytes(&random, fw_add_buffer(host, FW_CHAIN_IN_BYTES),
		     FW_CHAIN_IN_BYTES);
	fw_add_buffer(host, FW_CHAIN_OUT_BYTES);
	fw_program_chain(program);
	return program;
}

void
fw_run_init(struct fw_run *run, const struct fw_host *host)
{
	static const uint32_t buffers[] = { 0, 1, APUI_RUN_UNBOUND, 2, 3 };

	*run = (struct fw_run) {
		.head = { .submission_id = 77, .binding_count = 5 },
	};
	assert(host->buffer_count >= RUN_BUFFERS);
	for (unsigned int i = 0; i < sizeof(buffers) / sizeof(buffers[0]);
	     i++) {
		run->bindings[i].buffer = buffers[i];
		if (buffers[i] != APUI_RUN_UNBOUND)
			run->bindings[i].size_bytes =
				host->buffers[buffers[i]].size_bytes;
	}
}

uint16_t
fw_run_send(struct fw_host *host, const struct fw_run *run,
	    struct apui_run_report *report)
{
	static const uint8_t buffers[RUN_BUFFERS] = { 0, 1, 2, 3 };
	struct fw_request request = {
		.cmd = APUI_CMD_RUN,
		.data_in = run,
		.size_in = sizeof(*run),
		.size_out = sizeof(*report),
		.buffers = buffers,
		.buffer_count = RUN_BUFFERS,
	};
	struct fw_reply reply;

	fw_send(host, &request, &reply);
	assert(reply.size_out == sizeof(*report));
	memcpy(report, reply.data_out, sizeof(*report));
	return reply.result;
}
