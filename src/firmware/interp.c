/* SPDX-License-Identifier: MIT */
#include "firmware/interp.h"
#include "firmware/memory.h"

/* One operator in hand: copies, which are what is checked and used. */
struct step {
	struct apui_program_operator record;
	struct apui_fw_tensor tensors[APUI_FW_MAX_OPERATOR_TENSORS];
};

/*
 * The programs, the arena's header and the inputs are not for operators: other
 * clients and cores may read them.
 */
static int
slot_is_writable(const struct apui_fw_run *run, uint32_t slot)
{
	if (slot == APUI_SLOT_PROGRAM)
		return 0;
	if (run->program.shared_bytes > 0 && slot == run->binding_count - 1)
		return 0;
	return slot < APUI_SLOT_FIRST_IO ||
	       slot - APUI_SLOT_FIRST_IO >= run->program.input_count;
}

static int
check_shape(const struct apui_program_tensor *record)
{
	uint64_t bytes = apui_fw_type_bytes(record->type);

	if (bytes == 0 || record->rank > APUI_PROGRAM_MAX_RANK)
		return APUI_RESULT_EBADMSG;
	for (unsigned int i = 0; i < record->rank; i++) {
		int32_t length = record->dims[i];

		if (length < 0)
			return APUI_RESULT_EBADMSG;
		if (__builtin_mul_overflow(bytes, (uint64_t)length, &bytes))
			return APUI_RESULT_EBADMSG;
	}
	return bytes == record->size_bytes ? APUI_RESULT_OK
					   : APUI_RESULT_EBADMSG;
}

static int
check_place(const struct apui_fw_run *run,
	    const struct apui_program_tensor *record)
{
	const struct apui_fw_binding *binding = &run->bindings[record->slot];
	uint64_t end = (uint64_t)record->offset_bytes + record->size_bytes;

	if (record->offset_bytes % APUI_PROGRAM_ALIGNMENT != 0)
		return APUI_RESULT_EBADMSG;
	if (record->slot == APUI_SLOT_ARENA &&
	    record->offset_bytes < sizeof(struct apui_arena_header))
		return APUI_RESULT_EBADMSG;
	if (!binding->data || end > binding->size_bytes)
		return APUI_RESULT_ERANGE;
	/* Kernels load whole elements. */
	if (((uintptr_t)binding->data + record->offset_bytes) %
		    apui_fw_type_bytes(record->type) !=
	    0)
		return APUI_RESULT_EFAULT;
	return APUI_RESULT_OK;
}

static void
fill_tensor(const struct apui_fw_run *run,
	    const struct apui_program_tensor *record,
	    struct apui_fw_tensor *tensor)
{
	tensor->data = run->bindings[record->slot].data + record->offset_bytes;
	tensor->size_bytes = record->size_bytes;
	tensor->type = record->type;
	tensor->rank = record->rank;
	tensor->zero_point = record->zero_point;
	for (unsigned int i = 0; i < APUI_PROGRAM_MAX_RANK; i++)
		tensor->dims[i] = i < record->rank ? record->dims[i] : 1;
}

static int
resolve_tensor(const struct apui_fw_run *run, uint32_t index, int written,
	       struct apui_fw_tensor *tensor)
{
	const struct apui_program_header *program = &run->program;
	const uint8_t *blob = run->bindings[APUI_SLOT_PROGRAM].data;
	struct apui_program_tensor record;
	int ret;

	if (index >= program->tensor_count)
		return APUI_RESULT_EBADMSG;
	apui_fw_copy_in(&record,
			blob + program->tensor_offset +
				(size_t)index * sizeof(record),
			sizeof(record));
	if (record.slot >= run->binding_count)
		return APUI_RESULT_EBADMSG;
	if (written && !slot_is_writable(run, record.slot))
		return APUI_RESULT_EBADMSG;

	ret = check_shape(&record);
	if (ret == APUI_RESULT_OK)
		ret = check_place(run, &record);
	if (ret != APUI_RESULT_OK)
		return ret;
	fill_tensor(run, &record, tensor);
	return APUI_RESULT_OK;
}

static int
resolve_tensors(const struct apui_fw_run *run,
		const struct apui_fw_operator *op, struct step *step,
		uint32_t *failed_tensor)
{
	const uint8_t *list =
		run->bindings[APUI_SLOT_PROGRAM].data +
		run->program.list_offset +
		(size_t)step->record.list_first * sizeof(uint32_t);
	unsigned int count = op->input_count + op->output_count;

	for (unsigned int i = 0; i < count; i++) {
		uint32_t index =
			apui_fw_copy_in_u32(list + i * sizeof(uint32_t));
		int ret;

		if (index == APUI_NO_TENSOR && i < op->input_count &&
		    (op->optional_inputs >> i & 1) != 0) {
			step->tensors[i] = (struct apui_fw_tensor) { 0 };
			continue;
		}
		ret = resolve_tensor(run, index, i >= op->input_count,
				     &step->tensors[i]);
		if (ret != APUI_RESULT_OK) {
			*failed_tensor = index;
			return ret;
		}
	}
	return APUI_RESULT_OK;
}

static int
check_operator(const struct apui_fw_run *run,
	       const struct apui_program_operator *record,
	       const struct apui_fw_operator *op)
{
	uint64_t list_end = (uint64_t)record->list_first + record->input_count +
			    record->output_count;

	if (!op)
		return APUI_RESULT_ENOTSUP;
	if (record->flags != 0 || record->input_count != op->input_count ||
	    record->output_count != op->output_count ||
	    list_end > run->program.list_count)
		return APUI_RESULT_EBADMSG;
	return APUI_RESULT_OK;
}

static int
run_operator(const struct apui_fw_run *run, uint32_t index,
	     uint32_t *failed_tensor)
{
	const uint8_t *records = run->bindings[APUI_SLOT_PROGRAM].data +
				 run->program.operator_offset;
	const struct apui_fw_operator *op;
	struct apui_fw_call call;
	struct step step;
	int ret;

	apui_fw_copy_in(&step.record,
			records + (size_t)index * sizeof(step.record),
			sizeof(step.record));
	op = apui_fw_find_operator(step.record.op);
	ret = check_operator(run, &step.record, op);
	if (ret != APUI_RESULT_OK)
		return ret;
	ret = resolve_tensors(run, op, &step, failed_tensor);
	if (ret != APUI_RESULT_OK)
		return ret;

	call.host = run->host;
	call.params = step.record.params;
	call.inputs = step.tensors;
	call.outputs = step.tensors + op->input_count;
	call.input_count = op->input_count;
	call.output_count = op->output_count;
	return op->run(&call);
}

int
apui_fw_run_operators(const struct apui_fw_run *run, uint32_t first,
		      uint32_t count, struct apui_run_report *report)
{
	for (uint32_t i = 0; i < count; i++) {
		int ret = APUI_RESULT_ECANCELED;

		if (!run->host->cancelled(run->host->context))
			ret = run_operator(run, first + i,
					   &report->failed_tensor);
		if (ret != APUI_RESULT_OK) {
			report->operators_done = i;
			report->failed_operator = first + i;
			return ret;
		}
	}
	return APUI_RESULT_OK;
}
