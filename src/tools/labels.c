/* SPDX-License-Identifier: MIT */
#include "labels.h"
#include "report.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Empty lines at the end name nothing. */
static void
trim_end(struct apui_bytes *text)
{
	while (text->size_bytes > 0 &&
	       strchr(" \t\r\n", text->data[text->size_bytes - 1]) != NULL)
		text->size_bytes--;
	text->data[text->size_bytes] = '\0';
}

static size_t
count_lines(const struct apui_bytes *text)
{
	size_t count = text->size_bytes > 0 ? 1 : 0;

	for (size_t i = 0; i < text->size_bytes; i++)
		count += text->data[i] == '\n';
	return count;
}

static void
split_lines(struct apui_labels *labels)
{
	char *line = (char *)labels->text.data;

	for (size_t i = 0; i < labels->count; i++) {
		char *end = strchr(line, '\n');

		labels->names[i] = line;
		if (end == NULL)
			break;
		*end = '\0';
		if (end > line && end[-1] == '\r')
			end[-1] = '\0';
		line = end + 1;
	}
}

/* A list that is one off names every class wrong: no mercy on counts. */
static int
check_count(const char *path, const struct apui_labels *labels,
	    size_t class_count)
{
	char what[PATH_MAX + 16];

	if (memchr(labels->text.data, '\0', labels->text.size_bytes) == NULL &&
	    labels->count == class_count)
		return APUI_DONE;

	snprintf(what, sizeof(what), "labels %s", path);
	if (labels->count == class_count)
		return apui_report_failure(what, "name a text file",
					   "it is not text");
	return apui_report_failure(
		what, "name the list that belongs to this model",
		"it has %zu labels, and the model's first output has %zu "
		"classes",
		labels->count, class_count);
}

int
apui_labels_read(const char *path, size_t class_count,
		 struct apui_labels *out_labels)
{
	struct apui_labels labels = { 0 };
	int status;

	status = apui_bytes_read(path, &labels.text);
	if (status != APUI_DONE)
		return status;
	trim_end(&labels.text);
	labels.count = count_lines(&labels.text);
	status = check_count(path, &labels, class_count);
	if (status != APUI_DONE)
		goto err_finish;

	labels.names = calloc(labels.count + 1, sizeof(*labels.names));
	if (labels.names == NULL) {
		status = apui_report_errno(ENOMEM, "read labels");
		goto err_finish;
	}
	split_lines(&labels);
	*out_labels = labels;
	return APUI_DONE;

err_finish:
	apui_labels_finish(&labels);
	return status;
}

void
apui_labels_finish(struct apui_labels *labels)
{
	free(labels->names);
	free(labels->text.data);
}
