/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "transport/transport.h"
#include <apu/device.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct apu_device_list {
	unsigned int count;
	struct apui_transport_entry entries[];
};

static unsigned int
count_transports(void)
{
	unsigned int count = 0;

	while (apui_transports[count] != NULL)
		count++;
	return count;
}

/* The entries of one transport, of which there may be none. */
static unsigned int
list_transport(const struct apui_transport_ops *ops,
	       struct apui_transport_entry *entries)
{
	if (ops->enumerate != NULL)
		return ops->enumerate(entries);
	snprintf(entries[0].spec, sizeof(entries[0].spec), "%s:", ops->scheme);
	snprintf(entries[0].description, sizeof(entries[0].description), "%s",
		 ops->description);
	return 1;
}

int
apu_device_list_new(struct apu_device_list **out_list)
{
	struct apu_device_list *list;
	int ret;

	if (out_list == NULL) {
		ret = apui_fail(-EINVAL, NULL, "out_list is NULL");
		return apui_fail_during(ret, "list devices", NULL);
	}
	list = calloc(1, sizeof(*list) + sizeof(list->entries[0]) *
						 count_transports() *
						 APUI_TRANSPORT_MAX_ENTRIES);
	if (list == NULL)
		return apui_fail_during(-ENOMEM, "list devices", NULL);

	for (unsigned int i = 0; apui_transports[i] != NULL; i++)
		list->count += list_transport(apui_transports[i],
					      &list->entries[list->count]);
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
