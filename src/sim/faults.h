/* SPDX-License-Identifier: MIT */
#ifndef APUI_SIM_FAULTS_H
#define APUI_SIM_FAULTS_H

#include "fault/plan.h"

/* Read a plan. -EINVAL with the reason. */
int
apui_sim_faults_read(const char *text, size_t text_bytes,
		     struct apui_fault_plan *out_plan);

#endif
