/* SPDX-License-Identifier: MIT */
/*
 * A model and the bytes of its inputs: what follows the model in the file, or
 * its last bytes. It runs twice, with the default work budget and with one
 * operator a request: the same bytes, all of them written. What has loaded
 * runs, unless a value in its data is out of range; so does what has been
 * resized.
 */
#include "core/model.h"
#include "fuzz.h"
#include <apu/apu.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define DEVICE       "sim:name=fuzz,timeout_ms=600000"
#define TIMEOUT_NS   INT64_C(600000000000)
#define MAX_IO_BYTES (1 << 20)
#define ALIGNMENT    APU_JOB_BIND_ALIGNMENT
#define MAX_SLOTS    30 /* a request's, less one for what is shared */

/* Small enough that no accepted model takes long under a sanitizer. */
static const struct apu_model_options limits = {
	.size = sizeof(limits),
	.max_macs = 1000000,
	.max_arena_bytes = 16 << 20,
	.max_tensors = 1024,
	.max_operators = 128,
};

/* All tensors, one after another, in one buffer. */
struct run {
	struct apu_job *job;
	struct apu_buffer *buf;
	uint8_t *bytes;
	int code;
};

static struct apu_device *
open_device(void)
{
	static struct apu_device *dev;

	if (dev == NULL && apu_device_open(DEVICE, &dev) < 0)
		fuzz_fail("%s", apu_error_message(apu_error_last()));
	return dev;
}

static uint64_t
tensor_bytes(const struct apu_model *model, unsigned int slot)
{
	unsigned int input_count = apu_model_input_count(model);

	return apu_tensor_size_bytes(
		slot < input_count
			? apu_model_input(model, slot)
			: apu_model_output(model, slot - input_count));
}

static unsigned int
slot_count(const struct apu_model *model)
{
	return apu_model_input_count(model) + apu_model_output_count(model);
}

/* Where a tensor begins; of slot_count(): where all end. */
static uint64_t
slot_offset(const struct apu_model *model, unsigned int slot)
{
	uint64_t offset_bytes = 0;

	for (unsigned int i = 0; i < slot; i++)
		offset_bytes += (tensor_bytes(model, i) + ALIGNMENT - 1) /
				ALIGNMENT * ALIGNMENT;
	return offset_bytes;
}

static int
bind_slot(struct apu_job *job, const struct apu_model *model, unsigned int slot,
	  struct apu_buffer *buf)
{
	unsigned int input_count = apu_model_input_count(model);
	uint64_t offset_bytes = slot_offset(model, slot);

	if (slot < input_count)
		return apu_job_bind_input(job, slot, buf, offset_bytes);
	return apu_job_bind_output(job, slot - input_count, buf, offset_bytes);
}

static void
prepare(struct run *run, struct apu_model *model, uint64_t budget_macs)
{
	uint64_t size_bytes = slot_offset(model, slot_count(model)) + ALIGNMENT;
	void *map = NULL;
	int ret;

	memset(run, 0, sizeof(*run));
	ret = apu_job_new(model, &run->job);
	if (ret == 0)
		ret = apu_job_set_work_budget(run->job, budget_macs);
	if (ret == 0)
		ret = apu_buffer_new(open_device(), size_bytes, 0, &run->buf);
	if (ret == 0)
		ret = apu_buffer_map(run->buf, &map);
	for (unsigned int i = 0; ret == 0 && i < slot_count(model); i++)
		ret = bind_slot(run->job, model, i, run->buf);
	FUZZ_REQUIRE(ret == 0, "a loaded model cannot be run: %s",
		     apu_error_message(apu_error_last()));
	run->bytes = map;
}

static void
execute(struct run *run, const struct apu_model *model, const uint8_t *data,
	size_t size_bytes, uint8_t pattern)
{
	uint64_t inputs_end = slot_offset(model, apu_model_input_count(model));
	uint64_t end = slot_offset(model, slot_count(model));

	for (uint64_t i = 0; i < inputs_end; i++)
		run->bytes[i] = data[size_bytes - 1 - i % size_bytes];
	memset(run->bytes + inputs_end, pattern, end - inputs_end);
	run->code = apu_job_run(
		run->job, apu_device_deadline_ns(open_device(), TIMEOUT_NS));
	FUZZ_REQUIRE(run->code == 0 || run->code == -ERANGE,
		     "a loaded model ends with %d: %s", run->code,
		     apu_error_message(apu_error_last()));
}

static void
compare_outputs(const struct apu_model *model, const struct run *a,
		const struct run *b)
{
	FUZZ_REQUIRE(a->code == b->code, "%d at once, %d in steps", a->code,
		     b->code);
	for (unsigned int i = apu_model_input_count(model);
	     a->code == 0 && i < slot_count(model); i++) {
		uint64_t begin = slot_offset(model, i);

		for (uint64_t j = 0; j < tensor_bytes(model, i); j++)
			FUZZ_REQUIRE(a->bytes[begin + j] == b->bytes[begin + j],
				     "output %u, byte %llu: %02x at once, %02x "
				     "in steps",
				     i - apu_model_input_count(model),
				     (unsigned long long)j, a->bytes[begin + j],
				     b->bytes[begin + j]);
	}
}

static void
finish(struct run *run)
{
	apu_job_free(run->job);
	apu_buffer_unref(run->buf);
}

static void
run_model(struct apu_model *model, const uint8_t *data, size_t size_bytes)
{
	struct run whole, steps;

	prepare(&whole, model, 0);
	prepare(&steps, model, 1);
	/* Without variables an arena's old bytes must not matter, either. */
	if (model->program->state_bytes == 0)
		execute(&steps, model, data, size_bytes / 2 + 1, 0x33);
	execute(&whole, model, data, size_bytes, 0x5a);
	execute(&steps, model, data, size_bytes, 0xa5);
	compare_outputs(model, &whole, &steps);
	finish(&whole);
	finish(&steps);
}

/* Empty tensors are bound, too, but a sum may not overflow. */
static bool
is_small(const struct apu_model *model)
{
	for (unsigned int i = 0; i < slot_count(model); i++)
		if (tensor_bytes(model, i) > MAX_IO_BYTES)
			return false;
	return slot_count(model) < MAX_SLOTS;
}

/* Twice as many of whatever comes first, where the operators take it. */
static void
run_resized(struct apu_model *model, const uint8_t *data, size_t size_bytes)
{
	unsigned int count = apu_model_input_count(model);
	struct apu_shape shapes[MAX_SLOTS] = { { .rank = 0 } };
	struct apu_model *resized;

	for (unsigned int i = 0; i < count; i++) {
		const struct apu_tensor *tensor = apu_model_input(model, i);

		shapes[i].rank = apu_tensor_rank(tensor);
		for (unsigned int j = 0; j < shapes[i].rank; j++)
			shapes[i].dims[j] = apu_tensor_dim(tensor, j);
		shapes[i].dims[0] *= 2;
	}
	if (apu_model_resize(model, shapes, count, &resized) < 0)
		return;
	if (is_small(resized))
		run_model(resized, data, size_bytes);
	apu_model_unref(resized);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	struct apu_model *model = NULL;

	if (apu_model_load_memory(open_device(), data, size_bytes, &limits,
				  &model) < 0)
		return 0;
	/* Compiled files, fz_compiled's, may fail when they run. */
	if (is_small(model) && apu_model_form(model) == APU_FORM_TFLITE) {
		run_model(model, data, size_bytes);
		run_resized(model, data, size_bytes);
	}
	apu_model_unref(model);
	return 0;
}

struct fuzz_bytes
fuzz_make_seed(const uint8_t *model, size_t size_bytes)
{
	return (struct fuzz_bytes) { fuzz_copy(model, size_bytes), size_bytes };
}
