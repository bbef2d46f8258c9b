/* SPDX-License-Identifier: MIT */
#ifndef APUI_FUZZ_H
#define APUI_FUZZ_H

/*
 * A fuzz target is one file fz_NAME.c that defines LLVMFuzzerTestOneInput() and
 * fuzz_make_seed(). It is linked with libFuzzer (scripts/fuzz), or with
 * replay.c as a plain program that is fed files (the tests).
 */

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's names; they can have no other. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);
/* Of targets that have one: @data has room for @capacity bytes. */
size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size_bytes, size_t capacity,
			unsigned int seed);
/* Given by libFuzzer, or by replay.c. */
size_t
LLVMFuzzerMutate(uint8_t *data, size_t size_bytes, size_t capacity);

struct fuzz_bytes {
	uint8_t *data; /* malloc(); NULL: nothing */
	size_t size_bytes;
};

/* An input of the target, made of a good .tflite file. */
struct fuzz_bytes
fuzz_make_seed(const uint8_t *model, size_t size_bytes);

/* A heap block of exactly these bytes. */
uint8_t *
fuzz_copy(const uint8_t *data, size_t size_bytes);

/* A finding: say it on stderr, and abort. NDEBUG or not. */
void
fuzz_fail(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn));

#define FUZZ_REQUIRE(condition, ...)                                           \
	do {                                                                   \
		if (!(condition))                                              \
			fuzz_fail(__VA_ARGS__);                                \
	} while (0)

#endif
