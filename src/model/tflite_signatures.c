/* SPDX-License-Identifier: MIT */

/*
 * Signatures: names that a framework gives to the tensors of a subgraph. The
 * library does not use them, those who read the same file do, so their indices
 * are held to the same rule as all others.
 */

#include "core/error.h"
#include "model/schema.h"
#include "model/tflite.h"
#include <errno.h>

/* More than any model has; the schema sets no limit. */
#define MAX_SIGNATURES 4096

static int
check_map(struct apui_tflite *file, const struct apui_fb_vector *maps,
	  uint32_t index, uint32_t tensor_count)
{
	struct apui_fb_table map;
	uint32_t tensor;
	int ret;

	ret = apui_fb_table_at(&file->fb, maps, index, &map);
	if (ret < 0)
		return ret;
	ret = apui_fb_get_u32(&file->fb, &map, APUI_TENSOR_MAP_TENSOR, 0,
			      &tensor);
	if (ret < 0)
		return ret;
	if (tensor >= tensor_count)
		return apui_fail(-EINVAL, NULL,
				 "a signature names tensor %u, and its "
				 "subgraph has %u",
				 tensor, tensor_count);
	return 0;
}

static int
check_maps(struct apui_tflite *file, const struct apui_fb_table *signature,
	   uint16_t field, uint32_t tensor_count)
{
	struct apui_fb_vector maps;
	int ret;

	ret = apui_fb_get_vector(&file->fb, signature, field, 4, &maps);
	if (ret < 0)
		return ret;
	for (uint32_t i = 0; i < maps.count; i++) {
		ret = check_map(file, &maps, i, tensor_count);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int
count_tensors(struct apui_tflite *file, const struct apui_fb_table *signature,
	      uint32_t *out_count)
{
	struct apui_fb_table subgraph;
	struct apui_fb_vector tensors;
	uint32_t index;
	int ret;

	ret = apui_fb_get_u32(&file->fb, signature, APUI_SIGNATURE_SUBGRAPH, 0,
			      &index);
	if (ret < 0)
		return ret;
	if (index >= file->subgraphs.count)
		return apui_fail(-EINVAL, NULL,
				 "a signature names subgraph %u, and there "
				 "are %u",
				 index, file->subgraphs.count);
	ret = apui_fb_table_at(&file->fb, &file->subgraphs, index, &subgraph);
	if (ret < 0)
		return ret;
	ret = apui_fb_get_vector(&file->fb, &subgraph, APUI_SUBGRAPH_TENSORS, 4,
				 &tensors);
	if (ret < 0)
		return ret;
	*out_count = tensors.count;
	return 0;
}

static int
check_signature(struct apui_tflite *file, const struct apui_fb_vector *list,
		uint32_t index)
{
	struct apui_fb_table signature;
	uint32_t tensor_count = 0;
	int ret;

	ret = apui_fb_table_at(&file->fb, list, index, &signature);
	if (ret < 0)
		return ret;
	ret = count_tensors(file, &signature, &tensor_count);
	if (ret < 0)
		return ret;
	ret = check_maps(file, &signature, APUI_SIGNATURE_INPUTS, tensor_count);
	if (ret < 0)
		return ret;
	return check_maps(file, &signature, APUI_SIGNATURE_OUTPUTS,
			  tensor_count);
}

int
apui_tflite_check_signatures(struct apui_tflite *file,
			     const struct apui_fb_table *model)
{
	struct apui_fb_vector list;
	int ret;

	ret = apui_fb_get_vector(&file->fb, model, APUI_MODEL_SIGNATURES, 4,
				 &list);
	if (ret < 0)
		return ret;
	if (list.count > MAX_SIGNATURES)
		return apui_fail(-E2BIG, NULL,
				 "%u signatures, at most %d are supported",
				 list.count, MAX_SIGNATURES);
	for (uint32_t i = 0; i < list.count; i++) {
		ret = check_signature(file, &list, i);
		if (ret < 0)
			return ret;
	}
	return 0;
}
