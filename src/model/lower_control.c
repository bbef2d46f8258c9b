/* SPDX-License-Identifier: MIT */

/*
 * IF and WHILE become part of the one list of operators: what their subgraphs
 * hold is put where they stand, between operators that the client obeys
 * (docs/program-format.md, "Control").
 *
 *   IF                         WHILE
 *   branch to else             copy inputs to outputs
 *   ... then ...            a: ... condition, of outputs ...
 *   jump to end                branch to end
 *   else: ... else ...         ... body, of outputs ...
 *   end:                       copy results to outputs
 *                              jump to a
 *                              end:
 *
 * A loop's variables are the outputs of WHILE themselves.
 */

#include "core/error.h"
#include "model/blame.h"
#include "model/lowering.h"
#include "model/operators.h"
#include <errno.h>
#include <stdlib.h>

enum role {
	ROLE_ROOT,
	ROLE_THEN,
	ROLE_ELSE,
	ROLE_CONDITION,
	ROLE_BODY,
};

/* A subgraph in hand. */
struct apui_lowering_frame {
	enum role role;
	const struct apui_graph *graph;
	uint32_t *program_tensors;
	uint32_t next;                     /* operator of graph */
	const struct apu_operator *caller; /* of the frame below */
	/* What the caller's outputs are in the program, and which operator of
	 * the program is to be told where to go. */
	uint32_t outputs[APUI_ROW_MAX_OUTPUTS];
	uint32_t branch;
	uint32_t loop; /* that the body closes */
	uint32_t outer_loop;
};

static struct apui_lowering_frame *
top_frame(const struct apui_lowering *lowering)
{
	return &lowering->frames[lowering->frame_count - 1];
}

/* @array with room for one more element; NULL, and all is as it was. */
static void *
grow(void *array, size_t element_bytes, size_t count, size_t *capacity)
{
	size_t wanted = *capacity > 0 ? 2 * *capacity : 8;

	if (count < *capacity)
		return array;
	array = reallocarray(array, wanted, element_bytes);
	if (array != NULL)
		*capacity = wanted;
	return array;
}

static struct apui_lowering_frame *
push_frame(struct apui_lowering *lowering)
{
	struct apui_lowering_frame *frames =
		grow(lowering->frames, sizeof(*frames), lowering->frame_count,
		     &lowering->frame_capacity);

	if (frames == NULL)
		return NULL;
	lowering->frames = frames;
	lowering->frames[lowering->frame_count] =
		(struct apui_lowering_frame) { .role = ROLE_ROOT };
	return &lowering->frames[lowering->frame_count++];
}

/* The graph itself is the first frame; compile.c walks its operators. */
static int
enter_root(struct apui_lowering *lowering)
{
	struct apui_lowering_frame *root;

	if (lowering->frame_count > 0)
		return 0;
	root = push_frame(lowering);
	if (root == NULL)
		return -ENOMEM;
	root->graph = lowering->graph;
	root->program_tensors = lowering->program_tensors;
	root->loop = APUI_NO_LOOP;
	root->outer_loop = APUI_NO_LOOP;
	return 0;
}

static void
choose_top(struct apui_lowering *lowering)
{
	lowering->graph = top_frame(lowering)->graph;
	lowering->program_tensors = top_frame(lowering)->program_tensors;
}

static void
pop_frame(struct apui_lowering *lowering)
{
	free(top_frame(lowering)->program_tensors);
	lowering->frame_count--;
	choose_top(lowering);
}

void
apui_lowering_finish_control(struct apui_lowering *lowering)
{
	/* The first frame's belong to the lowering. */
	while (lowering->frame_count > 1)
		pop_frame(lowering);
	free(lowering->frames);
	free(lowering->loops);
}

uint32_t
apui_lowering_source(const struct apui_lowering *lowering,
		     const struct apu_operator *source)
{
	if (source == NULL)
		return APUI_NO_SOURCE;
	if (lowering->frame_count > 1)
		return lowering->frames[1].caller->index;
	return source->index;
}

/* What is run twice is here twice; there is a limit to that. */
static int
charge(struct apui_lowering *lowering, const struct apu_operator *caller,
       const struct apui_graph *graph)
{
	uint64_t tensors = (uint64_t)graph->tensor_count + 1;
	uint64_t operators = (uint64_t)graph->operator_count + 1;

	if (tensors > lowering->tensors_left ||
	    operators > lowering->operators_left) {
		apui_blame(-E2BIG, caller, NULL,
			   "what IF and WHILE run has too many tensors or "
			   "operators, each time counted anew");
		apui_fail_remedy("raise max_tensors and max_operators");
		return -E2BIG;
	}
	lowering->tensors_left -= tensors;
	lowering->operators_left -= operators;
	return 0;
}

/*
 * Begin with @graph, run by @caller of the frame below, whose operator's
 * outputs are @outputs in the program.
 */
static int
enter(struct apui_lowering *lowering, const struct apu_operator *caller,
      const struct apui_graph *graph, enum role role, const uint32_t *outputs)
{
	size_t count = APUI_INDICES_OF_TENSOR * (size_t)graph->tensor_count;
	uint32_t *tensors = calloc(count + 1, sizeof(*tensors));
	uint32_t outer_loop = top_frame(lowering)->outer_loop;
	struct apui_lowering_frame *frame;
	int ret = charge(lowering, caller, graph);

	frame = ret == 0 && tensors != NULL ? push_frame(lowering) : NULL;
	if (frame == NULL) {
		free(tensors);
		return ret < 0 ? ret : -ENOMEM;
	}
	for (size_t i = 0; i < count; i++)
		tensors[i] = APUI_NO_TENSOR;
	frame->role = role;
	frame->graph = graph;
	frame->program_tensors = tensors;
	frame->caller = caller;
	frame->loop = APUI_NO_LOOP;
	frame->outer_loop = outer_loop;
	for (uint32_t i = 0; i < caller->output_count; i++)
		frame->outputs[i] = outputs[i];
	choose_top(lowering);
	return 0;
}

static int
append_copy(struct apui_lowering *lowering, uint32_t from, uint32_t to)
{
	const struct apui_lowered copy = {
		.op = APUI_OP_COPY,
		.inputs = { from },
		.input_count = 1,
		.outputs = { to },
		.output_count = 1,
	};

	return from == to ? 0 : apui_lowering_append(lowering, NULL, &copy);
}

/* A BRANCH on @condition, or a JUMP when there is none. */
static int
append_jump(struct apui_lowering *lowering, uint32_t condition, uint32_t target)
{
	bool is_branch = condition != APUI_NO_TENSOR;
	const struct apui_lowered jump = {
		.op = is_branch ? APUI_OP_BRANCH : APUI_OP_JUMP,
		.inputs = { condition },
		.input_count = is_branch ? 1 : 0,
		.params.jump.target = target,
	};

	return apui_lowering_append(lowering, NULL, &jump);
}

static uint32_t
operator_count(const struct apui_lowering *lowering)
{
	return (uint32_t)lowering->writer.operator_count;
}

/* The BRANCH or JUMP @op goes to what is appended next. */
static void
land(struct apui_lowering *lowering, uint32_t op)
{
	lowering->writer.operators[op].params.jump.target =
		operator_count(lowering);
}

/* The program's tensors for all outputs of @op. */
static int
find_outputs(struct apui_lowering *lowering, const struct apu_operator *op,
	     uint32_t *outputs)
{
	int ret = 0;

	for (unsigned int i = 0; ret == 0 && i < op->output_count; i++)
		ret = apui_lowering_tensor(
			lowering, apui_graph_output(lowering->graph, op, i),
			&outputs[i]);
	return ret;
}

/* What a subgraph reads is what its caller has: nothing is copied. */
static int
find_inputs(struct apui_lowering *lowering, const struct apu_operator *op,
	    uint32_t *inputs)
{
	int ret = 0;

	for (unsigned int i = 0; ret == 0 && i < op->input_count; i++)
		ret = apui_lowering_tensor(
			lowering, apui_graph_input(lowering->graph, op, i),
			&inputs[i]);
	return ret;
}

static void
bind_inputs(struct apui_lowering *lowering, const uint32_t *inputs)
{
	const struct apui_graph *graph = lowering->graph;

	for (uint32_t i = 0; i < graph->input_count; i++)
		lowering->program_tensors[graph->inputs[i]] = inputs[i];
}

/* A branch of IF writes its results where the caller wants them, if it can. */
static void
bind_outputs(struct apui_lowering *lowering)
{
	const struct apui_lowering_frame *frame = top_frame(lowering);
	const struct apui_graph *graph = lowering->graph;

	for (uint32_t i = 0; i < graph->output_count; i++) {
		const struct apu_tensor *tensor =
			&graph->tensors[graph->outputs[i]];
		uint32_t *known = &lowering->program_tensors[tensor->index];

		if (*known == APUI_NO_TENSOR && tensor->producer >= 0)
			*known = frame->outputs[i];
	}
}

/* Enter a branch of IF. */
static int
enter_branch(struct apui_lowering *lowering, const struct apu_operator *op,
	     bool is_then, enum role role, const uint32_t *outputs,
	     uint32_t branch)
{
	uint32_t inputs[APUI_ROW_MAX_INPUTS];
	int ret;

	ret = find_inputs(lowering, op, inputs);
	if (ret == 0)
		ret = enter(lowering, op,
			    op->options.control.graphs[is_then ? 0 : 1], role,
			    outputs);
	if (ret < 0)
		return ret;
	top_frame(lowering)->branch = branch;
	bind_inputs(lowering, inputs + 1);
	bind_outputs(lowering);
	return 0;
}

int
apui_lower_if(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *condition =
		apui_graph_input(lowering->graph, op, 0);
	uint32_t outputs[APUI_ROW_MAX_OUTPUTS] = { 0 };
	uint32_t index, branch = operator_count(lowering);
	int ret;

	ret = enter_root(lowering);
	if (ret == 0)
		ret = find_outputs(lowering, op, outputs);
	if (ret < 0)
		return ret;
	/* Who knows the answer does not ask. */
	if (condition->is_constant && condition->data != NULL)
		return enter_branch(lowering, op, condition->data[0] != 0,
				    ROLE_ELSE, outputs, APUI_NO_TENSOR);
	ret = apui_lowering_tensor(lowering, condition, &index);
	if (ret == 0)
		ret = append_jump(lowering, index, 0);
	if (ret < 0)
		return ret;
	return enter_branch(lowering, op, true, ROLE_THEN, outputs, branch);
}

/* The results of a branch of IF that are not yet where they belong. */
static int
copy_results(struct apui_lowering *lowering)
{
	const struct apui_graph *graph = lowering->graph;
	int ret = 0;

	for (uint32_t i = 0; ret == 0 && i < graph->output_count; i++) {
		uint32_t index = 0;

		ret = apui_lowering_tensor(
			lowering, &graph->tensors[graph->outputs[i]], &index);
		if (ret == 0)
			ret = append_copy(lowering, index,
					  top_frame(lowering)->outputs[i]);
	}
	return ret;
}

static int
leave_then(struct apui_lowering *lowering)
{
	struct apui_lowering_frame frame = *top_frame(lowering);
	uint32_t jump;
	int ret;

	ret = copy_results(lowering);
	if (ret < 0)
		return ret;
	jump = operator_count(lowering);
	ret = append_jump(lowering, APUI_NO_TENSOR, 0);
	if (ret < 0)
		return ret;
	land(lowering, frame.branch);
	pop_frame(lowering);
	return enter_branch(lowering, frame.caller, false, ROLE_ELSE,
			    frame.outputs, jump);
}

static int
leave_else(struct apui_lowering *lowering)
{
	uint32_t jump = top_frame(lowering)->branch;
	int ret;

	ret = copy_results(lowering);
	if (ret < 0)
		return ret;
	if (jump != APUI_NO_TENSOR)
		land(lowering, jump);
	pop_frame(lowering);
	return 0;
}

static int
open_loop(struct apui_lowering *lowering, uint32_t *out_loop)
{
	struct apui_loop *loops =
		grow(lowering->loops, sizeof(*loops), lowering->loop_count,
		     &lowering->loop_capacity);

	if (loops == NULL)
		return -ENOMEM;
	lowering->loops = loops;
	*out_loop = (uint32_t)lowering->loop_count++;
	lowering->loops[*out_loop] = (struct apui_loop) {
		.first = operator_count(lowering),
		.last = UINT32_MAX,
		.parent = top_frame(lowering)->outer_loop,
	};
	return 0;
}

/* Enter the condition or the body of a loop. */
static int
enter_round(struct apui_lowering *lowering, const struct apu_operator *op,
	    enum role role, const uint32_t *variables, uint32_t loop)
{
	int ret;

	ret = enter(lowering, op,
		    op->options.control.graphs[role == ROLE_CONDITION ? 0 : 1],
		    role, variables);
	if (ret < 0)
		return ret;
	top_frame(lowering)->loop = loop;
	top_frame(lowering)->outer_loop = loop;
	bind_inputs(lowering, variables);
	return 0;
}

int
apui_lower_while(struct apui_lowering *lowering, const struct apu_operator *op)
{
	uint32_t inputs[APUI_ROW_MAX_INPUTS];
	uint32_t variables[APUI_ROW_MAX_OUTPUTS] = { 0 };
	uint32_t loop = APUI_NO_LOOP;
	int ret;

	ret = enter_root(lowering);
	if (ret == 0)
		ret = find_inputs(lowering, op, inputs);
	if (ret == 0)
		ret = find_outputs(lowering, op, variables);
	for (unsigned int i = 0; ret == 0 && i < op->output_count; i++)
		ret = append_copy(lowering, inputs[i], variables[i]);
	if (ret == 0)
		ret = open_loop(lowering, &loop);
	if (ret < 0)
		return ret;
	return enter_round(lowering, op, ROLE_CONDITION, variables, loop);
}

static int
leave_condition(struct apui_lowering *lowering)
{
	struct apui_lowering_frame frame = *top_frame(lowering);
	const struct apui_graph *graph = lowering->graph;
	uint32_t condition, branch = operator_count(lowering);
	int ret;

	ret = apui_lowering_tensor(lowering, &graph->tensors[graph->outputs[0]],
				   &condition);
	if (ret == 0)
		ret = append_jump(lowering, condition, 0);
	if (ret < 0)
		return ret;
	pop_frame(lowering);
	ret = enter_round(lowering, frame.caller, ROLE_BODY, frame.outputs,
			  frame.loop);
	if (ret == 0)
		top_frame(lowering)->branch = branch;
	return ret;
}

static bool
is_variable(const struct apui_lowering_frame *frame, uint32_t tensor)
{
	for (unsigned int i = 0; i < frame->caller->output_count; i++)
		if (frame->outputs[i] == tensor)
			return true;
	return false;
}

/*
 * The results of a round become the variables of the next, all at once: one
 * that is another variable is put aside first.
 */
static int
put_aside(struct apui_lowering *lowering, uint32_t variable, uint32_t *result)
{
	uint32_t aside;
	int ret;

	if (*result == variable || !is_variable(top_frame(lowering), *result))
		return 0;
	ret = apui_lowering_add_scratch(
		lowering, &lowering->writer.tensors[*result], &aside);
	if (ret == 0)
		ret = append_copy(lowering, *result, aside);
	*result = aside;
	return ret;
}

static int
update_variables(struct apui_lowering *lowering)
{
	const struct apui_graph *graph = lowering->graph;
	const uint32_t *variables = top_frame(lowering)->outputs;
	uint32_t results[APUI_ROW_MAX_OUTPUTS];
	int ret = 0;

	for (uint32_t i = 0; ret == 0 && i < graph->output_count; i++) {
		ret = apui_lowering_tensor(lowering,
					   &graph->tensors[graph->outputs[i]],
					   &results[i]);
		if (ret == 0)
			ret = put_aside(lowering, variables[i], &results[i]);
	}
	for (uint32_t i = 0; ret == 0 && i < graph->output_count; i++)
		ret = append_copy(lowering, results[i], variables[i]);
	return ret;
}

static int
leave_body(struct apui_lowering *lowering)
{
	struct apui_lowering_frame frame = *top_frame(lowering);
	struct apui_loop *loop = &lowering->loops[frame.loop];
	int ret;

	ret = update_variables(lowering);
	if (ret < 0)
		return ret;
	loop->last = operator_count(lowering);
	ret = append_jump(lowering, APUI_NO_TENSOR, loop->first);
	if (ret < 0)
		return ret;
	land(lowering, frame.branch);
	pop_frame(lowering);
	return 0;
}

static int (*const leave[])(struct apui_lowering *lowering) = {
	[ROLE_THEN] = leave_then,
	[ROLE_ELSE] = leave_else,
	[ROLE_CONDITION] = leave_condition,
	[ROLE_BODY] = leave_body,
};

/* Operator by operator; the limits bound how many there are in all. */
int
apui_lowering_run_subgraphs(struct apui_lowering *lowering)
{
	int ret = 0;

	while (ret == 0 && lowering->frame_count > 1) {
		struct apui_lowering_frame *frame = top_frame(lowering);
		const struct apu_operator *op;

		if (frame->next == frame->graph->operator_count) {
			ret = leave[frame->role](lowering);
			continue;
		}
		op = &frame->graph->operators[frame->next++];
		if (!op->is_removed)
			ret = op->row->lower(lowering, op);
	}
	return ret;
}
