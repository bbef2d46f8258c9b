/* SPDX-License-Identifier: MIT */
/*
 * Run a model with an operator of one's own:
 *
 *     custom MODEL.tflite [DEVICE]
 *
 * smooth.tflite doubles a signal, takes a "MovingAverage" of it, and adds 1. No
 * device knows a MovingAverage. So the program is split there: the device
 * doubles, this program's function smooths, where the device's memory is, and
 * the device adds.
 */
#include <apu/apu.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH     16
#define TIMEOUT_NS 10000000000
#define MAX_WINDOW 15

/* Every failure of the library comes with its cause and its remedy. */
static void
check(int ret)
{
	if (ret >= 0)
		return;
	fprintf(stderr, "custom: %s\n", apu_error_message(apu_error_last()));
	exit(1);
}

/* The operator's options: what its converter wrote, here one number. Whoever
 * made the file decides what is there, so look before you use it. */
static int
read_window(struct apu_custom_call *call, unsigned int *out_window)
{
	size_t size_bytes;
	const void *options = apu_custom_options(call, &size_bytes);
	const unsigned char *byte = options;

	if (size_bytes != 4)
		return apu_custom_fail(call, -EINVAL,
				       "its options are not one number");
	*out_window = byte[0] | (unsigned int)byte[1] << 8 |
		      (unsigned int)byte[2] << 16 | (unsigned int)byte[3] << 24;
	if (*out_window % 2 == 0 || *out_window > MAX_WINDOW)
		return apu_custom_fail(call, -EINVAL,
				       "its window is not odd, 1 to 15");
	return 0;
}

/*
 * Called once, when the model is loaded. The place to refuse what invoke()
 * could not do: then nothing has run yet, and the load says why.
 */
static int
prepare(struct apu_custom_call *call, void *data)
{
	const struct apu_tensor *x = apu_custom_input(call, 0);
	unsigned int window = 1;
	int32_t length;
	int ret;

	(void)data;
	if (apu_custom_input_count(call) != 1 ||
	    apu_custom_output_count(call) != 1 || x == NULL ||
	    apu_tensor_dtype(x) != APU_DTYPE_FLOAT32 ||
	    apu_tensor_dtype(apu_custom_output(call, 0)) != APU_DTYPE_FLOAT32 ||
	    apu_tensor_rank(x) != 1)
		return apu_custom_fail(call, -EINVAL,
				       "it is not of one vector of float32");
	ret = read_window(call, &window);
	if (ret < 0)
		return ret;
	length = (int32_t)apu_tensor_dim(x, 0);
	return apu_custom_set_output(call, 0, &length, 1);
}

/*
 * Called for each inference, between two requests to the device. Both arrays
 * are the device's memory; nothing is copied. The thread is the one that waits
 * for the job, or one of the library's.
 */
static int
invoke(struct apu_custom_call *call, void *data)
{
	int64_t length = apu_tensor_dim(apu_custom_input(call, 0), 0);
	const float *x = apu_custom_input_data(call, 0);
	float *y = apu_custom_output_data(call, 0);
	unsigned int *calls = data;
	unsigned int window = 1;
	int ret = read_window(call, &window);

	if (ret < 0)
		return ret;
	for (int64_t i = 0; i < length; i++) {
		int64_t first = i - window / 2, last = i + window / 2;
		float sum = 0;
		int count = 0;

		for (int64_t k = first < 0 ? 0 : first; k <= last && k < length;
		     k++, count++)
			sum += x[k];
		y[i] = sum / (float)count;
	}
	(*calls)++;
	return 0;
}

static struct apu_model *
load(struct apu_device *dev, const char *path, unsigned int *calls)
{
	const struct apu_custom_function function = {
		.size = sizeof(function),
		.code = "MovingAverage", /* as in the file */
		.prepare = prepare,
		.invoke = invoke,
		.data = calls,
	};
	struct apu_model_options options = { .size = sizeof(options) };
	struct apu_custom_registry *registry;
	struct apu_model *model;

	check(apu_custom_registry_new(&registry));
	check(apu_custom_registry_add(registry, &function));
	options.custom = registry;
	check(apu_model_load_file(dev, path, &options, &model));
	/* The model keeps what it needs. */
	apu_custom_registry_unref(registry);
	return model;
}

static void
show(const char *what, const float *values)
{
	printf("%s", what);
	for (int i = 0; i < LENGTH; i++)
		printf(" %g", (double)values[i]);
	printf("\n");
}

int
main(int argc, char **argv)
{
	float signal[LENGTH], result[LENGTH];
	struct apu_array input = { signal, sizeof(signal) };
	struct apu_array output = { result, sizeof(result) };
	struct apu_device *dev;
	struct apu_model *model;
	unsigned int calls = 0;

	if (argc < 2 || argc > 3) {
		fputs("usage: custom MODEL.tflite [DEVICE]\n", stderr);
		return 2;
	}
	for (int i = 0; i < LENGTH; i++)
		signal[i] = i % 4 == 0 ? 3 : 0;

	check(apu_device_open(argc > 2 ? argv[2] : "sim:", &dev));
	model = load(dev, argv[1], &calls);
	check(apu_model_run(model, &input, 1, &output, 1, TIMEOUT_NS));
	show("signal", signal);
	show("result", result);
	printf("calls %u\n", calls);

	apu_model_unref(model);
	apu_device_unref(dev);
	return 0;
}
