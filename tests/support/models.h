/* SPDX-License-Identifier: MIT */
#ifndef APUI_TEST_MODELS_H
#define APUI_TEST_MODELS_H

/*
 * Tiny valid models, the same bytes at each call; the caller frees them with
 * tflite_file_free(). Constants have fixed small values; operator versions and
 * quantisation are those that converters write.
 */

#include "support/tflite_writer.h"

/*
 * CONV_2D, int8, per-channel weights, SAME, fused RELU.
 * Tensor 0 "input" [1, 4, 4, 2], 1 "weights" [3, 3, 3, 2], 2 "bias" [3],
 * 3 "output" [1, 4, 4, 3].
 */
struct tflite_file
model_conv_2d(void);

/*
 * FULLY_CONNECTED, int8.
 * Tensor 0 "input" [1, 8], 1 "weights" [4, 8], 2 "bias" [4],
 * 3 "output" [1, 4].
 */
struct tflite_file
model_fully_connected(void);

/*
 * ADD, int8, two graph inputs.
 * Tensor 0 "a" [1, 2, 2, 3], 1 "b" [1, 2, 2, 3], 2 "sum" [1, 2, 2, 3].
 * Scales are 0.5, zero points 0: sum = clamp(a + b).
 */
struct tflite_file
model_add(void);

/*
 * A chain of RESHAPEs of one tensor, int8 [1, 8], @operator_count of them (1
 * to MODEL_CHAIN_MAX): the output equals the input, and the number of requests
 * can be chosen. Tensor i feeds operator i.
 */
#define MODEL_CHAIN_MAX 320
struct tflite_file
model_chain(uint32_t operator_count);

/*
 * A small network: CONV_2D with RELU, MAX_POOL_2D, FULLY_CONNECTED, SOFTMAX.
 * "input" [1, 8, 8, 1] int8, "output" [1, 5] int8.
 */
struct tflite_file
model_classifier(void);

/*
 * A variable that keeps the sum of all inputs, and begins as 1, 2, 3, 4: the
 * output. Subgraph 1 has the operators that CALL_ONCE calls.
 * Operators: 0 CALL_ONCE, 1 VAR_HANDLE, 2 READ_VARIABLE, 3 ADD,
 * 4 ASSIGN_VARIABLE; "input" and "sum" are int8 [1, 4] of scale 0.5.
 */
struct tflite_file
model_accumulator(void);

/* The same with the subgraph that CALL_ONCE calls, which may not be there. */
struct tflite_file
model_accumulator_calling(int32_t subgraph);

#endif
