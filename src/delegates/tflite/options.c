/* SPDX-License-Identifier: MIT */
#include "delegates/tflite/options.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_THREADS        1
#define MAX_THREADS            64
#define DEFAULT_MAX_PARTITIONS 1000
#define MAX_MAX_PARTITIONS     1000000

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Sets an option; -EINVAL when it cannot have the value. */
typedef int (*set_fn)(struct apui_options *options, const char *value);

struct word {
	const char *word;
	int value;
};

/* Python's str(True) is "True". */
static const struct word truths[] = {
	{ "true", 1 },  { "True", 1 },  { "1", 1 }, { "yes", 1 }, { "on", 1 },
	{ "false", 0 }, { "False", 0 }, { "0", 0 }, { "no", 0 },  { "off", 0 },
};

static const struct word levels[] = {
	{ "none", 0 },
	{ "error", APU_LOG_ERROR },
	{ "warning", APU_LOG_WARNING },
	{ "info", APU_LOG_INFO },
	{ "debug", APU_LOG_DEBUG },
};

static int
find_word(const struct word *words, size_t count, const char *value)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i].word, value) == 0)
			return words[i].value;
	return -EINVAL;
}

static int
set_bool(bool *out, const char *value)
{
	int truth = find_word(truths, COUNT(truths), value);

	if (truth < 0)
		return truth;
	*out = truth != 0;
	return 0;
}

static int
set_number(uint32_t *out, const char *value, uint32_t limit)
{
	unsigned long long number;
	char *end;

	if (value[0] < '0' || value[0] > '9')
		return -EINVAL;
	errno = 0;
	number = strtoull(value, &end, 10);
	if (errno != 0 || *end != '\0' || number < 1 || number > limit)
		return -EINVAL;
	*out = (uint32_t)number;
	return 0;
}

static int
set_text(char **out, const char *value)
{
	char *copy = strdup(value);

	if (copy == NULL)
		return -ENOMEM;
	free(*out);
	*out = copy;
	return 0;
}

static int
set_device(struct apui_options *options, const char *value)
{
	return set_text(&options->device, value);
}

static int
set_cache_dir(struct apui_options *options, const char *value)
{
	return value[0] == '\0' ? -EINVAL
				: set_text(&options->cache_dir, value);
}

static int
set_threads(struct apui_options *options, const char *value)
{
	return set_number(&options->threads, value, MAX_THREADS);
}

static int
set_max_partitions(struct apui_options *options, const char *value)
{
	return set_number(&options->max_partitions, value, MAX_MAX_PARTITIONS);
}

static int
set_log(struct apui_options *options, const char *value)
{
	int level = find_word(levels, COUNT(levels), value);

	if (level < 0)
		return level;
	options->log = (enum apu_log_level)level;
	return 0;
}

static int
set_strict(struct apui_options *options, const char *value)
{
	return set_bool(&options->strict, value);
}

static int
set_profile(struct apui_options *options, const char *value)
{
	return set_bool(&options->profile, value);
}

static const struct {
	const char *key;
	set_fn set;
	const char *values;
} keys_known[] = {
	{ "device", set_device, "a device string, for one sim:" },
	{ "threads", set_threads, "1 to 64" },
	{ "strict", set_strict, "true or false" },
	{ "log", set_log, "none, error, warning, info or debug" },
	{ "profile", set_profile, "true or false" },
	{ "cache_dir", set_cache_dir, "the name of a folder" },
	{ "max_partitions", set_max_partitions, "1 to 1000000" },
};

static int
fail_key(const char *key, struct apui_text *why)
{
	apui_text_add(why, "unknown option '%s'; the options are ", key);
	for (size_t i = 0; i < COUNT(keys_known); i++)
		apui_text_add(why, "%s%s", i > 0 ? ", " : "",
			      keys_known[i].key);
	return -EINVAL;
}

static int
read_option(struct apui_options *options, const char *key, const char *value,
	    struct apui_text *why)
{
	for (size_t i = 0; i < COUNT(keys_known); i++) {
		int ret;

		if (strcmp(key, keys_known[i].key) != 0)
			continue;
		ret = keys_known[i].set(options, value);
		if (ret == -EINVAL)
			apui_text_add(why, "option %s cannot be '%s': say %s",
				      key, value, keys_known[i].values);
		else if (ret < 0)
			apui_text_add(why, "out of memory");
		return ret;
	}
	return fail_key(key, why);
}

int
apui_options_read(struct apui_options *options, char **keys, char **values,
		  size_t count, struct apui_text *why)
{
	int ret = 0;

	*options = (struct apui_options) {
		.threads = DEFAULT_THREADS,
		.max_partitions = DEFAULT_MAX_PARTITIONS,
		.log = APU_LOG_WARNING,
	};
	for (size_t i = 0; i < count && ret == 0; i++) {
		if (keys == NULL || values == NULL || keys[i] == NULL ||
		    values[i] == NULL) {
			apui_text_add(why, "option %zu has no name or no value",
				      i);
			ret = -EINVAL;
			break;
		}
		ret = read_option(options, keys[i], values[i], why);
	}
	if (ret < 0)
		apui_options_free(options);
	return ret;
}

void
apui_options_free(struct apui_options *options)
{
	free(options->device);
	free(options->cache_dir);
	*options = (struct apui_options) { .device = NULL };
}
