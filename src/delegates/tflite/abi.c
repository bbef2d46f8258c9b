/* SPDX-License-Identifier: MIT */
#include "delegates/tflite/abi.h"
#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/*
 * Versions that tflite_abi.h was checked against by running the tests. TFLite's
 * own number is that of TfLiteVersion(), a wheel's is in its __init__.py.
 */
static const char *const known_wheels[] = { "2.3.0" };
static const char *const known_libraries[] = { "2.22.0" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct runtime {
	char path[PATH_MAX]; /* the object that the interpreter is in */
	char version[64];
	bool is_wheel;
};

/* A version with its suffix, "2.22.0-dev0", is of the same layout. */
static bool
is_listed(const char *const *list, size_t count, const char *version)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(list[i]);

		if (strncmp(version, list[i], length) == 0 &&
		    !isdigit((unsigned char)version[length]))
			return true;
	}
	return false;
}

/* The line __version__ = "..." of the Python package around the object. */
static bool
read_wheel_version(struct runtime *runtime)
{
	char path[PATH_MAX + sizeof("__init__.py")];
	char line[256];
	const char *slash = strrchr(runtime->path, '/');
	bool found = false;
	FILE *file;

	if (slash == NULL)
		return false;
	snprintf(path, sizeof(path), "%.*s/__init__.py",
		 (int)(slash - runtime->path), runtime->path);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	while (!found && fgets(line, sizeof(line), file) != NULL)
		found = sscanf(line, "__version__ = \"%63[^\"]\"",
			       runtime->version) == 1;
	fclose(file);
	return found;
}

/* The function of that name in the object, be it a program or a library. */
static void *
find_symbol(const char *path, const void *base, const char *name)
{
	void *symbol = dlsym(RTLD_DEFAULT, name);
	void *object;
	Dl_info info;

	if (symbol != NULL && dladdr(symbol, &info) != 0 &&
	    info.dli_fbase == base)
		return symbol;
	object = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
	if (object == NULL)
		return NULL;
	symbol = dlsym(object, name);
	/* It is loaded all the same: the interpreter is in it. */
	dlclose(object);
	return symbol;
}

static bool
read_library_version(struct runtime *runtime, const void *base)
{
	const char *(*get_version)(void) = NULL;
	void *symbol = find_symbol(runtime->path, base, "TfLiteVersion");

	memcpy(&get_version, &symbol, sizeof(symbol));
	if (get_version == NULL)
		return false;
	snprintf(runtime->version, sizeof(runtime->version), "%s",
		 get_version());
	return true;
}

static bool
find_runtime(const struct tfl_context *context, struct runtime *runtime)
{
	void *function;
	Dl_info info;

	memcpy(&function, &context->get_execution_plan, sizeof(function));
	if (dladdr(function, &info) == 0 || info.dli_fname == NULL)
		return false;
	snprintf(runtime->path, sizeof(runtime->path), "%s", info.dli_fname);
	if (read_library_version(runtime, info.dli_fbase))
		return true;
	runtime->is_wheel = read_wheel_version(runtime);
	return runtime->is_wheel;
}

int
apui_abi_check(const struct tfl_context *context, struct apui_text *why)
{
	struct runtime runtime = { .is_wheel = false };
	bool known;

	if (!find_runtime(context, &runtime)) {
		apui_text_add(
			why,
			"cannot find out the interpreter's version (%s has "
			"no TfLiteVersion() and is in no Python package "
			"with a version): use ai-edge-litert %s",
			runtime.path[0] != '\0' ? runtime.path : "its library",
			known_wheels[0]);
		return -EPROTO;
	}
	known = runtime.is_wheel
			? is_listed(known_wheels, COUNT(known_wheels),
				    runtime.version)
			: is_listed(known_libraries, COUNT(known_libraries),
				    runtime.version);
	if (known)
		return 0;
	apui_text_add(why,
		      "the interpreter in %s has version %s, whose structures "
		      "this delegate does not know: use ai-edge-litert %s",
		      runtime.path, runtime.version, known_wheels[0]);
	return -EPROTO;
}

const float *
apui_abi_floats(const void *list, int32_t count)
{
	const struct tfl_floats *inside = list;
	const struct tfl_floats_by_pointer *outside = list;

	if (list == NULL || count <= 0)
		return NULL;
	/* The other layout has half of an address here, and more behind it. */
	if (inside->size == count && isfinite(inside->data[0]) &&
	    inside->data[0] > 0)
		return inside->data;
	if (outside->size == count && outside->data != NULL)
		return outside->data;
	return NULL;
}
