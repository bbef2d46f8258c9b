/* SPDX-License-Identifier: MIT */

/*
 * PAD into the convolution behind it: what lies around its input counts as
 * zero there, so rows and columns of zeros need not be stored. Integer sums
 * stay as they are; the float32 kernels add the same products in another order.
 */

#include "core/error.h"
#include "model/movement.h"
#include "model/pass.h"
#include "model/schema.h"
#include "model/shape_check.h"
#include "model/window.h"
#include <string.h>

/* What a PAD puts around the height and width of an image. */
struct frame {
	int32_t top, bottom, left, right;
};

static bool
is_convolution(const struct apu_operator *op)
{
	return op->row->builtin_code == APUI_BUILTIN_CONV_2D ||
	       op->row->builtin_code == APUI_BUILTIN_DEPTHWISE_CONV_2D;
}

/* The value that PADV2 is given is zero: the zero point, or 0.0. */
static bool
is_zero(const struct apu_tensor *value, const struct apu_tensor *y)
{
	int32_t zero_point = apui_per_tensor_zero_point(y);
	float real;

	if (!value->is_constant || value->element_count != 1 ||
	    value->dtype != y->dtype)
		return false;
	if (y->dtype != APU_DTYPE_FLOAT32)
		return apui_is_8_bit(y) &&
		       value->data[0] == (uint8_t)zero_point;
	memcpy(&real, value->data, sizeof(real));
	return real == 0;
}

static bool
pads_with_zero(const struct apui_graph *graph, const struct apu_operator *pad)
{
	const struct apu_tensor *x = apui_graph_input(graph, pad, 0);
	const struct apu_tensor *y = apui_graph_output(graph, pad, 0);

	if (x->rank != 4 || (y->dtype != APU_DTYPE_FLOAT32 &&
			     !apui_pass_is_same_quantisation(x, y)))
		return false;
	if (x->dtype != y->dtype)
		return false;
	if (pad->row->builtin_code == APUI_BUILTIN_PADV2)
		return is_zero(apui_graph_input(graph, pad, 2), y);
	return pad->row->builtin_code == APUI_BUILTIN_PAD &&
	       (y->dtype == APU_DTYPE_FLOAT32 || apui_is_8_bit(y));
}

static bool
find_frame(const struct apui_graph *graph, const struct apu_operator *pad,
	   struct frame *frame)
{
	int64_t before[4], after[4];

	for (unsigned int i = 0; i < 4; i++) {
		if (apui_movement_padding(graph, pad, 1, i, &before[i],
					  &after[i]) < 0) {
			apui_error_clear();
			return false;
		}
		if (before[i] > APUI_WINDOW_MAX_LENGTH ||
		    after[i] > APUI_WINDOW_MAX_LENGTH)
			return false;
	}
	*frame = (struct frame) {
		.top = (int32_t)before[1],
		.bottom = (int32_t)after[1],
		.left = (int32_t)before[2],
		.right = (int32_t)after[2],
	};
	return before[0] == 0 && after[0] == 0 && before[3] == 0 &&
	       after[3] == 0;
}

/* Kernels want each window to begin before the input's end, and to reach it. */
static bool
windows_touch(int32_t input, int32_t positions, int32_t pad, int32_t filter,
	      int32_t stride, int32_t dilation)
{
	int64_t reach = ((int64_t)filter - 1) * dilation + 1;
	int64_t last = ((int64_t)positions - 1) * stride - pad;

	return input > 0 && pad < reach && pad <= APUI_WINDOW_MAX_LENGTH &&
	       last < input;
}

/* The convolution as it would be on the PAD's input, if that can be. */
static bool
place(const struct apui_graph *graph, const struct apu_operator *conv,
      const struct apu_tensor *x, const struct frame *frame,
      struct apu_operator *out_conv)
{
	const struct apu_tensor *filter = apui_graph_input(graph, conv, 1);
	struct apui_window_2d window;

	*out_conv = *conv;
	out_conv->options.window.around_top += frame->top;
	out_conv->options.window.around_bottom += frame->bottom;
	out_conv->options.window.around_left += frame->left;
	out_conv->options.window.around_right += frame->right;
	if (apui_window_place_2d(out_conv, x, filter->dims[1], filter->dims[2],
				 &window) < 0) {
		apui_error_clear();
		return false;
	}
	return windows_touch(x->dims[1], window.out_h, window.pad_top,
			     filter->dims[1], conv->options.window.stride_h,
			     conv->options.window.dilation_h) &&
	       windows_touch(x->dims[2], window.out_w, window.pad_left,
			     filter->dims[2], conv->options.window.stride_w,
			     conv->options.window.dilation_w);
}

static int
merge(struct apui_pass_graph *graph, struct apu_operator *pad)
{
	const struct apui_graph *g = &graph->graph;
	const struct apu_tensor *y = apui_graph_output(g, pad, 0);
	const struct apu_tensor *x = apui_graph_input(g, pad, 0);
	struct apu_operator *conv = apui_pass_only_reader(graph, y);
	struct apu_operator placed;
	struct frame frame;
	int ret;

	if (conv == NULL || !is_convolution(conv) ||
	    conv->inputs[0] != (int32_t)y->index ||
	    apui_graph_input(g, conv, 1)->dtype != y->dtype ||
	    !find_frame(g, pad, &frame) || !place(g, conv, x, &frame, &placed))
		return 0;

	*conv = placed;
	ret = apui_pass_set_input(graph, conv, 0, x->index);
	if (ret < 0)
		return ret;
	graph->reader_counts[y->index]--;
	graph->reader_counts[x->index]++;
	if (graph->last_readers[x->index] < conv->index)
		graph->last_readers[x->index] = conv->index;
	apui_pass_remove(graph, pad);
	return 0;
}

int
apui_pass_pad(struct apui_pass_graph *graph)
{
	struct apui_graph *g = &graph->graph;
	int ret = 0;

	for (uint32_t i = 0; ret == 0 && i < g->operator_count; i++)
		if (!g->operators[i].is_removed &&
		    (g->operators[i].row->builtin_code == APUI_BUILTIN_PAD ||
		     g->operators[i].row->builtin_code == APUI_BUILTIN_PADV2) &&
		    pads_with_zero(g, &g->operators[i]))
			ret = merge(graph, &g->operators[i]);
	return ret;
}
