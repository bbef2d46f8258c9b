/* SPDX-License-Identifier: MIT */
#ifndef APUI_TRANSPORT_SIM_H
#define APUI_TRANSPORT_SIM_H

#include "transport/transport.h"

/* sim: the simulated machine of src/sim, as a transport. */
extern const struct apui_transport_ops apui_transport_sim;

#endif
