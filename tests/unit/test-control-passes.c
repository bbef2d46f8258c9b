/* SPDX-License-Identifier: MIT */

/* The compiler's passes on what IF and WHILE run. */

#include "support/control_models.h"
#include "test.h"
#include <apu/apu.h>

#define LONG_NS INT64_C(60000000000)
#define ALL_OFF 63u

static struct apu_model *
load(struct apu_device *dev, uint32_t disabled)
{
	const struct apu_model_options options = {
		.size = sizeof(options),
		.disabled_passes = disabled,
	};
	struct tflite_file file = control_wasteful();
	struct apu_model *model = NULL;

	assert_int_equal(apu_model_load_memory(dev, file.bytes, file.size_bytes,
					       &options, &model),
			 0);
	tflite_file_free(&file);
	return model;
}

/* RELU goes into ADD, and what nothing reads is left out. */
static void
passes_work_on_subgraphs(void **state)
{
	static const struct {
		uint32_t without;
		unsigned int saved;
	} rows[] = {
		{ ALL_OFF, 0 },
		{ ALL_OFF & ~APU_PASS_FUSE, 1 },
		{ ALL_OFF & ~APU_PASS_DEAD, 1 },
		{ APU_PASS_INPLACE, 2 },
	};
	struct apu_model *plain = load(NULL, ALL_OFF);
	unsigned int count = apu_model_program_operator_count(plain);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct apu_model *model = load(NULL, rows[i].without);

		assert_int_equal(apu_model_program_operator_count(model),
				 count - rows[i].saved);
		/* It is described as its file has it. */
		assert_int_equal(apu_model_operator_count(model),
				 apu_model_operator_count(plain));
		apu_model_unref(model);
	}
	apu_model_unref(plain);
}

static void
passes_on_subgraphs_keep_their_values(void **state)
{
	static const float x[4] = { 3, -5, 0.5f, -0.0f };
	static const float wanted[2][4] = { { 9, 25, 0.25f, 0 },
					    { 6, 0, 1, 0 } };
	struct apu_device *dev = NULL;

	(void)state;
	assert_int_equal(apu_device_open("sim:", &dev), 0);
	for (unsigned int i = 0; i < 4; i++) {
		struct apu_model *model = load(dev, i / 2 == 0 ? 0 : ALL_OFF);
		uint8_t flag = i % 2;
		struct apu_array in[] = { { &flag, 1 },
					  { (void *)(uintptr_t)x, 16 } };
		float y[4];
		struct apu_array out = { y, sizeof(y) };

		assert_int_equal(apu_model_run(model, in, 2, &out, 1, LONG_NS),
				 0);
		for (unsigned int k = 0; k < 4; k++)
			assert_true(y[k] == wanted[flag][k]);
		apu_model_unref(model);
	}
	apu_device_unref(dev);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passes_work_on_subgraphs),
		cmocka_unit_test(passes_on_subgraphs_keep_their_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
