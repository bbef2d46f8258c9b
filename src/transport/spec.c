/* SPDX-License-Identifier: MIT */
#include "transport/spec.h"
#include "core/error.h"
#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* One bit of a mask each. */
#define MAX_OPTIONS 64u

struct setting {
	struct apui_spec_text key;
	struct apui_spec_text value;
	struct apui_spec_text whole; /* "key=value", for messages */
};

/* printf's "%.*s" for a piece that may be long. */
#define SHOW_MAX 64
#define SHOW(text)                                                             \
	(int)((text).bytes < SHOW_MAX ? (text).bytes : SHOW_MAX), (text).start

static bool
is_lower_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_key_char(char c)
{
	return is_lower_or_digit(c) || c == '_';
}

static bool
is_name_char(char c)
{
	return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '.' ||
	       c == '_' || c == '-';
}

static size_t
span(const char *text, bool (*is_wanted)(char))
{
	size_t bytes = 0;

	while (is_wanted(text[bytes]))
		bytes++;
	return bytes;
}

static bool
text_is(struct apui_spec_text text, const char *other)
{
	return strlen(other) == text.bytes &&
	       memcmp(text.start, other, text.bytes) == 0;
}

/*
 * A path may hold '=', so what makes a key is its letters, too: "drm:/dev/a=b"
 * has a path and no key.
 */
static bool
starts_with_key(const char *text)
{
	size_t bytes = span(text, is_key_char);

	return bytes > 0 && text[bytes] == '=';
}

static int
fail_form(const char *text, const char *cause)
{
	apui_fail(-EINVAL, text, "%s", cause);
	apui_fail_remedy("write SCHEME:KEY=VALUE,..., as in sim:cores=2");
	return -EINVAL;
}

int
apui_spec_split(const char *text, struct apui_spec *out_spec)
{
	size_t scheme_bytes = span(text, is_lower_or_digit);
	const char *rest = text + scheme_bytes + 1;
	size_t path_bytes;

	if (scheme_bytes == 0 || text[scheme_bytes] != ':')
		return fail_form(text, "it does not begin with a scheme and "
				       "a colon");
	if (scheme_bytes >= APUI_SPEC_SCHEME_BYTES)
		return fail_form(text, "the scheme is too long");

	path_bytes = starts_with_key(rest) ? 0 : strcspn(rest, ",");
	if (rest[path_bytes] == ',' && rest[path_bytes + 1] == '\0')
		return fail_form(text, "no key follows the comma");

	memset(out_spec, 0, sizeof(*out_spec));
	memcpy(out_spec->scheme, text, scheme_bytes);
	out_spec->path = rest;
	out_spec->path_bytes = path_bytes;
	out_spec->keys = rest + path_bytes;
	if (out_spec->keys[0] == ',')
		out_spec->keys++;
	return 0;
}

int
apui_spec_refuse_path(const struct apui_spec *spec)
{
	const struct apui_spec_text path = { spec->path, spec->path_bytes };

	if (spec->path_bytes == 0)
		return 0;
	apui_fail(-EINVAL, NULL, "%s: takes no path: \"%.*s\"", spec->scheme,
		  SHOW(path));
	apui_fail_remedy("write %s:KEY=VALUE,...", spec->scheme);
	return -EINVAL;
}

/* Take the next key=value off @text, which is not empty. */
static int
take_setting(const char **text, struct setting *out)
{
	const char *start = *text;
	size_t key_bytes = span(start, is_key_char);
	const char *value = start + key_bytes + 1;
	size_t value_bytes;

	if (key_bytes == 0 || start[key_bytes] != '=') {
		const struct apui_spec_text bad = { start,
						    strcspn(start, ",") };

		apui_fail(-EINVAL, NULL, "\"%.*s\" is not KEY=VALUE",
			  SHOW(bad));
		return -EINVAL;
	}
	out->key = (struct apui_spec_text) { start, key_bytes };
	/* A nested device has commas of its own. */
	value_bytes =
		text_is(out->key, "of") ? strlen(value) : strcspn(value, ",");
	out->value = (struct apui_spec_text) { value, value_bytes };
	out->whole =
		(struct apui_spec_text) { start, key_bytes + 1 + value_bytes };
	if (value_bytes == 0)
		return apui_fail(-EINVAL, NULL, "\"%.*s\" has no value",
				 SHOW(out->whole));

	*text = value + value_bytes;
	if (**text != ',')
		return 0;
	(*text)++;
	if (**text == '\0')
		return apui_fail(-EINVAL, NULL,
				 "no key follows the last comma");
	return 0;
}

static int
fail_unknown_key(const struct apui_spec *spec, const struct apui_option *table,
		 const struct setting *setting)
{
	char known[160];
	size_t bytes = 0;

	apui_fail(-EINVAL, NULL, "%s: has no key \"%.*s\"", spec->scheme,
		  SHOW(setting->key));
	if (table == NULL || table->type == APUI_OPTION_END) {
		apui_fail_remedy("it takes no keys");
		return -EINVAL;
	}
	known[0] = '\0';
	for (; table->type != APUI_OPTION_END && bytes < sizeof(known);
	     table++) {
		if (table->type != APUI_OPTION_RESERVED)
			bytes += (size_t)snprintf(known + bytes,
						  sizeof(known) - bytes, " %s",
						  table->key);
	}
	apui_fail_remedy("its keys are%s", known);
	return -EINVAL;
}

static int
fail_reserved(const struct setting *setting, const char *accepted)
{
	apui_fail(-EOPNOTSUPP, NULL, "%.*s is for a later version",
		  SHOW(setting->whole));
	if (accepted != NULL)
		apui_fail_remedy("leave it out, or write %.*s=%s",
				 SHOW(setting->key), accepted);
	else
		apui_fail_remedy("leave it out");
	return -EOPNOTSUPP;
}

static int
set_uint(const struct apui_option *option, const struct setting *setting,
	 void *out_field)
{
	const struct apui_spec_text value = setting->value;
	uint32_t number = 0;
	bool is_good = true;

	for (size_t i = 0; i < value.bytes && is_good; i++)
		is_good = is_digit(value.start[i]) &&
			  !__builtin_mul_overflow(number, 10u, &number) &&
			  !__builtin_add_overflow(
				  number, (uint32_t)(value.start[i] - '0'),
				  &number);

	if (!is_good || number < option->min || number > option->max)
		return apui_fail(-EINVAL, NULL,
				 "%.*s is not a number of %u "
				 "to %u",
				 SHOW(setting->whole), option->min,
				 option->max);
	memcpy(out_field, &number, sizeof(number));
	return 0;
}

static int
set_name(const struct apui_option *option, const struct setting *setting,
	 void *out_field)
{
	const struct apui_spec_text value = setting->value;
	char *name = out_field;

	(void)option;
	if (value.bytes >= APUI_SPEC_TEXT_BYTES ||
	    span(value.start, is_name_char) != value.bytes)
		return apui_fail(-EINVAL, NULL,
				 "%.*s is not a name of up to %d letters, "
				 "digits and . _ -",
				 SHOW(setting->whole),
				 APUI_SPEC_TEXT_BYTES - 1);
	memcpy(name, value.start, value.bytes);
	name[value.bytes] = '\0';
	return 0;
}

static int
set_text(const struct apui_option *option, const struct setting *setting,
	 void *out_field)
{
	(void)option;
	memcpy(out_field, &setting->value, sizeof(setting->value));
	return 0;
}

static int
check_only(const struct apui_option *option, const struct setting *setting,
	   void *out_field)
{
	(void)out_field;
	if (!text_is(setting->value, option->text))
		return fail_reserved(setting, option->text);
	return 0;
}

static int
refuse_reserved(const struct apui_option *option, const struct setting *setting,
		void *out_field)
{
	(void)option;
	(void)out_field;
	return fail_reserved(setting, NULL);
}

static int (*const setters[])(const struct apui_option *option,
			      const struct setting *setting,
			      void *out_field) = {
	[APUI_OPTION_UINT] = set_uint,
	[APUI_OPTION_NAME] = set_name,
	[APUI_OPTION_TEXT] = set_text,
	[APUI_OPTION_ONLY] = check_only,
	[APUI_OPTION_RESERVED] = refuse_reserved,
};

static void
set_defaults(const struct apui_option *table, char *out_options)
{
	for (; table != NULL && table->type != APUI_OPTION_END; table++) {
		char *field = out_options + table->offset;

		if (table->type == APUI_OPTION_UINT)
			memcpy(field, &table->initial, sizeof(table->initial));
		else if (table->type == APUI_OPTION_NAME)
			snprintf(field, APUI_SPEC_TEXT_BYTES, "%s",
				 table->text);
		else if (table->type == APUI_OPTION_TEXT)
			memset(field, 0, sizeof(struct apui_spec_text));
	}
}

static const struct apui_option *
find_option(const struct apui_option *table, const struct setting *setting)
{
	for (; table != NULL && table->type != APUI_OPTION_END; table++) {
		if (text_is(setting->key, table->key))
			return table;
	}
	return NULL;
}

static int
apply_setting(const struct apui_spec *spec, const struct apui_option *table,
	      const struct setting *setting, uint64_t *seen, char *out_options)
{
	const struct apui_option *option = find_option(table, setting);
	uint64_t bit;

	if (option == NULL)
		return fail_unknown_key(spec, table, setting);

	assert((size_t)(option - table) < MAX_OPTIONS);
	bit = UINT64_C(1) << (option - table);
	if ((*seen & bit) != 0)
		return apui_fail(-EINVAL, NULL, "%s is given twice",
				 option->key);
	*seen |= bit;
	return setters[option->type](option, setting,
				     out_options + option->offset);
}

int
apui_spec_parse_options(const struct apui_spec *spec,
			const struct apui_option *table, void *out_options)
{
	const char *text = spec->keys;
	uint64_t seen = 0;
	struct setting setting;
	int ret;

	set_defaults(table, out_options);
	while (*text != '\0') {
		ret = take_setting(&text, &setting);
		if (ret < 0)
			return ret;
		ret = apply_setting(spec, table, &setting, &seen, out_options);
		if (ret < 0)
			return ret;
	}
	return 0;
}
