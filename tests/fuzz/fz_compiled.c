/* SPDX-License-Identifier: MIT */
/*
 * A hostile compiled file: as it is, and with its checksum made right, so that
 * the checks behind it are met. What has loaded runs in place, from a block of
 * exactly its bytes; it may compute nonsense or fail, in its own buffers.
 */
#include "core/model.h"
#include "fuzz.h"
#include "load_check.h"
#include "model/compiled.h"
#include "support/random.h"
#include <apu/apu.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A hostile program may run for as long as the driver lets it. */
#define DEVICE       "sim:name=fuzz-compiled,timeout_ms=300"
#define TIMEOUT_NS   INT64_C(60000000000)
#define MAX_IO_BYTES (1 << 20)
#define MAX_PORTS    32
#define NOISE_RARITY 6

static const struct apu_model_options limits = {
	.size = sizeof(limits),
	.max_arena_bytes = 16 << 20,
	.max_macs = 300000,
};

static struct apu_device *
open_device(void)
{
	static struct apu_device *dev;

	if (dev == NULL && apu_device_open(DEVICE, &dev) < 0)
		fuzz_fail("%s", apu_error_message(apu_error_last()));
	return dev;
}

static bool
make_arrays(const struct apu_model *model, struct apu_array *arrays,
	    unsigned int count,
	    const struct apu_tensor *(*get)(const struct apu_model *model,
					    unsigned int index))
{
	for (unsigned int i = 0; i < count; i++) {
		arrays[i].size_bytes = apu_tensor_size_bytes(get(model, i));
		if (arrays[i].size_bytes > MAX_IO_BYTES)
			return false;
		arrays[i].data = calloc(1, arrays[i].size_bytes + 1);
		FUZZ_REQUIRE(arrays[i].data, "out of memory");
	}
	return true;
}

static void
run(struct apu_model *model)
{
	struct apu_array arrays[2 * MAX_PORTS] = { { .data = NULL } };
	unsigned int input_count = apu_model_input_count(model);
	unsigned int output_count = apu_model_output_count(model);

	if (input_count > MAX_PORTS || output_count > MAX_PORTS)
		return;
	if (make_arrays(model, arrays, input_count, apu_model_input) &&
	    make_arrays(model, arrays + MAX_PORTS, output_count,
			apu_model_output) &&
	    apu_model_run(model, arrays, input_count, arrays + MAX_PORTS,
			  output_count, TIMEOUT_NS) < 0)
		FUZZ_REQUIRE(apu_error_cause(apu_error_last()) != NULL,
			     "it failed without a word");
	for (unsigned int i = 0; i < 2 * MAX_PORTS; i++)
		free(arrays[i].data);
}

static void
run_in_place(const uint8_t *data, size_t size_bytes)
{
	struct apu_model *model = NULL;
	void *copy = NULL;

	if (posix_memalign(&copy, APUI_COMPILED_ALIGNMENT, size_bytes + 1) != 0)
		fuzz_fail("out of memory");
	memcpy(copy, data, size_bytes);
	if (apu_model_load_lent(open_device(), copy, size_bytes, &limits, free,
				copy, &model) < 0) {
		free(copy);
		return;
	}
	run(model);
	apu_model_unref(model);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	uint8_t *sealed;

	fuzz_check_load(data, size_bytes);
	if (!apui_compiled_is_one(data, size_bytes))
		return 0;
	sealed = fuzz_copy(data, size_bytes);
	apui_compiled_seal(sealed, size_bytes);
	if (fuzz_check_load(sealed, size_bytes) == 0)
		run_in_place(sealed, size_bytes);
	free(sealed);
	return 0;
}

/* The model, compiled. */
struct fuzz_bytes
fuzz_make_seed(const uint8_t *data, size_t size_bytes)
{
	struct fuzz_bytes seed = { NULL, 0 };
	struct apu_model *model;
	void *compiled;

	if (apu_model_load_memory(NULL, data, size_bytes, NULL, &model) < 0)
		return seed;
	if (apu_model_serialise(model, &compiled, &seed.size_bytes) == 0)
		seed.data = compiled;
	apu_model_unref(model);
	return seed;
}

/* Where to change something: never in the weights. */
static size_t
pick_place(const uint8_t *data, size_t size_bytes, struct random *random)
{
	struct apui_compiled_header header;
	struct apui_program_header program;
	uint64_t choice = random_u64(random);
	uint64_t end;

	memcpy(&header, data, sizeof(header));
	if (choice % 4 == 0 ||
	    header.program_offset > size_bytes - sizeof(program))
		return choice / 4 % sizeof(header);
	if (choice % 4 == 1)
		return header.program_offset + choice / 4 % sizeof(program);
	memcpy(&program, data + header.program_offset, sizeof(program));
	end = (uint64_t)header.program_offset + program.data_offset;
	return choice / 4 % (end > 0 && end < size_bytes ? end : size_bytes);
}

static uint64_t
choose_value(uint64_t old, struct random *random)
{
	static const uint64_t boundaries[] = {
		0,    1,   63,   64,     127,        128,        0x7f,
		0x80, 255, 4096, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
	};
	uint64_t choice = random_u64(random);

	switch (choice % 4) {
	case 0:
		return old + 1 - choice / 4 % 3;
	case 1:
		return old + 64 * (choice / 4 % 5) - 128;
	case 2:
		return old ^ UINT64_C(1) << choice / 4 % 32;
	default:
		return boundaries[choice / 4 %
				  (sizeof(boundaries) / sizeof(boundaries[0]))];
	}
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size_bytes, size_t capacity,
			unsigned int seed)
{
	static const size_t widths[] = { 1, 2, 4, 4, 4, 8 };
	struct random random = { seed };
	size_t width = widths[random_u64(&random) % 6];
	uint64_t value = 0;
	size_t at;

	if (size_bytes < sizeof(struct apui_compiled_header) +
				 sizeof(struct apui_program_header) ||
	    random_u64(&random) % NOISE_RARITY == 0)
		return LLVMFuzzerMutate(data, size_bytes, capacity);

	at = pick_place(data, size_bytes, &random) / width * width;
	if (at + width > size_bytes)
		at = 0;
	memcpy(&value, data + at, width);
	value = choose_value(value, &random);
	memcpy(data + at, &value, width);
	return size_bytes;
}
