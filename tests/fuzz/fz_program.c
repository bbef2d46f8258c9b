/* SPDX-License-Identifier: MIT */
/*
 * A hostile program and a hostile request, straight to the firmware. Buffers
 * are exact heap blocks, so the sanitizer sees the first byte beyond one. The
 * same request on the same bytes gives the same reply and leaves the same
 * bytes; a core that is being reset comes back soon.
 */
#include "core/model.h"
#include "fuzz.h"
#include "support/firmware.h"
#include "support/random.h"
#include <apu/apu.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BINDINGS       12
#define MAX_BUFFER_BYTES   (1 << 20)
#define REQUEST_BYTES      1024
#define BUFFER_COUNT       5
#define MAX_LOOKS          64
#define MAX_SEED_MACS      300000
#define MAX_LOOKS_IN_RESET 16
#define BINDING_ALIGNMENT  64
#define NOISE_RARITY       5

enum { PROGRAM, ARENA, INPUTS, OUTPUTS, STATE };

enum {
	WIDE_ADDRESSES = 1 << 0,
	/* Another write by the client whenever the firmware looks up. */
	CHANGES_UNDER_WAY = 1 << 1,
};

/* What an input begins with; the program follows. */
struct script {
	uint16_t flags;
	uint16_t cmd;
	uint16_t size_out;
	uint16_t reserved;
	uint32_t buffer_bytes[BUFFER_COUNT]; /* the program's has its own */
	struct apui_run run;
	struct apui_run_binding bindings[MAX_BINDINGS];
};

struct outcome {
	size_t reply_bytes;
	uint8_t reply[REQUEST_BYTES];
};

struct scene {
	struct fw_host fw; /* first: the firmware's callbacks get this */
	struct random random;
	bool changes;
	uint32_t looks;
};

static void
change_a_byte(struct scene *scene, const struct fw_buffer *buffer)
{
	uint64_t choice = random_u64(&scene->random);

	if (buffer->size_bytes > 0)
		buffer->data[choice / 8 % buffer->size_bytes] ^=
			(uint8_t)(1 << choice % 8);
}

static int
look_up(void *context)
{
	struct scene *scene = context;

	scene->looks++;
	FUZZ_REQUIRE(scene->looks <= MAX_LOOKS + MAX_LOOKS_IN_RESET,
		     "the firmware goes on in a reset");
	if (scene->changes) {
		change_a_byte(scene, &scene->fw.buffers[PROGRAM]);
		change_a_byte(scene, &scene->fw.buffers[ARENA]);
	}
	return scene->looks > MAX_LOOKS;
}

static void
set_up(struct scene *scene, const struct script *script, const uint8_t *program,
       size_t program_bytes)
{
	struct fw_host *fw = &scene->fw;

	memset(scene, 0, sizeof(*scene));
	scene->random.state = 1;
	scene->changes = script->flags & CHANGES_UNDER_WAY;
	fw_host_init(fw, script->flags & WIDE_ADDRESSES ? 8 : 4);
	fw->host.cancelled = look_up;
	memcpy(fw_add_buffer(fw, (uint32_t)program_bytes), program,
	       program_bytes);
	for (int i = ARENA; i < BUFFER_COUNT; i++)
		fw_add_buffer(fw, script->buffer_bytes[i] % MAX_BUFFER_BYTES);
	random_bytes(&scene->random, fw->buffers[INPUTS].data,
		     fw->buffers[INPUTS].size_bytes);
}

static size_t
write_request(const struct scene *scene, const struct script *script,
	      uint8_t *bytes)
{
	static const uint8_t buffers[] = { PROGRAM, ARENA, INPUTS, OUTPUTS,
					   STATE };
	uint16_t binding_count = script->run.binding_count;
	const struct fw_request request = {
		.cmd = script->cmd,
		.data_in = &script->run,
		.size_in = (uint16_t)(sizeof(script->run) +
				      (binding_count < MAX_BINDINGS
					       ? binding_count
					       : MAX_BINDINGS) *
					      sizeof(script->bindings[0])),
		.size_out = script->size_out % 512,
		.buffers = buffers,
		.buffer_count = BUFFER_COUNT,
	};

	return fw_write_request(&scene->fw, &request, bytes);
}

static void
perform(struct scene *scene, const struct script *script,
	struct outcome *outcome, uint8_t pattern)
{
	uint8_t bytes[REQUEST_BYTES];
	size_t size_bytes = write_request(scene, script, bytes);
	uint8_t *request = fuzz_copy(bytes, size_bytes);
	uint8_t *reply = malloc(size_bytes);

	FUZZ_REQUIRE(reply, "out of memory");
	memset(reply, pattern, size_bytes);
	memset(outcome, 0, sizeof(*outcome));
	outcome->reply_bytes = apui_fw_handle(&scene->fw.host, request,
					      size_bytes, reply, size_bytes);
	FUZZ_REQUIRE(outcome->reply_bytes <= size_bytes,
		     "a reply of %zu bytes in %zu", outcome->reply_bytes,
		     size_bytes);
	memcpy(outcome->reply, reply, outcome->reply_bytes);
	free(request);
	free(reply);
}

static void
compare(const struct scene *a, const struct outcome *first,
	const struct scene *b, const struct outcome *second)
{
	FUZZ_REQUIRE(memcmp(first, second, sizeof(*first)) == 0,
		     "one request, two replies");
	for (int i = 0; i < BUFFER_COUNT; i++)
		FUZZ_REQUIRE(memcmp(a->fw.buffers[i].data,
				    b->fw.buffers[i].data,
				    a->fw.buffers[i].size_bytes) == 0,
			     "one request, two results in buffer %d", i);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	static struct scene a, b;
	static struct outcome first, second;
	struct script script;
	const uint8_t *program = data + sizeof(script);
	size_t program_bytes;

	if (size_bytes < sizeof(script) ||
	    size_bytes - sizeof(script) > MAX_BUFFER_BYTES)
		return 0;
	program_bytes = size_bytes - sizeof(script);
	memcpy(&script, data, sizeof(script));

	set_up(&a, &script, program, program_bytes);
	set_up(&b, &script, program, program_bytes);
	perform(&a, &script, &first, 0x55);
	perform(&b, &script, &second, 0xaa);
	compare(&a, &first, &b, &second);
	fw_host_finish(&a.fw);
	fw_host_finish(&b.fw);
	return 0;
}

/* Tensors of a kind lie one after another in one buffer. */
static bool
bind_tensor(struct script *script, uint32_t buffer,
	    const struct apu_tensor *tensor)
{
	uint64_t size_bytes = apu_tensor_size_bytes(tensor);
	uint32_t *end = &script->buffer_bytes[buffer];

	if (script->run.binding_count == MAX_BINDINGS ||
	    size_bytes >= MAX_BUFFER_BYTES - BINDING_ALIGNMENT - *end)
		return false;
	script->bindings[script->run.binding_count++] =
		(struct apui_run_binding) {
			.buffer = buffer,
			.offset_bytes = *end,
			.size_bytes = (uint32_t)size_bytes,
		};
	*end += ((uint32_t)size_bytes + BINDING_ALIGNMENT - 1) /
		BINDING_ALIGNMENT * BINDING_ALIGNMENT;
	return true;
}

static bool
bind_model(struct script *script, const struct apu_model *model)
{
	const struct apui_program *program = model->program;

	script->run.binding_count = APUI_SLOT_FIRST_IO;
	script->bindings[APUI_SLOT_PROGRAM].size_bytes = program->size_bytes;
	script->bindings[APUI_SLOT_ARENA].buffer = ARENA;
	script->bindings[APUI_SLOT_ARENA].size_bytes = program->arena_bytes;
	script->bindings[APUI_SLOT_STATE].buffer =
		program->state_bytes > 0 ? STATE : APUI_RUN_UNBOUND;
	script->bindings[APUI_SLOT_STATE].size_bytes = program->state_bytes;
	script->buffer_bytes[ARENA] = program->arena_bytes;
	script->buffer_bytes[STATE] = program->state_bytes;
	for (unsigned int i = 0; i < apu_model_input_count(model); i++)
		if (!bind_tensor(script, INPUTS, apu_model_input(model, i)))
			return false;
	for (unsigned int i = 0; i < apu_model_output_count(model); i++)
		if (!bind_tensor(script, OUTPUTS, apu_model_output(model, i)))
			return false;
	return program->size_bytes < MAX_BUFFER_BYTES &&
	       program->arena_bytes < MAX_BUFFER_BYTES;
}

/* The model's program, and the request that runs all of it. */
struct fuzz_bytes
fuzz_make_seed(const uint8_t *data, size_t size_bytes)
{
	struct script script = {
		.cmd = APUI_CMD_RUN,
		.size_out = sizeof(struct apui_run_report),
		.run = { .submission_id = 1 },
	};
	struct fuzz_bytes seed = { NULL, 0 };
	struct apu_model *model;

	if (apu_model_load_memory(NULL, data, size_bytes, NULL, &model) < 0)
		return seed;
	script.run.operator_count = model->program->operator_count;
	if (apu_model_macs(model) <= MAX_SEED_MACS &&
	    bind_model(&script, model)) {
		seed.size_bytes = sizeof(script) + model->program->size_bytes;
		seed.data = malloc(seed.size_bytes);
		FUZZ_REQUIRE(seed.data, "out of memory");
		memcpy(seed.data, &script, sizeof(script));
		memcpy(seed.data + sizeof(script), model->program->blob,
		       model->program->size_bytes);
	}
	apu_model_unref(model);
	return seed;
}

/* The bytes of a record table of the program, as its header has them. */
static size_t
pick_record(const uint8_t *data, size_t size_bytes, struct random *random)
{
	struct apui_program_header header;
	uint64_t choice = random_u64(random);
	uint64_t at, bytes;

	memcpy(&header, data + sizeof(struct script), sizeof(header));
	switch (choice % 8) {
	case 0:
		return choice / 8 % sizeof(struct script);
	case 1:
		return sizeof(struct script) + choice / 8 % sizeof(header);
	case 2:
	case 3:
		at = header.tensor_offset;
		bytes = (uint64_t)header.tensor_count *
			sizeof(struct apui_program_tensor);
		break;
	case 4:
		at = header.list_offset;
		bytes = (uint64_t)header.list_count * sizeof(uint32_t);
		break;
	default:
		at = header.operator_offset;
		bytes = (uint64_t)header.operator_count *
			sizeof(struct apui_program_operator);
		break;
	}
	at += sizeof(struct script) + (bytes > 0 ? choice / 8 % bytes : 0);
	return at < size_bytes ? (size_t)at : 0;
}

static uint64_t
choose_value(uint64_t old, struct random *random)
{
	static const int64_t boundaries[] = {
		0,   -1,  1,      2,       3,     INT32_MAX, INT32_MIN,
		127, 128, 0x7fff, 0x10000, 65537, 31,        -31,
	};
	uint64_t choice = random_u64(random);

	switch (choice % 4) {
	case 0:
		return old + 1 - choice / 4 % 3;
	case 1:
		return choice / 4 % 80;
	case 2:
		return old ^ UINT64_C(1) << choice / 4 % 32;
	default:
		return (uint64_t)
			boundaries[choice / 4 %
				   (sizeof(boundaries) / sizeof(int64_t))];
	}
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size_bytes, size_t capacity,
			unsigned int seed)
{
	static const size_t widths[] = { 1, 2, 4, 4, 4 };
	struct random random = { seed };
	size_t width = widths[random_u64(&random) % 5];
	uint64_t value = 0;
	size_t at;

	if (size_bytes < sizeof(struct script) +
				 sizeof(struct apui_program_header) ||
	    random_u64(&random) % NOISE_RARITY == 0)
		return LLVMFuzzerMutate(data, size_bytes, capacity);

	at = pick_record(data, size_bytes, &random) / width * width;
	if (at + width > size_bytes)
		at = 0;
	memcpy(&value, data + at, width);
	value = choose_value(value, &random);
	memcpy(data + at, &value, width);
	return size_bytes;
}
