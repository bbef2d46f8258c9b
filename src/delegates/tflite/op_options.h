/* SPDX-License-Identifier: MIT */
#ifndef APUI_TFLITE_OP_OPTIONS_H
#define APUI_TFLITE_OP_OPTIONS_H

#include "tflite_writer/tflite_writer.h"

#define OP_OPTIONS_MAX_FIELDS 8

/* An operator's options, as fields of the schema. */
struct op_options {
	uint8_t type;   /* of the union BuiltinOptions; 0: none */
	bool is_second; /* of BuiltinOptions2 instead */
	struct tflite_field fields[OP_OPTIONS_MAX_FIELDS];
	uint32_t field_count;
};

/*
 * The schema's number of an element type of the interpreter (enum tfl_type), or
 * -1.
 */
int
apui_tfl_schema_type(int32_t type);

/* The schema's name of a builtin operator, or NULL. */
const char *
apui_tfl_builtin_name(int32_t builtin_code);

/*
 * Translate the parameters that the interpreter parsed from the file back into
 * what the file said. @builtin_data belongs to the node, and so do vectors and
 * texts that @out points at.
 *
 * Returns 0; -EINVAL when the operator needs parameters and has none, or has a
 * value that the schema has not.
 */
int
apui_tfl_read_options(int32_t builtin_code, const void *builtin_data,
		      struct op_options *out);

#endif
