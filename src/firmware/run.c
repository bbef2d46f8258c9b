/* SPDX-License-Identifier: MIT */
/* RUN: a range of a program's operators over the buffers of one request. */
#include "firmware/interp.h"
#include "firmware/memory.h"
#include "firmware/request.h"

static int
check_request(const struct apui_fw_request *request, struct apui_run *head)
{
	if (request->size_in < sizeof(*head) ||
	    request->size_out < sizeof(struct apui_run_report))
		return APUI_RESULT_EINVAL;
	memcpy(head, request->data_in, sizeof(*head));
	if (head->flags != 0 || head->submission_id == 0 ||
	    head->submission_id == APUI_SUBMISSION_CANCELLED ||
	    head->run_index == UINT32_MAX)
		return APUI_RESULT_EINVAL;
	if (request->size_in !=
	    sizeof(*head) + (uint32_t)head->binding_count *
				    sizeof(struct apui_run_binding))
		return APUI_RESULT_EINVAL;
	if (head->binding_count > APUI_FW_MAX_BINDINGS)
		return APUI_RESULT_E2BIG;
	return head->binding_count < APUI_SLOT_FIRST_IO ? APUI_RESULT_EINVAL
							: APUI_RESULT_OK;
}

static int
resolve_binding(const struct apui_fw_request *request,
		const struct apui_run_binding *binding,
		struct apui_fw_binding *out_binding)
{
	uint64_t end = (uint64_t)binding->offset_bytes + binding->size_bytes;

	*out_binding = (struct apui_fw_binding) { 0 };
	if (binding->buffer == APUI_RUN_UNBOUND)
		return APUI_RESULT_OK;
	if (binding->buffer >= request->count)
		return APUI_RESULT_EINVAL;
	if (end > apui_fw_buffer_size(request, binding->buffer))
		return APUI_RESULT_ERANGE;
	out_binding->data =
		apui_fw_buffer(request, binding->buffer, binding->offset_bytes,
			       binding->size_bytes);
	out_binding->size_bytes = binding->size_bytes;
	return out_binding->data ? APUI_RESULT_OK : APUI_RESULT_EFAULT;
}

static int
resolve_bindings(const struct apui_fw_request *request,
		 const struct apui_run *head, struct apui_fw_run *run)
{
	const uint8_t *bindings = request->data_in + sizeof(*head);

	run->binding_count = head->binding_count;
	for (unsigned int i = 0; i < head->binding_count; i++) {
		struct apui_run_binding binding;
		int ret;

		memcpy(&binding, bindings + i * sizeof(binding),
		       sizeof(binding));
		ret = resolve_binding(request, &binding, &run->bindings[i]);
		if (ret != APUI_RESULT_OK)
			return ret;
	}
	return APUI_RESULT_OK;
}

static int
section_is_inside(const struct apui_program_header *program, uint32_t offset,
		  uint32_t count, uint32_t element_bytes)
{
	return offset % APUI_PROGRAM_ALIGNMENT == 0 &&
	       offset >= sizeof(*program) &&
	       offset + (uint64_t)count * element_bytes <= program->size_bytes;
}

/* The slots that a program has, the one of shared constants last. */
static uint64_t
count_slots(const struct apui_program_header *program)
{
	return (uint64_t)APUI_SLOT_FIRST_IO + program->input_count +
	       program->output_count + (program->shared_bytes > 0);
}

static int
check_slots(const struct apui_fw_run *run)
{
	const struct apui_program_header *program = &run->program;
	const struct apui_fw_binding *bindings = run->bindings;

	if (count_slots(program) != run->binding_count)
		return APUI_RESULT_EINVAL;
	if (program->size_bytes > bindings[APUI_SLOT_PROGRAM].size_bytes ||
	    program->arena_bytes > bindings[APUI_SLOT_ARENA].size_bytes ||
	    program->state_bytes > bindings[APUI_SLOT_STATE].size_bytes)
		return APUI_RESULT_ERANGE;
	if (program->shared_bytes > 0 &&
	    program->shared_bytes > bindings[run->binding_count - 1].size_bytes)
		return APUI_RESULT_ERANGE;
	return APUI_RESULT_OK;
}

static int
check_program(const struct apui_fw_run *run)
{
	const struct apui_program_header *program = &run->program;

	if (program->magic != APUI_PROGRAM_MAGIC)
		return APUI_RESULT_EBADMSG;
	if (program->version != APUI_PROGRAM_VERSION ||
	    program->target != APUI_TARGET_REF)
		return APUI_RESULT_ENOTSUP;
	if (program->header_bytes != sizeof(*program) ||
	    !section_is_inside(program, program->tensor_offset,
			       program->tensor_count,
			       sizeof(struct apui_program_tensor)) ||
	    !section_is_inside(program, program->operator_offset,
			       program->operator_count,
			       sizeof(struct apui_program_operator)) ||
	    !section_is_inside(program, program->list_offset,
			       program->list_count, sizeof(uint32_t)) ||
	    !section_is_inside(program, program->data_offset,
			       program->data_bytes, 1))
		return APUI_RESULT_EBADMSG;
	return check_slots(run);
}

static int
read_program(struct apui_fw_run *run)
{
	const struct apui_fw_binding *blob = &run->bindings[APUI_SLOT_PROGRAM];
	const struct apui_fw_binding *arena = &run->bindings[APUI_SLOT_ARENA];

	if (!blob->data || !arena->data)
		return APUI_RESULT_EINVAL;
	if (blob->size_bytes < sizeof(run->program) ||
	    arena->size_bytes < sizeof(struct apui_arena_header))
		return APUI_RESULT_ERANGE;
	if ((uintptr_t)arena->data % _Alignof(struct apui_arena_header) != 0)
		return APUI_RESULT_EFAULT;
	apui_fw_copy_in(&run->program, blob->data, sizeof(run->program));
	return check_program(run);
}

/* Fields of the arena's header, which the client may write at any moment. */
static uint32_t
load_field(const uint32_t *field)
{
	return __atomic_load_n(field, __ATOMIC_ACQUIRE);
}

static void
store_field(uint32_t *field, uint32_t value)
{
	__atomic_store_n(field, value, __ATOMIC_RELEASE);
}

/* So that no operator runs on what a lost or failed RUN left half done. */
static int
begin_arena(struct apui_arena_header *arena, const struct apui_run *head)
{
	uint32_t submission_id = load_field(&arena->submission_id);

	if (submission_id == APUI_SUBMISSION_CANCELLED)
		return APUI_RESULT_ECANCELED;
	if (head->run_index == 0) {
		store_field(&arena->runs_done, 0);
		store_field(&arena->submission_id, head->submission_id);
		return APUI_RESULT_OK;
	}
	if (submission_id != head->submission_id ||
	    load_field(&arena->runs_done) != head->run_index)
		return APUI_RESULT_ECANCELED;
	return APUI_RESULT_OK;
}

static int
run_range(const struct apui_fw_request *request, struct apui_fw_run *run,
	  struct apui_run_report *report)
{
	struct apui_arena_header *arena;
	struct apui_run head;
	int ret;

	ret = check_request(request, &head);
	if (ret != APUI_RESULT_OK)
		return ret;
	ret = resolve_bindings(request, &head, run);
	if (ret != APUI_RESULT_OK)
		return ret;
	ret = read_program(run);
	if (ret != APUI_RESULT_OK)
		return ret;
	if ((uint64_t)head.first_operator + head.operator_count >
	    run->program.operator_count)
		return APUI_RESULT_EINVAL;

	arena = (void *)run->bindings[APUI_SLOT_ARENA].data;
	ret = begin_arena(arena, &head);
	if (ret != APUI_RESULT_OK)
		return ret;
	ret = apui_fw_run_operators(run, head.first_operator,
				    head.operator_count, report);
	if (ret == APUI_RESULT_OK)
		store_field(&arena->runs_done, head.run_index + 1);
	return ret;
}

int
apui_fw_run(struct apui_fw_request *request)
{
	struct apui_run_report report = {
		.failed_operator = APUI_RUN_NO_OPERATOR,
		.failed_tensor = APUI_RUN_NO_OPERATOR,
	};
	struct apui_fw_run run = { .host = request->host };
	int ret;

	ret = run_range(request, &run, &report);
	if (request->size_out >= sizeof(report)) {
		memcpy(request->data_out, &report, sizeof(report));
		request->size_out = sizeof(report);
	}
	return ret;
}
