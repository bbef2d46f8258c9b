/* SPDX-License-Identifier: MIT */
#ifndef APU_MODEL_H
#define APU_MODEL_H

/**
 * @file
 * A model: a network compiled for a device. Immutable, and shared by any
 * number of jobs that may run at the same time.
 *
 * A .tflite file is read, every index and size in it is checked once, its
 * shapes are recomputed, and it is compiled into a program
 * (docs/program-format.md), before the device hears of it. What each operator
 * supports is in docs/operators.md.
 *
 * A compiled file (.apu, docs/program-format.md) has been through all that
 * already. Every function that loads takes either form, and tells them apart by
 * their first bytes; a model is the same whichever it comes from.
 */

#include <apu/macros.h>
#include <stddef.h>
#include <stdint.h>

APU_BEGIN_DECLS

struct apu_custom_registry;
struct apu_device;
struct apu_model;
struct apu_operator;
struct apu_tensor;

/** The form of the file that a model was loaded from. */
enum apu_form {
	APU_FORM_TFLITE = 1,
	APU_FORM_COMPILED = 2,
};

/**
 * Passes of the compiler, as bits: what it does to make a program smaller and
 * faster. None changes a bit of an integer result; docs/passes.md says what
 * each does, and which leaves floats as they are.
 *
 * @since 0.1
 */
enum apu_pass {
	/** Operators on constants are run while compiling. */
	APU_PASS_FOLD = 1 << 0,
	/** QUANTIZE and DEQUANTIZE that undo each other are left out. */
	APU_PASS_QUANTIZE = 1 << 1,
	/** PAD is made part of the convolution behind it. */
	APU_PASS_PAD = 1 << 2,
	/** RELU and its like are made part of the operator before them. */
	APU_PASS_FUSE = 1 << 3,
	/** Operators whose results nothing reads are left out. */
	APU_PASS_DEAD = 1 << 4,
	/** RESHAPE and element-wise operators work in their input's memory. */
	APU_PASS_INPLACE = 1 << 5,
};

/**
 * Get the name of a pass, for one "fold".
 *
 * @param[in] index  0 or more: pass 1 << @p index of enum apu_pass.
 * @return A string that lives forever; NULL when there is no such pass.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API const char *
apu_pass_name(unsigned int index);

/**
 * What a model may ask for. A field that is 0 has its default.
 *
 * @since 0.1
 */
struct apu_model_options {
	/** sizeof(struct apu_model_options): set it, the rest to 0. */
	size_t size;
	/** Bytes of the file; default 1 GiB. */
	uint64_t max_file_bytes;
	/** Bytes of intermediate tensors, and of variables; default 1 GiB. */
	uint64_t max_arena_bytes;
	/** Multiply-accumulates of one inference; default 10^12. */
	uint64_t max_macs;
	/** Tensors of the model; default 65536. */
	uint32_t max_tensors;
	/** Operators of the model; default 65536. */
	uint32_t max_operators;
	/**
	 * Passes that the compiler is to leave out, bits of enum apu_pass;
	 * default none. Other bits: -EINVAL. Of no meaning for a compiled file.
	 */
	uint32_t disabled_passes;
	/**
	 * What a .tflite file is compiled for: "ref", which every device runs.
	 * NULL, the default: "ref". Of a compiled file, what it must be for;
	 * NULL: whatever the device runs.
	 */
	const char *target;
	/** Subgraphs that IF and WHILE can reach; default 64. */
	uint32_t max_subgraphs;
	/** How deep IF and WHILE may be nested; default 8. */
	uint32_t max_subgraph_depth;
	/**
	 * Rounds of all loops of one inference together; default 1,000,000. A
	 * job that needs more ends with -ETIMEDOUT.
	 */
	uint64_t max_loop_iterations;
	/** Functions for custom operators, <apu/custom.h>; NULL: none. */
	struct apu_custom_registry *custom;
};

/**
 * Load a model from a file.
 *
 * The file is read into private memory, so it may change or vanish afterwards.
 *
 * @param[in]  dev        Device that will run it, borrowed; the model holds a
 *                        reference. NULL: describe only. No device is touched,
 *                        and apu_job_new() refuses the model.
 * @param[in]  path       File name.
 * @param[in]  options    Limits, or NULL for the defaults. Borrowed.
 * @param[out] out_model  The model, one reference owned by the caller.
 *
 * @retval 0            Loaded.
 * @retval -EINVAL      A pointer is NULL; it is not a regular file;
 *                      options->size is 0 or over 4096, or bytes of it that
 *                      this version does not know are not 0; options->target
 *                      is unknown, or not the compiled file's; or the
 *                      model's meaning is broken: an index out of range, shapes
 *                      that disagree, a parameter out of range.
 * @retval -EBADMSG     The file is not a model, is cut off, or its structure is
 *                      broken.
 * @retval -EOPNOTSUPP  The model is valid, but an operator, a type or a version
 *                      of it is not supported: apu_error_cause() names it. A
 *                      compiled file of another version says so.
 * @retval -EOVERFLOW   A tensor of the model has 2 GiB or more, or a size or a
 *                      count of work does not fit in 64 bits.
 * @retval -E2BIG       The model is over one of the limits, or over what the
 *                      device's requests can bind.
 * @retval -ERANGE      A constant that says where to go leads outside.
 * @retval -ENOENT, -EACCES, -EISDIR, -ENOTDIR, -ELOOP, -ENAMETOOLONG, -EIO,
 *         -EMFILE      The file cannot be opened or read.
 * @retval -ENOMEM, -ENOSPC, -ENODEV
 *                      As apu_buffer_new(), for the weights.
 * @retval -EBUSY       This client has as many requests in flight as can be.
 * @retval -ENOEXEC     The device's firmware does not run programs of any kind
 *                      that the compiler can make, or not of the kind that
 *                      the compiled file holds.
 *         On failure nothing is left behind, on the device neither.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_model_load_file(struct apu_device *dev, const char *path,
		    const struct apu_model_options *options,
		    struct apu_model **out_model);

/**
 * Load a model from memory.
 *
 * @param[in]  dev         As for apu_model_load_file().
 * @param[in]  data        The bytes of a .tflite or compiled file. Borrowed for
 *                         the call.
 * @param[in]  size_bytes  How many.
 * @param[in]  options     As for apu_model_load_file().
 * @param[out] out_model   As for apu_model_load_file().
 *
 * @return As apu_model_load_file(), less the errors of opening a file.
 *
 * @par Threads  Safe. Nobody may write to @p data during the call.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_model_load_memory(struct apu_device *dev, const void *data,
		      size_t size_bytes,
		      const struct apu_model_options *options,
		      struct apu_model **out_model);

/**
 * Load a model from an open file, from its first byte whatever its position.
 *
 * A compiled model in a memfd that is sealed with F_SEAL_SHRINK and
 * F_SEAL_WRITE is used where it is, if the device can: nothing is copied but
 * the descriptions. Its pages stay in use until the model ends.
 *
 * @param[in]  dev        As for apu_model_load_file().
 * @param[in]  fd         A regular file or memfd, open for reading. Borrowed;
 *                        its position does not move.
 * @param[in]  options    As for apu_model_load_file().
 * @param[out] out_model  As for apu_model_load_file().
 *
 * @return As apu_model_load_file(); -EBADF when @p fd is not open for reading.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_model_load_fd(struct apu_device *dev, int fd,
		  const struct apu_model_options *options,
		  struct apu_model **out_model);

/**
 * Load a model from memory that the library may keep.
 *
 * A compiled model is used where it is, if the device can (the simulator does)
 * and @p data is a multiple of 64: nothing is copied but the descriptions. Any
 * other is loaded as by apu_model_load_memory(), and given back at once.
 *
 * @param[in]  dev         As for apu_model_load_file().
 * @param[in]  data        The bytes of a file of either form. Lent from this
 *                         call until @p release is called: nobody may write to
 *                         them or unmap them before. They may be read-only.
 * @param[in]  size_bytes  How many.
 * @param[in]  options     As for apu_model_load_file().
 * @param[in]  release     Called once with @p context when the library has
 *                         finished with @p data: before this function returns,
 *                         or after the last reference to the model and to what
 *                         it runs is gone. From any thread, and with locks
 *                         held: it must not call libapu. May be NULL.
 * @param[in]  context     Passed to @p release.
 * @param[out] out_model   As for apu_model_load_file().
 *
 * @return As apu_model_load_memory().
 *         On failure @p release is not called: @p data is the caller's.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_model_load_lent(struct apu_device *dev, const void *data, size_t size_bytes,
		    const struct apu_model_options *options,
		    void (*release)(void *context), void *context,
		    struct apu_model **out_model);

/**
 * Write the compiled form of a model to memory.
 *
 * The same model always gives the same bytes. Loading them gives a model with
 * the same descriptions, which computes the same bits.
 *
 * @param[in]  model           Borrowed. With or without a device, and loaded
 *                             from a file of either form.
 * @param[out] out_data        The bytes; the caller frees them with free().
 * @param[out] out_size_bytes  How many.
 *
 * @retval 0            Written.
 * @retval -EINVAL      A pointer is NULL.
 * @retval -EOPNOTSUPP  The model shares its weights with another one
 *                      (apu_model_resize()).
 * @retval -E2BIG       It would have 4 GiB or more.
 * @retval -ENOMEM      Out of memory.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_model_serialise(const struct apu_model *model, void **out_data,
		    size_t *out_size_bytes);

/**
 * Write the compiled form of a model to a file, all of it or nothing: a file
 * that was there before is replaced only by a complete one.
 *
 * @param[in] model  As for apu_model_serialise().
 * @param[in] path   File name. A new file beside it has that name and a suffix
 *                   while it is written.
 *
 * @return As apu_model_serialise(), and -ENOENT, -EACCES, -ENOSPC, -EIO and the
 *         like when the file cannot be written.
 *         On failure what was at @p path is as it was.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_model_save_file(const struct apu_model *model, const char *path);

/** The shape of a tensor. */
struct apu_shape {
	/** Dimensions, 0 to APU_TENSOR_MAX_RANK. */
	unsigned int rank;
	/** Their lengths, outermost first. */
	int64_t dims[8];
};

/**
 * Make a model with inputs of other shapes. It shares the weights: on the
 * device they are there once, for all models that were made of one.
 *
 * All shapes are computed again from those of the inputs. The given model does
 * not change, and either may end first.
 *
 * @param[in]  model        Loaded from a .tflite file, or made by this
 *                          function. Borrowed; the new model holds what it
 *                          shares.
 * @param[in]  shapes       One for each input, in the model's order. Borrowed.
 * @param[in]  input_count  apu_model_input_count().
 * @param[out] out_model    The model, one reference owned by the caller.
 *
 * @retval 0            Made.
 * @retval -EINVAL      A pointer is NULL, @p input_count is not the model's, a
 *                      length is negative, a rank is not the input's, or an
 *                      operator of the model does not work with such shapes:
 *                      apu_error_cause() names it.
 * @retval -EOPNOTSUPP  The model comes from a compiled file; or has custom
 *                      operators of the program, IF or WHILE; or an operator
 *                      does not support such shapes.
 * @retval -EOVERFLOW, -E2BIG, -ENOMEM, -ENOSPC, -ENODEV
 *                      As apu_model_load_file(), with the limits that the model
 *                      was loaded with.
 *         On failure nothing is left behind.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_model_resize(struct apu_model *model, const struct apu_shape *shapes,
		 unsigned int input_count, struct apu_model **out_model);

/**
 * Take one more reference.
 *
 * @param[in] model  Borrowed.
 * @return @p model.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API struct apu_model *
apu_model_ref(struct apu_model *model);

/**
 * Drop a reference; with the last one the model and its descriptions end.
 *
 * @param[in] model  May be NULL.
 * @return NULL.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API struct apu_model *
apu_model_unref(struct apu_model *model);

/**
 * Get the form of the file that a model was loaded from.
 *
 * @param[in] model  Borrowed.
 * @return The form; apu_model_resize() keeps it.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API enum apu_form
apu_model_form(const struct apu_model *model);

/**
 * Get what a model is compiled for.
 *
 * @param[in] model  Borrowed.
 * @return A static string, as for options of loading; "unknown" for a target
 *         that this version does not know.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API const char *
apu_model_target(const struct apu_model *model);

/**
 * Count the inputs.
 *
 * @param[in] model  Borrowed.
 * @return The count, in the model file's order.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API unsigned int
apu_model_input_count(const struct apu_model *model);

/**
 * Count the outputs.
 *
 * @param[in] model  Borrowed.
 * @return The count, in the model file's order.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API unsigned int
apu_model_output_count(const struct apu_model *model);

/**
 * Describe an input.
 *
 * @param[in] model  Borrowed.
 * @param[in] index  0 <= index < apu_model_input_count().
 * @return A description that lives as long as the model; NULL out of range.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API const struct apu_tensor *
apu_model_input(const struct apu_model *model, unsigned int index);

/**
 * Describe an output.
 *
 * @param[in] model  Borrowed.
 * @param[in] index  0 <= index < apu_model_output_count().
 * @return A description that lives as long as the model; NULL out of range.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API const struct apu_tensor *
apu_model_output(const struct apu_model *model, unsigned int index);

/**
 * Count all tensors of the file: inputs, outputs, weights, intermediates.
 *
 * @param[in] model  Borrowed.
 * @return The count.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API unsigned int
apu_model_tensor_count(const struct apu_model *model);

/**
 * Describe any tensor of the file.
 *
 * @param[in] model  Borrowed.
 * @param[in] index  0 <= index < apu_model_tensor_count().
 * @return A description that lives as long as the model; NULL out of range.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API const struct apu_tensor *
apu_model_tensor(const struct apu_model *model, unsigned int index);

/**
 * Count the operators of the file.
 *
 * @param[in] model  Borrowed.
 * @return The count.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API unsigned int
apu_model_operator_count(const struct apu_model *model);

/**
 * Describe an operator of the file.
 *
 * @param[in] model  Borrowed.
 * @param[in] index  0 <= index < apu_model_operator_count(), in the order in
 *                   which they run.
 * @return A description that lives as long as the model; NULL out of range.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API const struct apu_operator *
apu_model_operator(const struct apu_model *model, unsigned int index);

/**
 * Get an operator's name as the TFLite schema spells it, for one "CONV_2D".
 *
 * @param[in] op  Borrowed.
 * @return A string that lives as long as the model.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API const char *
apu_operator_name(const struct apu_operator *op);

/**
 * Get the version the file gives for an operator.
 *
 * @param[in] op  Borrowed.
 * @return 1 or more.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API unsigned int
apu_operator_version(const struct apu_operator *op);

/**
 * Get the multiply-accumulates of an operator, one inference.
 *
 * @param[in] op  Borrowed.
 * @return The count; 0 for operators that do not multiply.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API uint64_t
apu_operator_macs(const struct apu_operator *op);

/**
 * Get one input of an operator.
 *
 * @param[in] op     Borrowed.
 * @param[in] index  0 or more.
 * @return Its number for apu_model_tensor(); -1 for an optional input that is
 *         left out; -2 when the operator has no such input.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API int
apu_operator_input(const struct apu_operator *op, unsigned int index);

/**
 * Get one output of an operator.
 *
 * @param[in] op     Borrowed.
 * @param[in] index  0 or more.
 * @return Its number for apu_model_tensor(); -2 when the operator has no such
 *         output.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API int
apu_operator_output(const struct apu_operator *op, unsigned int index);

/**
 * Get the multiply-accumulates of one inference.
 *
 * @param[in] model  Borrowed.
 * @return The sum over all operators.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API uint64_t
apu_model_macs(const struct apu_model *model);

/**
 * Get the bytes of device memory that each job of the model needs for its
 * intermediate tensors.
 *
 * @param[in] model  Borrowed.
 * @return Bytes.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API uint64_t
apu_model_arena_bytes(const struct apu_model *model);

/**
 * Get what apu_model_arena_bytes() cannot be below, however cleverly tensors
 * are placed: the most bytes of them that are alive at once.
 *
 * @param[in] model  Borrowed.
 * @return Bytes; 0 for a compiled file that does not tell.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API uint64_t
apu_model_arena_bound_bytes(const struct apu_model *model);

/**
 * Count the operators of the compiled program, which passes leave out, and
 * which may be several for one of the file.
 *
 * @param[in] model  Borrowed.
 * @return The count.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API unsigned int
apu_model_program_operator_count(const struct apu_model *model);

/**
 * Get the bytes of the model's constant tensors as the file holds them.
 *
 * @param[in] model  Borrowed.
 * @return Bytes.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API uint64_t
apu_model_weight_bytes(const struct apu_model *model);

/**
 * Get the bytes of the compiled program, weights included: the device memory
 * that all jobs of the model share. Of a resized model, only what it does not
 * share with the one it was made of (apu_model_resize()).
 *
 * @param[in] model  Borrowed.
 * @return Bytes.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API uint64_t
apu_model_program_bytes(const struct apu_model *model);

/**
 * Memory of the program's own, for apu_model_run().
 *
 * @since 0.1
 */
struct apu_array {
	/** First byte; read for inputs, written for outputs. */
	void *data;
	/** Must be the tensor's apu_tensor_size_bytes(). */
	size_t size_bytes;
};

/**
 * Run the model once on arrays of the program: the whole walk in one call.
 *
 * It makes a job, copies the inputs in, runs it and copies the outputs out. A
 * program that runs a model many times keeps a job and binds buffers instead.
 *
 * @param[in]  model         Loaded for a device. Borrowed.
 * @param[in]  inputs        One array an input, in the model's order.
 * @param[in]  input_count   apu_model_input_count().
 * @param[out] outputs       One array an output, in the model's order.
 * @param[in]  output_count  apu_model_output_count().
 * @param[in]  timeout_ns    Nanoseconds from now, at which it is given up.
 *
 * @retval 0           Done.
 * @retval -EINVAL     A pointer is NULL, or a count or a size is not the
 *                     model's, or the model was loaded without a device.
 * @retval -ETIMEDOUT  Not done in time, and given up.
 * @return Else as apu_job_new(), apu_buffer_new() and apu_job_run().
 *         On failure the outputs are untouched.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_model_run(struct apu_model *model, const struct apu_array *inputs,
	      unsigned int input_count, const struct apu_array *outputs,
	      unsigned int output_count, int64_t timeout_ns);

APU_END_DECLS

#endif
