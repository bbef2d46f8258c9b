/* SPDX-License-Identifier: MIT */
#include "model/sparsity.h"
#include "core/error.h"
#include "model/schema.h"
#include <errno.h>
#include <string.h>

/* Each dimension, and a block of each. */
#define MAX_LEVELS (2 * APU_TENSOR_MAX_RANK)

/* A list of numbers that is stored in bytes, in halves or in words. */
struct numbers {
	struct apui_fb_vector vector;
	unsigned int element_bytes;
};

struct level {
	bool is_sparse;
	uint64_t length; /* coordinates are below */
	uint64_t stride; /* elements of the tensor that one of them is */
	struct numbers segments, indices;
	/* While the tree is walked: children left, and their first. */
	uint64_t first, next, end;
	uint64_t offset;
};

struct tree {
	struct apui_tflite *file;
	const struct apu_tensor *tensor;
	struct level levels[MAX_LEVELS];
	unsigned int level_count;
	int32_t order[MAX_LEVELS]; /* the dimension or block of each level */
	int32_t block_map[APU_TENSOR_MAX_RANK];
	unsigned int block_count;
};

static int
refuse(const struct tree *tree, const char *what)
{
	return apui_fail(-EINVAL, NULL, "tensor %u is sparse, and %s",
			 tree->tensor->index, what);
}

static uint64_t
get_number(const struct tree *tree, const struct numbers *numbers,
	   uint32_t index)
{
	const uint8_t *bytes =
		apui_fb_bytes(&tree->file->fb, &numbers->vector) +
		(size_t)index * numbers->element_bytes;
	uint64_t value = 0;

	for (unsigned int i = 0; i < numbers->element_bytes; i++)
		value |= (uint64_t)bytes[i] << 8 * i;
	return value;
}

/* A member of the union SparseIndexVector; negative numbers become large. */
static int
read_numbers(struct tree *tree, const struct apui_fb_table *level,
	     uint16_t type_field, struct numbers *out)
{
	static const unsigned int widths[] = {
		[APUI_SPARSE_INT32] = 4,
		[APUI_SPARSE_UINT16] = 2,
		[APUI_SPARSE_UINT8] = 1,
	};
	struct apui_flatbuffer *fb = &tree->file->fb;
	struct apui_fb_table table;
	uint32_t type;
	int ret;

	ret = apui_fb_get_u8(fb, level, type_field, 0, &type);
	if (ret < 0)
		return ret;
	ret = apui_fb_get_table(fb, level, type_field + 1, &table);
	if (ret < 0)
		return ret;
	if (type == 0 || type >= sizeof(widths) / sizeof(widths[0]) ||
	    table.position == 0)
		return refuse(tree, "a level of it has no segments or indices");
	out->element_bytes = widths[type];
	return apui_fb_get_vector(fb, &table, APUI_SPARSE_VALUES, widths[type],
				  &out->vector);
}

static int
read_level(struct tree *tree, const struct apui_fb_vector *list,
	   unsigned int index)
{
	struct level *level = &tree->levels[index];
	struct apui_flatbuffer *fb = &tree->file->fb;
	struct apui_fb_table table;
	int32_t format, length;
	int ret;

	ret = apui_fb_table_at(fb, list, index, &table);
	if (ret < 0)
		return ret;
	ret = apui_fb_get_i8(fb, &table, APUI_DIMENSION_FORMAT, 0, &format);
	if (ret < 0)
		return ret;
	ret = apui_fb_get_i32(fb, &table, APUI_DIMENSION_DENSE_SIZE, 0,
			      &length);
	if (ret < 0)
		return ret;
	if (format != 0 && format != 1)
		return refuse(tree, "a level of it has an unknown format");
	level->is_sparse = format == 1;
	if (!level->is_sparse) {
		level->length = (uint32_t)length;
		return length > 0 ? 0 : refuse(tree, "a level of it is empty");
	}
	ret = read_numbers(tree, &table, APUI_DIMENSION_SEGMENTS_TYPE,
			   &level->segments);
	if (ret < 0)
		return ret;
	return read_numbers(tree, &table, APUI_DIMENSION_INDICES_TYPE,
			    &level->indices);
}

static int
read_list(struct tree *tree, const struct apui_fb_table *table, uint16_t field,
	  unsigned int max_count, int32_t *out, unsigned int *out_count)
{
	struct apui_fb_vector list;
	int ret;

	ret = apui_fb_get_vector(&tree->file->fb, table, field, 4, &list);
	if (ret < 0)
		return ret;
	if (list.count > max_count)
		return refuse(tree, "it has more levels than its shape");
	for (uint32_t i = 0; i < list.count; i++)
		out[i] = apui_fb_i32_at(&tree->file->fb, &list, i);
	*out_count = list.count;
	return 0;
}

static int
read_tree(struct tree *tree, const struct apui_fb_table *table)
{
	struct apui_fb_vector levels;
	int ret;

	ret = read_list(tree, table, APUI_SPARSITY_TRAVERSAL_ORDER, MAX_LEVELS,
			tree->order, &tree->level_count);
	if (ret < 0)
		return ret;
	ret = read_list(tree, table, APUI_SPARSITY_BLOCK_MAP,
			APU_TENSOR_MAX_RANK, tree->block_map,
			&tree->block_count);
	if (ret < 0)
		return ret;
	ret = apui_fb_get_vector(&tree->file->fb, table,
				 APUI_SPARSITY_DIMENSIONS, 4, &levels);
	if (ret < 0)
		return ret;
	if (tree->level_count != tree->tensor->rank + tree->block_count ||
	    levels.count != tree->level_count || tree->level_count == 0)
		return refuse(tree, "its levels are not those of its shape");
	for (unsigned int i = 0; i < tree->level_count; i++) {
		ret = read_level(tree, &levels, i);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/* Levels by what they stand for: dimensions, then blocks. Each once. */
static int
sort_levels(struct tree *tree, struct level **sorted)
{
	for (unsigned int i = 0; i < tree->level_count; i++) {
		uint32_t at = (uint32_t)tree->order[i];

		if (at >= tree->level_count || sorted[at] != NULL)
			return refuse(tree,
				      "its order of levels names one twice, or "
				      "one that it does not have");
		sorted[at] = &tree->levels[i];
	}
	return 0;
}

/* The block of dimension @d is its last, dense level; NULL without. */
static int
find_block(struct tree *tree, struct level **sorted, unsigned int d,
	   struct level **out_block)
{
	*out_block = NULL;
	for (unsigned int i = 0; i < tree->block_count; i++) {
		if (tree->block_map[i] != (int32_t)d)
			continue;
		if (*out_block != NULL)
			return refuse(tree, "a dimension has two blocks");
		*out_block = sorted[tree->tensor->rank + i];
		if ((*out_block)->is_sparse)
			return refuse(tree, "a block of it is sparse itself");
	}
	return 0;
}

static int
place_dimension(struct tree *tree, struct level **sorted, unsigned int d,
		uint64_t stride)
{
	uint64_t length = (uint64_t)tree->tensor->dims[d], block_length;
	struct level *level = sorted[d], *block;
	int ret;

	ret = find_block(tree, sorted, d, &block);
	if (ret < 0)
		return ret;
	block_length = block != NULL ? block->length : 1;
	if (length % block_length != 0)
		return refuse(tree, "a block does not divide its dimension");
	length /= block_length;
	if (!level->is_sparse && level->length != length)
		return refuse(tree, "a level is not as long as its dimension");
	level->length = length;
	level->stride = stride * block_length;
	if (block != NULL)
		block->stride = stride;
	return 0;
}

/* Find each level's length and stride. */
static int
place_levels(struct tree *tree)
{
	struct level *sorted[MAX_LEVELS] = { NULL };
	uint64_t stride = 1;
	int ret;

	ret = sort_levels(tree, sorted);
	if (ret < 0)
		return ret;
	for (unsigned int i = 0; i < tree->block_count; i++)
		if (tree->block_map[i] < 0 ||
		    (uint32_t)tree->block_map[i] >= tree->tensor->rank)
			return refuse(tree, "a block is of no dimension");
	for (unsigned int d = tree->tensor->rank; d-- > 0;) {
		ret = place_dimension(tree, sorted, d, stride);
		if (ret < 0)
			return ret;
		stride *= (uint64_t)tree->tensor->dims[d];
	}
	return 0;
}

static int
check_sparse_level(const struct tree *tree, const struct level *level,
		   uint64_t parents)
{
	uint64_t before = 0;

	if (level->segments.vector.count != parents + 1)
		return refuse(tree, "a level has segments for others");
	for (uint32_t i = 0; i <= parents; i++) {
		uint64_t at = get_number(tree, &level->segments, i);

		if (at < before || (i == 0 && at != 0) ||
		    at > level->indices.vector.count)
			return refuse(tree, "a segment of it does not begin "
					    "where the one before ends");
		before = at;
	}
	if (before != level->indices.vector.count)
		return refuse(tree, "a level has indices in no segment");
	for (uint32_t i = 0; i < level->indices.vector.count; i++)
		if (get_number(tree, &level->indices, i) >= level->length)
			return refuse(tree, "an index is beyond its dimension");
	return 0;
}

/* Every segment and index, and whether the leaves are the stored values. */
static int
check_levels(const struct tree *tree, uint64_t value_count)
{
	uint64_t count = 1;

	for (unsigned int i = 0; i < tree->level_count; i++) {
		const struct level *level = &tree->levels[i];
		int ret;

		if (!level->is_sparse) {
			/* No more than the tensor's elements. */
			count *= level->length;
			continue;
		}
		ret = check_sparse_level(tree, level, count);
		if (ret < 0)
			return ret;
		count = level->indices.vector.count;
	}
	if (count != value_count)
		return refuse(tree, "it has another number of values than its "
				    "levels have room for");
	return 0;
}

/* Begin with the children of @parent, which lies at @offset of the tensor. */
static void
enter(const struct tree *tree, struct level *level, uint64_t parent,
      uint64_t offset)
{
	level->offset = offset;
	if (level->is_sparse) {
		level->first =
			get_number(tree, &level->segments, (uint32_t)parent);
		level->end = get_number(tree, &level->segments,
					(uint32_t)parent + 1);
	} else {
		level->first = parent * level->length;
		level->end = level->first + level->length;
	}
	level->next = level->first;
}

static void
fill(struct tree *tree, const uint8_t *values, size_t element_bytes,
     uint8_t *dense)
{
	struct level *level = tree->levels;
	const struct level *last = &tree->levels[tree->level_count - 1];

	enter(tree, level, 0, 0);
	for (;;) {
		uint64_t at = level->next++, coordinate, offset;

		if (at == level->end) {
			if (level == tree->levels)
				return;
			level--;
			continue;
		}
		coordinate = level->is_sparse
				     ? get_number(tree, &level->indices,
						  (uint32_t)at)
				     : at - level->first;
		offset = level->offset + coordinate * level->stride;
		if (level == last) {
			memcpy(dense + offset * element_bytes,
			       values + at * element_bytes, element_bytes);
			continue;
		}
		level++;
		enter(tree, level, at, offset);
	}
}

int
apui_sparsity_expand(struct apui_tflite *file,
		     const struct apui_fb_table *table,
		     const struct apui_fb_vector *values,
		     struct apu_tensor *tensor)
{
	size_t element_bytes = apu_dtype_size_bytes(tensor->dtype);
	struct tree tree = { .file = file, .tensor = tensor };
	uint8_t *dense;
	int ret;

	if (element_bytes == 0 || tensor->element_count == 0)
		return apui_fail(-EOPNOTSUPP, NULL,
				 "tensor %u is sparse, and of a type or a "
				 "shape that is not supported so",
				 tensor->index);
	if (values->count % element_bytes != 0)
		return refuse(&tree, "its last value is cut off");
	ret = read_tree(&tree, table);
	if (ret < 0)
		return ret;
	ret = place_levels(&tree);
	if (ret < 0)
		return ret;
	ret = check_levels(&tree, values->count / element_bytes);
	if (ret < 0)
		return ret;
	ret = apui_tflite_new_dense(file, tensor, &dense);
	if (ret < 0)
		return ret;
	fill(&tree, apui_fb_bytes(&file->fb, values), element_bytes, dense);
	tensor->data = dense;
	return 0;
}
