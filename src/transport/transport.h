/* SPDX-License-Identifier: MIT */
#ifndef APUI_TRANSPORT_H
#define APUI_TRANSPORT_H

/*
 * The transport: the ioctls of the apu driver as typed verbs. One open
 * transport is one client, with its own handles, syncobjs and address space.
 *
 * Every verb returns 0 or a negative errno, never a positive number; on failure
 * no out-parameter is written. Verbs may be called from several threads at
 * once, close() excepted. A verb that fails may say more with apui_fail(); the
 * core words the rest.
 */

#include "transport/spec.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct apui_transport;

/* STATE's flags; CRASHED and TIMEDOUT are 2021's. */
#define APUI_STATE_ONLINE   0x1u
#define APUI_STATE_CRASHED  0x2u
#define APUI_STATE_TIMEDOUT 0x4u

#define APUI_BUFFER_ZEROED     0x1u
#define APUI_BUFFER_EXPORTABLE 0x2u

/* What never changes while a transport is open. */
struct apui_transport_info {
	const char *driver;
	unsigned int core_count;
	uint64_t max_buffer_bytes;
	uint32_t max_request_bytes;
	uint32_t max_in_flight;
	int64_t timeout_ns;
	/* What a timeout gives up is over: no core works on it any more. */
	bool resets_on_timeout;
};

struct apui_request {
	unsigned int core;
	uint16_t cmd;
	uint16_t size_in;
	uint16_t size_out;
	const void *data_in; /* copied before the verb returns */
	const uint32_t *handles;
	uint32_t handle_count;
	uint32_t out_syncobj; /* never 0 */
};

/* Bytes a dequeue may write whatever was asked for (torture.md, K8). */
#define APUI_DEQUEUE_BYTES 65535u

struct apui_result {
	uint16_t result;
	uint16_t size_bytes; /* valid bytes of data */
};

struct apui_event {
	uint32_t syncobj;
};

/* Something that open() opens here. */
struct apui_transport_entry {
	char spec[80];
	char description[112];
};

#define APUI_TRANSPORT_MAX_ENTRIES 16

struct apui_transport_ops {
	const char *scheme;
	const char *description;
	/* Keys of the device string; NULL when there are none. */
	const struct apui_option *options;
	/* Bytes of the struct that the options are parsed into. */
	size_t options_bytes;

	/*
	 * Optional: list the nodes of this machine, best first. Returns how
	 * many, at most APUI_TRANSPORT_MAX_ENTRIES. NULL: the scheme alone
	 * opens the one that there is.
	 */
	unsigned int (*enumerate)(struct apui_transport_entry *entries);

	/*
	 * Become a client. @spec->path is what stood between scheme and keys,
	 * @options the parsed struct, defaults filled in. -EBUSY, -ENODEV,
	 * -EACCES, -ENOENT, -EPROTO, -EAGAIN, -ENOMEM.
	 */
	int (*open)(const struct apui_spec *spec, const void *options,
		    struct apui_transport **out_transport);
	/*
	 * Optional: become a client by way of @fd, a node that the program has
	 * opened and keeps. The file is shared with it from then on, so that
	 * close() frees what the client had there by hand. As open(), and
	 * -EBADF, -EMFILE; -EACCES also where @fd cannot be written.
	 */
	int (*open_fd)(int fd, const void *options,
		       struct apui_transport **out_transport);
	/*
	 * Stop being a client. Everything it had is freed: handles, syncobjs,
	 * jobs queued and in flight. Bounded: a core that still works for it is
	 * reset. Called once, last, with no other verb running.
	 */
	void (*close)(struct apui_transport *t);
	/* The clock of all deadlines. Never blocks. */
	int64_t (*now_ns)(struct apui_transport *t);

	/*
	 * Allocate memory. @size_bytes is 1 .. max_buffer_bytes; it is what
	 * the firmware is told, though the memory is rounded to pages. Never
	 * another client's bytes; zeros if @flags has ZEROED. The handle is
	 * not 0. -ENOMEM, -EMFILE.
	 */
	int (*buffer_new)(struct apui_transport *t, uint64_t size_bytes,
			  uint32_t flags, uint32_t *out_handle);
	/*
	 * Drop the handle. Jobs that use the buffer keep the memory. -ENOENT.
	 */
	int (*buffer_close)(struct apui_transport *t, uint32_t handle);
	/*
	 * Map the whole buffer, rounded to pages, for the program. The
	 * mapping is independent of the handle and stays until buffer_unmap(),
	 * which never fails. -ENOENT, -ENOMEM.
	 */
	int (*buffer_map)(struct apui_transport *t, uint32_t handle,
			  void **out_ptr);
	void (*buffer_unmap)(struct apui_transport *t, void *ptr,
			     uint64_t size_bytes);
	/*
	 * Optional (NULL: -EOPNOTSUPP). A close-on-exec fd that the caller
	 * owns, of a buffer with EXPORTABLE or an imported one.
	 * -ENOENT, -EPERM, -EMFILE.
	 */
	int (*buffer_export)(struct apui_transport *t, uint32_t handle,
			     int *out_fd);
	/*
	 * Optional. Take the memory behind @fd, which stays the caller's. The
	 * same memory imported twice may give the same handle, with one
	 * reference more. -EBADF, -EINVAL, -EACCES, -EPERM, -E2BIG, -ENOMEM.
	 */
	int (*buffer_import)(struct apui_transport *t, int fd,
			     uint32_t *out_handle, uint64_t *out_size_bytes);
	/*
	 * Optional. Let the device read the program's memory where it is: no
	 * request may write to it, and buffer_map() refuses it. After this has
	 * succeeded, and not before, @release is called once: when the handle
	 * is closed and no request uses the memory any more; maybe by another
	 * thread, and with locks held. -E2BIG, -ENOMEM.
	 */
	int (*buffer_lend)(struct apui_transport *t, const void *data,
			   uint64_t size_bytes, void (*release)(void *context),
			   void *context, uint32_t *out_handle);
	/*
	 * Optional. Map into the client's device address space, one buffer a
	 * call; counted, as is unmap. -ENOENT, -ENOSPC, -EINVAL.
	 */
	int (*iommu_map)(struct apui_transport *t, uint32_t handle,
			 uint64_t *out_address);
	int (*iommu_unmap)(struct apui_transport *t, uint32_t handle);

	/* A binary syncobj, unsignalled, not 0. -ENOMEM. */
	int (*syncobj_create)(struct apui_transport *t, uint32_t *out_syncobj);
	/* Back to unsignalled, without a fence. -ENOENT. */
	int (*syncobj_reset)(struct apui_transport *t, uint32_t syncobj);
	/*
	 * Sleep until @syncobj has signalled or @deadline_ns (absolute, this
	 * transport's clock) has passed; with a deadline in the past it only
	 * looks. May block; runs beside any verb but close(). 0, -ETIME at the
	 * deadline, -EINVAL when nothing was queued with it, -ENOENT, -ENODEV
	 * if the device is gone. Says nothing about the job's result.
	 */
	int (*syncobj_wait)(struct apui_transport *t, uint32_t syncobj,
			    int64_t deadline_ns);
	/*
	 * Optional. A close-on-exec fd that the caller owns. It becomes
	 * readable when what was queued last with @syncobj completes, or will
	 * never: by the driver, though nobody waits, and stays so. -ENOENT (no
	 * such syncobj), -EINVAL (nothing was queued), -EMFILE, -ENOMEM, and
	 * -EOPNOTSUPP where the driver cannot be relied on for that.
	 */
	int (*syncobj_export)(struct apui_transport *t, uint32_t syncobj,
			      int *out_fd);
	int (*syncobj_destroy)(struct apui_transport *t, uint32_t syncobj);

	/*
	 * Hand over one request; it completes later, in the order of its core.
	 * The buffers are mapped and held until then. Never blocks for a job.
	 * In this order: -ENODEV (no such core, or offline; no such syncobj),
	 * -ENOENT (handle), -EINVAL (a handle twice), -EMSGSIZE (the request
	 * is over max_request_bytes), -ENOSPC (address space), -ENOMEM (also:
	 * the client's event budget is full).
	 */
	int (*queue)(struct apui_transport *t, const struct apui_request *req);
	/*
	 * Fetch the result of the completed job whose out_syncobj this is,
	 * once.
	 * @data has APUI_DEQUEUE_BYTES. -EBUSY: none has completed. -ENOENT.
	 */
	int (*dequeue)(struct apui_transport *t, uint32_t syncobj, void *data,
		       struct apui_result *out_result);
	/*
	 * Take up to @max completion events without blocking; returns how many
	 * (the one verb that returns more than 0). Events that nobody takes use
	 * up the budget of 341 jobs a client.
	 */
	int (*read_events)(struct apui_transport *t, struct apui_event *events,
			   unsigned int max);
	/* Look at a core: APUI_STATE_*. -ENODEV: no such core. */
	int (*state)(struct apui_transport *t, unsigned int core,
		     uint32_t *out_flags);
};

/* What the dispatcher knows of an open transport; transports embed it first. */
struct apui_transport {
	const struct apui_transport_ops *ops;
	struct apui_transport_info info;
};

/* The transports of this build, NULL last, in the order of enumeration. */
extern const struct apui_transport_ops *const apui_transports[];

/*
 * Open a device string, "sim:cores=2". -EINVAL with the reason for a string
 * that is wrong, -EOPNOTSUPP for a scheme or key that is reserved, else as the
 * verb open().
 */
int
apui_transport_open(const char *spec, struct apui_transport **out_transport);

/*
 * Open a node by its descriptor; @options are the keys of a device string, ""
 * for none. As the verb open_fd(), and -EINVAL for keys that are wrong.
 */
int
apui_transport_open_fd(int fd, const char *options,
		       struct apui_transport **out_transport);

#endif
