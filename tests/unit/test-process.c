/* SPDX-License-Identifier: MIT */
#include "core/process.h"
#include "test.h"
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

static void
id_is_the_processs_own(void **state)
{
	(void)state;
	assert_int_equal(apui_process_id(), getpid());
	assert_int_equal(apui_process_id(), getpid());
}

/* Whether a child, and a child of it, know who they are. */
static bool
children_know_themselves(int generations)
{
	for (int i = 0; i < generations; i++) {
		pid_t child = fork();
		int status;

		if (child == 0 && apui_process_id() == getpid())
			continue;
		if (child == 0)
			_exit(1);
		waitpid(child, &status, 0);
		if (i > 0)
			_exit(status != 0);
		return status == 0;
	}
	_exit(0);
}

static void
child_has_its_own(void **state)
{
	(void)state;
	assert_int_equal(apui_process_id(), getpid());
	assert_true(children_know_themselves(2));
	assert_int_equal(apui_process_id(), getpid());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(id_is_the_processs_own),
		cmocka_unit_test(child_has_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
