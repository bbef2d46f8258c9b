/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "transport/transport.h"
#include <apu/device.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct list_entry {
	char spec[64];
	const char *description;
};

struct apu_device_list {
	unsigned int count;
	struct list_entry entries[];
};

static unsigned int
count_transports(void)
{
	unsigned int count = 0;

	while (apui_transports[count] != NULL)
		count++;
	return count;
}

int
apu_device_list_new(struct apu_device_list **out_list)
{
	unsigned int count = count_transports();
	struct apu_device_list *list;
	int ret;

	if (out_list == NULL) {
		ret = apui_fail(-EINVAL, NULL, "out_list is NULL");
		return apui_fail_during(ret, "list devices", NULL);
	}
	list = calloc(1, sizeof(*list) + count * sizeof(list->entries[0]));
	if (list == NULL)
		return apui_fail_during(-ENOMEM, "list devices", NULL);

	for (unsigned int i = 0; i < count; i++) {
		snprintf(list->entries[i].spec, sizeof(list->entries[i].spec),
			 "%s:", apui_transports[i]->scheme);
		list->entries[i].description = apui_transports[i]->description;
	}
	list->count = count;
	*out_list = list;
	return 0;
}

void
apu_device_list_free(struct apu_device_list *list)
{
	free(list);
}

unsigned int
apu_device_list_count(const struct apu_device_list *list)
{
	return list->count;
}

const char *
apu_device_list_spec(const struct apu_device_list *list, unsigned int index)
{
	return index < list->count ? list->entries[index].spec : NULL;
}

const char *
apu_device_list_description(const struct apu_device_list *list,
			    unsigned int index)
{
	return index < list->count ? list->entries[index].description : NULL;
}
