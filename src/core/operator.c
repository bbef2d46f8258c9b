/* SPDX-License-Identifier: MIT */
#include "model/operators.h"
#include <apu/custom.h>

const char *
apu_operator_name(const struct apu_operator *op)
{
	if (op->name != NULL)
		return op->name;
	return op->function != NULL ? op->function->code : op->row->name;
}

unsigned int
apu_operator_version(const struct apu_operator *op)
{
	return op->version;
}

uint64_t
apu_operator_macs(const struct apu_operator *op)
{
	return op->macs;
}

int
apu_operator_input(const struct apu_operator *op, unsigned int index)
{
	return index < op->input_count ? op->inputs[index] : -2;
}

int
apu_operator_output(const struct apu_operator *op, unsigned int index)
{
	return index < op->output_count ? op->outputs[index] : -2;
}
