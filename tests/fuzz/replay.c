/* SPDX-License-Identifier: MIT */
/*
 * A fuzz target without libFuzzer, for any compiler:
 *
 *	replay-TARGET [--mutations N] [FILE | FOLDER]...
 *	replay-TARGET --emit FOLDER [FILE]...
 *
 * Runs the target over the tiny models of tests/support, the files, and N
 * mutants of all these; a .tflite file is turned into an input of the target
 * first. Prints TAP; a finding ends the program. --emit writes the inputs.
 */
#include "fuzz.h"
#include "support/models.h"
#include "support/random.h"
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_INPUTS     4096
#define MAX_FILE_BYTES (1 << 24)
#define MUTATION_SEED  20261122
#define CHAIN_LENGTH   5

struct input {
	char *name;
	struct fuzz_bytes bytes;
};

static struct input inputs[MAX_INPUTS];
static unsigned int input_count;
static struct random mutation = { MUTATION_SEED };

/* Present in some targets only. */
size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size_bytes, size_t capacity,
			unsigned int seed) __attribute__((weak));

/* Far simpler than libFuzzer's, and the same everywhere. */
size_t
LLVMFuzzerMutate(uint8_t *data, size_t size_bytes, size_t capacity)
{
	static const uint8_t interesting[] = { 0, 1, 0x7f, 0x80, 0xff };
	uint64_t choice = random_u64(&mutation);
	size_t at;

	if (size_bytes == 0)
		return capacity > 0 ? 1 : 0;
	if (choice % 32 == 0)
		return 1 + random_u64(&mutation) % size_bytes;

	at = random_u64(&mutation) % size_bytes;
	if (choice % 2 == 0)
		data[at] = interesting[choice / 2 % sizeof(interesting)];
	else
		data[at] ^= (uint8_t)(1 << choice / 2 % 8);
	return size_bytes;
}

static size_t
mutate(uint8_t *data, size_t size_bytes, size_t capacity)
{
	unsigned int seed = (unsigned int)random_u64(&mutation);

	if (LLVMFuzzerCustomMutator)
		return LLVMFuzzerCustomMutator(data, size_bytes, capacity,
					       seed);
	return LLVMFuzzerMutate(data, size_bytes, capacity);
}

static void
add_input(const char *name, struct fuzz_bytes bytes)
{
	if (bytes.data == NULL)
		return;
	FUZZ_REQUIRE(input_count < MAX_INPUTS, "too many inputs");
	inputs[input_count].name = strdup(name);
	inputs[input_count].bytes = bytes;
	input_count++;
}

static void
add_model(const char *name, struct tflite_file file)
{
	add_input(name, fuzz_make_seed(file.bytes, file.size_bytes));
	tflite_file_free(&file);
}

static void
add_tiny_models(void)
{
	add_model("tiny-add", model_add());
	add_model("tiny-chain", model_chain(CHAIN_LENGTH));
	add_model("tiny-classifier", model_classifier());
	add_model("tiny-conv-2d", model_conv_2d());
	add_model("tiny-fully-connected", model_fully_connected());
}

static struct fuzz_bytes
read_file(const char *path)
{
	struct fuzz_bytes bytes = { .data = malloc(MAX_FILE_BYTES) };
	FILE *file = fopen(path, "rb");

	FUZZ_REQUIRE(bytes.data && file, "%s: cannot be read", path);
	bytes.size_bytes = fread(bytes.data, 1, MAX_FILE_BYTES, file);
	fclose(file);
	return bytes;
}

static bool
is_model(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && strcmp(dot, ".tflite") == 0;
}

static void
add_file(const char *path)
{
	struct fuzz_bytes file = read_file(path);

	if (is_model(path))
		add_input(path, fuzz_make_seed(file.data, file.size_bytes));
	else
		add_input(path, (struct fuzz_bytes) {
					fuzz_copy(file.data, file.size_bytes),
					file.size_bytes });
	free(file.data);
}

static void
add_folder(const char *folder)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort);

	FUZZ_REQUIRE(count >= 0, "%s: cannot be read", folder);
	for (int i = 0; i < count; i++) {
		char path[4096];

		if (entries[i]->d_name[0] != '.') {
			snprintf(path, sizeof(path), "%s/%s", folder,
				 entries[i]->d_name);
			add_file(path);
		}
		free(entries[i]);
	}
	free(entries);
}

static void
add_path(const char *path)
{
	struct stat status;

	FUZZ_REQUIRE(stat(path, &status) == 0, "%s: is not there", path);
	if (S_ISDIR(status.st_mode))
		add_folder(path);
	else
		add_file(path);
}

static void
emit_inputs(const char *folder)
{
	for (unsigned int i = 0; i < input_count; i++) {
		const struct input *input = &inputs[i];
		char path[4096];
		FILE *file;

		snprintf(path, sizeof(path), "%s/seed-%u", folder, i);
		file = fopen(path, "wb");
		FUZZ_REQUIRE(file, "%s: cannot be written", path);
		fwrite(input->bytes.data, 1, input->bytes.size_bytes, file);
		FUZZ_REQUIRE(fclose(file) == 0, "%s: cannot be written", path);
	}
	printf("%u inputs in %s\n", input_count, folder);
}

static void
run_exact(const uint8_t *data, size_t size_bytes)
{
	uint8_t *copy = fuzz_copy(data, size_bytes);

	LLVMFuzzerTestOneInput(copy, size_bytes);
	free(copy);
}

static void
run_mutant(const struct input *input)
{
	size_t size_bytes = input->bytes.size_bytes;
	size_t capacity = size_bytes + 64;
	uint8_t *mutant = calloc(1, capacity);

	FUZZ_REQUIRE(mutant, "out of memory");
	memcpy(mutant, input->bytes.data, size_bytes);
	for (int left = random_range(&mutation, 1, 3); left > 0; left--)
		size_bytes = mutate(mutant, size_bytes, capacity);
	run_exact(mutant, size_bytes);
	free(mutant);
}

static void
run_inputs(unsigned long mutant_count)
{
	printf("1..%u\n", input_count + (mutant_count > 0));
	for (unsigned int i = 0; i < input_count; i++) {
		run_exact(inputs[i].bytes.data, inputs[i].bytes.size_bytes);
		printf("ok %u - %s\n", i + 1, inputs[i].name);
		fflush(stdout);
	}
	for (unsigned long i = 0; i < mutant_count; i++)
		run_mutant(&inputs[i % input_count]);
	if (mutant_count > 0)
		printf("ok %u - %lu mutants (seed %d)\n", input_count + 1,
		       mutant_count, MUTATION_SEED);
}

static void
free_inputs(void)
{
	for (unsigned int i = 0; i < input_count; i++) {
		free(inputs[i].name);
		free(inputs[i].bytes.data);
	}
}

int
main(int argc, char **argv)
{
	unsigned long mutant_count = 0;
	const char *folder = NULL;

	add_tiny_models();
	for (int i = 1; i < argc; i++) {
		if (i + 1 < argc && strcmp(argv[i], "--mutations") == 0)
			mutant_count = strtoul(argv[++i], NULL, 10);
		else if (i + 1 < argc && strcmp(argv[i], "--emit") == 0)
			folder = argv[++i];
		else
			add_path(argv[i]);
	}
	if (folder)
		emit_inputs(folder);
	else
		run_inputs(mutant_count);
	free_inputs();
	return 0;
}
