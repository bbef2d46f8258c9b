/* SPDX-License-Identifier: MIT */
#ifndef APU_TENSOR_H
#define APU_TENSOR_H

/**
 * @file
 * The description of one tensor of a model: name, element type, shape,
 * quantisation. Never its bytes.
 *
 * Descriptions belong to their model: they are borrowed, immutable, and live as
 * long as it does. Every function here is safe from any thread.
 *
 * Bytes are row-major (the last dimension is contiguous), without padding,
 * little endian. A quantised element q stands for the real number
 * scale * (q - zero_point).
 */

#include <apu/macros.h>
#include <stddef.h>
#include <stdint.h>

APU_BEGIN_DECLS

struct apu_tensor;

/** The largest number of dimensions a tensor can have. */
#define APU_TENSOR_MAX_RANK 8

/**
 * Element types. The numbers are part of the ABI and of compiled programs.
 *
 * @since 0.1
 */
enum apu_dtype {
	APU_DTYPE_NONE = 0, /**< Not an element type. */
	APU_DTYPE_FLOAT32 = 1,
	APU_DTYPE_FLOAT16 = 2,
	APU_DTYPE_FLOAT64 = 3,
	APU_DTYPE_INT4 = 4, /**< Two elements a byte, the low half first. */
	APU_DTYPE_INT8 = 5,
	APU_DTYPE_UINT8 = 6,
	APU_DTYPE_INT16 = 7,
	APU_DTYPE_UINT16 = 8,
	APU_DTYPE_INT32 = 9,
	APU_DTYPE_UINT32 = 10,
	APU_DTYPE_INT64 = 11,
	APU_DTYPE_UINT64 = 12,
	APU_DTYPE_BOOL = 13, /**< One byte, 0 or 1. */
	APU_DTYPE_COMPLEX64 = 14,
	APU_DTYPE_COMPLEX128 = 15,
	APU_DTYPE_STRING = 16,
	APU_DTYPE_RESOURCE = 17,
};

/**
 * Get the name of an element type, for one "int8".
 *
 * @param[in] dtype  Any value.
 * @return A static string, "unknown" for a value that is not listed.
 *
 * @since 0.1
 */
APU_API const char *
apu_dtype_name(enum apu_dtype dtype);

/**
 * Get the bytes of one element.
 *
 * @param[in] dtype  Any value.
 * @return 1 to 16; 0 for types without a fixed whole number of bytes (INT4,
 *         STRING, RESOURCE, NONE) and for values that are not listed.
 *
 * @since 0.1
 */
APU_API size_t
apu_dtype_size_bytes(enum apu_dtype dtype);

/**
 * Get a tensor's name as the model file has it.
 *
 * @param[in] tensor  Borrowed.
 * @return A string that lives as long as the model; "" when it has none.
 *
 * @since 0.1
 */
APU_API const char *
apu_tensor_name(const struct apu_tensor *tensor);

/**
 * Get a tensor's element type.
 *
 * @param[in] tensor  Borrowed.
 * @return The type.
 *
 * @since 0.1
 */
APU_API enum apu_dtype
apu_tensor_dtype(const struct apu_tensor *tensor);

/**
 * Get the number of a tensor's dimensions.
 *
 * @param[in] tensor  Borrowed.
 * @return 0 (a scalar) to APU_TENSOR_MAX_RANK.
 *
 * @since 0.1
 */
APU_API unsigned int
apu_tensor_rank(const struct apu_tensor *tensor);

/**
 * Get the length of one dimension, in elements. Images are [N, H, W, C].
 *
 * @param[in] tensor  Borrowed.
 * @param[in] axis    0 <= axis < apu_tensor_rank(), the outermost first.
 * @return The length, 0 or more; -1 when @p axis is out of range.
 *
 * @since 0.1
 */
APU_API int64_t
apu_tensor_dim(const struct apu_tensor *tensor, unsigned int axis);

/**
 * Get the bytes of the whole tensor.
 *
 * @param[in] tensor  Borrowed.
 * @return The product of the dimensions times the bytes of an element.
 *
 * @since 0.1
 */
APU_API uint64_t
apu_tensor_size_bytes(const struct apu_tensor *tensor);

/**
 * Tell whether the model file holds the tensor's bytes (weights, say).
 *
 * @param[in] tensor  Borrowed.
 * @return 1 for a constant, else 0.
 *
 * @since 0.1
 */
APU_API int
apu_tensor_is_constant(const struct apu_tensor *tensor);

/**
 * Get the number of (scale, zero point) pairs.
 *
 * @param[in] tensor  Borrowed.
 * @return 0 when not quantised, 1 when quantised per tensor, else the length
 *         of the dimension apu_tensor_quant_axis().
 *
 * @since 0.1
 */
APU_API unsigned int
apu_tensor_quant_count(const struct apu_tensor *tensor);

/**
 * Get the dimension that per-channel quantisation runs along.
 *
 * @param[in] tensor  Borrowed.
 * @return An axis; 0 when the tensor is not quantised per channel.
 *
 * @since 0.1
 */
APU_API unsigned int
apu_tensor_quant_axis(const struct apu_tensor *tensor);

/**
 * Get one scale.
 *
 * @param[in] tensor   Borrowed.
 * @param[in] channel  0 <= channel < apu_tensor_quant_count().
 * @return A finite number > 0; 0 when @p channel is out of range.
 *
 * @since 0.1
 */
APU_API float
apu_tensor_scale(const struct apu_tensor *tensor, unsigned int channel);

/**
 * Get one zero point.
 *
 * @param[in] tensor   Borrowed.
 * @param[in] channel  0 <= channel < apu_tensor_quant_count().
 * @return A value of the element type; 0 when @p channel is out of range.
 *
 * @since 0.1
 */
APU_API int64_t
apu_tensor_zero_point(const struct apu_tensor *tensor, unsigned int channel);

APU_END_DECLS

#endif
