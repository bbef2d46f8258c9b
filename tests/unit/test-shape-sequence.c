/* SPDX-License-Identifier: MIT */
#include "graph_helper.h"
#include "test.h"
#include <errno.h>

/*
 * Shapes of RNN and LSTM. Each row takes a good operator, changes one thing,
 * and says what must come of it. Gates share their tensors: only shapes, types
 * and scales matter here.
 */
enum { X, WEIGHTS, RECURRENT, BIAS, HIDDEN, CELL, Y, OTHER, MORE };
enum { BATCHES = 2, TIMES = 3, INPUTS = 6, CELLS = 5 };

/* Inputs of the operators: runs of one tensor, as the schema has them. */
struct run {
	unsigned int first, count;
	int32_t tensor;
};

static const struct run lstm_runs[] = {
	{ 0, 1, X },     { 1, 4, WEIGHTS }, { 5, 4, RECURRENT },
	{ 12, 4, BIAS }, { 18, 1, HIDDEN }, { 19, 1, CELL },
};
static const struct run both_lstm_runs[] = {
	{ 0, 1, X },       { 1, 4, WEIGHTS },  { 5, 4, RECURRENT },
	{ 12, 4, BIAS },   { 18, 4, WEIGHTS }, { 22, 4, RECURRENT },
	{ 29, 4, BIAS },   { 35, 1, HIDDEN },  { 36, 1, CELL },
	{ 37, 1, HIDDEN }, { 38, 1, CELL },
};
static const struct run rnn_runs[] = {
	{ 0, 1, X },    { 1, 1, WEIGHTS }, { 2, 1, RECURRENT },
	{ 3, 1, BIAS }, { 4, 1, HIDDEN },
};
static const struct run both_rnn_runs[] = {
	{ 0, 1, X },         { 1, 1, WEIGHTS }, { 2, 1, RECURRENT },
	{ 3, 1, BIAS },      { 4, 1, HIDDEN },  { 5, 1, WEIGHTS },
	{ 6, 1, RECURRENT }, { 7, 1, BIAS },    { 8, 1, HIDDEN },
};

static void
add_tensors(struct graph_builder *b, bool is_int8)
{
	enum apu_dtype real = is_int8 ? APU_DTYPE_INT8 : APU_DTYPE_FLOAT32;

	builder_tensor(b, real, DIMS(BATCHES, TIMES, INPUTS));
	builder_weights(b, real, DIMS(CELLS, INPUTS));
	builder_weights(b, real, DIMS(CELLS, CELLS));
	builder_weights(b, is_int8 ? APU_DTYPE_INT32 : APU_DTYPE_FLOAT32,
			DIMS(CELLS));
	builder_tensor(b, real, DIMS(BATCHES, CELLS));
	builder_tensor(b, is_int8 ? APU_DTYPE_INT16 : APU_DTYPE_FLOAT32,
		       DIMS(BATCHES, CELLS));
	builder_tensor(b, real, DIMS(BATCHES, TIMES, CELLS));
	builder_tensor(b, real, DIMS(CELLS));
	builder_weights(b, real, DIMS(CELLS, CELLS));
	builder_tensor(b, real, DIMS(CELLS));
	b->scales[CELL][0] = 1.0f / 2048;
}

static void
add_operator(struct graph_builder *b, int32_t code, const struct run *runs,
	     size_t run_count, unsigned int inputs)
{
	int32_t list[APUI_ROW_MAX_OPERANDS + 1];

	for (unsigned int i = 0; i < inputs; i++)
		list[i] = -1;
	for (size_t r = 0; r < run_count; r++)
		for (unsigned int i = 0; i < runs[r].count; i++)
			list[runs[r].first + i] = runs[r].tensor;
	list[inputs] = Y;
	builder_operator(b, code, inputs, list);
}

static void
base_lstm(struct graph_builder *b)
{
	add_tensors(b, false);
	add_operator(b, APUI_BUILTIN_UNIDIRECTIONAL_SEQUENCE_LSTM, lstm_runs,
		     COUNT(lstm_runs), 24);
}

static void
base_int8_lstm(struct graph_builder *b)
{
	static const int32_t inside[] = { OTHER, OTHER, OTHER, OTHER, HIDDEN };

	add_tensors(b, true);
	add_operator(b, APUI_BUILTIN_UNIDIRECTIONAL_SEQUENCE_LSTM, lstm_runs,
		     COUNT(lstm_runs), 24);
	b->operators[0].options.lstm.activation = APUI_ACTIVATION_TANH;
	b->operators[0].intermediates = inside;
	b->operators[0].intermediate_count = COUNT(inside);
}

static void
base_both_lstm(struct graph_builder *b)
{
	add_tensors(b, false);
	add_operator(b, APUI_BUILTIN_BIDIRECTIONAL_SEQUENCE_LSTM,
		     both_lstm_runs, COUNT(both_lstm_runs), 48);
	b->operators[0].options.lstm.merge_outputs = 1;
	b->tensors[Y].dims[2] = 2 * CELLS;
}

static void
base_rnn(struct graph_builder *b)
{
	add_tensors(b, false);
	add_operator(b, APUI_BUILTIN_UNIDIRECTIONAL_SEQUENCE_RNN, rnn_runs,
		     COUNT(rnn_runs), 5);
}

static void
base_both_rnn(struct graph_builder *b)
{
	add_tensors(b, false);
	add_operator(b, APUI_BUILTIN_BIDIRECTIONAL_SEQUENCE_RNN, both_rnn_runs,
		     COUNT(both_rnn_runs), 12);
	b->operators[0].options.rnn.merge_outputs = 1;
	b->tensors[Y].dims[2] = 2 * CELLS;
}

/* One step, its state outside: [2, 6] and [2, 5]. */
static void
base_basic_lstm(struct graph_builder *b)
{
	static const int32_t outputs[] = { 5, 6, 7, 8 };
	struct apu_operator *op;

	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(2, 6));
	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(2, 5));
	builder_weights(b, APU_DTYPE_FLOAT32, DIMS(20, 11));
	builder_weights(b, APU_DTYPE_FLOAT32, DIMS(20));
	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(2, 5));
	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(2, 5));
	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(2, 5));
	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(2, 11));
	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(2, 20));
	op = builder_operator(b, APUI_BUILTIN_LSTM, 5,
			      (int32_t[]) { 0, 1, 2, 3, 4, 5 });
	op->options.lstm.kernel_type = 1;
	op->outputs = outputs;
	op->output_count = COUNT(outputs);
}

/* Input @number becomes @tensor, or is left out. */
struct change {
	unsigned int number;
	int32_t tensor;
};

struct row {
	const char *name;
	void (*base)(struct graph_builder *b);
	int result;
	struct change changes[2]; /* of inputs; the number 0: none */
	/* A dimension of a tensor, of another length; 0: none. */
	unsigned int resized, dim;
	int32_t length;
	void (*change)(struct graph_builder *b);
};

static void
make_int8_weights(struct graph_builder *b)
{
	b->tensors[WEIGHTS].dtype = APU_DTYPE_INT8;
}

static void
make_hybrid(struct graph_builder *b)
{
	b->tensors[WEIGHTS].dtype = APU_DTYPE_INT8;
	b->tensors[RECURRENT].dtype = APU_DTYPE_INT8;
}

static void
shift_hybrid_weights(struct graph_builder *b)
{
	make_hybrid(b);
	b->zero_points[WEIGHTS][0] = 3;
}

static void
leave_scales_out(struct graph_builder *b)
{
	make_hybrid(b);
	b->tensors[RECURRENT].quant_count = 0;
}

static void
give_channels_scales(struct graph_builder *b)
{
	make_hybrid(b);
	builder_per_channel(b, WEIGHTS, 0);
}

static void
make_int8_state(struct graph_builder *b)
{
	b->tensors[HIDDEN].dtype = APU_DTYPE_INT8;
}

static void
make_float_cell(struct graph_builder *b)
{
	b->tensors[CELL].dtype = APU_DTYPE_FLOAT32;
}

static void
clip_below_0(struct graph_builder *b)
{
	b->operators[0].options.lstm.cell_clip = -1;
}

static void
clip_projection_below_0(struct graph_builder *b)
{
	b->operators[0].options.lstm.projection_clip = -0.5f;
}

static void
use_the_sign_bit(struct graph_builder *b)
{
	b->operators[0].options.lstm.activation = APUI_ACTIVATION_SIGN_BIT;
}

static void
use_relu(struct graph_builder *b)
{
	b->operators[0].options.lstm.activation = APUI_ACTIVATION_RELU;
}

static void
use_diagonal_weights(struct graph_builder *b)
{
	b->operators[0].options.lstm.diagonal_recurrent = 1;
}

static void
scale_cells_by_3(struct graph_builder *b)
{
	b->scales[CELL][0] = 3.0f / 2048;
}

static void
forget_intermediates(struct graph_builder *b)
{
	b->operators[0].intermediate_count = 0;
}

static void
leave_outputs_apart(struct graph_builder *b)
{
	b->operators[0].options.lstm.merge_outputs = 0;
	b->operators[0].options.rnn.merge_outputs = 0;
}

static void
give_two_outputs(struct graph_builder *b)
{
	b->operators[0].output_count = 2;
}

static void
make_int8_basic(struct graph_builder *b)
{
	b->tensors[0].dtype = APU_DTYPE_INT8;
	b->tensors[5].dtype = APU_DTYPE_INT8;
}

#define AS_IS                                                                  \
	{                                                                      \
		{                                                              \
			0, 0                                                   \
		}                                                              \
	}
#define CHANGED(...)                                                           \
	{                                                                      \
		__VA_ARGS__                                                    \
	}

static const struct row rows[] = {
	{ "lstm", base_lstm, 0, AS_IS, 0, 0, 0, NULL },
	{ "hybrid_lstm", base_lstm, 0, AS_IS, 0, 0, 0, make_hybrid },
	{ "lstm_with_relu", base_lstm, 0, AS_IS, 0, 0, 0, use_relu },
	{ "lstm_without_forget_gate", base_lstm, -EINVAL,
	  CHANGED({ 2, -1 }, { 6, -1 }), 0, 0, 0, NULL },
	{ "lstm_without_a_bias", base_lstm, -EINVAL, CHANGED({ 14, -1 }), 0, 0,
	  0, NULL },
	{ "lstm_with_half_an_input_gate", base_lstm, -EINVAL,
	  CHANGED({ 1, -1 }), 0, 0, 0, NULL },
	{ "lstm_with_one_peephole", base_lstm, -EINVAL, CHANGED({ 10, OTHER }),
	  0, 0, 0, NULL },
	{ "lstm_with_one_norm", base_lstm, -EINVAL, CHANGED({ 21, OTHER }), 0,
	  0, 0, NULL },
	{ "lstm_with_a_projection", base_lstm, 0, CHANGED({ 16, MORE }), 0, 0,
	  0, NULL },
	{ "lstm_with_a_projection_of_another_size", base_lstm, -EINVAL,
	  CHANGED({ 16, WEIGHTS }), 0, 0, 0, NULL },
	{ "lstm_with_a_bias_of_no_projection", base_lstm, -EINVAL,
	  CHANGED({ 17, OTHER }), 0, 0, 0, NULL },
	{ "lstm_with_longer_input", base_lstm, -EINVAL, AS_IS, X, 2, 7, NULL },
	{ "lstm_with_more_batches_than_states", base_lstm, -EINVAL, AS_IS,
	  HIDDEN, 0, 3, NULL },
	{ "lstm_with_fewer_cells", base_lstm, -EINVAL, AS_IS, CELL, 1, 4,
	  NULL },
	{ "lstm_with_a_short_bias", base_lstm, -EINVAL, AS_IS, BIAS, 0, 4,
	  NULL },
	{ "lstm_without_projection_of_other_outputs", base_lstm, -EINVAL, AS_IS,
	  RECURRENT, 1, 4, NULL },
	{ "lstm_with_weights_of_two_types", base_lstm, -EOPNOTSUPP, AS_IS, 0, 0,
	  0, make_int8_weights },
	{ "hybrid_lstm_with_zero_points", base_lstm, -EINVAL, AS_IS, 0, 0, 0,
	  shift_hybrid_weights },
	{ "hybrid_lstm_without_scales", base_lstm, -EINVAL, AS_IS, 0, 0, 0,
	  leave_scales_out },
	{ "hybrid_lstm_with_scales_of_channels", base_lstm, -EINVAL, AS_IS, 0,
	  0, 0, give_channels_scales },
	{ "lstm_with_an_int8_state", base_lstm, -EOPNOTSUPP, AS_IS, 0, 0, 0,
	  make_int8_state },
	{ "lstm_with_a_negative_clip", base_lstm, -EINVAL, AS_IS, 0, 0, 0,
	  clip_below_0 },
	{ "lstm_with_a_negative_projection_clip", base_lstm, -EINVAL, AS_IS, 0,
	  0, 0, clip_projection_below_0 },
	{ "lstm_with_the_sign_bit", base_lstm, -EOPNOTSUPP, AS_IS, 0, 0, 0,
	  use_the_sign_bit },
	{ "lstm_with_diagonal_weights", base_lstm, -EOPNOTSUPP, AS_IS, 0, 0, 0,
	  use_diagonal_weights },
	{ "lstm_with_two_outputs", base_lstm, -EINVAL, AS_IS, 0, 0, 0,
	  give_two_outputs },
	{ "int8_lstm", base_int8_lstm, 0, AS_IS, 0, 0, 0, NULL },
	{ "int8_lstm_with_relu", base_int8_lstm, -EOPNOTSUPP, AS_IS, 0, 0, 0,
	  use_relu },
	{ "int8_lstm_with_half_an_input_gate", base_int8_lstm, -EINVAL,
	  CHANGED({ 5, -1 }), 0, 0, 0, NULL },
	{ "int8_lstm_with_a_lonely_peephole", base_int8_lstm, -EINVAL,
	  CHANGED({ 10, OTHER }), 0, 0, 0, NULL },
	{ "int8_lstm_with_an_int8_peephole", base_int8_lstm, -EOPNOTSUPP,
	  CHANGED({ 9, OTHER }, { 11, OTHER }), 0, 0, 0, NULL },
	{ "int8_lstm_with_int8_norm", base_int8_lstm, -EOPNOTSUPP,
	  CHANGED({ 20, OTHER }, { 21, OTHER }), 0, 0, 0, NULL },
	{ "int8_lstm_with_a_float_cell", base_int8_lstm, -EOPNOTSUPP, AS_IS, 0,
	  0, 0, make_float_cell },
	{ "int8_lstm_with_a_cell_scale_of_no_power", base_int8_lstm,
	  -EOPNOTSUPP, AS_IS, 0, 0, 0, scale_cells_by_3 },
	{ "int8_lstm_without_intermediates", base_int8_lstm, -EINVAL, AS_IS, 0,
	  0, 0, forget_intermediates },
	{ "both_lstm", base_both_lstm, 0, AS_IS, 0, 0, 0, NULL },
	{ "both_lstm_with_an_input_for_the_way_back", base_both_lstm, 0,
	  CHANGED({ 39, X }), 0, 0, 0, NULL },
	{ "both_lstm_with_an_input_of_another_length", base_both_lstm, -EINVAL,
	  CHANGED({ 39, Y }), Y, 1, 4, NULL },
	{ "both_lstm_with_weights_of_no_input", base_both_lstm, -EINVAL,
	  CHANGED({ 41, WEIGHTS }), 0, 0, 0, NULL },
	{ "both_lstm_with_some_weights_of_aux", base_both_lstm, -EINVAL,
	  CHANGED({ 39, X }, { 44, WEIGHTS }), 0, 0, 0, NULL },
	{ "both_rnn_with_some_weights_of_aux", base_both_rnn, -EINVAL,
	  CHANGED({ 9, X }, { 11, WEIGHTS }), 0, 0, 0, NULL },
	{ "both_lstm_without_the_way_back", base_both_lstm, -EINVAL,
	  CHANGED({ 19, -1 }), 0, 0, 0, NULL },
	{ "both_lstm_with_one_output_of_two", base_both_lstm, -EINVAL, AS_IS, 0,
	  0, 0, leave_outputs_apart },
	{ "rnn", base_rnn, 0, AS_IS, 0, 0, 0, NULL },
	{ "hybrid_rnn", base_rnn, 0, AS_IS, 0, 0, 0, make_hybrid },
	{ "rnn_with_weights_of_two_types", base_rnn, -EOPNOTSUPP, AS_IS, 0, 0,
	  0, make_int8_weights },
	{ "rnn_with_an_int8_state", base_rnn, -EOPNOTSUPP, AS_IS, 0, 0, 0,
	  make_int8_state },
	{ "rnn_with_longer_input", base_rnn, -EINVAL, AS_IS, X, 2, 7, NULL },
	{ "rnn_with_a_matrix_that_is_not_square", base_rnn, -EINVAL, AS_IS,
	  RECURRENT, 1, 4, NULL },
	{ "rnn_with_a_short_bias", base_rnn, -EINVAL, AS_IS, BIAS, 0, 4, NULL },
	{ "rnn_with_fewer_states", base_rnn, -EINVAL, AS_IS, HIDDEN, 0, 1,
	  NULL },
	{ "both_rnn", base_both_rnn, 0, AS_IS, 0, 0, 0, NULL },
	{ "both_rnn_with_aux", base_both_rnn, -EINVAL,
	  CHANGED({ 10, WEIGHTS }, { 11, WEIGHTS }), 0, 0, 0, NULL },
	{ "both_rnn_with_one_output_of_two", base_both_rnn, -EINVAL, AS_IS, 0,
	  0, 0, leave_outputs_apart },
	{ "basic_lstm", base_basic_lstm, 0, AS_IS, 0, 0, 0, NULL },
	{ "basic_lstm_with_fewer_gates", base_basic_lstm, -EINVAL, AS_IS, 2, 0,
	  15, NULL },
	{ "basic_lstm_with_another_state", base_basic_lstm, -EINVAL, AS_IS, 4,
	  1, 4, NULL },
	{ "basic_lstm_with_two_outputs", base_basic_lstm, -EINVAL, AS_IS, 0, 0,
	  0, give_two_outputs },
	{ "int8_basic_lstm", base_basic_lstm, -EOPNOTSUPP, AS_IS, 0, 0, 0,
	  make_int8_basic },
};

static void
apply(struct graph_builder *b, const struct row *row)
{
	for (size_t i = 0; i < COUNT(row->changes); i++)
		if (row->changes[i].number != 0)
			b->lists[0][row->changes[i].number] =
				row->changes[i].tensor;
	if (row->length != 0) {
		b->tensors[row->resized].dims[row->dim] = row->length;
		builder_resize(&b->tensors[row->resized]);
	}
	if (row->change != NULL)
		row->change(b);
}

/* What is accepted has the shape that the builder gave its output. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	struct apui_shape shapes[4] = { { .rank = 0 } };
	static struct graph_builder b;
	struct apu_operator *op = &b.operators[0];
	const struct apu_tensor *y;

	builder_init(&b);
	row->base(&b);
	apply(&b, row);
	assert_int_equal(op->row->infer(&b.graph, op, shapes), row->result);
	if (row->result != 0)
		return;
	y = apui_graph_output(&b.graph, op, 0);
	assert_int_equal(shapes[0].rank, y->rank);
	for (unsigned int i = 0; i < y->rank; i++)
		assert_int_equal(shapes[0].dims[i], y->dims[i]);
	assert_true(op->macs > 0);
}

int
main(void)
{
	struct CMUnitTest all[COUNT(rows)];

	for (size_t i = 0; i < COUNT(rows); i++)
		all[i] = (struct CMUnitTest) {
			.name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)&rows[i],
		};
	return cmocka_run_group_tests_name("shape-sequence", all, NULL, NULL);
}
