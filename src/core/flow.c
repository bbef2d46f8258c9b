/* SPDX-License-Identifier: MIT */
#include "core/flow.h"
#include "core/error.h"
#include "firmware/program.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Inputs of CUSTOM that describe it. */
enum { CODE, OPTIONS, SCALES, EXTRA_INPUTS };

/* Operators may share one constant, which each gets a copy of: so much more
 * than the program itself may that be. */
#define MAX_REPEATED_BYTES (UINT64_C(64) << 20)

/* A program while its flow is read. */
struct reader {
	const struct apui_program *program;
	const uint8_t *blob;
	const struct apui_graph *graph;
	struct apui_program_header header; /* our copy */
	struct apui_flow *flow;
};

static int
refuse(const char *what)
{
	return apui_fail(-EBADMSG, NULL, "the program's %s", what);
}

static int
check_section(const struct reader *r, uint32_t offset, uint32_t count,
	      uint64_t element_bytes)
{
	if (offset + count * element_bytes <= r->program->size_bytes)
		return 0;
	return refuse("sections end beyond it");
}

static int
read_header(struct reader *r)
{
	const struct apui_program_header *h = &r->header;
	int ret;

	if (r->program->size_bytes < sizeof(r->header))
		return refuse("header is cut off");
	memcpy(&r->header, r->blob, sizeof(r->header));
	if (h->operator_count != r->program->operator_count)
		return refuse("count of operators is not what it was");
	ret = check_section(r, h->tensor_offset, h->tensor_count,
			    sizeof(struct apui_program_tensor));
	if (ret == 0)
		ret = check_section(r, h->operator_offset, h->operator_count,
				    sizeof(struct apui_program_operator));
	if (ret == 0)
		ret = check_section(r, h->list_offset, h->list_count,
				    sizeof(uint32_t));
	return ret;
}

static void
read_operator(const struct reader *r, uint32_t index,
	      struct apui_program_operator *out)
{
	memcpy(out, r->blob + r->header.operator_offset + index * sizeof(*out),
	       sizeof(*out));
}

static bool
is_step(uint16_t op)
{
	return op == APUI_OP_BRANCH || op == APUI_OP_JUMP ||
	       op == APUI_OP_CUSTOM;
}

/* How many bytes a slot has; 0 for one that there is not. */
static uint64_t
slot_bytes(const struct reader *r, uint32_t slot)
{
	const struct apui_graph *graph = r->graph;
	uint32_t io = slot - APUI_SLOT_FIRST_IO;

	switch (slot) {
	case APUI_SLOT_PROGRAM:
		return r->program->size_bytes;
	case APUI_SLOT_ARENA:
		return r->program->arena_bytes;
	case APUI_SLOT_STATE:
		return r->program->state_bytes;
	default:
		break;
	}
	if (io < graph->input_count)
		return graph->tensors[graph->inputs[io]].size_bytes;
	io -= graph->input_count;
	if (io < graph->output_count)
		return graph->tensors[graph->outputs[io]].size_bytes;
	return 0;
}

static bool
is_writable(const struct reader *r, uint32_t slot)
{
	return slot == APUI_SLOT_ARENA || slot == APUI_SLOT_STATE ||
	       slot >= APUI_SLOT_FIRST_IO + r->graph->input_count;
}

/* Copy and check what a control operator names: entry @entry of its run. */
static int
read_tensor(const struct reader *r, const struct apui_program_operator *op,
	    uint32_t entry, struct apui_program_tensor *out)
{
	uint64_t at = (uint64_t)op->list_first + entry;
	uint64_t bytes = 1;
	uint32_t index;

	if (at >= r->header.list_count)
		return refuse("tensor lists are too short");
	memcpy(&index, r->blob + r->header.list_offset + at * sizeof(index),
	       sizeof(index));
	if (index == APUI_NO_TENSOR) {
		out->slot = UINT16_MAX;
		return 0;
	}
	if (index >= r->header.tensor_count)
		return refuse("tensor lists name what there is not");
	memcpy(out, r->blob + r->header.tensor_offset + index * sizeof(*out),
	       sizeof(*out));

	if (out->slot >=
	    APUI_SLOT_FIRST_IO + r->graph->input_count + r->graph->output_count)
		return refuse("tensors are in slots that there are not");
	if (out->rank > APUI_PROGRAM_MAX_RANK)
		return refuse("tensors have too many dimensions");
	bytes = apu_dtype_size_bytes((enum apu_dtype)out->type);
	for (unsigned int i = 0; i < out->rank; i++)
		if (out->dims[i] < 0 ||
		    __builtin_mul_overflow(bytes, (uint64_t)out->dims[i],
					   &bytes))
			return refuse("tensors have impossible shapes");
	if (bytes != out->size_bytes ||
	    out->offset_bytes % APUI_PROGRAM_ALIGNMENT != 0 ||
	    (uint64_t)out->offset_bytes + bytes > slot_bytes(r, out->slot))
		return refuse("tensors are not within their slots");
	if (out->slot >= APUI_SLOT_FIRST_IO)
		r->flow->uses_io = true;
	return 0;
}

/* One that must be there, of a type and with one element or @count more. */
static int
read_vector(const struct reader *r, const struct apui_program_operator *op,
	    uint32_t entry, uint8_t type, struct apui_program_tensor *out)
{
	int ret = read_tensor(r, op, entry, out);

	if (ret < 0)
		return ret;
	if (out->slot == UINT16_MAX || out->type != type)
		return refuse("control operators have tensors of wrong types");
	return 0;
}

static struct apui_place
place_of(const struct apui_program_tensor *tensor)
{
	return (struct apui_place) {
		.slot = tensor->slot == UINT16_MAX ? APUI_NO_SLOT
						   : tensor->slot,
		.offset_bytes = tensor->offset_bytes,
	};
}

static int
read_jump(const struct reader *r, const struct apui_program_operator *op,
	  struct apui_step *step)
{
	struct apui_program_tensor condition;
	int ret;

	step->target = op->params.jump.target;
	if (step->target > r->header.operator_count)
		return refuse("jumps leave it");
	if (op->op == APUI_OP_JUMP)
		return 0;
	if (op->input_count != 1)
		return refuse("branches have no condition");
	ret = read_vector(r, op, 0, APUI_TYPE_BOOL, &condition);
	if (ret < 0)
		return ret;
	if (condition.size_bytes < 1)
		return refuse("branches have an empty condition");
	step->condition = place_of(&condition);
	return 0;
}

/* A constant of CUSTOM, copied. */
static int
read_constant(const struct reader *r, const struct apui_program_operator *op,
	      uint32_t entry, uint8_t type, void **out_data,
	      uint32_t *out_bytes)
{
	struct apui_program_tensor tensor;
	int ret = read_vector(r, op, entry, type, &tensor);

	if (ret < 0)
		return ret;
	if (tensor.slot != APUI_SLOT_PROGRAM)
		return refuse(
			"custom operators are not described by constants");
	r->flow->constant_bytes += tensor.size_bytes;
	if (r->flow->constant_bytes >
	    r->program->size_bytes + MAX_REPEATED_BYTES)
		return apui_fail(-E2BIG, NULL,
				 "the options of the program's custom "
				 "operators are too large");
	*out_data = apui_pool_new(&r->flow->pool,
				  (uint64_t)tensor.size_bytes + 1, 1);
	if (*out_data == NULL)
		return -ENOMEM;
	memcpy(*out_data, r->blob + tensor.offset_bytes, tensor.size_bytes);
	*out_bytes = tensor.size_bytes;
	return 0;
}

static int
find_function(const struct reader *r, const char *code, uint32_t length,
	      struct apui_host_call *call)
{
	call->function = apui_custom_find(r->flow->custom, code, length);
	if (call->function != NULL)
		return 0;
	apui_fail(-EOPNOTSUPP, NULL,
		  "the program has a custom operator, %s, without a function",
		  code);
	apui_fail_remedy("give the load a function for it: "
			 "apu_custom_registry_add()");
	return -EOPNOTSUPP;
}

/* What a function is told of a tensor. */
static int
describe(const struct reader *r, const struct apui_program_tensor *record,
	 float scale, struct apu_tensor *tensor)
{
	float *scales = apui_pool_new(&r->flow->pool, 1, sizeof(*scales));
	int64_t *zero_points =
		apui_pool_new(&r->flow->pool, 1, sizeof(*zero_points));

	if (scales == NULL || zero_points == NULL)
		return -ENOMEM;
	scales[0] = scale;
	zero_points[0] = record->zero_point;
	*tensor = (struct apu_tensor) {
		.name = "",
		.dtype = (enum apu_dtype)record->type,
		.rank = record->rank,
		.size_bytes = record->size_bytes,
		.element_count = 1,
		.is_constant = record->slot == APUI_SLOT_PROGRAM,
		.quant_count = scale > 0 ? 1 : 0,
		.scales = scales,
		.zero_points = zero_points,
		.producer = -1,
	};
	for (unsigned int i = 0; i < APU_TENSOR_MAX_RANK; i++) {
		tensor->dims[i] = i < record->rank ? record->dims[i] : 1;
		tensor->element_count *= (uint64_t)tensor->dims[i];
	}
	return 0;
}

static int
read_operand(const struct reader *r, const struct apui_program_operator *op,
	     unsigned int index, float scale, struct apui_host_call *call)
{
	bool is_output = index >= call->input_count;
	struct apui_program_tensor record;
	int ret;

	ret = read_tensor(r, op, EXTRA_INPUTS + index, &record);
	if (ret < 0)
		return ret;
	call->places[index] = place_of(&record);
	if (record.slot == UINT16_MAX && !is_output)
		return 0;
	if (is_output && !is_writable(r, record.slot))
		return refuse("custom operators write what is not theirs");
	return describe(r, &record, scale, &call->tensors[index]);
}

static int
read_custom(const struct reader *r, const struct apui_program_operator *op,
	    struct apui_step *step)
{
	struct apui_host_call *call = &step->call;
	struct apui_pool *pool = &r->flow->pool;
	uint32_t code_bytes, option_bytes, scale_bytes, count;
	void *code, *options, *scales;
	int ret;

	if (op->input_count < EXTRA_INPUTS ||
	    op->input_count > EXTRA_INPUTS + APU_CUSTOM_MAX_TENSORS ||
	    op->output_count > APU_CUSTOM_MAX_TENSORS)
		return refuse("custom operators have too many tensors");
	call->input_count = op->input_count - EXTRA_INPUTS;
	call->output_count = op->output_count;
	count = call->input_count + call->output_count;

	ret = read_constant(r, op, CODE, APUI_TYPE_UINT8, &code, &code_bytes);
	if (ret == 0)
		ret = read_constant(r, op, OPTIONS, APUI_TYPE_UINT8, &options,
				    &option_bytes);
	if (ret == 0)
		ret = read_constant(r, op, SCALES, APUI_TYPE_FLOAT32, &scales,
				    &scale_bytes);
	if (ret < 0)
		return ret;
	if (scale_bytes != count * sizeof(float))
		return refuse("custom operators have a wrong count of scales");
	ret = find_function(r, code, code_bytes, call);
	if (ret < 0)
		return ret;

	call->options = options;
	call->option_bytes = option_bytes;
	call->tensors = apui_pool_new(pool, count, sizeof(*call->tensors));
	call->places = apui_pool_new(pool, count, sizeof(*call->places));
	if (call->tensors == NULL || call->places == NULL)
		return -ENOMEM;
	for (unsigned int i = 0; ret == 0 && i < count; i++)
		ret = read_operand(r, op, i, ((const float *)scales)[i], call);
	return ret;
}

static int
read_step(const struct reader *r, const struct apui_program_operator *op,
	  uint32_t index)
{
	struct apui_step *step = &r->flow->steps[r->flow->step_count++];

	step->operator_index = index;
	step->op = op->op;
	if (op->op == APUI_OP_CUSTOM)
		return read_custom(r, op, step);
	return read_jump(r, op, step);
}

static int
read_dim(const struct reader *r, const struct apui_program_operator *op)
{
	struct apui_output_dim *dim = &r->flow->dims[r->flow->dim_count++];
	const struct apui_graph *graph = r->graph;
	const struct apu_tensor *output;
	struct apui_program_tensor count;
	int ret;

	dim->output = op->params.output_dim.output;
	dim->dim = op->params.output_dim.dim;
	if (op->input_count != 1 || dim->output >= graph->output_count)
		return refuse("counts are of outputs that there are not");
	output = &graph->tensors[graph->outputs[dim->output]];
	if (dim->dim >= output->rank)
		return refuse("counts are of dimensions that there are not");
	dim->bound = output->dims[dim->dim];
	ret = read_vector(r, op, 0, APUI_TYPE_INT32, &count);
	if (ret < 0)
		return ret;
	if (count.size_bytes != sizeof(int32_t) ||
	    count.slot != APUI_SLOT_ARENA)
		return refuse("counts are not in the arena");
	dim->place = place_of(&count);
	return 0;
}

static void
count_records(const struct reader *r, uint32_t *steps, uint32_t *dims)
{
	struct apui_program_operator op;

	*steps = 0;
	*dims = 0;
	for (uint32_t i = 0; i < r->header.operator_count; i++) {
		read_operator(r, i, &op);
		*steps += is_step(op.op);
		*dims += op.op == APUI_OP_OUTPUT_DIM;
	}
}

static int
read_records(const struct reader *r, uint32_t steps, uint32_t dims)
{
	struct apui_flow *flow = r->flow;
	int ret = 0;

	for (uint32_t i = 0; ret == 0 && i < r->header.operator_count; i++) {
		struct apui_program_operator op;

		read_operator(r, i, &op);
		/* The program may lie where others write. */
		if ((is_step(op.op) && flow->step_count == steps) ||
		    (op.op == APUI_OP_OUTPUT_DIM && flow->dim_count == dims))
			return refuse("operators change under way");
		if (op.op == APUI_OP_OUTPUT_DIM)
			ret = read_dim(r, &op);
		else if (flow->dim_count > 0)
			ret = refuse("counts are not its last operators");
		else if (is_step(op.op))
			ret = read_step(r, &op, i);
	}
	return ret;
}

static int
read_flow(struct reader *r, uint32_t steps, uint32_t dims)
{
	struct apui_flow *flow = r->flow;
	const struct apui_program *program = r->program;
	struct apui_pool *pool = &flow->pool;
	int ret;

	flow->operator_count = program->operator_count;
	flow->steps = apui_pool_new(pool, steps, sizeof(*flow->steps));
	flow->dims = apui_pool_new(pool, dims, sizeof(*flow->dims));
	flow->work = apui_pool_new(pool, program->operator_count,
				   sizeof(*flow->work));
	if (flow->steps == NULL || flow->dims == NULL || flow->work == NULL)
		return -ENOMEM;
	if (program->operator_count > 0)
		memcpy(flow->work, program->work,
		       program->operator_count * sizeof(*flow->work));
	ret = read_records(r, steps, dims);
	flow->operator_count -= flow->dim_count;
	return ret;
}

int
apui_flow_new(const struct apui_program *program, const uint8_t *blob,
	      const struct apui_graph *graph, const struct apui_limits *limits,
	      struct apui_flow **out_flow)
{
	struct reader r = { .program = program, .blob = blob, .graph = graph };
	uint32_t steps, dims;
	int ret;

	*out_flow = NULL;
	ret = read_header(&r);
	if (ret < 0)
		return ret;
	count_records(&r, &steps, &dims);
	if (steps == 0 && dims == 0)
		return 0;

	r.flow = calloc(1, sizeof(*r.flow));
	if (r.flow == NULL)
		return -ENOMEM;
	apui_ref_init(&r.flow->ref);
	apui_pool_init(&r.flow->pool);
	r.flow->custom = apui_custom_use(limits->custom);
	r.flow->max_iterations = limits->max_loop_iterations;
	ret = read_flow(&r, steps, dims);
	if (ret < 0) {
		apui_flow_unref(r.flow);
		return ret;
	}
	*out_flow = r.flow;
	return 0;
}

struct apui_flow *
apui_flow_ref(struct apui_flow *flow)
{
	if (flow != NULL)
		apui_ref_get(&flow->ref);
	return flow;
}

void
apui_flow_unref(struct apui_flow *flow)
{
	if (flow == NULL || !apui_ref_put(&flow->ref))
		return;
	apu_custom_registry_unref(flow->custom);
	apui_pool_finish(&flow->pool);
	free(flow);
}
