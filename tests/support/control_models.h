/* SPDX-License-Identifier: MIT */
#ifndef APUI_TEST_CONTROL_MODELS_H
#define APUI_TEST_CONTROL_MODELS_H

/*
 * Tiny valid models with IF, WHILE, custom operators and WHERE. Numbers are
 * int32 and wrap; vectors have 4 elements. The caller frees the files with
 * tflite_file_free().
 */

#include "support/tflite_writer.h"

/* "condition" bool [1], "x" [4] -> "y": x + x if it holds, else x * x. */
struct tflite_file
control_if(void);

/* The same with a condition that is a constant; input "x" only. */
struct tflite_file
control_if_constant(bool condition);

/* "condition", "x" -> "y": x itself, from a branch without operators, or
 * 1, 2, 3, 4. */
struct tflite_file
control_if_empty(void);

/*
 * "limit" [1], "x" [4] -> "i" [1], "y" [4]: for (i = 0; i < limit; i++) x += i.
 * Subgraph 1 is the condition, 2 the body.
 */
struct tflite_file
control_while(void);

/* The same, with other numbers for subgraphs: hostile ones. */
struct tflite_file
control_while_of(int32_t condition, int32_t body);

/*
 * "condition", "x" [4] -> "y": subgraph 1 runs 2, which runs 3, which runs
 * @last.
 */
struct tflite_file
control_cycle(int32_t last);

/* "n" [1] -> "a" [1]: that Fibonacci number; the variables change places. */
struct tflite_file
control_fibonacci(void);

/*
 * "n" [1], "x" [1] -> "y" [1]:
 * for (i = 0; i < n; i++) {
 *	for (j = 0; j < i; j++) x++;
 *	x = x < 100 ? x + x : x - 1;
 * }
 */
struct tflite_file
control_nested(void);

/* What control_nested() computes. */
int32_t
control_nested_value(int32_t n, int32_t x);

/*
 * "n" [1], "x" [2, 3] of @type -> "y" [2, 3]:
 * for (i = 0; i < n; i++) x = i < 1 ? x + x : x * x;
 */
struct tflite_file
control_typed(enum tflite_type type);

/*
 * "n" [1], "x" [4] -> "y" [4]: a variable is x, then n times 1 more, and is
 * read in the end; all of the n times in the body of a WHILE.
 */
struct tflite_file
control_variable(void);

/*
 * "condition" bool [1], "x" float32 [4] -> "y": RELU(x + x), beside an operator
 * that nothing reads, if it holds, else x * x.
 */
struct tflite_file
control_wasteful(void);

/* WHILE whose variable is [4] outside and before a round, [8] behind it. */
struct tflite_file
control_growing(void);

/* WHILE whose condition is a constant true, and whose body counts. */
struct tflite_file
control_endless(void);

/*
 * "x" [4] -> "y" [4]: x + x, then the custom operator "Twist" with the options
 * "abc", then + itself. Each is of type int32.
 */
struct tflite_file
control_custom(void);

/* Input and output of the model are those of the custom operator "Twist". */
struct tflite_file
control_custom_only(void);

/* for (i = 0; i < n; i++) x = Twist(x): "n" [1], "x" [4] -> "y" [4]. */
struct tflite_file
control_custom_loop(void);

/*
 * "x" [2, 3], "table" [2, 3] -> "y": what the table has where x is not 0, as
 * WHERE and GATHER_ND find it, with ABS; the file leaves the shapes open.
 */
struct tflite_file
control_where_gather(void);

/* The same with ADD_N of what was gathered: it is refused. */
struct tflite_file
control_where_add_n(void);

/* "x" [2, 3] of @type -> "places" int64, whose shape the file leaves open. */
struct tflite_file
control_where(enum tflite_type type);

#endif
