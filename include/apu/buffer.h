/* SPDX-License-Identifier: MIT */
#ifndef APU_BUFFER_H
#define APU_BUFFER_H

/**
 * @file
 * A buffer: memory that both the program and the device see.
 *
 * Tensors are bound to jobs by buffer and offset, so nothing is copied on the
 * way to the device.
 */

#include <apu/macros.h>
#include <stdint.h>

APU_BEGIN_DECLS

struct apu_buffer;
struct apu_device;

/** The buffer's bytes are zero at first; else they are unspecified. */
#define APU_BUFFER_ZEROED 0x1u
/** The buffer can be exported by apu_buffer_export_fd(). */
#define APU_BUFFER_EXPORTABLE 0x2u

/** apu_buffer_cpu_begin(): the program will read. */
#define APU_BUFFER_READ 0x1u
/** apu_buffer_cpu_begin(): the program will write. */
#define APU_BUFFER_WRITE 0x2u

/**
 * Allocate a buffer.
 *
 * @param[in]  dev         Borrowed; the buffer holds a reference.
 * @param[in]  size_bytes  1 to APU_DEVICE_LIMIT_BUFFER_BYTES.
 * @param[in]  flags       Any of APU_BUFFER_ZEROED, APU_BUFFER_EXPORTABLE.
 *                         Without ZEROED the contents are unspecified, but
 *                         never another client's.
 * @param[out] out_buf     The buffer, one reference owned by the caller.
 *
 * @retval 0        Allocated.
 * @retval -EINVAL  A pointer is NULL, @p size_bytes is 0, or a flag is unknown.
 * @retval -E2BIG   @p size_bytes is over the device's limit.
 * @retval -ENOMEM  The machine or the device is out of memory.
 * @retval -ENOSPC  The device's address space is full.
 * @retval -EMFILE  No file descriptor is left (EXPORTABLE only).
 * @retval -ENODEV  The device is lost.
 *         On failure nothing is allocated.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_buffer_new(struct apu_device *dev, uint64_t size_bytes, uint32_t flags,
	       struct apu_buffer **out_buf);

/**
 * Make a buffer of somebody else's memory, without a copy.
 *
 * Two imports of the same memory into one device, or an import of what that
 * device has exported, are two buffers of one memory: they have one handle and
 * one device address, and who waits for one waits for the work of both.
 *
 * @param[in]  dev      Borrowed; the buffer holds a reference.
 * @param[in]  fd       A memfd that cannot shrink: F_SEAL_SHRINK is added if it
 *                      is missing, so that no access can fault later. Borrowed:
 *                      the caller still closes it. The whole file is imported.
 * @param[out] out_buf  The buffer, one reference owned by the caller.
 *
 * @retval 0            Imported.
 * @retval -EINVAL      A pointer is NULL, or @p fd is neither a memfd nor
 *                      something else the transport can import, or is empty.
 * @retval -EBADF       @p fd is not open.
 * @retval -EACCES      @p fd is not open for reading and writing.
 * @retval -EPERM       F_SEAL_SHRINK is missing and cannot be added.
 * @retval -E2BIG       The file is over the device's limit.
 * @retval -EOPNOTSUPP  The transport cannot import (`null:`).
 * @retval -ENOMEM, -ENOSPC, -EMFILE, -ENODEV
 *         As apu_buffer_new().
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_buffer_import_fd(struct apu_device *dev, int fd,
		     struct apu_buffer **out_buf);

/**
 * Take one more reference.
 *
 * @param[in] buf  Borrowed.
 * @return @p buf.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API struct apu_buffer *
apu_buffer_ref(struct apu_buffer *buf);

/**
 * Drop a reference. The memory is released with the last one, and not before
 * the device has finished with it: jobs hold references of their own.
 *
 * @param[in] buf  May be NULL. Its mapping ends with it.
 * @return NULL.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API struct apu_buffer *
apu_buffer_unref(struct apu_buffer *buf);

/**
 * Get the buffer's size as it was asked for, not rounded.
 *
 * @param[in] buf  Borrowed.
 * @return Bytes, 1 or more.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API uint64_t
apu_buffer_size(const struct apu_buffer *buf);

/**
 * Get the number by which the driver knows the buffer: on `drm:` its GEM
 * handle, for programs that make ioctls of their own on the file that they
 * gave to apu_device_open_fd(). They must not close it.
 *
 * @param[in] buf  Borrowed.
 * @return Not 0; no other buffer of the device has it, unless both are imports
 *         of the same memory. It stays the same.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API uint32_t
apu_buffer_handle(const struct apu_buffer *buf);

/**
 * Make the buffer's memory accessible to the program.
 *
 * Mapped once; every call gives the same pointer, which lives as long as the
 * buffer. Bracket accesses with apu_buffer_cpu_begin() and _end().
 *
 * @param[in]  buf      Borrowed.
 * @param[out] out_ptr  First byte, page-aligned; apu_buffer_size() bytes.
 *
 * @retval 0        Mapped.
 * @retval -EINVAL  An argument is NULL.
 * @retval -ENOMEM  Out of address space.
 * @retval -ENODEV  The device is lost and the buffer was never mapped.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_buffer_map(struct apu_buffer *buf, void **out_ptr);

/**
 * Begin to access a mapped buffer: wait until the device has finished with it,
 * then make the device's writes visible.
 *
 * @param[in] buf          Borrowed.
 * @param[in] access       READ, WRITE or both. A reader waits for the same jobs
 *                         as a writer: all submissions of this client that use
 *                         the buffer.
 * @param[in] deadline_ns  Absolute, clock of apu_device_now_ns().
 *
 * @retval 0        The program may access; call apu_buffer_cpu_end() after.
 * @retval -EINVAL  @p buf is NULL or @p access is not as above.
 * @retval -ETIME   The device still works on it at the deadline.
 * @retval -ETIMEDOUT
 *                  A submission that used it was given up, and the core has not
 *                  answered another since: it may still write to it. Only with
 *                  drivers that do not reset such a core (docs/kernel.md).
 * @retval -ENODEV  The device is lost.
 *
 * @par Threads  Safe. Accesses of several threads may overlap.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_buffer_cpu_begin(struct apu_buffer *buf, uint32_t access,
		     int64_t deadline_ns);

/**
 * End an access: make the program's writes visible to the device.
 *
 * @param[in] buf     Borrowed.
 * @param[in] access  As given to apu_buffer_cpu_begin().
 *
 * @retval 0        Ended.
 * @retval -EINVAL  @p buf is NULL, @p access is unknown, or no access is open.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API int
apu_buffer_cpu_end(struct apu_buffer *buf, uint32_t access);

/**
 * Get the address at which the device sees the buffer, for firmware commands
 * that take addresses in their data.
 *
 * The buffer stays mapped to the device until it is released.
 *
 * @param[in]  buf          Borrowed.
 * @param[out] out_address  Page-aligned device address (IOVA).
 *
 * @retval 0            Written.
 * @retval -EINVAL      An argument is NULL.
 * @retval -EOPNOTSUPP  The device has no address translation (`null:`).
 * @retval -ENOSPC      The device's address space is full.
 * @retval -EIO         The driver gave an address that cannot be right.
 * @retval -ENODEV      The device is lost.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_buffer_device_address(struct apu_buffer *buf, uint64_t *out_address);

/**
 * Get a file descriptor of the buffer's memory, for other processes or other
 * drivers. A memfd on a simulator, a dma-buf on a kernel driver.
 *
 * @param[in]  buf     Borrowed; made with APU_BUFFER_EXPORTABLE, or imported.
 * @param[out] out_fd  Close-on-exec, owned by the caller. It outlives the
 *                     buffer and the device.
 *
 * @retval 0            Written.
 * @retval -EINVAL      An argument is NULL.
 * @retval -EPERM       The buffer was made without APU_BUFFER_EXPORTABLE.
 * @retval -EOPNOTSUPP  The transport cannot export (`null:`).
 * @retval -EMFILE      No file descriptor is left.
 * @retval -ENODEV      The device is lost.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_buffer_export_fd(struct apu_buffer *buf, int *out_fd);

APU_END_DECLS

#endif
