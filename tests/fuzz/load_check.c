/* SPDX-License-Identifier: MIT */
#include "load_check.h"
#include "fuzz.h"
#include "memory.h"
#include <apu/apu.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* torture.md 4.1, and ten times that under sanitizers on a busy machine. */
#define MAX_LOAD_NS       500000000
#define MAX_MEMORY_FACTOR 64
#define MAX_MEMORY_BYTES  (1 << 20)
#define MESSAGE_BYTES     512

static const int model_codes[] = {
	0, -EINVAL, -EBADMSG, -EOPNOTSUPP, -EOVERFLOW, -E2BIG, -ELOOP, -ERANGE,
};

struct outcome {
	int code;
	char message[MESSAGE_BYTES];
	uint64_t program_bytes, arena_bytes, macs;
};

static int64_t
thread_time_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void
check_code(int code)
{
	for (size_t i = 0; i < sizeof(model_codes) / sizeof(int); i++)
		if (code == model_codes[i])
			return;
	fuzz_fail("loading ended with %d: %s", code,
		  apu_error_message(apu_error_last()));
}

/* Whatever can be asked of a model can be answered. */
static void
describe_tensors(const struct apu_model *model)
{
	for (unsigned int i = 0; i < apu_model_tensor_count(model); i++) {
		const struct apu_tensor *tensor = apu_model_tensor(model, i);

		FUZZ_REQUIRE(apu_tensor_rank(tensor) <= APU_TENSOR_MAX_RANK,
			     "tensor %u has %u dimensions", i,
			     apu_tensor_rank(tensor));
		FUZZ_REQUIRE(strlen(apu_tensor_name(tensor)) < SIZE_MAX,
			     "tensor %u has no name", i);
		for (unsigned int j = 0; j < apu_tensor_quant_count(tensor);
		     j++)
			FUZZ_REQUIRE(apu_tensor_scale(tensor, j) > 0,
				     "scale %u of tensor %u", j, i);
	}
}

static void
describe_operators(const struct apu_model *model)
{
	int tensor_count = (int)apu_model_tensor_count(model);

	for (unsigned int i = 0; i < apu_model_operator_count(model); i++) {
		const struct apu_operator *op = apu_model_operator(model, i);
		int tensor;

		FUZZ_REQUIRE(strlen(apu_operator_name(op)) > 0,
			     "operator %u has no name", i);
		for (unsigned int j = 0;
		     (tensor = apu_operator_input(op, j)) != -2; j++)
			FUZZ_REQUIRE(tensor >= -1 && tensor < tensor_count,
				     "operator %u reads tensor %d", i, tensor);
	}
}

static void
describe(const struct apu_model *model, struct outcome *outcome)
{
	outcome->program_bytes = apu_model_program_bytes(model);
	outcome->arena_bytes = apu_model_arena_bytes(model);
	outcome->macs = apu_model_macs(model);
	describe_tensors(model);
	describe_operators(model);
}

static void
load(const uint8_t *data, size_t size_bytes, struct outcome *outcome)
{
	struct apu_model *model = NULL;
	int64_t begin_ns = thread_time_ns();
	int64_t spent_ns;

	memset(outcome, 0, sizeof(*outcome));
	fuzz_memory_begin();
	outcome->code =
		apu_model_load_memory(NULL, data, size_bytes, NULL, &model);
	spent_ns = thread_time_ns() - begin_ns;

	check_code(outcome->code);
	FUZZ_REQUIRE((outcome->code == 0) == (model != NULL),
		     "a load that gave %d left the model %p", outcome->code,
		     (void *)model);
	FUZZ_REQUIRE(fuzz_memory_peak() <=
			     MAX_MEMORY_FACTOR * size_bytes + MAX_MEMORY_BYTES,
		     "loading %zu bytes took %zu bytes of memory", size_bytes,
		     fuzz_memory_peak());
	FUZZ_REQUIRE(spent_ns < MAX_LOAD_NS, "loading took %lld ns",
		     (long long)spent_ns);
	if (model)
		describe(model, outcome);
	else
		strncpy(outcome->message, apu_error_message(apu_error_last()),
			MESSAGE_BYTES - 1);
	apu_model_unref(model);
}

int
fuzz_check_load(const uint8_t *data, size_t size_bytes)
{
	uint8_t *block = malloc(size_bytes + 1);
	uint8_t *copy = fuzz_copy(data, size_bytes);
	static struct outcome first, second;

	FUZZ_REQUIRE(block, "out of memory");
	if (size_bytes > 0)
		memcpy(block + 1, data, size_bytes);
	load(copy, size_bytes, &first);
	load(block + 1, size_bytes, &second);
	free(block);
	free(copy);

	FUZZ_REQUIRE(memcmp(&first, &second, sizeof(first)) == 0,
		     "one file, two answers: %d '%s', %d '%s'", first.code,
		     first.message, second.code, second.message);
	return first.code;
}
