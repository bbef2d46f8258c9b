/* SPDX-License-Identifier: MIT */
/*
 * Classify a picture with LiteRT's C API on an apu device:
 *
 *	classify LIBLITERT DELEGATE DEVICE MODEL PICTURE.bmp LABELS
 *
 * LIBLITERT is libLiteRt.so of the Python package ai-edge-litert 2.3.0, which
 * comes without headers: what is used of it is declared here. DEVICE "-" runs
 * on the CPU, without the delegate. libapu describes the model.
 */
#include <apu/apu.h>
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CPU = 1, GPU = 2 }; /* what an accelerator says it is */

struct tensor_type {
	int32_t element_type;
	uint32_t rank;
	int32_t dims[8];
	uint32_t strides[8];
};

/* Functions of libLiteRt.so; all but those that destroy return 0 or an error */
static struct {
	int (*create_environment)(int count, const void *options, void **out);
	int (*create_accelerator)(void **out);
	int (*set_name)(void *accelerator, int (*get)(void *, const char **));
	int (*set_version)(void *accelerator, int (*get)(void *, int *));
	int (*set_hardware)(void *accelerator, int (*get)(void *, int *));
	int (*set_delegate)(void *accelerator,
			    int (*create)(void *, void *, void *, void *,
					  void **));
	int (*register_accelerator)(void *environment, void *accelerator,
				    void *data, void (*release)(void *));
	int (*wrap_delegate)(void *delegate, void (*destroy)(void *),
			     void **out);
	int (*create_model)(void *environment, const char *path, void **out);
	int (*create_options)(void **out);
	int (*set_accelerators)(void *options, int hardware);
	int (*compile)(void *environment, void *model, void *options,
		       void **out);
	int (*create_buffer)(const struct tensor_type *type, void *memory,
			     size_t size_bytes, void (*release)(void *),
			     void **out);
	int (*run)(void *compiled, size_t signature, size_t input_count,
		   void **inputs, size_t output_count, void **outputs);
	void (*destroy_buffer)(void *buffer);
	void (*destroy_compiled)(void *compiled);
	void (*destroy_options)(void *options);
	void (*destroy_model)(void *model);
	void (*destroy_environment)(void *environment);
} litert;

static struct {
	void *(*create)(char **keys, char **values, size_t count,
			void (*report)(const char *));
	void (*destroy)(void *delegate);
	char *device;
} plugin;

static void
die(const char *what, const char *why)
{
	fprintf(stderr, "classify: %s: %s\n", what, why);
	exit(1);
}

static void
check(int status, const char *what)
{
	char text[32];

	snprintf(text, sizeof(text), "error %d", status);
	if (status != 0)
		die(what, text);
}

static void
find(void *library, const char *name, void *out)
{
	void *symbol = dlsym(library, name);

	if (symbol == NULL)
		die(name, "the library does not have it");
	memcpy(out, &symbol, sizeof(symbol));
}

static void *
open_library(const char *path)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (library == NULL)
		die("cannot load", dlerror());
	return library;
}

static void
load_litert(const char *path)
{
	const struct {
		const char *name;
		void *out;
	} all[] = {
		{ "LiteRtCreateEnvironment", &litert.create_environment },
		{ "LiteRtCreateAccelerator", &litert.create_accelerator },
		{ "LiteRtSetAcceleratorGetName", &litert.set_name },
		{ "LiteRtSetAcceleratorGetVersion", &litert.set_version },
		{ "LiteRtSetAcceleratorGetHardwareSupport",
		  &litert.set_hardware },
		{ "LiteRtSetDelegateFunction", &litert.set_delegate },
		{ "LiteRtRegisterAccelerator", &litert.register_accelerator },
		{ "LiteRtWrapDelegate", &litert.wrap_delegate },
		{ "LiteRtCreateModelFromFile", &litert.create_model },
		{ "LiteRtCreateOptions", &litert.create_options },
		{ "LiteRtSetOptionsHardwareAccelerators",
		  &litert.set_accelerators },
		{ "LiteRtCreateCompiledModel", &litert.compile },
		{ "LiteRtCreateTensorBufferFromHostMemory",
		  &litert.create_buffer },
		{ "LiteRtRunCompiledModel", &litert.run },
		{ "LiteRtDestroyTensorBuffer", &litert.destroy_buffer },
		{ "LiteRtDestroyCompiledModel", &litert.destroy_compiled },
		{ "LiteRtDestroyOptions", &litert.destroy_options },
		{ "LiteRtDestroyModel", &litert.destroy_model },
		{ "LiteRtDestroyEnvironment", &litert.destroy_environment },
	};
	void *library = open_library(path);

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		find(library, all[i].name, all[i].out);
}

static int
get_name(void *accelerator, const char **out)
{
	(void)accelerator;
	*out = "apu";
	return 0;
}

static int
get_version(void *accelerator, int *out)
{
	(void)accelerator;
	memcpy(out, (const int[]) { 0, 1, 0 }, 3 * sizeof(*out));
	return 0;
}

static int
get_hardware(void *accelerator, int *out)
{
	(void)accelerator;
	*out = GPU; /* "NPU" stands for models compiled beforehand */
	return 0;
}

static void
report(const char *text)
{
	fprintf(stderr, "%s\n", text);
}

static int
create_delegate(void *runtime, void *environment, void *accelerator,
		void *options, void **out)
{
	char *keys[] = { "device", "log" };
	char *values[] = { plugin.device, "info" };
	void *delegate = plugin.create(keys, values, 2, report);

	(void)runtime;
	(void)environment;
	(void)accelerator;
	(void)options;
	if (delegate == NULL)
		return 3;
	return litert.wrap_delegate(delegate, plugin.destroy, out);
}

static void
add_accelerator(void *environment, const char *path)
{
	void *library = open_library(path);
	void *accelerator;

	find(library, "tflite_plugin_create_delegate", &plugin.create);
	find(library, "tflite_plugin_destroy_delegate", &plugin.destroy);
	check(litert.create_accelerator(&accelerator), "accelerator");
	check(litert.set_name(accelerator, get_name), "name");
	check(litert.set_version(accelerator, get_version), "version");
	check(litert.set_hardware(accelerator, get_hardware), "hardware");
	check(litert.set_delegate(accelerator, create_delegate), "delegate");
	check(litert.register_accelerator(environment, accelerator, NULL, NULL),
	      "accelerator");
}

struct picture {
	int32_t width, height; /* height < 0: the first row is on top */
	uint32_t first, stride;
	uint8_t *bytes;
	size_t size_bytes;
};

static void
read_picture(const char *path, struct picture *out)
{
	FILE *file = fopen(path, "rb");
	uint16_t depth;

	if (file == NULL)
		die(path, "cannot be opened");
	out->bytes = malloc(1 << 26);
	if (out->bytes == NULL)
		die(path, "out of memory");
	out->size_bytes = fread(out->bytes, 1, 1 << 26, file);
	fclose(file);
	if (out->size_bytes < 54 || memcmp(out->bytes, "BM", 2) != 0)
		die(path, "is no BMP");
	memcpy(&out->first, out->bytes + 10, 4);
	memcpy(&out->width, out->bytes + 18, 4);
	memcpy(&out->height, out->bytes + 22, 4);
	memcpy(&depth, out->bytes + 28, 2);
	if (depth != 24 || out->width <= 0 || out->width > 16384 ||
	    out->height == 0 || out->height > 16384 || out->height < -16384)
		die(path, "is no BMP of 24 bits");
	out->stride = ((uint32_t)out->width * 3 + 3) / 4 * 4;
	if ((uint64_t)out->first +
		    (uint64_t)out->stride * (uint32_t)abs(out->height) >
	    out->size_bytes)
		die(path, "is cut off");
}

/* The mean of the picture's pixels under one of the model's. */
static uint8_t
sample(const struct picture *picture, uint32_t size, uint32_t row,
       uint32_t column, int channel)
{
	uint32_t height = (uint32_t)abs(picture->height);
	uint32_t width = (uint32_t)picture->width;
	uint32_t y1 = (row + 1) * height / size,
		 x1 = (column + 1) * width / size;
	uint32_t y0 = row * height / size, x0 = column * width / size;
	uint64_t sum = 0, count = 0;

	for (uint32_t y = y0; y < y1 || y == y0; y++) {
		uint32_t line = picture->height < 0 ? y : height - 1 - y;
		const uint8_t *at = picture->bytes + picture->first +
				    (size_t)line * picture->stride;

		/* Blue comes first. */
		for (uint32_t x = x0; x < x1 || x == x0; x++, count++)
			sum += at[3 * x + 2 - (uint32_t)channel];
	}
	return (uint8_t)(sum / count);
}

static void
fill_input(const struct picture *picture, const struct apu_tensor *tensor,
	   uint8_t *out)
{
	uint32_t size = (uint32_t)apu_tensor_dim(tensor, 1);
	uint8_t flip = apu_tensor_dtype(tensor) == APU_DTYPE_INT8 ? 0x80 : 0;

	for (uint32_t y = 0; y < size; y++)
		for (uint32_t x = 0; x < size; x++)
			for (int c = 0; c < 3; c++)
				*out++ = sample(picture, size, y, x, c) ^ flip;
}

/* LiteRT's numbers of the types that this program knows. */
static struct tensor_type
describe(const struct apu_tensor *tensor)
{
	struct tensor_type type = { .rank = apu_tensor_rank(tensor) };

	type.element_type = apu_tensor_dtype(tensor) == APU_DTYPE_INT8 ? 9 : 3;
	for (unsigned int i = 0; i < type.rank; i++)
		type.dims[i] = (int32_t)apu_tensor_dim(tensor, i);
	return type;
}

static void *
make_buffer(const struct apu_tensor *tensor, uint8_t **out_memory)
{
	const struct tensor_type type = describe(tensor);
	size_t size_bytes = (apu_tensor_size_bytes(tensor) + 63) / 64 * 64;
	void *buffer;

	if (apu_tensor_dtype(tensor) != APU_DTYPE_INT8 &&
	    apu_tensor_dtype(tensor) != APU_DTYPE_UINT8)
		die(apu_tensor_name(tensor), "is not of 8 bits");
	*out_memory = aligned_alloc(64, size_bytes);
	if (*out_memory == NULL)
		die("tensor", "out of memory");
	check(litert.create_buffer(&type, *out_memory, size_bytes, NULL,
				   &buffer),
	      "tensor buffer");
	return buffer;
}

static void
print_best(const struct apu_tensor *tensor, const uint8_t *scores,
	   const char *labels)
{
	uint8_t flip = apu_tensor_dtype(tensor) == APU_DTYPE_INT8 ? 0x80 : 0;
	uint64_t count = apu_tensor_size_bytes(tensor), best = 0;
	int64_t zero = apu_tensor_zero_point(tensor, 0) + flip;
	FILE *file = fopen(labels, "r");
	char line[256] = "?";

	for (uint64_t i = 1; i < count; i++)
		if ((scores[i] ^ flip) > (scores[best] ^ flip))
			best = i;
	if (file == NULL)
		die(labels, "cannot be opened");
	for (uint64_t i = 0; i <= best; i++)
		if (fgets(line, sizeof(line), file) == NULL)
			break;
	fclose(file);
	line[strcspn(line, "\r\n")] = '\0';
	printf("%.4f %s\n",
	       (double)((scores[best] ^ flip) - zero) *
		       (double)apu_tensor_scale(tensor, 0),
	       line);
}

/* Compile and run, with the input in place; the scores come to @output. */
static void
run(void *environment, const char *path, int hardware, void *input,
    void *output)
{
	void *model, *options, *compiled;

	check(litert.create_model(environment, path, &model), path);
	check(litert.create_options(&options), "options");
	check(litert.set_accelerators(options, hardware), "options");
	check(litert.compile(environment, model, options, &compiled),
	      "compile");
	check(litert.run(compiled, 0, 1, &input, 1, &output), "run");
	litert.destroy_compiled(compiled);
	litert.destroy_options(options);
	litert.destroy_model(model);
}

int
main(int argc, char **argv)
{
	struct picture picture;
	struct apu_model *described;
	uint8_t *pixels, *scores;
	void *environment, *input, *output;
	bool with_device;

	if (argc != 7)
		die("usage", "classify LIBLITERT DELEGATE DEVICE MODEL "
			     "PICTURE.bmp LABELS");
	with_device = strcmp(argv[3], "-") != 0;
	plugin.device = argv[3];
	if (apu_model_load_file(NULL, argv[4], NULL, &described) < 0)
		die(argv[4], apu_error_cause(apu_error_last()));
	load_litert(argv[1]);
	check(litert.create_environment(0, NULL, &environment), "environment");
	if (with_device)
		add_accelerator(environment, argv[2]);
	read_picture(argv[5], &picture);
	input = make_buffer(apu_model_input(described, 0), &pixels);
	output = make_buffer(apu_model_output(described, 0), &scores);
	fill_input(&picture, apu_model_input(described, 0), pixels);
	run(environment, argv[4], with_device ? GPU : CPU, input, output);
	print_best(apu_model_output(described, 0), scores, argv[6]);

	litert.destroy_buffer(input);
	litert.destroy_buffer(output);
	litert.destroy_environment(environment);
	apu_model_unref(described);
	free(picture.bytes);
	free(pixels);
	free(scores);
	return 0;
}
