/* SPDX-License-Identifier: MIT */
#ifndef APUI_TEST_OPEN_ON_H
#define APUI_TEST_OPEN_ON_H

#include "core/device.h"
#include "test.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A device on a transport that a test has opened, which it takes over. */
static inline struct apu_device *
open_on(struct apui_transport *t, const char *name)
{
	struct apu_device *dev = calloc(1, sizeof(*dev));

	assert_non_null(dev);
	apui_ref_init(&dev->ref);
	pthread_mutex_init(&dev->lock, NULL);
	pthread_cond_init(&dev->work, NULL);
	pthread_cond_init(&dev->changed, NULL);
	dev->pid = getpid();
	dev->transport = t;
	dev->name = strdup(name);
	dev->dequeue_data = malloc(APUI_DEQUEUE_BYTES);
	assert_non_null(dev->name);
	assert_non_null(dev->dequeue_data);
	return dev;
}

#endif
