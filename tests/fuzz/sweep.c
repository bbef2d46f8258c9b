/* SPDX-License-Identifier: MIT */
/*
 * Row 60 of the torture plan: every prefix of a model, and every single byte of
 * it set to 0, to 0xff, one more, one less, with its high bit changed. Each is
 * loaded twice; fz_model's oracle holds.
 *
 *	sweep [--compiled] [--every N] [--seconds N] FILE...
 *
 * --compiled takes the compiled form of each model, and gives each changed file
 * the right checksum, so that the checks behind it are met. --every N takes
 *each Nth case, and another N-th of them in each file;
 * --seconds ends the sweep when the time is up. Prints TAP, one line a file,
 * with the cases that were tried and how they ended.
 */
#include "fuzz.h"
#include "load_check.h"
#include "model/compiled.h"
#include <apu/apu.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_FILE_BYTES (1 << 24)
#define CASES_A_BYTE   6

static time_t end_s;
static bool is_compiled;

static const struct {
	int code;
	const char *name;
} codes[] = {
	{ 0, "loaded" },       { -EBADMSG, "EBADMSG" },
	{ -EINVAL, "EINVAL" }, { -EOPNOTSUPP, "EOPNOTSUPP" },
	{ -E2BIG, "E2BIG" },   { -EOVERFLOW, "EOVERFLOW" },
	{ -ELOOP, "ELOOP" },   { -ERANGE, "ERANGE" },
};

#define CODE_COUNT (sizeof(codes) / sizeof(codes[0]))

struct tally {
	unsigned long tried;
	unsigned long ended[CODE_COUNT];
};

static time_t
now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static uint8_t *
read_file(const char *path, size_t *out_size_bytes)
{
	uint8_t *bytes = malloc(MAX_FILE_BYTES);
	FILE *file = fopen(path, "rb");

	FUZZ_REQUIRE(bytes && file, "%s: cannot be read", path);
	*out_size_bytes = fread(bytes, 1, MAX_FILE_BYTES, file);
	fclose(file);
	return bytes;
}

static uint8_t *
compile(uint8_t *bytes, size_t *size_bytes)
{
	struct apu_model *model;
	void *compiled;

	FUZZ_REQUIRE(
		apu_model_load_memory(NULL, bytes, *size_bytes, NULL, &model) ==
				0 &&
			apu_model_serialise(model, &compiled, size_bytes) == 0,
		"%s", apu_error_message(apu_error_last()));
	apu_model_unref(model);
	free(bytes);
	return compiled;
}

static void
count(struct tally *tally, int code)
{
	tally->tried++;
	for (size_t i = 0; i < CODE_COUNT; i++)
		tally->ended[i] += codes[i].code == code;
}

static uint8_t
change(uint8_t byte, size_t how)
{
	switch (how) {
	case 0:
		return 0;
	case 1:
		return 0xff;
	case 2:
		return (uint8_t)(byte + 1);
	case 3:
		return (uint8_t)(byte - 1);
	default:
		return byte ^ 0x80;
	}
}

static int
load(uint8_t *bytes, size_t size_bytes)
{
	const size_t at = offsetof(struct apui_compiled_header, checksum);
	uint8_t good[sizeof(uint64_t)];
	int code = fuzz_check_load(bytes, size_bytes);

	if (!is_compiled || size_bytes < at + sizeof(good))
		return code;
	memcpy(good, bytes + at, sizeof(good));
	apui_compiled_seal(bytes, size_bytes);
	code = fuzz_check_load(bytes, size_bytes);
	memcpy(bytes + at, good, sizeof(good));
	return code;
}

/* Case 5 of a byte: the file ends before it. */
static int
try_case(uint8_t *bytes, size_t size_bytes, size_t at, size_t how)
{
	uint8_t good = bytes[at];
	int code;

	if (how == CASES_A_BYTE - 1)
		return load(bytes, at);
	bytes[at] = change(good, how);
	code = load(bytes, size_bytes);
	bytes[at] = good;
	return code;
}

static void
sweep_file(const char *path, size_t first, size_t every, struct tally *tally)
{
	size_t size_bytes;
	uint8_t *bytes = read_file(path, &size_bytes);
	size_t case_count;

	if (is_compiled)
		bytes = compile(bytes, &size_bytes);
	case_count = size_bytes * CASES_A_BYTE;
	for (size_t i = first; i < case_count; i += every) {
		if (end_s != 0 && now_s() >= end_s)
			break;
		count(tally, try_case(bytes, size_bytes, i / CASES_A_BYTE,
				      i % CASES_A_BYTE));
	}
	printf("# %s: %lu of %zu cases\n", path, tally->tried, case_count);
	free(bytes);
}

static void
print_tally(unsigned int number, const char *path, const struct tally *tally)
{
	printf("%s %u - %s: %lu cases", tally->tried > 0 ? "ok" : "not ok",
	       number, path, tally->tried);
	for (size_t i = 0; i < CODE_COUNT; i++)
		if (tally->ended[i] > 0)
			printf(", %lu %s", tally->ended[i], codes[i].name);
	putchar('\n');
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	size_t every = 1;
	unsigned int number = 0;
	int first_file = 1;

	if (argc > 1 && strcmp(argv[1], "--compiled") == 0) {
		is_compiled = true;
		first_file++;
	}
	while (first_file + 1 < argc && argv[first_file][0] == '-') {
		unsigned long value = strtoul(argv[first_file + 1], NULL, 10);

		if (strcmp(argv[first_file], "--every") == 0 && value > 0)
			every = value;
		else if (strcmp(argv[first_file], "--seconds") == 0)
			end_s = now_s() + (time_t)value;
		else
			fuzz_fail("unknown option %s", argv[first_file]);
		first_file += 2;
	}
	for (int i = first_file; i < argc; i++) {
		struct tally tally = { 0 };

		if (end_s != 0 && now_s() >= end_s)
			break;
		sweep_file(argv[i], number % every, every, &tally);
		print_tally(++number, argv[i], &tally);
	}
	printf("1..%u\n", number);
	return number > 0 ? 0 : 1;
}
