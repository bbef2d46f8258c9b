/* SPDX-License-Identifier: MIT */

/* The options of an operator, by the fields of its row. */

#include "model/blame.h"
#include "model/operators.h"
#include "model/schema.h"
#include "model/tflite.h"
#include <errno.h>
#include <math.h>
#include <string.h>

/* Where an option goes. */
static void *
locate_option(struct apu_operator *op, const struct apui_option_field *field)
{
	return (uint8_t *)&op->options + field->offset;
}

static int
read_integer(struct apui_tflite *file, struct apu_operator *op,
	     const struct apui_fb_table *table,
	     const struct apui_option_field *field)
{
	int32_t value;
	int ret;

	ret = (field->type == APUI_FIELD_I8 ? apui_fb_get_i8 : apui_fb_get_i32)(
		&file->fb, table, field->id, field->initial, &value);
	if (ret < 0)
		return ret;
	if (value < field->min || value > field->max)
		return apui_blame(-EINVAL, op, NULL,
				  "option %s is %d, must be %d to %d",
				  field->name, value, field->min, field->max);
	if (value > field->max_supported)
		return apui_blame(-EOPNOTSUPP, op, NULL,
				  "option %s is %d, only %d to %d are "
				  "supported",
				  field->name, value, field->min,
				  field->max_supported);
	memcpy(locate_option(op, field), &value, sizeof(value));
	return 0;
}

static int
read_float(struct apui_tflite *file, struct apu_operator *op,
	   const struct apui_fb_table *table,
	   const struct apui_option_field *field)
{
	float value;
	int ret;

	ret = apui_fb_get_f32(&file->fb, table, field->id,
			      (float)field->initial, &value);
	if (ret < 0)
		return ret;
	if (!isfinite(value))
		return apui_blame(-EINVAL, op, NULL, "option %s is no number",
				  field->name);
	memcpy(locate_option(op, field), &value, sizeof(value));
	return 0;
}

/* Absent and empty differ: NULL, and a pointer to no elements. */
static int
read_list(struct apui_tflite *file, struct apu_operator *op,
	  const struct apui_fb_table *table,
	  const struct apui_option_field *field)
{
	struct apui_fb_vector vector;
	const int32_t *values = NULL;
	uint8_t *option = locate_option(op, field);
	int ret;

	ret = apui_fb_get_vector(&file->fb, table, field->id, 4, &vector);
	if (ret < 0 || vector.position == 0)
		return ret;
	if (vector.count > (uint32_t)field->max)
		return apui_blame(-EINVAL, op, NULL,
				  "option %s has %u elements, at most %d are "
				  "possible",
				  field->name, vector.count, field->max);
	ret = apui_tflite_copy_i32(file, &vector, &values);
	if (ret < 0)
		return ret;
	memcpy(option, &values, sizeof(values));
	memcpy(option + sizeof(values), &vector.count, sizeof(vector.count));
	return 0;
}

/* A vector as a copy of its own, @element_bytes each, which are a power of 2.
 */
static int
read_vector(struct apui_tflite *file, struct apu_operator *op,
	    const struct apui_fb_table *table,
	    const struct apui_option_field *field, uint32_t element_bytes)
{
	struct apui_fb_vector vector;
	uint64_t size_bytes;
	uint8_t *option = locate_option(op, field);
	void *values;
	int ret;

	ret = apui_fb_get_vector(&file->fb, table, field->id, element_bytes,
				 &vector);
	if (ret < 0 || vector.position == 0)
		return ret;
	if (vector.count > (uint32_t)field->max)
		return apui_blame(-EINVAL, op, NULL,
				  "option %s has %u elements, at most %d are "
				  "possible",
				  field->name, vector.count, field->max);
	size_bytes = (uint64_t)vector.count * element_bytes;
	ret = apui_fb_charge_copy(&file->fb, size_bytes);
	if (ret < 0)
		return ret;
	values = apui_pool_new(&file->graph->pool, vector.count, element_bytes);
	if (values == NULL)
		return -ENOMEM;
	if (size_bytes > 0)
		memcpy(values, apui_fb_bytes(&file->fb, &vector),
		       (size_t)size_bytes);
	memcpy(option, &values, sizeof(values));
	memcpy(option + sizeof(values), &vector.count, sizeof(vector.count));
	return 0;
}

static int
read_floats(struct apui_tflite *file, struct apu_operator *op,
	    const struct apui_fb_table *table,
	    const struct apui_option_field *field)
{
	return read_vector(file, op, table, field, sizeof(float));
}

static int
read_longs(struct apui_tflite *file, struct apu_operator *op,
	   const struct apui_fb_table *table,
	   const struct apui_option_field *field)
{
	return read_vector(file, op, table, field, sizeof(int64_t));
}

_Static_assert(offsetof(union apui_operator_options, reshape.count) -
			       offsetof(union apui_operator_options,
					reshape.new_shape) ==
		       sizeof(const int32_t *),
	       "a list option is a pointer and its count");

/* Borrowed from the file: nobody keeps it for longer. */
static int
read_text(struct apui_tflite *file, struct apu_operator *op,
	  const struct apui_fb_table *table,
	  const struct apui_option_field *field)
{
	struct apui_fb_vector text;
	const char *bytes;
	uint8_t *option = locate_option(op, field);
	int ret;

	ret = apui_fb_get_string(&file->fb, table, field->id, &text);
	if (ret < 0 || text.position == 0)
		return ret;
	bytes = (const char *)apui_fb_bytes(&file->fb, &text);
	memcpy(option, &bytes, sizeof(bytes));
	memcpy(option + sizeof(bytes), &text.count, sizeof(text.count));
	return 0;
}

_Static_assert(offsetof(union apui_operator_options, var_handle.name_length) -
			       offsetof(union apui_operator_options,
					var_handle.name) ==
		       sizeof(const char *),
	       "a text option is a pointer and its length");

typedef int
read_option_fn(struct apui_tflite *file, struct apu_operator *op,
	       const struct apui_fb_table *table,
	       const struct apui_option_field *field);

static read_option_fn *const option_readers[] = {
	[APUI_FIELD_I8] = read_integer,
	[APUI_FIELD_I32] = read_integer,
	[APUI_FIELD_F32] = read_float,
	[APUI_FIELD_I32_VECTOR] = read_list,
	[APUI_FIELD_TEXT] = read_text,
	[APUI_FIELD_F32_VECTOR] = read_floats,
	[APUI_FIELD_I64_VECTOR] = read_longs,
};

/* A union of the schema: its type, and its table, which is without fields when
 * the file leaves it out. */
static int
open_union(struct apui_tflite *file, const struct apui_fb_table *table,
	   uint16_t type_field, uint16_t value_field, uint32_t *out_type,
	   struct apui_fb_table *out)
{
	int ret;

	ret = apui_fb_get_u8(&file->fb, table, type_field, APUI_OPTIONS_NONE,
			     out_type);
	if (ret < 0)
		return ret;
	return apui_fb_get_table(&file->fb, table, value_field, out);
}

/* The options' table, which is in one of two unions. */
static int
open_options(struct apui_tflite *file, struct apu_operator *op,
	     const struct apui_fb_table *table, struct apui_fb_table *out)
{
	struct apui_fb_table tables[2];
	uint32_t types[2];
	unsigned int which = op->row->has_options_2 ? 1 : 0;
	int ret;

	ret = open_union(file, table, APUI_OPERATOR_OPTIONS_TYPE,
			 APUI_OPERATOR_OPTIONS, &types[0], &tables[0]);
	if (ret == 0)
		ret = open_union(file, table, APUI_OPERATOR_OPTIONS_2_TYPE,
				 APUI_OPERATOR_OPTIONS_2, &types[1],
				 &tables[1]);
	if (ret < 0)
		return ret;

	*out = tables[which];
	if (types[1 - which] != APUI_OPTIONS_NONE ||
	    (types[which] != APUI_OPTIONS_NONE &&
	     types[which] != op->row->options_type))
		return apui_blame(-EINVAL, op, NULL,
				  "its options are those of another operator "
				  "(types %u and %u)",
				  types[0], types[1]);
	if ((types[which] == APUI_OPTIONS_NONE) != (out->position == 0))
		return apui_blame(-EINVAL, op, NULL, "its options have %s",
				  out->position != 0 ? "no type" : "no value");
	return 0;
}

static int
read_options(struct apui_tflite *file, struct apu_operator *op,
	     const struct apui_fb_table *table)
{
	const struct apui_option_field *field;
	struct apui_fb_table options;
	int ret;

	ret = open_options(file, op, table, &options);
	if (ret < 0)
		return ret;
	for (field = op->row->fields; field->type != APUI_FIELD_END; field++) {
		ret = option_readers[field->type](file, op, &options, field);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int
read_custom_options(struct apui_tflite *file, struct apu_operator *op,
		    const struct apui_fb_table *table)
{
	struct apui_fb_vector options;
	int ret;

	ret = apui_fb_get_vector(&file->fb, table, APUI_OPERATOR_CUSTOM_OPTIONS,
				 1, &options);
	if (ret < 0)
		return ret;
	return op->row->read_custom(op, apui_fb_bytes(&file->fb, &options),
				    options.count);
}

/* Custom options behind the flatbuffer: no builtin operator has any. */
static int
check_large_options(struct apui_tflite *file, struct apu_operator *op,
		    const struct apui_fb_table *table)
{
	uint64_t offset, size, end;
	int ret;

	ret = apui_fb_get_u64(&file->fb, table,
			      APUI_OPERATOR_LARGE_CUSTOM_OFFSET, 0, &offset);
	if (ret < 0)
		return ret;
	ret = apui_fb_get_u64(&file->fb, table, APUI_OPERATOR_LARGE_CUSTOM_SIZE,
			      0, &size);
	if (ret < 0)
		return ret;

	if (__builtin_add_overflow(offset, size, &end))
		return apui_blame(-EOVERFLOW, op, NULL,
				  "the end of its options does not fit in 64 "
				  "bits");
	if (end != 0)
		return apui_blame(-EOPNOTSUPP, op, NULL,
				  "it has options outside the flatbuffer");
	return 0;
}

int
apui_tflite_read_options(struct apui_tflite *file, struct apu_operator *op,
			 const struct apui_fb_table *table)
{
	int ret;

	ret = check_large_options(file, op, table);
	if (ret < 0)
		return ret;
	ret = read_options(file, op, table);
	if (ret < 0 || op->row->read_custom == NULL)
		return ret;
	return read_custom_options(file, op, table);
}
