/* SPDX-License-Identifier: MIT */
/*
 * How long a compiled model takes to load: beside a plain read of its file into
 * new memory, and beside the .tflite file. One block is one of each, so that
 * whatever else the machine does meets them all alike; medians of all blocks.
 *
 *	bench-load [--blocks N] MODEL.tflite
 *
 * Prints TAP. A ratio is held to ten times its goal, for the sake of busy
 * machines and sanitizers; the goals are those of docs/performance.md.
 */
#include <apu/apu.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DEVICE         "sim:timeout_ms=600000"
#define DEFAULT_BLOCKS 101
#define MAX_BLOCKS     10001
#define SLACK          10

enum { PLAIN_READ, FROM_FILE, FROM_SEALED, FROM_TFLITE, KIND_COUNT };

static const char *const kind_names[] = {
	[PLAIN_READ] = "plain read of the compiled file",
	[FROM_FILE] = "load of the compiled file",
	[FROM_SEALED] = "load from a sealed memfd",
	[FROM_TFLITE] = "load of the .tflite file",
};

static const struct {
	const char *name;
	int kind, beside;
	double goal;
} ratios[] = {
	{ "compiled file to plain read", FROM_FILE, PLAIN_READ, 1.3 },
	{ "sealed memfd to .tflite file", FROM_SEALED, FROM_TFLITE, 0.1 },
};

struct bench {
	struct apu_device *dev;
	const char *tflite_path;
	char compiled_path[64];
	int sealed_fd;
	size_t compiled_bytes;
	size_t block_count;
	double *times_us[KIND_COUNT];
};

static _Noreturn void
stop(const char *what)
{
	printf("Bail out! %s: %s\n", what,
	       apu_error_last() != NULL ? apu_error_message(apu_error_last())
					: strerror(errno));
	exit(1);
}

static double
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double
time_plain_read(const struct bench *bench)
{
	double start_us = now_us();
	int fd = open(bench->compiled_path, O_RDONLY | O_CLOEXEC);
	struct stat info;
	size_t size_bytes;
	double time_us;
	void *data;

	if (fd < 0 || fstat(fd, &info) < 0)
		stop("open");
	size_bytes = (size_t)info.st_size;
	/* Not malloc(), which hands out the same pages again. */
	data = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (data == MAP_FAILED ||
	    read(fd, data, size_bytes) != (ssize_t)size_bytes)
		stop("read");
	close(fd);
	time_us = now_us() - start_us;
	munmap(data, size_bytes);
	return time_us;
}

static double
time_file(const struct bench *bench, const char *path)
{
	double start_us = now_us(), time_us;
	struct apu_model *model;

	if (apu_model_load_file(bench->dev, path, NULL, &model) < 0)
		stop(path);
	time_us = now_us() - start_us;
	apu_model_unref(model);
	return time_us;
}

static double
time_sealed(const struct bench *bench)
{
	double start_us = now_us(), time_us;
	struct apu_model *model;

	if (apu_model_load_fd(bench->dev, bench->sealed_fd, NULL, &model) < 0)
		stop("sealed memfd");
	time_us = now_us() - start_us;
	apu_model_unref(model);
	return time_us;
}

static void
run_block(struct bench *bench, size_t block)
{
	bench->times_us[PLAIN_READ][block] = time_plain_read(bench);
	bench->times_us[FROM_FILE][block] =
		time_file(bench, bench->compiled_path);
	bench->times_us[FROM_SEALED][block] = time_sealed(bench);
	bench->times_us[FROM_TFLITE][block] =
		time_file(bench, bench->tflite_path);
}

static void
write_all(int fd, const void *data, size_t size_bytes)
{
	if (fd < 0 || write(fd, data, size_bytes) != (ssize_t)size_bytes)
		stop("write");
}

static void
prepare(struct bench *bench)
{
	struct apu_model *model;
	void *data;
	int fd;

	if (apu_device_open(DEVICE, &bench->dev) < 0 ||
	    apu_model_load_file(NULL, bench->tflite_path, NULL, &model) < 0 ||
	    apu_model_serialise(model, &data, &bench->compiled_bytes) < 0)
		stop(bench->tflite_path);
	apu_model_unref(model);

	strcpy(bench->compiled_path, "/tmp/apu-bench-XXXXXX");
	fd = mkostemp(bench->compiled_path, O_CLOEXEC);
	write_all(fd, data, bench->compiled_bytes);
	close(fd);
	bench->sealed_fd =
		memfd_create("model", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	write_all(bench->sealed_fd, data, bench->compiled_bytes);
	if (fcntl(bench->sealed_fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_WRITE) <
	    0)
		stop("seal");
	free(data);
	for (int kind = 0; kind < KIND_COUNT; kind++) {
		bench->times_us[kind] =
			calloc(bench->block_count, sizeof(double));
		if (bench->times_us[kind] == NULL)
			stop("memory");
	}
}

static void
tear_down(struct bench *bench)
{
	for (int kind = 0; kind < KIND_COUNT; kind++)
		free(bench->times_us[kind]);
	unlink(bench->compiled_path);
	close(bench->sealed_fd);
	apu_device_unref(bench->dev);
}

static int
compare_times(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
find_median(double *times_us, size_t count)
{
	qsort(times_us, count, sizeof(*times_us), compare_times);
	return times_us[count / 2];
}

static int
report(struct bench *bench)
{
	double medians[KIND_COUNT];
	int failed = 0;

	printf("# %s, %zu bytes compiled, medians of %zu blocks\n",
	       bench->tflite_path, bench->compiled_bytes, bench->block_count);
	for (int kind = 0; kind < KIND_COUNT; kind++) {
		medians[kind] =
			find_median(bench->times_us[kind], bench->block_count);
		printf("# %-32s %9.1f us\n", kind_names[kind], medians[kind]);
	}
	for (size_t i = 0; i < sizeof(ratios) / sizeof(ratios[0]); i++) {
		double ratio =
			medians[ratios[i].kind] / medians[ratios[i].beside];
		bool good = ratio <= SLACK * ratios[i].goal;

		printf("%s %zu - %s: %.3f, goal %.1f%s\n",
		       good ? "ok" : "not ok", i + 1, ratios[i].name, ratio,
		       ratios[i].goal,
		       ratio <= ratios[i].goal ? "" : ", missed");
		failed += !good;
	}
	printf("1..%zu\n", sizeof(ratios) / sizeof(ratios[0]));
	return failed > 0;
}

int
main(int argc, char **argv)
{
	struct bench bench = { .block_count = DEFAULT_BLOCKS };
	int failed;

	if (argc == 4 && strcmp(argv[1], "--blocks") == 0) {
		bench.block_count = strtoul(argv[2], NULL, 10);
		argv += 2;
		argc -= 2;
	}
	if (argc != 2 || bench.block_count == 0 ||
	    bench.block_count > MAX_BLOCKS) {
		fprintf(stderr, "usage: bench-load [--blocks N] MODEL\n");
		return 2;
	}
	if (access(argv[1], R_OK) < 0) {
		printf("1..0 # SKIP there is no %s\n", argv[1]);
		return getenv("CI") != NULL;
	}
	bench.tflite_path = argv[1];
	prepare(&bench);
	for (size_t i = 0; i < bench.block_count; i++)
		run_block(&bench, i);
	failed = report(&bench);
	tear_down(&bench);
	return failed;
}
