/* SPDX-License-Identifier: MIT */

/* Shapes of the operators with variables. */

#include "model/blame.h"
#include "model/operators.h"
#include "model/shape_check.h"
#include "model/state.h"
#include <errno.h>
#include <math.h>

static void
copy_dims(const int32_t *dims, unsigned int rank, struct apui_shape *out_shape)
{
	for (unsigned int i = 0; i < rank; i++)
		out_shape->dims[i] = dims[i];
	out_shape->rank = rank;
}

int
apui_infer_call_once(const struct apui_graph *graph, struct apu_operator *op,
		     struct apui_shape *out_shape)
{
	(void)graph;
	(void)op;
	(void)out_shape;
	return 0;
}

int
apui_infer_var_handle(const struct apui_graph *graph, struct apu_operator *op,
		      struct apui_shape *out_shape)
{
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);

	copy_dims(y->dims, y->rank, out_shape);
	return 0;
}

static const struct apui_variable *
find_variable(const struct apui_graph *graph, const struct apu_operator *op)
{
	return apui_graph_input(graph, op, 0)->variable;
}

static int
check_type(const struct apu_operator *op, const struct apui_variable *variable,
	   const struct apu_tensor *tensor)
{
	if (variable->dtype == tensor->dtype)
		return 0;
	return apui_blame(-EINVAL, op, tensor,
			  "its variable is of type %s, tensor %u of %s",
			  apu_dtype_name(variable->dtype), tensor->index,
			  apu_dtype_name(tensor->dtype));
}

int
apui_infer_read_variable(const struct apui_graph *graph,
			 struct apu_operator *op, struct apui_shape *out_shape)
{
	const struct apui_variable *variable = find_variable(graph, op);

	copy_dims(variable->dims, variable->rank, out_shape);
	return check_type(op, variable, apui_graph_output(graph, op, 0));
}

int
apui_infer_assign_variable(const struct apui_graph *graph,
			   struct apu_operator *op,
			   struct apui_shape *out_shape)
{
	const struct apui_variable *variable = find_variable(graph, op);
	const struct apu_tensor *value = apui_graph_input(graph, op, 1);
	bool is_same = variable->rank == value->rank;
	int ret;

	(void)out_shape;
	ret = check_type(op, variable, value);
	if (ret < 0)
		return ret;
	for (unsigned int i = 0; is_same && i < value->rank; i++)
		is_same = variable->dims[i] == value->dims[i];
	if (!is_same)
		return apui_blame(-EOPNOTSUPP, op, value,
				  "it gives its variable another shape");
	return 0;
}

/* Dimension @i of input @number has @length elements. */
int
apui_state_check_dim(const struct apui_graph *graph,
		     const struct apu_operator *op, unsigned int number,
		     unsigned int i, int64_t length)
{
	const struct apu_tensor *tensor = apui_graph_input(graph, op, number);

	if (tensor == NULL || tensor->dims[i] == length)
		return 0;
	return apui_blame(-EINVAL, op, tensor,
			  "dimension %u of input %u is %d, must be %lld", i,
			  number, tensor->dims[i], (long long)length);
}

int
apui_state_check_count(const struct apui_graph *graph,
		       const struct apu_operator *op, unsigned int number,
		       uint64_t count)
{
	const struct apu_tensor *tensor = apui_graph_input(graph, op, number);

	if (tensor->element_count == count)
		return 0;
	return apui_blame(-EINVAL, op, tensor,
			  "input %u has %llu elements, must have %llu", number,
			  (unsigned long long)tensor->element_count,
			  (unsigned long long)count);
}

int
apui_state_check_symmetric(const struct apui_graph *graph,
			   const struct apu_operator *op, unsigned int number)
{
	const struct apu_tensor *tensor = apui_graph_input(graph, op, number);
	int ret;

	if (tensor == NULL)
		return 0;
	ret = apui_check_per_tensor(op, tensor);
	return ret == 0 ? apui_check_symmetric(op, tensor) : ret;
}

static int
check_input_type(const struct apui_graph *graph, const struct apu_operator *op,
		 unsigned int number, enum apu_dtype dtype)
{
	const struct apu_tensor *tensor = apui_graph_input(graph, op, number);

	if (tensor == NULL || tensor->dtype == dtype)
		return 0;
	return apui_blame(
		-EOPNOTSUPP, op, tensor, "input %u is %s beside an input of %s",
		number, apu_dtype_name(tensor->dtype),
		apu_dtype_name(apui_graph_input(graph, op, 0)->dtype));
}

/* The types of all inputs, for each of x and the features. */
static const enum apu_dtype *
find_svdf_types(const struct apu_tensor *x, const struct apu_tensor *feature)
{
	static const enum apu_dtype of_int8[] = {
		APU_DTYPE_INT8,  APU_DTYPE_INT8,  APU_DTYPE_INT16,
		APU_DTYPE_INT32, APU_DTYPE_INT16,
	};
	static const enum apu_dtype of_float[] = {
		APU_DTYPE_FLOAT32, APU_DTYPE_FLOAT32, APU_DTYPE_FLOAT32,
		APU_DTYPE_FLOAT32, APU_DTYPE_FLOAT32,
	};
	static const enum apu_dtype of_hybrid[] = {
		APU_DTYPE_FLOAT32, APU_DTYPE_INT8,    APU_DTYPE_INT8,
		APU_DTYPE_FLOAT32, APU_DTYPE_FLOAT32,
	};

	if (x->dtype == APU_DTYPE_INT8)
		return of_int8;
	return feature->dtype == APU_DTYPE_INT8 ? of_hybrid : of_float;
}

static int
check_svdf_weights(const struct apui_graph *graph,
		   const struct apu_operator *op)
{
	int ret = apui_state_check_symmetric(graph, op, APUI_SVDF_FEATURE);

	if (ret < 0)
		return ret;
	return apui_state_check_symmetric(graph, op, APUI_SVDF_TIME);
}

static int
check_svdf_types(const struct apui_graph *graph, const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	const struct apu_tensor *feature =
		apui_graph_input(graph, op, APUI_SVDF_FEATURE);
	const enum apu_dtype *types = find_svdf_types(x, feature);
	bool is_int8 = x->dtype == APU_DTYPE_INT8;
	int ret = apui_check_same_type(op, x, y);

	for (unsigned int i = 0; ret == 0 && i < APUI_SVDF_INPUTS; i++)
		ret = check_input_type(graph, op, i, types[i]);
	if (ret == 0 && feature->dtype == APU_DTYPE_INT8)
		ret = check_svdf_weights(graph, op);
	if (ret < 0 || !is_int8)
		return ret;

	/* As in LiteRT, which then saturates, and does no more. */
	if (op->options.svdf.activation != APUI_ACTIVATION_RELU)
		return apui_blame(-EOPNOTSUPP, op, NULL,
				  "its fused activation is number %d, for int8 "
				  "only RELU is supported",
				  op->options.svdf.activation);
	ret = apui_check_per_tensor(op, x);
	if (ret == 0)
		ret = apui_check_per_tensor(op, y);
	if (ret == 0)
		ret = apui_state_check_symmetric(graph, op, APUI_SVDF_STATE);
	return ret;
}

int
apui_infer_svdf(const struct apui_graph *graph, struct apu_operator *op,
		struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *feature =
		apui_graph_input(graph, op, APUI_SVDF_FEATURE);
	const struct apu_tensor *time =
		apui_graph_input(graph, op, APUI_SVDF_TIME);
	int32_t filters = feature->dims[0], rank = op->options.svdf.rank;
	int32_t state[] = { x->dims[0], filters, time->dims[1] };
	uint64_t count, feature_macs;
	int ret;

	ret = check_svdf_types(graph, op);
	if (ret < 0)
		return ret;
	if (filters % rank != 0)
		return apui_blame(-EINVAL, op, feature,
				  "its %d filters are no multiple of its rank, "
				  "%d",
				  filters, rank);
	ret = apui_state_check_dim(graph, op, APUI_SVDF_FEATURE, 1, x->dims[1]);
	if (ret == 0)
		ret = apui_state_check_dim(graph, op, APUI_SVDF_TIME, 0,
					   filters);
	if (ret == 0)
		ret = apui_state_check_dim(graph, op, APUI_SVDF_BIAS, 0,
					   filters / rank);
	if (ret == 0)
		ret = apui_check_product(op, state, 3, &count);
	if (ret == 0)
		ret = apui_state_check_count(graph, op, APUI_SVDF_STATE, count);
	if (ret == 0)
		ret = apui_check_product(
			op, (int32_t[]) { x->dims[0], filters, x->dims[1] }, 3,
			&feature_macs);
	if (ret < 0)
		return ret;

	/* Both factors are sizes of tensors times a length: no overflow. */
	if (__builtin_add_overflow(count, feature_macs, &op->macs))
		return apui_blame(-EOVERFLOW, op, NULL,
				  "its work does not fit in 64 bits");
	copy_dims((int32_t[]) { x->dims[0], filters / rank }, 2, out_shape);
	return 0;
}
