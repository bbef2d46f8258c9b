/* SPDX-License-Identifier: MIT */

/* The plan of a simulated machine, as its users see it. */

#include "sim/faults.h"
#include "core/error.h"
#include "sim/registry.h"
#include <apu/sim.h>
#include <errno.h>
#include <string.h>

int
apui_sim_faults_read(const char *text, size_t text_bytes,
		     struct apui_fault_plan *out_plan)
{
	char why[APUI_FAULT_WHY_BYTES];
	int ret = apui_fault_plan_parse(text, text_bytes, out_plan, why);

	if (ret < 0) {
		apui_fail(ret, NULL, "the fault plan is wrong: %s", why);
		apui_fail_remedy("write job:nth=2:hang, several joined with +, "
				 "or none");
	}
	return ret;
}

static int
fail_unknown(int ret, const char *name)
{
	if (ret < 0) {
		apui_fail(ret, NULL, "no simulated machine \"%s\" is open",
			  name);
		apui_fail_remedy("open sim:name=%s first", name);
	}
	return ret;
}

static int
set_faults(const char *name, const char *text)
{
	struct apui_fault_plan plan;
	int ret;

	if (text == NULL)
		return apui_fail(-EINVAL, NULL, "there is no plan");
	ret = apui_sim_faults_read(text, strlen(text), &plan);
	if (ret < 0)
		return ret;
	return fail_unknown(apui_sim_registry_set_faults(name, &plan), name);
}

int
apu_sim_set_faults(const char *machine_name, const char *plan)
{
	int ret = set_faults(machine_name != NULL ? machine_name
						  : APUI_SIM_DEFAULT_NAME,
			     plan);

	return apui_fail_during(ret, "set faults", NULL);
}

int
apu_sim_unspent_faults(const char *machine_name, unsigned int *out_count)
{
	const char *name =
		machine_name != NULL ? machine_name : APUI_SIM_DEFAULT_NAME;
	int ret;

	if (out_count == NULL)
		ret = apui_fail(-EINVAL, NULL,
				"there is no place for the count");
	else
		ret = fail_unknown(
			apui_sim_registry_count_unspent(name, out_count), name);
	return apui_fail_during(ret, "count faults", NULL);
}
