/* SPDX-License-Identifier: MIT */
#ifndef APUI_RANKING_H
#define APUI_RANKING_H

/* The best classes of an output whose elements are scores. */

#include <apu/tensor.h>
#include <stddef.h>
#include <stdint.h>

struct apui_class {
	size_t index;
	double score; /* dequantised */
};

/* How many elements a tensor has that can be ranked; fails if it cannot. */
int
apui_ranking_count(const struct apu_tensor *tensor, size_t *out_count);

/*
 * Sort the @count classes of @data, best first; equal ones by number, those
 * that are not numbers last. @out_classes is of malloc().
 */
int
apui_ranking_new(const struct apu_tensor *tensor, const uint8_t *data,
		 size_t count, struct apui_class **out_classes);

#endif
