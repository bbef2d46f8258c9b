/* SPDX-License-Identifier: MIT */
/*
 * Recognise a handwritten digit:
 *
 *     digits MODEL.tflite PICTURE.pgm [DEVICE]
 *
 * Shows the whole walk: a device, a model, buffers that both sides see, a job
 * that binds them, and numbers that are real = scale * (q - zero_point).
 */
#include <apu/apu.h>
#include <stdio.h>
#include <stdlib.h>

#define SIDE       8
#define PIXELS     (SIDE * SIDE)
#define LABELS     10
#define TIMEOUT_NS 10000000000

/* Every failure of the library comes with its cause and its remedy. */
static void
check(int ret)
{
	if (ret >= 0)
		return;
	fprintf(stderr, "digits: %s\n", apu_error_message(apu_error_last()));
	exit(1);
}

static void
read_picture(const char *path, unsigned char *pixels)
{
	int width = 0, height = 0, most = 0;
	FILE *file = fopen(path, "rb");

	/* One byte of white space parts the numbers from the pixels. */
	if (!file ||
	    fscanf(file, "P5 %4d %4d %4d", &width, &height, &most) != 3 ||
	    width != SIDE || height != SIDE || most != 255 ||
	    fgetc(file) == EOF || fread(pixels, 1, PIXELS, file) != PIXELS) {
		fprintf(stderr, "digits: %s: not an 8x8 PGM (P5)\n", path);
		exit(1);
	}
	fclose(file);
}

static void
show_picture(const unsigned char *pixels)
{
	static const char ink[] = " .:-=+*#%@";

	for (int i = 0; i < PIXELS; i++) {
		char c = ink[pixels[i] * 9 / 255];

		printf("%c%c%s", c, c, i % SIDE == SIDE - 1 ? "\n" : "");
	}
}

/* A real number as the tensor holds it: q = real / scale + zero_point. */
static void
write_input(struct apu_buffer *buf, const struct apu_tensor *tensor,
	    const unsigned char *pixels)
{
	float scale = apu_tensor_scale(tensor, 0);
	int64_t zero_point = apu_tensor_zero_point(tensor, 0);
	void *data;

	check(apu_buffer_map(buf, &data));
	check(apu_buffer_cpu_begin(buf, APU_BUFFER_WRITE, 0));
	for (int8_t *q = data; q < (int8_t *)data + PIXELS; q++) {
		float real = (float)*pixels++ / 255;

		*q = (int8_t)((int)(real / scale + 0.5f) + zero_point);
	}
	check(apu_buffer_cpu_end(buf, APU_BUFFER_WRITE));
}

/* And back again: real = scale * (q - zero_point). */
static void
show_best(struct apu_buffer *buf, const struct apu_tensor *tensor)
{
	float scale = apu_tensor_scale(tensor, 0);
	int64_t zero_point = apu_tensor_zero_point(tensor, 0);
	const int8_t *q;
	void *data;
	int best = 0;

	check(apu_buffer_map(buf, &data));
	check(apu_buffer_cpu_begin(buf, APU_BUFFER_READ, 0));
	q = data;
	for (int i = 1; i < LABELS; i++)
		best = q[i] > q[best] ? i : best;
	printf("%d, probability %.3f\n", best,
	       (double)(scale * (float)(q[best] - zero_point)));
	check(apu_buffer_cpu_end(buf, APU_BUFFER_READ));
}

int
main(int argc, char **argv)
{
	unsigned char pixels[PIXELS];
	struct apu_device *dev;
	struct apu_model *model;
	struct apu_buffer *input, *output;
	struct apu_job *job;

	if (argc < 3 || argc > 4) {
		fputs("usage: digits MODEL PICTURE.pgm [DEVICE]\n", stderr);
		return 2;
	}
	read_picture(argv[2], pixels);
	show_picture(pixels);

	check(apu_device_open(argc > 3 ? argv[3] : "sim:", &dev));
	check(apu_model_load_file(dev, argv[1], NULL, &model));
	check(apu_buffer_new(dev, PIXELS, 0, &input));
	check(apu_buffer_new(dev, LABELS, 0, &output));
	check(apu_job_new(model, &job));
	check(apu_job_bind_input(job, 0, input, 0));
	check(apu_job_bind_output(job, 0, output, 0));

	write_input(input, apu_model_input(model, 0), pixels);
	check(apu_job_run(job, apu_device_deadline_ns(dev, TIMEOUT_NS)));
	show_best(output, apu_model_output(model, 0));

	apu_job_free(job);
	apu_buffer_unref(output);
	apu_buffer_unref(input);
	apu_model_unref(model);
	apu_device_unref(dev);
	return 0;
}
