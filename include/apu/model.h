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
 */

#include <apu/macros.h>
#include <stddef.h>
#include <stdint.h>

APU_BEGIN_DECLS

struct apu_device;
struct apu_model;
struct apu_operator;
struct apu_tensor;

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
 *                      this version does not know are not 0; or the
 *                      model's meaning is broken: an index out of range, shapes
 *                      that disagree, a parameter out of range.
 * @retval -EBADMSG     The file is not a model, is cut off, or its structure is
 *                      broken.
 * @retval -EOPNOTSUPP  The model is valid, but an operator, a type or a version
 *                      of it is not supported: apu_error_cause() names it.
 * @retval -EOVERFLOW   A tensor of the model has 2 GiB or more, or a size or a
 *                      count of work does not fit in 64 bits.
 * @retval -E2BIG       The model is over one of the limits, or over what the
 *                      device's requests can bind.
 * @retval -ENOENT, -EACCES, -EISDIR, -ENOTDIR, -ELOOP, -ENAMETOOLONG, -EIO,
 *         -EMFILE      The file cannot be opened or read.
 * @retval -ENOMEM, -ENOSPC, -ENODEV
 *                      As apu_buffer_new(), for the weights.
 * @retval -EBUSY       This client has as many requests in flight as can be.
 * @retval -ENOEXEC     The device's firmware does not run programs of any kind
 *                      that the compiler can make.
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
 * @param[in]  data        The bytes of a .tflite file. Borrowed for the call.
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
 * that all jobs of the model share.
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
