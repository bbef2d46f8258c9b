/* SPDX-License-Identifier: MIT */
#ifndef APUI_SPEC_H
#define APUI_SPEC_H

/*
 * Device strings: SCHEME:[PATH][,]KEY=VALUE,... Lists join with '+'. A key
 * `of` swallows the rest of the string: a nested device.
 */

#include <stddef.h>
#include <stdint.h>

#define APUI_SPEC_SCHEME_BYTES 16
#define APUI_SPEC_TEXT_BYTES   64

struct apui_spec {
	char scheme[APUI_SPEC_SCHEME_BYTES];
	const char *path; /* not terminated: path_bytes long */
	size_t path_bytes;
	const char *keys; /* the rest of the string, "" when there are none */
};

/* A piece of the device string, not terminated. */
struct apui_spec_text {
	const char *start;
	size_t bytes;
};

enum apui_option_type {
	APUI_OPTION_END = 0,
	APUI_OPTION_UINT, /* uint32_t in min .. max */
	APUI_OPTION_NAME, /* char[APUI_SPEC_TEXT_BYTES]: [A-Za-z0-9._-]+ */
	APUI_OPTION_TEXT, /* struct apui_spec_text: as it stands, empty if not
			   */
	/* Known, but only this text is accepted: the rest is -EOPNOTSUPP. */
	APUI_OPTION_ONLY,
	/* Known, and always -EOPNOTSUPP. */
	APUI_OPTION_RESERVED,
};

/* One key of a transport; a table of them ends with APUI_OPTION_END. */
struct apui_option {
	const char *key;
	enum apui_option_type type;
	size_t offset; /* in the transport's options struct */
	uint32_t min, max, initial;
	const char *text; /* NAME: the default; ONLY: what is accepted */
};

/*
 * Split a device string into scheme, path and keys. -EINVAL with the reason.
 * The result points into @text.
 */
int
apui_spec_split(const char *text, struct apui_spec *out_spec);

/* -EINVAL with the reason if there is a path; for transports without any. */
int
apui_spec_refuse_path(const struct apui_spec *spec);

/*
 * Fill @out_options from the defaults and then the keys. -EINVAL for an unknown
 * key, a key twice, a value that is malformed or out of range; -EOPNOTSUPP for
 * reserved ones. The reason names the key and what it accepts.
 */
int
apui_spec_parse_options(const struct apui_spec *spec,
			const struct apui_option *table, void *out_options);

#endif
