/* SPDX-License-Identifier: MIT */
#include <apu/apu.h>
#include <stdio.h>

int
main(int argc, char **argv)
{
	int8_t picture[64], scores[10];
	struct apu_array input = { picture, 64 }, output = { scores, 10 };
	struct apu_device *dev = NULL;
	struct apu_model *model = NULL;
	int best = 0, ret = 1;

	for (int i = 0; i < 64; i++)
		picture[i] = (int8_t)(getchar() - 128);
	if (apu_device_open("sim:", &dev) < 0 ||
	    apu_model_load_file(dev, argv[argc - 1], NULL, &model) < 0 ||
	    apu_model_run(model, &input, 1, &output, 1, 1000000000) < 0) {
		fprintf(stderr, "%s\n", apu_error_message(apu_error_last()));
	} else {
		for (int i = 1; i < 10; i++)
			best = scores[i] > scores[best] ? i : best;
		ret = printf("%d\n", best) < 0;
	}
	apu_model_unref(model);
	apu_device_unref(dev);
	return ret;
}
