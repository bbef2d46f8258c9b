/* SPDX-License-Identifier: MIT */
#ifndef APU_CUSTOM_H
#define APU_CUSTOM_H

/**
 * @file
 * Custom operators: functions of the program for operators that a model calls
 * CUSTOM and tells apart by a code of their own.
 *
 * A registry holds functions by custom code. It is passed to the load of a
 * model, in struct apu_model_options, and there is no other state: two models
 * may mean different functions by one code. A job's program is split where such
 * an operator stands, and the function runs here, between two requests, on
 * every device alike. It works on the device's buffers where they are: nothing
 * is copied.
 *
 * The function runs on a thread that waits for the job's fence, or, when nobody
 * waits, on a thread of the library, with no lock held. It may run for several
 * jobs at once. It must not wait for the job that calls it, nor drop the last
 * reference to its device.
 *
 * It must return, for nothing can end it from outside. A job's deadline ends
 * the job, not the function that runs for it; jobs that somebody waits for go
 * on meanwhile. But while it has the library's thread, jobs with such
 * operators, IF or WHILE that nobody waits for do not go on; and the
 * apu_device_unref() that closes the device waits for it, as long as it takes.
 * A function that may block should look at a flag of the program's, and fail
 * when that is set.
 */

#include <apu/macros.h>
#include <stddef.h>
#include <stdint.h>

APU_BEGIN_DECLS

struct apu_custom_call;
struct apu_custom_registry;
struct apu_tensor;

/** The longest custom code, in bytes. */
#define APU_CUSTOM_MAX_CODE 255

/** Inputs, and outputs, that a custom operator can have. */
#define APU_CUSTOM_MAX_TENSORS 64

/**
 * One of the two functions of a custom operator.
 *
 * @param[in,out] call  What it is to work on; valid until it returns.
 * @param[in]     data  From struct apu_custom_function.
 *
 * @return 0, or a negative errno, best by way of apu_custom_fail(). Any other
 *         number counts as -EINVAL.
 */
typedef int (*apu_custom_fn)(struct apu_custom_call *call, void *data);

/**
 * A custom operator.
 *
 * @since 0.1
 */
struct apu_custom_function {
	/** sizeof(struct apu_custom_function). */
	size_t size;
	/** The custom code, 1 to APU_CUSTOM_MAX_CODE bytes. Copied. */
	const char *code;
	/**
	 * Called once for each operator with this code while a .tflite file is
	 * loaded: look at the descriptions and the options, refuse what
	 * invoke() could not do, and tell each output's shape with
	 * apu_custom_set_output(). NULL: the shapes are the file's.
	 */
	apu_custom_fn prepare;
	/** Called for each inference: read the inputs, fill the outputs. */
	apu_custom_fn invoke;
	/** Passed to both. */
	void *data;
	/**
	 * Called once with @p data when neither the registry nor a model or an
	 * inference that uses it is left; may be NULL. On any thread, with no
	 * lock held; it must not call libapu.
	 */
	void (*destroy)(void *data);
};

/**
 * Make a registry without functions.
 *
 * @param[out] out_registry  One reference owned by the caller.
 *
 * @retval 0        Made.
 * @retval -EINVAL  @p out_registry is NULL.
 * @retval -ENOMEM  Out of memory.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_custom_registry_new(struct apu_custom_registry **out_registry);

/**
 * Take one more reference.
 *
 * @param[in] registry  Borrowed.
 * @return @p registry.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API struct apu_custom_registry *
apu_custom_registry_ref(struct apu_custom_registry *registry);

/**
 * Drop a reference. Models that were loaded with the registry keep what they
 * need of it.
 *
 * @param[in] registry  May be NULL.
 * @return NULL.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API struct apu_custom_registry *
apu_custom_registry_unref(struct apu_custom_registry *registry);

/**
 * Add a custom operator. It comes before an operator of the library's own with
 * that code, such as TFLite_Detection_PostProcess.
 *
 * @param[in,out] registry  Borrowed.
 * @param[in]     function  Borrowed for the call.
 *
 * @retval 0        Added.
 * @retval -EINVAL  A pointer is NULL, the size is not set, or the code is
 *                  empty or too long.
 * @retval -EEXIST  There is a function for this code.
 * @retval -EBUSY   A model has been loaded with the registry.
 * @retval -ENOMEM  Out of memory.
 *         On failure nothing changes, and destroy() is not called.
 *
 * @par Threads  One registry needs the caller's lock.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_custom_registry_add(struct apu_custom_registry *registry,
			const struct apu_custom_function *function);

/**
 * Count the inputs of the operator.
 *
 * @param[in] call  Borrowed.
 * @return The count, those that are left out included.
 *
 * @par Threads  One call is for one thread.
 * @since 0.1
 */
APU_API unsigned int
apu_custom_input_count(const struct apu_custom_call *call);

/**
 * Count the outputs of the operator.
 *
 * @param[in] call  Borrowed.
 * @return The count.
 *
 * @par Threads  One call is for one thread.
 * @since 0.1
 */
APU_API unsigned int
apu_custom_output_count(const struct apu_custom_call *call);

/**
 * Describe an input: its element type, shape, and quantisation.
 *
 * @param[in] call   Borrowed.
 * @param[in] index  0 <= index < apu_custom_input_count().
 * @return The description, valid until the function returns; NULL when the
 *         input is left out or @p index is out of range. In invoke() it has no
 *         name, and no scales where there is one for each channel.
 *
 * @par Threads  One call is for one thread.
 * @since 0.1
 */
APU_API const struct apu_tensor *
apu_custom_input(const struct apu_custom_call *call, unsigned int index);

/**
 * Describe an output, as apu_custom_input() does an input. In prepare() its
 * shape is the file's, which need not be right.
 *
 * @param[in] call   Borrowed.
 * @param[in] index  0 <= index < apu_custom_output_count().
 * @return The description, valid until the function returns; NULL when
 *         @p index is out of range.
 *
 * @par Threads  One call is for one thread.
 * @since 0.1
 */
APU_API const struct apu_tensor *
apu_custom_output(const struct apu_custom_call *call, unsigned int index);

/**
 * Get the elements of an input, row-major.
 *
 * @param[in] call   Borrowed.
 * @param[in] index  0 <= index < apu_custom_input_count().
 * @return In invoke(), apu_tensor_size_bytes() bytes at a multiple of 64. In
 *         prepare(), those of a constant, aligned to nothing, and NULL for an
 *         input that is computed. NULL when the input is left out, is empty, or
 *         @p index is out of range. They live until the function returns.
 *
 * @par Threads  One call is for one thread.
 * @since 0.1
 */
APU_API const void *
apu_custom_input_data(const struct apu_custom_call *call, unsigned int index);

/**
 * Get the place for the elements of an output, row-major.
 *
 * @param[in] call   Borrowed.
 * @param[in] index  0 <= index < apu_custom_output_count().
 * @return In invoke(), apu_tensor_size_bytes() bytes at a multiple of 64, with
 *         unspecified contents, all of them to be written; they overlap no
 *         input. NULL in prepare(), when the output is empty, and when @p index
 *         is out of range. They live until the function returns.
 *
 * @par Threads  One call is for one thread.
 * @since 0.1
 */
APU_API void *
apu_custom_output_data(const struct apu_custom_call *call, unsigned int index);

/**
 * Get the custom options: bytes that the file has for the operator. They are
 * as hostile as any file.
 *
 * @param[in]  call            Borrowed.
 * @param[out] out_size_bytes  How many.
 * @return The bytes, aligned to nothing, valid until the function returns; NULL
 *         when there are none.
 *
 * @par Threads  One call is for one thread.
 * @since 0.1
 */
APU_API const void *
apu_custom_options(const struct apu_custom_call *call, size_t *out_size_bytes);

/**
 * Tell the shape of an output, in prepare().
 *
 * A file may leave the shape open, as a scalar; one that it does tell must be
 * this.
 *
 * @param[in,out] call   Borrowed.
 * @param[in]     index  0 <= index < apu_custom_output_count().
 * @param[in]     dims   @p rank lengths, outermost first, each 0 or more.
 * @param[in]     rank   0 to APU_TENSOR_MAX_RANK.
 *
 * @retval 0        Set.
 * @retval -EINVAL  A pointer is NULL, a length is negative, @p rank is too
 *                  large, or this is invoke().
 * @retval -ERANGE  There is no such output.
 *
 * @par Threads  One call is for one thread.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_custom_set_output(struct apu_custom_call *call, unsigned int index,
		      const int32_t *dims, unsigned int rank);

/**
 * Say why the function fails: `return apu_custom_fail(call, -ERANGE, "...")`.
 *
 * The load, or the job, ends with this code, and its error record has the text.
 *
 * @param[in,out] call   Borrowed.
 * @param[in]     code   A negative errno.
 * @param[in]     cause  Why: a sentence's middle, no capital, no full stop. At
 *                       most 127 bytes of it are kept.
 * @return @p code.
 *
 * @par Threads  One call is for one thread.
 * @since 0.1
 */
APU_API int
apu_custom_fail(struct apu_custom_call *call, int code, const char *cause);

APU_END_DECLS

#endif
