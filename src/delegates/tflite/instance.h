/* SPDX-License-Identifier: MIT */
#ifndef APUI_TFLITE_INSTANCE_H
#define APUI_TFLITE_INSTANCE_H

#include "delegates/tflite/graph_file.h"
#include "delegates/tflite/options.h"
#include <apu/apu.h>
#include <pthread.h>

/* A part of a graph, compiled for the shapes that its inputs had. */
struct compiled {
	struct apu_model *model;
	/* Tensors of the graph, in the order of the model's. */
	int32_t *inputs, *outputs;
	uint32_t input_count, output_count;
};

/* One that waits for its kernel: the nodes say which. */
struct waiting {
	struct tfl_context *context;
	int32_t *nodes;
	int32_t node_count;
	struct compiled compiled;
};

/* What kernels did, for option `profile`. */
struct figures {
	uint64_t invokes, copied_in_bytes, copied_out_bytes, bound_bytes;
	int64_t run_ns;
};

struct shared_buffer;

/*
 * One delegate. It lives until neither the program nor a kernel of an
 * interpreter needs it, so it may be destroyed before or after interpreters.
 */
struct instance {
	struct tfl_delegate delegate; /* the interpreter's view, first */
	struct apui_options options;
	struct apu_device *device;
	pthread_mutex_t lock; /* of all below */
	unsigned int refs;
	unsigned int next_core;
	/* An interpreter may still have its address when all refs are gone. */
	bool is_outlived;
	struct apui_text report, profile;
	struct waiting *waiting;
	size_t waiting_count;
	struct shared_buffer *buffers;
	struct figures figures;
};

int
apui_instance_new(char **keys, char **values, size_t count,
		  struct instance **out, struct apui_text *why);

struct instance *
apui_instance_ref(struct instance *instance);

void
apui_instance_unref(struct instance *instance);

/* One line or several to standard error, when the option `log` says so. */
__attribute__((format(printf, 3, 4))) void
apui_instance_log(const struct instance *instance, enum apu_log_level level,
		  const char *format, ...);

/*
 * Compile a part for the shapes that its tensors have now. @device NULL:
 * describe only, to find out whether it can be compiled.
 */
int
apui_tfl_compile(struct instance *instance, struct apu_device *device,
		 const struct graph_part *part, struct compiled *out,
		 struct apui_text *why);

void
apui_tfl_compiled_free(struct compiled *compiled);

/* Put aside for a kernel, and find again; the latter is 0 or -ENOENT. */
int
apui_instance_put(struct instance *instance, const struct graph_part *part,
		  const struct compiled *compiled);
int
apui_instance_take(struct instance *instance, struct tfl_context *context,
		   const struct tfl_ints *nodes, struct compiled *out);

/* Forget what was put aside for a graph. */
void
apui_instance_forget(struct instance *instance, struct tfl_context *context);

/* Which subgraph the context is of; -1: unknown. */
int32_t
apui_find_subgraph(struct tfl_context *context);

/* The functions of the kernel that stands for a part. */
struct tfl_registration
apui_kernel_registration(void);

/* Choose the nodes to take, and make kernels of them: tfl_delegate.prepare. */
int32_t
apui_delegate_prepare(struct tfl_context *context,
		      struct tfl_delegate *delegate);

#endif
