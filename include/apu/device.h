/* SPDX-License-Identifier: MIT */
#ifndef APU_DEVICE_H
#define APU_DEVICE_H

/**
 * @file
 * A device: one open of an accelerator, real or simulated; one client of it.
 *
 * Device strings are `SCHEME:[PATH][,]KEY=VALUE,...`, see docs/sim.md:
 * - `sim:` the simulated accelerator that lives in this process. Keys: `name`
 *   (devices of one name are clients of one simulated machine, default
 *   "default"), `cores` (1 to 4, default 1), `timeout_ms` (1 to 600000, default
 *   500: how long a request may occupy a core), `max_mb` (1 to 240, default
 *   240: memory the machine has), `faults` (what is to go wrong, see
 *   <apu/sim.h>).
 * - `null:` a device with memory and without commands: it refuses to run
 *   anything. The template for writers of transports.
 * - `drm:` the kernel's apu driver: the node that the path names, else the
 *   first one that there is. Keys: `abi` (2021 or 2023: needed where the
 *   driver's version 1.0 does not tell), `timeout_ms` (500: what the driver
 *   allows a request).
 * - `record:` is reserved and answers -EOPNOTSUPP in this version, and so do
 *   the keys `quirks`, `clock=virtual` and `seed` of `sim:`.
 *
 * A device is of the process that opened it. In a child after fork() every call
 * that would reach it says -EPERM, and dropping references frees memory and
 * touches nothing else; the child may open a device of its own.
 */

#include <apu/macros.h>
#include <stdint.h>

APU_BEGIN_DECLS

struct apu_device;
struct apu_device_list;

/**
 * Open a device.
 *
 * @param[in]  spec     Device string. NULL: the environment's APU_DEVICE
 *                      (ignored in set-uid programs), else the first apu node
 *                      of the kernel. Never a simulator that nobody asked for.
 * @param[out] out_dev  The device, one reference owned by the caller.
 *
 * @retval 0            Open.
 * @retval -EINVAL      @p out_dev is NULL, or the string is malformed, names an
 *                      unknown scheme or key, or a value out of range.
 * @retval -ENODEV      @p spec and APU_DEVICE are unset and there is no node;
 *                      or the node is no apu driver's, or has no core.
 * @retval -ENOENT, -EACCES
 *                      The node is not there, or not for this user.
 * @retval -EPROTO      The driver's interface is not known: say `abi=`; or the
 *                      program is of an architecture that it does not have.
 * @retval -EBUSY       A simulated device of this name is open with other
 *                      options.
 * @retval -EOPNOTSUPP  The scheme or key is reserved for a later version.
 * @retval -ENOMEM      Out of memory.
 * @retval -EAGAIN      The simulated device's threads could not be started.
 *         On failure nothing is opened.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_device_open(const char *spec, struct apu_device **out_dev);

/**
 * Open the kernel's device behind a node that the program has opened.
 *
 * The device is a client of the same open file: buffers of either side have
 * handles there, and go with it. So:
 * - completion events of the file are the library's: while the device is open,
 *   the program must not read them from @p fd;
 * - one device for one open file, whatever numbers the file has;
 * - the file, and what it holds, ends when the device *and* the program have
 *   closed it. The device frees what it made there when it is closed.
 *
 * Whether the file is master of its card stays as it is.
 *
 * @param[in]  fd       A node of the apu driver, open for reading and writing.
 *                      Borrowed: the device has a copy of its own (with
 *                      close-on-exec), and the caller may close @p fd at any
 *                      time after.
 * @param[in]  options  Keys of `drm:`, as in "abi=2021,timeout_ms=1000". NULL
 *                      or "": none.
 * @param[out] out_dev  The device, one reference owned by the caller.
 *
 * @retval 0        Open.
 * @retval -EINVAL  @p out_dev is NULL, or @p options are malformed, name an
 *                  unknown key, or a value out of range.
 * @retval -EBADF   @p fd is not open.
 * @retval -EACCES  @p fd is not open for reading and writing.
 * @retval -ENODEV  @p fd is no node of the apu driver, or that has no core.
 * @retval -EPROTO  The driver's interface is not known: say `abi=`; or the
 *                  program is of an architecture that it does not have.
 * @retval -EMFILE  No file descriptor is left.
 * @retval -ENOMEM  Out of memory.
 *         On failure nothing is opened, and nothing about @p fd has changed.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_device_open_fd(int fd, const char *options, struct apu_device **out_dev);

/**
 * Take one more reference.
 *
 * @param[in] dev  Borrowed.
 * @return @p dev.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API struct apu_device *
apu_device_ref(struct apu_device *dev);

/**
 * Drop a reference. With the last one (buffers, models, jobs and fences hold
 * references, too) the device is closed: work in flight is given until its
 * driver's timeout, then abandoned.
 *
 * @param[in] dev  May be NULL.
 * @return NULL.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API struct apu_device *
apu_device_unref(struct apu_device *dev);

/**
 * Get the string that opens this device again.
 *
 * @param[in] dev  Borrowed.
 * @return A string that lives as long as the device.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API const char *
apu_device_name(const struct apu_device *dev);

/**
 * Get the name of the driver behind the device, for one "sim".
 *
 * @param[in] dev  Borrowed.
 * @return A string that lives as long as the device.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API const char *
apu_device_driver(const struct apu_device *dev);

/**
 * What can be asked of a device without asking its firmware.
 *
 * @since 0.1
 */
enum apu_device_limit {
	/** Number of cores, 1 or more; cores are numbered from 0. */
	APU_DEVICE_LIMIT_CORES = 1,
	/** Bytes of the largest buffer. */
	APU_DEVICE_LIMIT_BUFFER_BYTES = 2,
	/** Bytes of the largest request on the wire (uapi: 496). */
	APU_DEVICE_LIMIT_REQUEST_BYTES = 3,
	/** Nanoseconds a request may occupy a core. */
	APU_DEVICE_LIMIT_TIMEOUT_NS = 4,
	/** Requests of this client that can be in flight at once. */
	APU_DEVICE_LIMIT_IN_FLIGHT = 5,
};

/**
 * Ask for one of a device's limits.
 *
 * @param[in]  dev        Borrowed.
 * @param[in]  limit      Which.
 * @param[out] out_value  The value, in the unit that the limit's name says.
 *
 * @retval 0        Written.
 * @retval -EINVAL  An argument is NULL or @p limit is unknown.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_device_query(const struct apu_device *dev, enum apu_device_limit limit,
		 uint64_t *out_value);

/**
 * Ask a core's firmware for its version.
 *
 * Sends one INFO request and waits for it, at most 10 seconds: the core may be
 * busy with others' work.
 *
 * @param[in]  dev          Borrowed.
 * @param[in]  core         0 <= core < APU_DEVICE_LIMIT_CORES.
 * @param[out] out_version  major << 16 | minor << 8 | micro.
 *
 * @retval 0            Written.
 * @retval -EINVAL      @p dev or @p out_version is NULL.
 * @retval -ENODEV      @p core is out of range, or the device is lost.
 * @retval -EOPNOTSUPP  The firmware does not know the command (`null:`).
 * @retval -ETIMEDOUT   The core did not answer in time.
 * @retval -EBUSY       This client has as many requests in flight as can be.
 * @retval -EPROTO      The answer is not what INFO answers.
 * @retval -ENOMEM, -EIO
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_device_firmware_version(struct apu_device *dev, unsigned int core,
			    uint32_t *out_version);

/**
 * Look whether a core is there to take requests. Never waits.
 *
 * @param[in] dev   Borrowed.
 * @param[in] core  0 <= core < APU_DEVICE_LIMIT_CORES.
 *
 * @retval 1        It is online.
 * @retval 0        It is not: its firmware is not running.
 * @retval -EINVAL  @p dev is NULL.
 * @retval -ENODEV  @p core is out of range, or the device is lost.
 * @retval -EIO     The driver failed.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_device_core_online(struct apu_device *dev, unsigned int core);

/**
 * Read the clock of all deadlines.
 *
 * @param[in] dev  Borrowed.
 * @return Nanoseconds, CLOCK_MONOTONIC unless the device has a clock of its
 *         own.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API int64_t
apu_device_now_ns(const struct apu_device *dev);

/**
 * Compute a deadline from now.
 *
 * @param[in] dev         Borrowed.
 * @param[in] timeout_ns  Nanoseconds from now; negative counts as 0.
 * @return now + @p timeout_ns, or INT64_MAX if that is less.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API int64_t
apu_device_deadline_ns(const struct apu_device *dev, int64_t timeout_ns);

/**
 * How much a message of the log matters.
 *
 * @since 0.1
 */
enum apu_log_level {
	APU_LOG_ERROR = 1,
	APU_LOG_WARNING = 2,
	APU_LOG_INFO = 3,
	APU_LOG_DEBUG = 4,
};

/**
 * A receiver of log messages.
 *
 * @param[in] level    How much it matters.
 * @param[in] message  One line without a newline; valid during the call.
 * @param[in] data     As given to apu_device_set_log().
 *
 * It may be called from any thread that calls into libapu, and must not call
 * libapu for the same device.
 */
typedef void (*apu_log_fn)(enum apu_log_level level, const char *message,
			   void *data);

/**
 * Choose who hears what a device has to say. Nobody, unless this is called.
 *
 * @param[in] dev    Borrowed.
 * @param[in] level  Messages of this level and graver ones are passed on.
 * @param[in] fn     Receiver; NULL ends the log.
 * @param[in] data   Passed through. Must outlive the device or the next call.
 *
 * @par Threads  Call it before other threads use the device.
 * @since 0.1
 */
APU_API void
apu_device_set_log(struct apu_device *dev, enum apu_log_level level,
		   apu_log_fn fn, void *data);

/**
 * List what apu_device_open() can open here: the kernel's nodes first, then
 * the simulators.
 *
 * @param[out] out_list  The list, owned by the caller.
 *
 * @retval 0        Written; the list is never empty.
 * @retval -EINVAL  @p out_list is NULL.
 * @retval -ENOMEM  Out of memory.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_device_list_new(struct apu_device_list **out_list);

/**
 * Free a list.
 *
 * @param[in] list  May be NULL. Its strings end with it.
 *
 * @par Threads  Safe for different lists.
 * @since 0.1
 */
APU_API void
apu_device_list_free(struct apu_device_list *list);

/**
 * Count a list's entries.
 *
 * @param[in] list  Borrowed.
 * @return The count.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API unsigned int
apu_device_list_count(const struct apu_device_list *list);

/**
 * Get the device string of an entry.
 *
 * @param[in] list   Borrowed.
 * @param[in] index  0 <= index < apu_device_list_count().
 * @return A string that lives as long as the list; NULL out of range.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API const char *
apu_device_list_spec(const struct apu_device_list *list, unsigned int index);

/**
 * Get a sentence that says what an entry is.
 *
 * @param[in] list   Borrowed.
 * @param[in] index  0 <= index < apu_device_list_count().
 * @return A string that lives as long as the list; NULL out of range.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API const char *
apu_device_list_description(const struct apu_device_list *list,
			    unsigned int index);

APU_END_DECLS

#endif
