/* SPDX-License-Identifier: MIT */
#include "transport/transport.h"
#include "core/error.h"
#include "transport/drm/drm.h"
#include "transport/null.h"
#include "transport/sim.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct apui_transport_ops *const apui_transports[] = {
	&apui_transport_drm,
	&apui_transport_sim,
	&apui_transport_null,
	NULL,
};

/* Names that will mean something; until then they say so. */
static const struct {
	const char *scheme;
	const char *what;
} reserved_schemes[] = {
	{ "record", "recording another device" },
};

static int
fail_unknown_scheme(const char *scheme)
{
	for (size_t i = 0;
	     i < sizeof(reserved_schemes) / sizeof(reserved_schemes[0]); i++) {
		if (strcmp(reserved_schemes[i].scheme, scheme) != 0)
			continue;
		apui_fail(-EOPNOTSUPP, NULL, "%s: (%s) is for a later version",
			  scheme, reserved_schemes[i].what);
		apui_fail_remedy("use sim:, the simulator");
		return -EOPNOTSUPP;
	}
	apui_fail(-EINVAL, NULL, "there is no scheme %s:", scheme);
	apui_fail_remedy("use drm:, sim: or null:");
	return -EINVAL;
}

static const struct apui_transport_ops *
find_ops(const char *scheme)
{
	for (size_t i = 0; apui_transports[i] != NULL; i++) {
		if (strcmp(apui_transports[i]->scheme, scheme) == 0)
			return apui_transports[i];
	}
	return NULL;
}

/* @fd is a node's descriptor, or NULL for the node that @spec names. */
static int
open_with_options(const struct apui_transport_ops *ops,
		  const struct apui_spec *spec, const int *fd,
		  struct apui_transport **out_transport)
{
	/* One byte more, as a transport without options asks for none. */
	void *options = calloc(1, ops->options_bytes + 1);
	int ret;

	if (options == NULL)
		return -ENOMEM;
	ret = apui_spec_parse_options(spec, ops->options, options);
	if (ret == 0)
		ret = fd != NULL ? ops->open_fd(*fd, options, out_transport)
				 : ops->open(spec, options, out_transport);
	free(options);
	return ret;
}

int
apui_transport_open(const char *spec, struct apui_transport **out_transport)
{
	const struct apui_transport_ops *ops;
	struct apui_spec parts;
	int ret;

	ret = apui_spec_split(spec, &parts);
	if (ret < 0)
		return ret;
	ops = find_ops(parts.scheme);
	if (ops == NULL)
		return fail_unknown_scheme(parts.scheme);
	return open_with_options(ops, &parts, NULL, out_transport);
}

int
apui_transport_open_fd(int fd, const char *options,
		       struct apui_transport **out_transport)
{
	const struct apui_spec parts = {
		.scheme = "drm",
		.path = "",
		.keys = options,
	};

	return open_with_options(&apui_transport_drm, &parts, &fd,
				 out_transport);
}
