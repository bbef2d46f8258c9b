/* SPDX-License-Identifier: MIT */
#include "tflite_writer/tflite_writer.h"
#include "tflite_writer/encode.h"
#include <stdlib.h>
#include <string.h>

/* Fields of table Operator: its two unions of options. */
enum {
	OPTIONS_TYPE = 3,
	OPTIONS = 4,
	OPTIONS_2_TYPE = 11,
	OPTIONS_2 = 12,
};

struct tflite_mark {
	enum tflite_table table;
	uint32_t index;
	size_t offset;
};

static int
reserve_mark(struct tflite_file *file)
{
	size_t capacity = file->mark_count * 2 + 16;
	struct tflite_mark *marks;

	if (file->mark_count < file->mark_capacity)
		return 0;
	marks = realloc(file->marks, capacity * sizeof(*marks));
	if (marks == NULL) {
		file->failed = true;
		return -1;
	}
	file->marks = marks;
	file->mark_capacity = capacity;
	return 0;
}

static void
mark(struct tflite_file *file, enum tflite_table table, uint32_t index,
     size_t offset)
{
	if (file->failed || reserve_mark(file) < 0)
		return;
	file->marks[file->mark_count++] = (struct tflite_mark) {
		.table = table,
		.index = index,
		.offset = offset,
	};
}

static void
write_operator_code(struct tflite_file *file, const struct tflite_operator *op,
		    uint32_t index, size_t slot)
{
	struct flatbuffer_fields fields = { .count = 0 };
	int32_t old = op->builtin_code < 127 ? op->builtin_code : 127;
	size_t table;

	flatbuffer_add_integer(&fields, 0, TFLITE_I8, old);
	flatbuffer_add_vector(&fields, 1, TFLITE_TEXT, op->custom_code, 0);
	flatbuffer_add_integer(&fields, 2, TFLITE_I32, op->version);
	flatbuffer_add_integer(&fields, 3, TFLITE_I32, op->builtin_code);
	flatbuffer_add_all(&fields, op->raw_code, op->raw_code_count);

	table = flatbuffer_write_table(file, &fields);
	mark(file, TFLITE_TABLE_OPERATOR_CODE, index, table);
	flatbuffer_point(file, slot, table);
}

static void
write_buffer(struct tflite_file *file, const void *data, size_t size_bytes,
	     uint32_t index, size_t slot)
{
	struct flatbuffer_fields fields = { .count = 0 };
	size_t table;

	/* A vector counts in 32 bits; the file could not hold more either. */
	if (size_bytes > INT32_MAX) {
		file->failed = true;
		return;
	}
	flatbuffer_add_vector(&fields, 0, TFLITE_BYTE_VECTOR, data,
			      (uint32_t)size_bytes);
	table = flatbuffer_write_table(file, &fields);
	mark(file, TFLITE_TABLE_BUFFER, index, table);
	flatbuffer_point(file, slot, table);
}

static void
write_quantisation(struct tflite_file *file, const struct tflite_tensor *tensor,
		   uint32_t index, size_t parent)
{
	struct flatbuffer_fields fields = { .count = 0 };
	size_t table;

	if (tensor->quant_count == 0)
		return;
	flatbuffer_add_vector(&fields, 2, TFLITE_F32_VECTOR, tensor->scales,
			      tensor->quant_count);
	flatbuffer_add_vector(&fields, 3, TFLITE_I64_VECTOR,
			      tensor->zero_points, tensor->quant_count);
	flatbuffer_add_integer(&fields, 6, TFLITE_I32,
			       tensor->quantised_dimension);

	table = flatbuffer_write_table(file, &fields);
	mark(file, TFLITE_TABLE_QUANTISATION, index, table);
	flatbuffer_set_child(file, parent, 4, table);
}

static void
write_tensor(struct tflite_file *file, const struct tflite_tensor *tensor,
	     uint32_t index, size_t slot)
{
	struct flatbuffer_fields fields = { .count = 0 };
	size_t table;

	flatbuffer_add_vector(&fields, 0, TFLITE_I32_VECTOR, tensor->dims,
			      tensor->rank);
	flatbuffer_add_integer(&fields, 1, TFLITE_I8, tensor->type);
	flatbuffer_add_integer(&fields, 2, TFLITE_I32, (int64_t)index + 1);
	flatbuffer_add_vector(&fields, 3, TFLITE_TEXT, tensor->name, 0);
	if (tensor->quant_count > 0)
		flatbuffer_add_child(&fields, 4);
	if (tensor->is_variable)
		flatbuffer_add_integer(&fields, 5, TFLITE_I8, 1);
	flatbuffer_add_all(&fields, tensor->raw, tensor->raw_count);

	table = flatbuffer_write_table(file, &fields);
	mark(file, TFLITE_TABLE_TENSOR, index, table);
	flatbuffer_point(file, slot, table);
	write_quantisation(file, tensor, index, table);
}

static void
write_options(struct tflite_file *file, const struct tflite_operator *op,
	      uint32_t index, size_t parent)
{
	struct flatbuffer_fields fields = { .count = 0 };
	size_t table;

	if (op->options_type == TFLITE_NO_OPTIONS)
		return;
	flatbuffer_add_all(&fields, op->options, op->option_count);
	table = flatbuffer_write_table(file, &fields);
	mark(file, TFLITE_TABLE_OPTIONS, index, table);
	flatbuffer_set_child(file, parent,
			     op->has_options_2 ? OPTIONS_2 : OPTIONS, table);
}

static void
write_operator(struct tflite_file *file, const struct tflite_operator *op,
	       uint32_t index, size_t slot)
{
	struct flatbuffer_fields fields = { .count = 0 };
	size_t table;

	flatbuffer_add_integer(&fields, 0, TFLITE_I32, index);
	flatbuffer_add_vector(&fields, 1, TFLITE_I32_VECTOR, op->inputs,
			      op->input_count);
	flatbuffer_add_vector(&fields, 2, TFLITE_I32_VECTOR, op->outputs,
			      op->output_count);
	if (op->options_type != TFLITE_NO_OPTIONS) {
		flatbuffer_add_integer(&fields,
				       op->has_options_2 ? OPTIONS_2_TYPE
							 : OPTIONS_TYPE,
				       TFLITE_I8, op->options_type);
		flatbuffer_add_child(&fields,
				     op->has_options_2 ? OPTIONS_2 : OPTIONS);
	}
	flatbuffer_add_all(&fields, op->raw, op->raw_count);

	table = flatbuffer_write_table(file, &fields);
	mark(file, TFLITE_TABLE_OPERATOR, index, table);
	flatbuffer_point(file, slot, table);
	write_options(file, op, index, table);
}

/* The numbers of a subgraph's first tensor and operator, and its own. */
struct place {
	uint32_t tensor, operator, subgraph;
};

static void
write_subgraph(struct tflite_file *file, const struct tflite_model *model,
	       const struct place *place, size_t slot)
{
	struct flatbuffer_fields fields = { .count = 0 };
	size_t table, slots;

	flatbuffer_add_child(&fields, 0);
	flatbuffer_add_vector(&fields, 1, TFLITE_I32_VECTOR, model->inputs,
			      model->input_count);
	flatbuffer_add_vector(&fields, 2, TFLITE_I32_VECTOR, model->outputs,
			      model->output_count);
	flatbuffer_add_child(&fields, 3);
	flatbuffer_add_vector(&fields, 4, TFLITE_TEXT, "main", 0);
	flatbuffer_add_all(&fields, model->raw_subgraph,
			   model->raw_subgraph_count);
	table = flatbuffer_write_table(file, &fields);
	mark(file, TFLITE_TABLE_SUBGRAPH, place->subgraph, table);
	flatbuffer_point(file, slot, table);

	slots = flatbuffer_write_child_vector(file, table, 0,
					      model->tensor_count);
	for (uint32_t i = 0; i < model->tensor_count; i++)
		write_tensor(file, &model->tensors[i], place->tensor + i,
			     slots + 4 * i);
	slots = flatbuffer_write_child_vector(file, table, 3,
					      model->operator_count);
	for (uint32_t i = 0; i < model->operator_count; i++)
		write_operator(file, &model->operators[i], place->operator+ i,
			       slots + 4 * i);
}

static size_t
write_root(struct tflite_file *file, const struct tflite_model *model)
{
	struct flatbuffer_fields fields = { .count = 0 };
	const char *identifier = model->identifier;
	size_t table;

	flatbuffer_extend(file, 8);
	if (!file->failed)
		memcpy(file->bytes + 4,
		       identifier != NULL ? identifier : "TFL3", 4);

	flatbuffer_add_integer(&fields, 0, TFLITE_I32,
			       model->version != 0 ? model->version : 3);
	flatbuffer_add_child(&fields, 1);
	flatbuffer_add_child(&fields, 2);
	flatbuffer_add_vector(&fields, 3, TFLITE_TEXT, "libapu tflite_writer",
			      0);
	flatbuffer_add_child(&fields, 4);
	flatbuffer_add_all(&fields, model->raw, model->raw_count);
	table = flatbuffer_write_table(file, &fields);
	mark(file, TFLITE_TABLE_MODEL, 0, table);
	flatbuffer_point(file, 0, table);
	return table;
}

/* Subgraph @index: the model itself is the first. */
static const struct tflite_model *
find_subgraph(const struct tflite_model *model, uint32_t index)
{
	return index == 0 ? model : &model->subgraphs[index - 1];
}

static struct place
find_place(const struct tflite_model *model, uint32_t subgraph)
{
	struct place place = { .subgraph = subgraph };

	for (uint32_t i = 0; i < subgraph; i++) {
		place.tensor += find_subgraph(model, i)->tensor_count;
		place.operator+= find_subgraph(model, i)->operator_count;
	}
	return place;
}

static void
write_codes(struct tflite_file *file, const struct tflite_model *subgraph,
	    const struct place *place, size_t slots)
{
	for (uint32_t i = 0; i < subgraph->operator_count; i++) {
		uint32_t index = place->operator+ i;

		write_operator_code(file, &subgraph->operators[i], index,
				    slots + 4 * index);
	}
}

static void
write_buffers(struct tflite_file *file, const struct tflite_model *subgraph,
	      const struct place *place, size_t slots)
{
	for (uint32_t i = 0; i < subgraph->tensor_count; i++) {
		const struct tflite_tensor *tensor = &subgraph->tensors[i];
		uint32_t index = place->tensor + i + 1;

		write_buffer(file, tensor->data, tensor->size_bytes, index,
			     slots + 4 * index);
	}
}

struct tflite_file
tflite_write(const struct tflite_model *model)
{
	struct tflite_file file = { .bytes = NULL };
	size_t root = write_root(&file, model);
	uint32_t count = model->subgraph_count + 1;
	const struct place all = find_place(model, count);
	struct place place;
	size_t slots;

	slots = flatbuffer_write_child_vector(&file, root, 1, all.operator);
	for (uint32_t i = 0; i < count; i++) {
		place = find_place(model, i);
		write_codes(&file, find_subgraph(model, i), &place, slots);
	}

	slots = flatbuffer_write_child_vector(&file, root, 2, count);
	for (uint32_t i = 0; i < count; i++) {
		place = find_place(model, i);
		write_subgraph(&file, find_subgraph(model, i), &place,
			       slots + 4 * i);
	}

	slots = flatbuffer_write_child_vector(&file, root, 4, all.tensor + 1);
	write_buffer(&file, NULL, 0, 0, slots);
	for (uint32_t i = 0; i < count; i++) {
		place = find_place(model, i);
		write_buffers(&file, find_subgraph(model, i), &place, slots);
	}
	return file;
}

void
tflite_file_free(struct tflite_file *file)
{
	free(file->bytes);
	free(file->marks);
	*file = (struct tflite_file) { .bytes = NULL };
}

size_t
tflite_table(const struct tflite_file *file, enum tflite_table table,
	     uint32_t index)
{
	for (size_t i = 0; i < file->mark_count; i++) {
		const struct tflite_mark *m = &file->marks[i];

		if (m->table == table && m->index == index)
			return m->offset;
	}
	return 0;
}

size_t
tflite_vtable(const struct tflite_file *file, enum tflite_table table,
	      uint32_t index)
{
	size_t offset = tflite_table(file, table, index);

	return offset == 0 ? 0 : flatbuffer_vtable(file, offset);
}

size_t
tflite_field(const struct tflite_file *file, enum tflite_table table,
	     uint32_t index, uint16_t field_id)
{
	size_t offset = tflite_table(file, table, index);

	return offset == 0 ? 0 : flatbuffer_field(file, offset, field_id);
}

size_t
tflite_target(const struct tflite_file *file, enum tflite_table table,
	      uint32_t index, uint16_t field_id)
{
	size_t slot = tflite_field(file, table, index, field_id);

	return slot == 0 ? 0 : slot + flatbuffer_get(file, slot, 4);
}

uint32_t
tflite_get_u32(const struct tflite_file *file, size_t offset)
{
	return (uint32_t)flatbuffer_get(file, offset, 4);
}

void
tflite_put_u8(struct tflite_file *file, size_t offset, uint8_t value)
{
	flatbuffer_put(file, offset, value, 1);
}

void
tflite_put_u16(struct tflite_file *file, size_t offset, uint16_t value)
{
	flatbuffer_put(file, offset, value, 2);
}

void
tflite_put_u32(struct tflite_file *file, size_t offset, uint32_t value)
{
	flatbuffer_put(file, offset, value, 4);
}
