/* SPDX-License-Identifier: MIT */
/*
 * The delegate against an interpreter of a few lines, so that it runs under
 * sanitizers, and so that a device can be lost. tests/framework has the real
 * interpreter.
 */
#include "core/device.h"
#include "delegates/tflite/apu_tflite_delegate.h"
#include "delegates/tflite/instance.h"
#include "test.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODES   2
#define TENSORS 4
#define CUSTOM  6 /* TFL_ALLOCATION_CUSTOM */

static const char *version = "2.22.0-test";

/* How the delegate finds out whom it talks to. */
const char *
TfLiteVersion(void);

const char *
TfLiteVersion(void)
{
	return version;
}

/* y = (x + c) + c, with c = 1, 2, 3, 4. */
struct interpreter {
	struct tfl_context context; /* first */
	struct tfl_tensor tensors[TENSORS];
	struct tfl_node nodes[NODES + 1];
	struct tfl_registration registrations[NODES + 1];
	float arena[TENSORS][64];
	char error[1024];
	struct tfl_delegate_params params;
	struct tfl_ints *lists[16];
	int list_count;
	bool has_kernel;
};

static int32_t add_params[2];

static struct tfl_ints *
make_ints(struct interpreter *self, int count, const int32_t *values)
{
	struct tfl_ints *list = malloc(sizeof(*list) + (size_t)(count + 1) * 4);

	assert_non_null(list);
	list->size = count;
	memcpy(list->data, values, (size_t)count * 4);
	assert_true(self->list_count < 16);
	self->lists[self->list_count++] = list;
	return list;
}

#define INTS(self, ...)                                                        \
	make_ints((self), (int)COUNT(((int32_t[]) { __VA_ARGS__ })),           \
		  (const int32_t[]) { __VA_ARGS__ })

static void
report_error(struct tfl_context *context, const char *format, ...)
{
	struct interpreter *self = (struct interpreter *)context;
	va_list args;

	va_start(args, format);
	vsnprintf(self->error, sizeof(self->error), format, args);
	va_end(args);
}

static int32_t
get_plan(struct tfl_context *context, struct tfl_ints **out)
{
	*out = ((struct interpreter *)context)->lists[0];
	return TFL_OK;
}

static int32_t
get_node(struct tfl_context *context, int32_t index, struct tfl_node **out_node,
	 struct tfl_registration **out_registration)
{
	struct interpreter *self = (struct interpreter *)context;

	if (index < 0 || index > NODES)
		return TFL_ERROR;
	*out_node = &self->nodes[index];
	*out_registration = &self->registrations[index];
	return TFL_OK;
}

static int32_t
acquire(struct tfl_context *context, int32_t index, struct tfl_context **out)
{
	*out = context;
	return index == 0 ? TFL_OK : TFL_ERROR;
}

static int32_t
release(struct tfl_context *context, int32_t index)
{
	(void)context;
	(void)index;
	return TFL_OK;
}

static int32_t
preview(struct tfl_context *context, const struct tfl_ints *nodes,
	struct tfl_delegate_params **out, int32_t *out_count)
{
	struct interpreter *self = (struct interpreter *)context;

	assert_int_equal(nodes->size, NODES);
	*out = &self->params;
	*out_count = 1;
	return TFL_OK;
}

static int32_t
replace(struct tfl_context *context, struct tfl_registration registration,
	const struct tfl_ints *nodes, struct tfl_delegate *delegate)
{
	struct interpreter *self = (struct interpreter *)context;

	assert_int_equal(nodes->size, NODES);
	self->params.delegate = delegate;
	self->registrations[NODES] = registration;
	self->nodes[NODES].user_data =
		registration.init(context, (const char *)&self->params, 0);
	self->has_kernel = true;
	return TFL_OK;
}

static void
make_tensor(struct interpreter *self, int index, int32_t allocation)
{
	self->tensors[index] = (struct tfl_tensor) {
		.type = TFL_FLOAT32,
		.data = self->arena[index],
		.dims = index == 1 ? INTS(self, 4) : INTS(self, 1, 4),
		.allocation_type = allocation,
		.bytes = 16,
		.name = "tensor",
	};
}

static int
set_up(void **state)
{
	struct interpreter *self = calloc(1, sizeof(*self));

	assert_non_null(self);
	self->context = (struct tfl_context) {
		.tensor_count = TENSORS,
		.get_execution_plan = get_plan,
		.tensors = self->tensors,
		.report_error = report_error,
		.get_node = get_node,
		.replace_nodes = replace,
		.preview_partitions = preview,
		.acquire_subgraph = acquire,
		.release_subgraph = release,
	};
	INTS(self, 0, 1); /* the plan */
	make_tensor(self, 0, TFL_ALLOCATION_ARENA_RW);
	make_tensor(self, 1, TFL_ALLOCATION_MMAP_RO);
	make_tensor(self, 2, TFL_ALLOCATION_ARENA_RW);
	make_tensor(self, 3, TFL_ALLOCATION_ARENA_RW);
	for (int i = 0; i < 4; i++)
		self->arena[1][i] = (float)(i + 1);
	for (int i = 0; i < NODES; i++) {
		self->nodes[i] = (struct tfl_node) {
			.inputs = i == 0 ? INTS(self, 0, 1) : INTS(self, 2, 1),
			.outputs = i == 0 ? INTS(self, 2) : INTS(self, 3),
			.builtin_data = add_params,
		};
		self->registrations[i].version = 1;
	}
	self->params = (struct tfl_delegate_params) {
		.nodes = self->lists[0],
		.inputs = INTS(self, 0, 1),
		.outputs = INTS(self, 3),
	};
	version = "2.22.0-test";
	*state = self;
	return 0;
}

static void
end_kernel(struct interpreter *self)
{
	if (self->has_kernel)
		self->registrations[NODES].free(&self->context,
						self->nodes[NODES].user_data);
	self->has_kernel = false;
}

static int
tear_down(void **state)
{
	struct interpreter *self = *state;

	end_kernel(self);
	for (int i = 0; i < self->list_count; i++)
		free(self->lists[i]);
	free(self);
	return 0;
}

static void
hear_nothing(const char *text)
{
	fail_msg("%s", text);
}

static struct tfl_delegate *
apply(struct interpreter *self)
{
	char *keys[] = { "device", "log" };
	char *values[] = { "sim:", "none" };
	struct tfl_delegate *delegate;

	delegate = tflite_plugin_create_delegate(keys, values, 2, hear_nothing);
	assert_non_null(delegate);
	assert_int_equal(delegate->prepare(&self->context, delegate), TFL_OK);
	assert_true(self->has_kernel);
	return delegate;
}

static int32_t
prepare(struct interpreter *self)
{
	return self->registrations[NODES].prepare(&self->context,
						  &self->nodes[NODES]);
}

static int32_t
invoke(struct interpreter *self)
{
	return self->registrations[NODES].invoke(&self->context,
						 &self->nodes[NODES]);
}

/* What 10, 10, 10, 10 becomes. */
static void
check_run(struct interpreter *self, int rows)
{
	float *x, *y;

	x = self->tensors[0].data;
	for (int i = 0; i < 4 * rows; i++)
		x[i] = 10;
	assert_int_equal(invoke(self), TFL_OK);
	y = self->tensors[3].data;
	for (int i = 0; i < 4 * rows; i++)
		assert_true(y[i] == 12.0f + (float)(i % 4) * 2);
}

static void
inputs_and_outputs_are_bound_in_place(void **state)
{
	struct interpreter *self = *state;
	struct tfl_delegate *delegate = apply(self);

	assert_int_equal(prepare(self), TFL_OK);
	assert_int_equal(self->tensors[0].allocation_type, CUSTOM);
	assert_ptr_not_equal(self->tensors[0].data, self->arena[0]);
	check_run(self, 1);
	check_run(self, 1);
	assert_non_null(strstr(apu_tflite_delegate_profile(delegate),
			       "64 in place, 0 copied in, 0 copied out"));
	assert_non_null(strstr(apu_tflite_delegate_report(delegate),
			       "2 of 2 nodes in 1 partition"));
	end_kernel(self);
	assert_int_equal(self->tensors[0].allocation_type,
			 TFL_ALLOCATION_ARENA_RW);
	tflite_plugin_destroy_delegate(delegate);
}

static void
memory_of_the_programs_own_is_copied(void **state)
{
	struct interpreter *self = *state;
	struct tfl_delegate *delegate = apply(self);

	self->tensors[0].allocation_type = TFL_ALLOCATION_CUSTOM;
	assert_int_equal(prepare(self), TFL_OK);
	assert_ptr_equal(self->tensors[0].data, self->arena[0]);
	check_run(self, 1);
	/* The program moves the output while nobody looks. */
	self->tensors[3].data = self->arena[3];
	check_run(self, 1);
	assert_non_null(strstr(apu_tflite_delegate_profile(delegate),
			       "16 in place, 32 copied in, 16 copied out"));
	tflite_plugin_destroy_delegate(delegate);
}

static void
resize_rows(struct interpreter *self, int rows)
{
	for (int i = 0; i < TENSORS; i++) {
		if (i == 1)
			continue;
		self->tensors[i].dims->data[0] = rows;
		self->tensors[i].bytes = 16 * (size_t)rows;
	}
}

static void
resized_inputs_are_compiled_again(void **state)
{
	struct interpreter *self = *state;
	struct tfl_delegate *delegate = apply(self);

	for (int rows = 1; rows < 9; rows += 3) {
		resize_rows(self, rows);
		assert_int_equal(prepare(self), TFL_OK);
		check_run(self, rows);
	}
	tflite_plugin_destroy_delegate(delegate);
}

static void
shapes_that_do_not_fit_fail_prepare(void **state)
{
	struct interpreter *self = *state;
	struct tfl_delegate *delegate = apply(self);

	self->tensors[0].dims->data[1] = 3;
	assert_int_equal(prepare(self), TFL_ERROR);
	assert_non_null(strstr(self->error, "cannot compile"));
	tflite_plugin_destroy_delegate(delegate);
}

static void
the_delegate_may_end_first(void **state)
{
	struct interpreter *self = *state;

	tflite_plugin_destroy_delegate(apply(self));
	assert_int_equal(prepare(self), TFL_OK);
	check_run(self, 1);
}

static void
a_delegate_that_ended_takes_no_other_graph(void **state)
{
	struct interpreter *self = *state;
	struct tfl_delegate *delegate = apply(self);

	tflite_plugin_destroy_delegate(delegate);
	end_kernel(self);
	assert_int_equal(delegate->prepare(&self->context, delegate),
			 TFL_DELEGATE_ERROR);
	assert_non_null(strstr(self->error, "destroyed"));
}

static void
a_device_lost_in_the_middle_fails_the_run_with_its_cause(void **state)
{
	struct interpreter *self = *state;
	struct tfl_delegate *delegate = apply(self);
	struct instance *instance = delegate->data;

	assert_int_equal(prepare(self), TFL_OK);
	check_run(self, 1);
	atomic_store(&instance->device->is_lost, true);
	for (int i = 0; i < 2; i++) {
		self->error[0] = '\0';
		assert_int_equal(invoke(self), TFL_ERROR);
		assert_non_null(strstr(self->error, "apu delegate: "));
		assert_non_null(strstr(self->error, "the device is gone"));
	}
	tflite_plugin_destroy_delegate(delegate);
}

static void
an_unknown_version_is_refused(void **state)
{
	static const char *const versions[] = { "9.9.9", "", "2.22.01", "2.2" };
	struct interpreter *self = *state;
	struct tfl_delegate *delegate = apply(self);

	end_kernel(self);
	for (size_t i = 0; i < COUNT(versions); i++) {
		version = versions[i];
		assert_int_equal(delegate->prepare(&self->context, delegate),
				 TFL_DELEGATE_ERROR);
		assert_non_null(strstr(self->error, "has version"));
		assert_false(self->has_kernel);
	}
	tflite_plugin_destroy_delegate(delegate);
}

int
main(void)
{
#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(inputs_and_outputs_are_bound_in_place),
		TEST(memory_of_the_programs_own_is_copied),
		TEST(resized_inputs_are_compiled_again),
		TEST(shapes_that_do_not_fit_fail_prepare),
		TEST(the_delegate_may_end_first),
		TEST(a_delegate_that_ended_takes_no_other_graph),
		TEST(a_device_lost_in_the_middle_fails_the_run_with_its_cause),
		TEST(an_unknown_version_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
