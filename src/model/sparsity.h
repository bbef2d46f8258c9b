/* SPDX-License-Identifier: MIT */
#ifndef APUI_SPARSITY_H
#define APUI_SPARSITY_H

/*
 * Sparse constants, as TFLite stores them: the tensor's dimensions, cut into
 * blocks or not, are the levels of a tree, each level either holds all of its
 * coordinates (dense) or lists those that it has (compressed sparse rows), and
 * the values are the leaves. Everything behind the reader sees the dense
 * tensor.
 *
 * Source: table SparsityParameters of the TFLite schema, version 3.
 */

#include "model/tflite.h"

/*
 * Expand @values, the stored bytes of @tensor, into size_bytes of the graph's
 * pool, and make it the tensor's data. @table is its SparsityParameters.
 * -EINVAL for a tree that does not fit the tensor, -EOPNOTSUPP, -E2BIG when the
 * dense tensors are out of proportion to the file, -ENOMEM.
 */
int
apui_sparsity_expand(struct apui_tflite *file,
		     const struct apui_fb_table *table,
		     const struct apui_fb_vector *values,
		     struct apu_tensor *tensor);

#endif
