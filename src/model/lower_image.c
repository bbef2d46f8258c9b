/* SPDX-License-Identifier: MIT */

/* RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR. */

#include "model/blame.h"
#include "model/lower_common.h"
#include "model/operators.h"
#include <errno.h>

/* Of places in a table; an image has less. */
#define MAX_PLACES 65536

/* Elements of x for one of y, as a float. */
static float
find_scale(const struct apu_operator *op, int32_t in, int32_t out)
{
	if (op->options.resize.align_corners && out > 1)
		return (float)(in - 1) / (float)(out - 1);
	return (float)in / (float)out;
}

/* As find_scale(), in 1024ths, rounded. */
static int
find_step(const struct apu_operator *op, int32_t in, int32_t out,
	  int32_t *out_step)
{
	int64_t step;

	if (op->options.resize.align_corners && out > 1)
		step = ((int64_t)(in - 1) * 1024 + (out - 1) / 2) / (out - 1);
	else
		step = ((int64_t)in * 1024 + out / 2) / out;
	if (step > INT32_MAX)
		return apui_blame(-EOPNOTSUPP, op, NULL,
				  "it makes %d of %d rows or columns", out, in);
	*out_step = (int32_t)step;
	return 0;
}

int
apui_lower_resize_bilinear(struct apui_lowering *lowering,
			   const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_resize_bilinear_params *params;
	struct apui_lowered lowered;
	int ret;

	if (op->options.resize.align_corners &&
	    op->options.resize.half_pixel_centers)
		return apui_blame(-EINVAL, op, NULL,
				  "align_corners and half_pixel_centers "
				  "exclude each other");
	ret = apui_lowering_begin(lowering, op, APUI_OP_RESIZE_BILINEAR, 1,
				  &lowered);
	if (ret < 0)
		return ret;

	params = &lowered.params.resize_bilinear;
	params->half_pixel = op->options.resize.half_pixel_centers;
	if (x->dtype != APU_DTYPE_INT8 && x->dtype != APU_DTYPE_INT16) {
		params->scale_h = find_scale(op, x->dims[1], y->dims[1]);
		params->scale_w = find_scale(op, x->dims[2], y->dims[2]);
		return apui_lowering_append(lowering, op, &lowered);
	}
	ret = find_step(op, x->dims[1], y->dims[1], &params->step_h);
	if (ret == 0)
		ret = find_step(op, x->dims[2], y->dims[2], &params->step_w);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}

/* Which of @in elements is nearest to each of @out, all in float32. */
static int
add_places(struct apui_lowering *lowering, const struct apu_operator *op,
	   struct apui_lowered *lowered, int32_t in, int32_t out)
{
	float scale = find_scale(op, in, out);
	float offset = op->options.resize.half_pixel_centers ? 0.5f : 0;
	void *data = NULL;
	int ret;

	if (out > MAX_PLACES)
		return apui_blame(-EOPNOTSUPP, op, NULL,
				  "it makes %d rows or columns, at most %d are "
				  "supported",
				  out, MAX_PLACES);
	ret = apui_lowering_add_vector(lowering, lowered, APUI_TYPE_INT32,
				       (uint32_t)out, &data);
	if (ret < 0)
		return ret;
	for (int32_t i = 0; i < out; i++) {
		/* Not negative: truncation is the floor. */
		float at = ((float)i + offset) * scale;
		int32_t place = at >= (float)in ? in - 1 : (int32_t)at;

		if (op->options.resize.align_corners && place < in - 1 &&
		    at - (float)place >= 0.5f)
			place++;
		((int32_t *)data)[i] = place;
	}
	return 0;
}

int
apui_lower_resize_nearest(struct apui_lowering *lowering,
			  const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_lowered lowered;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_RESIZE_NEAREST, 1,
				  &lowered);
	if (ret == 0)
		ret = add_places(lowering, op, &lowered, x->dims[1],
				 y->dims[1]);
	if (ret == 0)
		ret = add_places(lowering, op, &lowered, x->dims[2],
				 y->dims[2]);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}
