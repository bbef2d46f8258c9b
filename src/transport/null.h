/* SPDX-License-Identifier: MIT */
#ifndef APUI_TRANSPORT_NULL_H
#define APUI_TRANSPORT_NULL_H

#include "transport/transport.h"

/* null: memory and fences, and a core that refuses every command. */
extern const struct apui_transport_ops apui_transport_null;

#endif
