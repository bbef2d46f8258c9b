/* SPDX-License-Identifier: MIT */
/*
 * Not a fuzz target, but a print of what loading each input of one says. It is
 * built with and without NDEBUG: both must say the same, or a check of outside
 * data is an assertion, which releases do not have.
 */
#include "fuzz.h"
#include <apu/error.h>
#include <apu/model.h>
#include <stdio.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	struct apu_model *model = NULL;
	int ret = apu_model_load_memory(NULL, data, size_bytes, NULL, &model);

	printf("# %d %s\n", ret,
	       ret < 0 ? apu_error_message(apu_error_last()) : "");
	apu_model_unref(model);
	return 0;
}

struct fuzz_bytes
fuzz_make_seed(const uint8_t *model, size_t size_bytes)
{
	return (struct fuzz_bytes) {
		.data = fuzz_copy(model, size_bytes),
		.size_bytes = size_bytes,
	};
}
