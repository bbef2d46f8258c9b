/* SPDX-License-Identifier: MIT */
/* Any bytes as a model. */
#include "fuzz.h"
#include "load_check.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	fuzz_check_load(data, size_bytes);
	return 0;
}

struct fuzz_bytes
fuzz_make_seed(const uint8_t *model, size_t size_bytes)
{
	return (struct fuzz_bytes) { fuzz_copy(model, size_bytes), size_bytes };
}
