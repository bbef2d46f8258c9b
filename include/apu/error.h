/* SPDX-License-Identifier: MIT */
#ifndef APU_ERROR_H
#define APU_ERROR_H

/**
 * @file
 * The last failure of the calling thread: what failed, why, what to do.
 *
 * Every function of libapu that returns a negative errno leaves a record here.
 * Success leaves the record of an earlier failure as it was, so look at it
 * right after a failure. docs/errors.md lists the codes and their meaning.
 */

#include <apu/macros.h>
#include <stdint.h>

APU_BEGIN_DECLS

struct apu_error;

/**
 * Get the record of this thread's last failure.
 *
 * @return The record, never NULL. Owned by the library; the strings read from
 *         it stay valid until the next failing call of this thread.
 *
 * @par Threads  Safe; each thread has its own.
 * @since 0.1
 */
APU_API const struct apu_error *
apu_error_last(void);

/**
 * Get the negative errno, the same that the failing call returned.
 *
 * @param[in] error  From apu_error_last(). NULL gives 0.
 * @return A negative errno; 0 when nothing has failed in this thread yet.
 *
 * @par Threads  From the thread that owns the record.
 * @since 0.1
 */
APU_API int
apu_error_code(const struct apu_error *error);

/**
 * Get what was being done, for one "load a model".
 *
 * @param[in] error  From apu_error_last(). NULL gives "".
 * @return A string, never NULL, "" when unknown.
 *
 * @par Threads  From the thread that owns the record.
 * @since 0.1
 */
APU_API const char *
apu_error_operation(const struct apu_error *error);

/**
 * Get the name of the thing that it was done to: a path, a device string, a
 * tensor.
 *
 * @param[in] error  From apu_error_last(). NULL gives "".
 * @return A string, never NULL, "" when there is none.
 *
 * @par Threads  From the thread that owns the record.
 * @since 0.1
 */
APU_API const char *
apu_error_object(const struct apu_error *error);

/**
 * Get why it failed, in a sentence a user can read.
 *
 * @param[in] error  From apu_error_last(). NULL gives "".
 * @return A string, never NULL.
 *
 * @par Threads  From the thread that owns the record.
 * @since 0.1
 */
APU_API const char *
apu_error_cause(const struct apu_error *error);

/**
 * Get what the user can do about it.
 *
 * @param[in] error  From apu_error_last(). NULL gives "".
 * @return A string, never NULL, "" when no remedy is known.
 *
 * @par Threads  From the thread that owns the record.
 * @since 0.1
 */
APU_API const char *
apu_error_remedy(const struct apu_error *error);

/**
 * Get the whole record as one line, "OPERATION OBJECT: CAUSE: REMEDY".
 *
 * @param[in] error  From apu_error_last(). NULL gives "".
 * @return A string without a newline, never NULL.
 *
 * @par Threads  From the thread that owns the record.
 * @since 0.1
 */
APU_API const char *
apu_error_message(const struct apu_error *error);

/**
 * Get the model's operator that the failure is about.
 *
 * @param[in] error  From apu_error_last(). NULL gives -1.
 * @return Index in the model file's order, or -1.
 *
 * @par Threads  From the thread that owns the record.
 * @since 0.1
 */
APU_API int32_t
apu_error_operator_index(const struct apu_error *error);

/**
 * Get the model's tensor that the failure is about.
 *
 * @param[in] error  From apu_error_last(). NULL gives -1.
 * @return Index in the model file's order, or -1.
 *
 * @par Threads  From the thread that owns the record.
 * @since 0.1
 */
APU_API int32_t
apu_error_tensor_index(const struct apu_error *error);

/**
 * Get the byte of the model file that the failure is about.
 *
 * @param[in] error  From apu_error_last(). NULL gives -1.
 * @return Offset from the start of the file, or -1.
 *
 * @par Threads  From the thread that owns the record.
 * @since 0.1
 */
APU_API int64_t
apu_error_byte_offset(const struct apu_error *error);

APU_END_DECLS

#endif
