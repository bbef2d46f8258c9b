/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "model/compiled_parts.h"
#include "model/operators.h"
#include <errno.h>
#include <math.h>
#include <string.h>

/* Strings end within the text, wherever they begin. */
static int
check_text(const struct apui_compiled_reader *r)
{
	const struct apui_compiled_header *h = &r->header;

	if (h->text_bytes > 0 &&
	    r->head[h->text_offset + h->text_bytes - 1] != '\0')
		return apui_compiled_break("its text does not end");
	return 0;
}

static int
find_text(const struct apui_compiled_reader *r, uint32_t offset,
	  const char **out_text)
{
	if (offset >= r->header.text_bytes)
		return apui_compiled_break("a name is outside");
	*out_text = (const char *)r->head + r->header.text_offset + offset;
	return 0;
}

/* Every scale and every list entry, once. */
static int
check_scales(const struct apui_compiled_reader *r)
{
	const float *scales = (const void *)(r->head + r->header.scale_offset);

	for (uint32_t i = 0; i < r->header.scale_count; i++)
		if (!isfinite(scales[i]) || scales[i] <= 0)
			return apui_compiled_break("a scale is not one");
	return 0;
}

static const int32_t *
get_lists(const struct apui_compiled_reader *r)
{
	return (const void *)(r->head + r->header.list_offset);
}

static int
check_lists(const struct apui_compiled_reader *r)
{
	const int32_t *lists = get_lists(r);

	for (uint32_t i = 0; i < r->header.list_count; i++)
		if (lists[i] < -1 ||
		    lists[i] >= (int64_t)r->header.tensor_count)
			return apui_compiled_break(
				"a list names a tensor that there is not");
	return 0;
}

static int
read_shape(const struct apui_compiled_tensor *record, struct apu_tensor *tensor)
{
	uint64_t element_bytes =
		apu_dtype_size_bytes((enum apu_dtype)record->dtype);
	uint64_t count = 1, bytes;

	if (record->rank > APU_TENSOR_MAX_RANK)
		return apui_compiled_break("a tensor has too many dimensions");
	for (unsigned int i = 0; i < APU_TENSOR_MAX_RANK; i++) {
		tensor->dims[i] = i < record->rank ? record->dims[i] : 1;
		if (tensor->dims[i] < 0 ||
		    __builtin_mul_overflow(count, (uint64_t)tensor->dims[i],
					   &count))
			return apui_compiled_break("a shape is not one");
	}
	/* Of types without whole bytes, the file says how many there are. */
	if (__builtin_mul_overflow(count, element_bytes, &bytes) ||
	    (element_bytes > 0 && bytes != record->size_bytes) ||
	    record->size_bytes > INT32_MAX)
		return apui_compiled_break(
			"a tensor's size is not its shape's");
	tensor->rank = record->rank;
	tensor->element_count = count;
	tensor->size_bytes = record->size_bytes;
	return 0;
}

static int
read_quantisation(const struct apui_compiled_reader *r,
		  const struct apui_compiled_tensor *record,
		  struct apu_tensor *tensor)
{
	const struct apui_compiled_header *h = &r->header;

	if ((uint64_t)record->quant_first + record->quant_count >
		    h->scale_count ||
	    record->quant_axis >= APU_TENSOR_MAX_RANK)
		return apui_compiled_break("a tensor's scales are outside");
	tensor->quant_count = record->quant_count;
	tensor->quant_axis = record->quant_axis;
	tensor->scales =
		(const float *)(const void *)(r->head + h->scale_offset) +
		record->quant_first;
	tensor->zero_points =
		(const int64_t *)(const void *)(r->head +
						h->zero_point_offset) +
		record->quant_first;
	return 0;
}

static int
read_tensor(const struct apui_compiled_reader *r, uint32_t index)
{
	const struct apui_compiled_tensor *record =
		(const struct apui_compiled_tensor
			 *)(const void *)(r->head + r->header.tensor_offset) +
		index;
	struct apu_tensor *tensor = &r->graph->tensors[index];
	int ret;

	if (record->dtype > APU_DTYPE_RESOURCE)
		return apui_compiled_break("an element type is unknown");
	*tensor = (struct apu_tensor) {
		.index = index,
		.dtype = (enum apu_dtype)record->dtype,
		.is_constant = record->flags & APUI_COMPILED_CONSTANT,
		.is_variable = record->flags & APUI_COMPILED_VARIABLE,
		.producer = -1,
	};
	ret = find_text(r, record->name, &tensor->name);
	if (ret < 0)
		return ret;
	ret = read_shape(record, tensor);
	if (ret < 0)
		return ret;
	return read_quantisation(r, record, tensor);
}

static int
read_operator(const struct apui_compiled_reader *r, uint32_t index)
{
	const struct apui_compiled_operator *record =
		(const struct apui_compiled_operator
			 *)(const void *)(r->head + r->header.operator_offset) +
		index;
	struct apu_operator *op = &r->graph->operators[index];
	const int32_t *list;
	int ret;

	ret = find_text(r, record->name, &op->name);
	if (ret < 0)
		return ret;
	if (op->name[0] == '\0')
		return apui_compiled_break("an operator has no name");
	if (record->output_count > APUI_ROW_MAX_OUTPUTS ||
	    (uint64_t)record->list_first + record->input_count +
			    record->output_count >
		    r->header.list_count)
		return apui_compiled_break("an operator's list is outside");
	list = get_lists(r) + record->list_first;
	for (unsigned int i = 0; i < record->output_count; i++)
		if (list[record->input_count + i] < 0)
			return apui_compiled_break("an output is left out");
	op->index = index;
	op->version = record->version;
	op->inputs = list;
	op->input_count = record->input_count;
	op->outputs = list + record->input_count;
	op->output_count = record->output_count;
	op->macs = record->macs;
	return 0;
}

/* Inputs and outputs of the model are tensors, each. */
static int
read_io(const struct apui_compiled_reader *r)
{
	const struct apui_compiled_header *h = &r->header;
	uint64_t count = (uint64_t)h->input_count + h->output_count;
	const int32_t *list;

	if (h->input_first + count > h->list_count)
		return apui_compiled_break("its inputs are outside");
	list = get_lists(r) + h->input_first;
	for (uint64_t i = 0; i < count; i++)
		if (list[i] < 0)
			return apui_compiled_break("an input is left out");
	r->graph->inputs = list;
	r->graph->input_count = h->input_count;
	r->graph->outputs = list + h->input_count;
	r->graph->output_count = h->output_count;
	return 0;
}

static int
check_shared(const struct apui_compiled_reader *r)
{
	int ret;

	ret = check_text(r);
	if (ret < 0)
		return ret;
	ret = check_scales(r);
	if (ret < 0)
		return ret;
	return check_lists(r);
}

static int
allocate(struct apui_compiled_reader *r)
{
	struct apui_graph *graph = r->graph;

	graph->tensors = apui_pool_new(&graph->pool, r->header.tensor_count,
				       sizeof(*graph->tensors));
	graph->operators = apui_pool_new(&graph->pool, r->header.operator_count,
					 sizeof(*graph->operators));
	if (graph->tensors == NULL || graph->operators == NULL)
		return -ENOMEM;
	graph->tensor_count = r->header.tensor_count;
	graph->operator_count = r->header.operator_count;
	graph->weight_bytes = r->header.weight_bytes;
	return 0;
}

static int
add_macs(const struct apui_compiled_reader *r)
{
	struct apui_graph *graph = r->graph;

	for (uint32_t i = 0; i < graph->operator_count; i++)
		if (__builtin_add_overflow(graph->macs,
					   graph->operators[i].macs,
					   &graph->macs))
			return apui_fail(-EOVERFLOW, NULL,
					 "the multiply-accumulates do not fit "
					 "in 64 bits");
	if (graph->macs <= r->limits->max_macs)
		return 0;
	apui_fail(-E2BIG, NULL,
		  "%llu multiply-accumulates are over the limit of %llu",
		  (unsigned long long)graph->macs,
		  (unsigned long long)r->limits->max_macs);
	apui_fail_remedy("raise max_macs");
	return -E2BIG;
}

int
apui_compiled_read_graph(struct apui_compiled_reader *r)
{
	int ret;

	ret = check_shared(r);
	if (ret == 0)
		ret = allocate(r);
	for (uint32_t i = 0; ret == 0 && i < r->header.tensor_count; i++)
		ret = read_tensor(r, i);
	for (uint32_t i = 0; ret == 0 && i < r->header.operator_count; i++)
		ret = read_operator(r, i);
	if (ret == 0)
		ret = read_io(r);
	if (ret == 0)
		ret = add_macs(r);
	return ret;
}
