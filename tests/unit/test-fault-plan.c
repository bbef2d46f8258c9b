/* SPDX-License-Identifier: MIT */
#include "fault/plan.h"
#include "test.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static char why[APUI_FAULT_WHY_BYTES];

static struct apui_fault_plan
parse(const char *text)
{
	struct apui_fault_plan plan;

	assert_int_equal(apui_fault_plan_parse(text, strlen(text), &plan, why),
			 0);
	return plan;
}

struct refusal {
	const char *name;
	const char *text;
	const char *why;
};

static const struct refusal refusals[] = {
	{ "empty_plan", "", "a rule is missing" },
	{ "plus_at_end", "job:hang+", "a rule is missing" },
	{ "plus_at_start", "+job:hang", "\"\" does not begin with job:" },
	{ "two_pluses", "job:hang++job:hang", "\"\" does not begin with job:" },
	{ "blank", " ", "\" \" does not begin with job:" },
	{ "other_injector", "queue:nth=3:errno=4",
	  "\"queue:nth=3:errno=4\" does not begin with job:" },
	{ "start_of_job", "jo:hang", "\"jo:hang\" does not begin with job:" },
	{ "job_alone", "job",
	  "\"job\" names no fault: hang slow crash late "
	  "size" },
	{ "no_fault", "job:nth=2",
	  "\"job:nth=2\" names no fault: hang slow crash late size" },
	{ "colon_at_end",
	  "job:hang:", "\"job:hang:\": nothing follows the last colon" },
	{ "two_colons", "job::hang",
	  "\"\" is none of nth cmd core, hang slow crash late size" },
	{ "unknown_word", "job:nth=1:melt",
	  "\"melt\" is none of nth cmd core, hang slow crash late size" },
	{ "capital_word", "job:Hang",
	  "\"Hang\" is none of nth cmd core, hang slow crash late size" },
	{ "more_than_a_word", "job:hangs",
	  "\"hangs\" is none of nth cmd core, hang slow crash late size" },
	{ "two_faults", "job:hang:crash",
	  "\"crash\": the rule says that already" },
	{ "fault_twice", "job:hang:hang",
	  "\"hang\": the rule says that already" },
	{ "nth_twice", "job:nth=1:nth=2:hang",
	  "\"nth=2\": the rule says that already" },
	{ "nth_0", "job:nth=0:hang",
	  "\"nth=0\": nth wants a number of 1 to 1000000" },
	{ "nth_too_great", "job:nth=1000001:hang",
	  "\"nth=1000001\": nth wants a number of 1 to 1000000" },
	{ "nth_over_32_bits", "job:nth=4294967297:hang",
	  "\"nth=4294967297\": nth wants a number of 1 to 1000000" },
	{ "nth_without_value", "job:nth:hang",
	  "\"nth\": nth wants a number of 1 to 1000000" },
	{ "nth_with_empty_value", "job:nth=:hang",
	  "\"nth=\": nth wants a number of 1 to 1000000" },
	{ "negative_number", "job:nth=-1:hang",
	  "\"nth=-1\": nth wants a number of 1 to 1000000" },
	{ "hexadecimal_number", "job:cmd=0x4101:hang",
	  "\"cmd=0x4101\": cmd wants a number of 0 to 65535" },
	{ "cmd_too_great", "job:cmd=65536:hang",
	  "\"cmd=65536\": cmd wants a number of 0 to 65535" },
	{ "core_too_great", "job:core=4:hang",
	  "\"core=4\": core wants a number of 0 to 3" },
	{ "hang_with_value", "job:hang=1", "\"hang=1\": hang has no value" },
	{ "hang_with_empty_value",
	  "job:hang=", "\"hang=\": hang has no value" },
	{ "slow_without_value", "job:slow",
	  "\"slow\": slow wants a number of 0 to 600000" },
	{ "slow_too_long", "job:slow=600001",
	  "\"slow=600001\": slow wants a number of 0 to 600000" },
	{ "crash_with_empty_value",
	  "job:crash=", "\"crash=\": crash wants a number of 0 to 600000" },
	{ "late_without_value", "job:late",
	  "\"late\": late wants a number of 0 to 600000" },
	{ "size_too_great", "job:size=65536",
	  "\"size=65536\": size wants a number of 0 to 65535" },
	{ "none_and_a_rule", "none+job:hang",
	  "\"none\" does not begin with job:" },
	{ "seventeen_rules",
	  "job:hang+job:hang+job:hang+job:hang+job:hang+job:hang+job:hang+"
	  "job:hang+job:hang+job:hang+job:hang+job:hang+job:hang+job:hang+"
	  "job:hang+job:hang+job:hang",
	  "a plan has up to 16 rules" },
	{ "long_word_is_cut",
	  "job:aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff",
	  "\"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeee\" is none of nth "
	  "cmd core, hang slow crash late size" },
};

static void
check_refusal(void **state)
{
	const struct refusal *row = *state;
	struct apui_fault_plan plan, before;

	memset(&plan, 0x5a, sizeof(plan));
	before = plan;
	assert_int_equal(
		apui_fault_plan_parse(row->text, strlen(row->text), &plan, why),
		-EINVAL);
	assert_string_equal(why, row->why);
	assert_memory_equal(&plan, &before, sizeof(plan));
}

struct request {
	unsigned int core;
	uint16_t cmd;
};

#define MAX_REQUESTS 4

/* Core 1 gets the third and the last; the commands are 2, 5, 2, 5. */
static const struct request requests[MAX_REQUESTS] = {
	{ 0, 2 },
	{ 0, 5 },
	{ 1, 2 },
	{ 1, 5 },
};

struct decision {
	const char *name;
	const char *plan;
	struct apui_fault faults[MAX_REQUESTS];
	unsigned int unspent;
};

#define NO                                                                     \
	{                                                                      \
		APUI_FAULT_NONE, 0                                             \
	}
#define HANG                                                                   \
	{                                                                      \
		APUI_FAULT_HANG, 0                                             \
	}

static const struct decision decisions[] = {
	{ "none_does_nothing", "none", { NO, NO, NO, NO }, 0 },
	{ "first_if_nothing_is_said", "job:hang", { HANG, NO, NO, NO }, 0 },
	{ "nth_request", "job:nth=3:hang", { NO, NO, HANG, NO }, 0 },
	{ "words_in_any_order", "job:hang:nth=3", { NO, NO, HANG, NO }, 0 },
	{ "nth_of_a_command", "job:cmd=5:nth=2:hang", { NO, NO, NO, HANG }, 0 },
	{ "nth_on_a_core", "job:core=1:nth=2:hang", { NO, NO, NO, HANG }, 0 },
	{ "command_and_core",
	  "job:core=1:cmd=2:hang",
	  { NO, NO, HANG, NO },
	  0 },
	{ "two_rules",
	  "job:nth=2:hang+job:nth=4:size=7",
	  { NO, HANG, NO, { APUI_FAULT_SIZE, 7 } },
	  0 },
	{ "rule_of_a_later_request_is_unspent",
	  "job:nth=5:hang",
	  { NO, NO, NO, NO },
	  1 },
	{ "rule_of_another_core_is_unspent",
	  "job:core=2:hang+job:hang",
	  { HANG, NO, NO, NO },
	  1 },
	{ "first_of_two_for_one_request_fires",
	  "job:nth=2:hang+job:nth=2:size=7",
	  { NO, HANG, NO, NO },
	  1 },
	{ "slow_has_its_value",
	  "job:slow=600000",
	  { { APUI_FAULT_SLOW, 600000 }, NO, NO, NO },
	  0 },
	{ "late_has_its_value",
	  "job:late=0",
	  { { APUI_FAULT_LATE, 0 }, NO, NO, NO },
	  0 },
	{ "crash_has_its_value",
	  "job:crash=5",
	  { { APUI_FAULT_CRASH, 5 }, NO, NO, NO },
	  0 },
	{ "crash_is_100_ms",
	  "job:crash",
	  { { APUI_FAULT_CRASH, 100 }, NO, NO, NO },
	  0 },
};

static void
check_decision(void **state)
{
	const struct decision *row = *state;
	struct apui_fault_plan plan = parse(row->plan);

	for (size_t i = 0; i < MAX_REQUESTS; i++) {
		struct apui_fault fault = apui_fault_plan_decide(
			&plan, requests[i].core, requests[i].cmd);

		assert_int_equal(fault.kind, row->faults[i].kind);
		assert_int_equal(fault.value, row->faults[i].value);
	}
	assert_int_equal(apui_fault_plan_unspent(&plan), row->unspent);
}

static void
sixteen_rules_fire(void **state)
{
	struct apui_fault_plan plan;
	char text[512] = "";

	(void)state;
	for (int i = 1; i <= APUI_FAULT_MAX_RULES; i++) {
		char rule[32];

		snprintf(rule, sizeof(rule), "%sjob:nth=%d:size=%d",
			 i > 1 ? "+" : "", i, i);
		strcat(text, rule);
	}
	plan = parse(text);
	for (uint32_t i = 1; i <= APUI_FAULT_MAX_RULES; i++) {
		assert_int_equal(apui_fault_plan_unspent(&plan),
				 APUI_FAULT_MAX_RULES + 1 - i);
		assert_int_equal(apui_fault_plan_decide(&plan, 0, 1).value, i);
	}
	assert_int_equal(apui_fault_plan_unspent(&plan), 0);
}

static void
text_ends_where_it_is_said_to(void **state)
{
	struct apui_fault_plan plan;

	(void)state;
	assert_int_equal(
		apui_fault_plan_parse("job:nth=25:hang,x", 15, &plan, why), 0);
	assert_int_equal(plan.rules[0].nth, 25);
}

static void
plans_are_the_same_by_what_they_say(void **state)
{
	struct apui_fault_plan plan = parse("job:nth=2:hang");
	const struct apui_fault_plan same = parse("job:hang:nth=2");
	const char *const others[] = { "none",
				       "job:nth=3:hang",
				       "job:nth=2:late=0",
				       "job:nth=2:cmd=1:hang",
				       "job:nth=2:core=1:hang",
				       "job:nth=2:hang+job:hang" };

	(void)state;
	apui_fault_plan_decide(&plan, 0, 1);
	assert_true(apui_fault_plan_is_same(&plan, &same));
	for (size_t i = 0; i < COUNT(others); i++) {
		const struct apui_fault_plan other = parse(others[i]);

		assert_false(apui_fault_plan_is_same(&plan, &other));
	}
}

static void
reply_without_a_header_gets_no_size(void **state)
{
	uint8_t reply[12] = { 0 };

	(void)state;
	apui_fault_set_reply_size(reply, 11, 0x1234);
	assert_int_equal(reply[8], 0);
	apui_fault_set_reply_size(reply, 12, 0x1234);
	assert_int_equal(reply[8], 0x34);
	assert_int_equal(reply[9], 0x12);
}

#define TABLES (COUNT(refusals) + COUNT(decisions))

int
main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(sixteen_rules_fire),
		cmocka_unit_test(text_ends_where_it_is_said_to),
		cmocka_unit_test(plans_are_the_same_by_what_they_say),
		cmocka_unit_test(reply_without_a_header_gets_no_size),
	};
	struct CMUnitTest tests[TABLES + COUNT(others)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(refusals); i++)
		tests[count++] = (struct CMUnitTest) {
			.name = refusals[i].name,
			.test_func = check_refusal,
			.initial_state = (void *)&refusals[i],
		};
	for (size_t i = 0; i < COUNT(decisions); i++)
		tests[count++] = (struct CMUnitTest) {
			.name = decisions[i].name,
			.test_func = check_decision,
			.initial_state = (void *)&decisions[i],
		};
	memcpy(tests + count, others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
