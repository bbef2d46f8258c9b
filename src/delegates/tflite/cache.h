/* SPDX-License-Identifier: MIT */
#ifndef APUI_TFLITE_CACHE_H
#define APUI_TFLITE_CACHE_H

/*
 * Compiled programs in a folder, option `cache_dir`. Nothing about it can make
 * an inference fail: an entry that cannot be used is made again.
 *
 * An entry is a header and a compiled file behind it. The header holds a hash
 * of all that follows and of the file that it was compiled from, whose hash is
 * in the entry's name, too, beside the version of the library.
 */

#include "delegates/tflite/instance.h"

struct apui_hash {
	uint64_t high, low;
};

/* FNV-1a of 128 bits, by words of 64: for accidents, not for enemies. */
struct apui_hash
apui_hash_bytes(const struct apui_hash *seed, const void *bytes,
		size_t size_bytes);

/* What a file with no bytes hashes to. */
struct apui_hash
apui_hash_start(void);

/* 0: loaded what @key's file was compiled to. */
int
apui_cache_load(struct instance *instance, const struct apui_hash *key,
		struct apu_model **out);

void
apui_cache_save(struct instance *instance, const struct apui_hash *key,
		const struct apu_model *model);

#endif
