/* SPDX-License-Identifier: MIT */
#ifndef APUI_TFLITE_ABI_H
#define APUI_TFLITE_ABI_H

/*
 * What the interpreter and a delegate show each other: the C structures of
 * TensorFlow Lite and LiteRT, as far as the delegate reads them. The layouts
 * are facts of tensorflow/lite/core/c/common.h; names are ours. They change
 * with versions: apui_abi_check() says which ones these are good for.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tfl_status {
	TFL_OK = 0,
	TFL_ERROR = 1,
	TFL_DELEGATE_ERROR = 2,
	TFL_APPLICATION_ERROR = 3,
};

enum tfl_type {
	TFL_NO_TYPE = 0,
	TFL_FLOAT32 = 1,
	TFL_INT32 = 2,
	TFL_UINT8 = 3,
	TFL_INT64 = 4,
	TFL_STRING = 5,
	TFL_BOOL = 6,
	TFL_INT16 = 7,
	TFL_COMPLEX64 = 8,
	TFL_INT8 = 9,
	TFL_FLOAT16 = 10,
	TFL_FLOAT64 = 11,
	TFL_COMPLEX128 = 12,
	TFL_UINT64 = 13,
	TFL_RESOURCE = 14,
	TFL_VARIANT = 15,
	TFL_UINT32 = 16,
	TFL_UINT16 = 17,
	TFL_INT4 = 18,
};

enum tfl_allocation {
	TFL_ALLOCATION_NONE = 0,
	TFL_ALLOCATION_MMAP_RO = 1, /* a constant of the file */
	TFL_ALLOCATION_ARENA_RW = 2,
	TFL_ALLOCATION_ARENA_RW_PERSISTENT = 3,
	TFL_ALLOCATION_DYNAMIC = 4,
	TFL_ALLOCATION_PERSISTENT_RO = 5,
	TFL_ALLOCATION_CUSTOM = 6, /* memory that is not the interpreter's */
};

enum tfl_quantisation_type {
	TFL_QUANTISATION_NONE = 0,
	TFL_QUANTISATION_AFFINE = 1,
};

#define TFL_NO_TENSOR (-1) /* an optional input that is left out */

struct tfl_ints {
	int32_t size;
	int32_t data[];
};

/* A list of floats, as versions before the one below have it. */
struct tfl_floats {
	int32_t size;
	float data[];
};

struct tfl_floats_by_pointer {
	float *data;
	int32_t size;
	bool owning;
};

struct tfl_affine {
	void *scale; /* one of the lists above */
	struct tfl_ints *zero_point;
	int32_t quantised_dimension;
};

struct tfl_delegate;
struct tfl_context;
struct tfl_node;
struct tfl_registration;

struct tfl_tensor {
	int32_t type; /* enum tfl_type */
	void *data;
	struct tfl_ints *dims;
	struct {
		float scale;
		int32_t zero_point;
	} params;
	int32_t allocation_type; /* enum tfl_allocation */
	size_t bytes;
	const void *allocation;
	const char *name;
	struct tfl_delegate *delegate;
	int32_t buffer_handle;
	bool data_is_stale;
	bool is_variable;
	int32_t quantisation_type; /* enum tfl_quantisation_type */
	void *quantisation;        /* struct tfl_affine */
	void *sparsity;
	const struct tfl_ints *dims_signature; /* -1: may be resized */
};

struct tfl_node {
	struct tfl_ints *inputs;
	struct tfl_ints *outputs;
	struct tfl_ints *intermediates;
	struct tfl_ints *temporaries;
	void *user_data;
	void *builtin_data;
	const void *custom_data;
	int32_t custom_size_bytes;
	struct tfl_delegate *delegate;
	bool might_have_side_effect;
};

struct tfl_delegate_params {
	struct tfl_delegate *delegate;
	struct tfl_ints *nodes;
	struct tfl_ints *inputs;
	struct tfl_ints *outputs;
};

struct tfl_registration {
	void *(*init)(struct tfl_context *context, const char *buffer,
		      size_t size_bytes);
	void (*free)(struct tfl_context *context, void *data);
	int32_t (*prepare)(struct tfl_context *context, struct tfl_node *node);
	int32_t (*invoke)(struct tfl_context *context, struct tfl_node *node);
	const char *(*profiling_string)(const struct tfl_context *context,
					const struct tfl_node *node);
	int32_t builtin_code;
	const char *custom_name;
	int32_t version;
	void *registration_external;
	void *async_kernel;
	uint64_t inplace_operator;
};

/* The functions that the delegate does not call are void pointers. */
struct tfl_context {
	size_t tensor_count;
	int32_t (*get_execution_plan)(struct tfl_context *context,
				      struct tfl_ints **out_plan);
	struct tfl_tensor *tensors;
	void *impl;
	/* Takes @dims, which comes from malloc(). */
	int32_t (*resize_tensor)(struct tfl_context *context,
				 struct tfl_tensor *tensor,
				 struct tfl_ints *dims);
	void (*report_error)(struct tfl_context *context, const char *format,
			     ...);
	void *add_tensors;
	int32_t (*get_node)(struct tfl_context *context, int32_t index,
			    struct tfl_node **out_node,
			    struct tfl_registration **out_registration);
	int32_t (*replace_nodes)(struct tfl_context *context,
				 struct tfl_registration registration,
				 const struct tfl_ints *nodes,
				 struct tfl_delegate *delegate);
	int32_t recommended_num_threads;
	void *get_external_context;
	void *set_external_context;
	bool allow_fp32_relax_to_fp16;
	void *profiler;
	void *allocate_persistent_buffer;
	void *allocate_buffer_for_eval;
	void *request_scratch_buffer;
	void *get_scratch_buffer;
	void *resize_tensor_explicit;
	int32_t (*preview_partitions)(struct tfl_context *context,
				      const struct tfl_ints *nodes,
				      struct tfl_delegate_params **out_parts,
				      int32_t *out_count);
	void *get_tensor;
	void *get_eval_tensor;
	void *get_model_metadata;
	int32_t (*acquire_subgraph)(struct tfl_context *context, int32_t index,
				    struct tfl_context **out_context);
	int32_t (*release_subgraph)(struct tfl_context *context, int32_t index);
};

/* The delegate recompiles when inputs are resized. */
#define TFL_DELEGATE_ALLOW_DYNAMIC 1
/* Shapes of tensors inside a partition are to be right by then. */
#define TFL_DELEGATE_PROPAGATE_SHAPES 2

struct tfl_delegate {
	void *data;
	int32_t (*prepare)(struct tfl_context *context,
			   struct tfl_delegate *delegate);
	void *copy_from_buffer_handle;
	void *copy_to_buffer_handle;
	void *free_buffer_handle;
	int64_t flags;
	void *opaque_builder;
};

#if UINTPTR_MAX == UINT64_MAX
_Static_assert(offsetof(struct tfl_tensor, data) == 8, "tensor.data");
_Static_assert(offsetof(struct tfl_tensor, dims) == 16, "tensor.dims");
_Static_assert(offsetof(struct tfl_tensor, params) == 24, "tensor.params");
_Static_assert(offsetof(struct tfl_tensor, allocation_type) == 32, "type");
_Static_assert(offsetof(struct tfl_tensor, bytes) == 40, "tensor.bytes");
_Static_assert(offsetof(struct tfl_tensor, name) == 56, "tensor.name");
_Static_assert(offsetof(struct tfl_tensor, is_variable) == 77, "variable");
_Static_assert(offsetof(struct tfl_tensor, quantisation) == 88, "quantised");
_Static_assert(offsetof(struct tfl_tensor, dims_signature) == 104, "dims");
_Static_assert(sizeof(struct tfl_tensor) == 112, "tensor");
_Static_assert(offsetof(struct tfl_node, builtin_data) == 40, "node.data");
_Static_assert(offsetof(struct tfl_node, custom_size_bytes) == 56, "custom");
_Static_assert(sizeof(struct tfl_node) == 80, "node");
_Static_assert(offsetof(struct tfl_registration, builtin_code) == 40, "code");
_Static_assert(offsetof(struct tfl_registration, version) == 56, "version");
_Static_assert(sizeof(struct tfl_registration) == 88, "registration");
_Static_assert(offsetof(struct tfl_context, report_error) == 40, "report");
_Static_assert(offsetof(struct tfl_context, get_node) == 56, "get_node");
_Static_assert(offsetof(struct tfl_context, replace_nodes) == 64, "replace");
_Static_assert(offsetof(struct tfl_context, profiler) == 104, "profiler");
_Static_assert(offsetof(struct tfl_context, resize_tensor_explicit) == 144,
	       "resize_tensor_explicit");
_Static_assert(offsetof(struct tfl_context, acquire_subgraph) == 184,
	       "acquire_subgraph");
_Static_assert(sizeof(struct tfl_delegate) == 56, "delegate");
#endif

#endif
