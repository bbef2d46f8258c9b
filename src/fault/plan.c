/* SPDX-License-Identifier: MIT */
#include "fault/plan.h"
#include "firmware/wire.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MAX_MS     600000u
#define AT_CMD     2
#define AT_SIZE    8
#define IN_RULE(f) offsetof(struct apui_fault_rule, f)

/* printf's "%.*s" for a piece that may be long. */
#define SHOW_MAX 48
#define SHOW(text)                                                             \
	(int)((text).bytes < SHOW_MAX ? (text).bytes : SHOW_MAX), (text).start

struct text {
	const char *start;
	size_t bytes;
};

enum value_need {
	NO_VALUE,
	MAY_HAVE_VALUE,
	NEEDS_VALUE,
};

/* A word of a rule; without a kind it picks the request. */
static const struct word {
	const char *name;
	enum apui_fault_kind kind;
	enum value_need need;
	size_t offset;
	uint32_t min, max, initial;
} words[] = {
	{ "nth", APUI_FAULT_NONE, NEEDS_VALUE, IN_RULE(nth), 1, 1000000, 0 },
	{ "cmd", APUI_FAULT_NONE, NEEDS_VALUE, IN_RULE(cmd), 0, 65535, 0 },
	{ "core", APUI_FAULT_NONE, NEEDS_VALUE, IN_RULE(core), 0, 3, 0 },
	{ "hang", APUI_FAULT_HANG, NO_VALUE, IN_RULE(fault.value), 0, 0, 0 },
	{ "slow", APUI_FAULT_SLOW, NEEDS_VALUE, IN_RULE(fault.value), 0, MAX_MS,
	  0 },
	{ "crash", APUI_FAULT_CRASH, MAY_HAVE_VALUE, IN_RULE(fault.value), 0,
	  MAX_MS, 100 },
	{ "late", APUI_FAULT_LATE, NEEDS_VALUE, IN_RULE(fault.value), 0, MAX_MS,
	  0 },
	{ "size", APUI_FAULT_SIZE, NEEDS_VALUE, IN_RULE(fault.value), 0, 65535,
	  0 },
};

#define WORD_COUNT (sizeof(words) / sizeof(words[0]))

static bool
text_is(struct text text, const char *other)
{
	return strlen(other) == text.bytes &&
	       memcmp(text.start, other, text.bytes) == 0;
}

/* Take what is before the next @separator off @text, and the separator. */
static struct text
take_piece(struct text *text, char separator)
{
	const char *end = text->bytes > 0
				  ? memchr(text->start, separator, text->bytes)
				  : NULL;
	struct text piece = *text;

	if (end == NULL) {
		text->start += text->bytes;
		text->bytes = 0;
		return piece;
	}
	piece.bytes = (size_t)(end - piece.start);
	text->start = end + 1;
	text->bytes -= piece.bytes + 1;
	return piece;
}

static bool
read_number(struct text text, uint32_t *out_number)
{
	uint32_t number = 0;

	for (size_t i = 0; i < text.bytes; i++)
		if (text.start[i] < '0' || text.start[i] > '9' ||
		    __builtin_mul_overflow(number, 10u, &number) ||
		    __builtin_add_overflow(
			    number, (uint32_t)(text.start[i] - '0'), &number))
			return false;
	*out_number = number;
	return text.bytes > 0;
}

static const struct word *
find_word(struct text name)
{
	for (size_t i = 0; i < WORD_COUNT; i++)
		if (text_is(name, words[i].name))
			return &words[i];
	return NULL;
}

static int
read_value(const struct word *word, struct text whole, struct text value,
	   uint32_t *out_number, char *why)
{
	bool has_value = value.start != NULL;

	*out_number = word->initial;
	if (!has_value && word->need != NEEDS_VALUE)
		return 0;
	if (has_value && word->need != NO_VALUE &&
	    read_number(value, out_number) && *out_number >= word->min &&
	    *out_number <= word->max)
		return 0;
	if (word->need == NO_VALUE)
		snprintf(why, APUI_FAULT_WHY_BYTES, "\"%.*s\": %s has no value",
			 SHOW(whole), word->name);
	else
		snprintf(why, APUI_FAULT_WHY_BYTES,
			 "\"%.*s\": %s wants a number of %u to %u", SHOW(whole),
			 word->name, word->min, word->max);
	return -EINVAL;
}

static int
read_word(struct text whole, struct apui_fault_rule *rule, unsigned int *seen,
	  char *why)
{
	struct text value = whole;
	struct text name = take_piece(&value, '=');
	const struct word *word = find_word(name);
	unsigned int bit;
	uint32_t number;
	int ret;

	if (name.bytes == whole.bytes)
		value.start = NULL;
	if (word == NULL) {
		snprintf(why, APUI_FAULT_WHY_BYTES,
			 "\"%.*s\" is none of nth cmd core, hang slow crash "
			 "late size",
			 SHOW(whole));
		return -EINVAL;
	}
	ret = read_value(word, whole, value, &number, why);
	if (ret < 0)
		return ret;
	bit = 1u << (word - words);
	if ((*seen & bit) != 0 || (word->kind != APUI_FAULT_NONE &&
				   rule->fault.kind != APUI_FAULT_NONE)) {
		snprintf(why, APUI_FAULT_WHY_BYTES,
			 "\"%.*s\": the rule says that already", SHOW(whole));
		return -EINVAL;
	}
	*seen |= bit;
	if (word->kind != APUI_FAULT_NONE)
		rule->fault.kind = word->kind;
	memcpy((char *)rule + word->offset, &number, sizeof(number));
	return 0;
}

static int
read_rule(struct text text, struct apui_fault_rule *out_rule, char *why)
{
	const struct text whole = text;
	struct text piece = take_piece(&text, ':');
	unsigned int seen = 0;

	*out_rule = (struct apui_fault_rule) {
		.nth = 1,
		.cmd = APUI_FAULT_ANY,
		.core = APUI_FAULT_ANY,
	};
	if (!text_is(piece, "job")) {
		snprintf(why, APUI_FAULT_WHY_BYTES,
			 "\"%.*s\" does not begin with job:", SHOW(whole));
		return -EINVAL;
	}
	if (whole.start[whole.bytes - 1] == ':') {
		snprintf(why, APUI_FAULT_WHY_BYTES,
			 "\"%.*s\": nothing follows the last colon",
			 SHOW(whole));
		return -EINVAL;
	}
	while (text.bytes > 0) {
		int ret;

		piece = take_piece(&text, ':');
		ret = read_word(piece, out_rule, &seen, why);
		if (ret < 0)
			return ret;
	}
	if (out_rule->fault.kind == APUI_FAULT_NONE) {
		snprintf(why, APUI_FAULT_WHY_BYTES,
			 "\"%.*s\" names no fault: hang slow crash late size",
			 SHOW(whole));
		return -EINVAL;
	}
	return 0;
}

int
apui_fault_plan_parse(const char *text, size_t text_bytes,
		      struct apui_fault_plan *out_plan,
		      char out_why[static APUI_FAULT_WHY_BYTES])
{
	struct apui_fault_plan plan = { .count = 0 };
	struct text rest = { text, text_bytes };

	if (text_is(rest, "none"))
		rest.bytes = 0;
	else if (rest.bytes == 0 || text[text_bytes - 1] == '+') {
		snprintf(out_why, APUI_FAULT_WHY_BYTES, "a rule is missing");
		return -EINVAL;
	}
	while (rest.bytes > 0) {
		struct text piece = take_piece(&rest, '+');
		int ret;

		if (plan.count == APUI_FAULT_MAX_RULES) {
			snprintf(out_why, APUI_FAULT_WHY_BYTES,
				 "a plan has up to %d rules",
				 APUI_FAULT_MAX_RULES);
			return -EINVAL;
		}
		ret = read_rule(piece, &plan.rules[plan.count++], out_why);
		if (ret < 0)
			return ret;
	}
	*out_plan = plan;
	return 0;
}

static bool
is_match(const struct apui_fault_rule *rule, unsigned int core, uint16_t cmd)
{
	return (rule->core == APUI_FAULT_ANY || rule->core == core) &&
	       (rule->cmd == APUI_FAULT_ANY || rule->cmd == cmd);
}

struct apui_fault
apui_fault_plan_decide(struct apui_fault_plan *plan, unsigned int core,
		       uint16_t cmd)
{
	struct apui_fault fault = { .kind = APUI_FAULT_NONE };

	for (unsigned int i = 0; i < plan->count; i++) {
		struct apui_fault_rule *rule = &plan->rules[i];

		/* Past its turn, or it counts on for ever. */
		if (!is_match(rule, core, cmd) || rule->seen == rule->nth)
			continue;
		rule->seen++;
		if (rule->seen < rule->nth || fault.kind != APUI_FAULT_NONE)
			continue;
		rule->is_spent = true;
		fault = rule->fault;
	}
	return fault;
}

unsigned int
apui_fault_plan_unspent(const struct apui_fault_plan *plan)
{
	unsigned int unspent = 0;

	for (unsigned int i = 0; i < plan->count; i++)
		unspent += !plan->rules[i].is_spent;
	return unspent;
}

static bool
is_same_rule(const struct apui_fault_rule *a, const struct apui_fault_rule *b)
{
	return a->nth == b->nth && a->cmd == b->cmd && a->core == b->core &&
	       a->fault.kind == b->fault.kind &&
	       a->fault.value == b->fault.value;
}

bool
apui_fault_plan_is_same(const struct apui_fault_plan *a,
			const struct apui_fault_plan *b)
{
	bool is_same = a->count == b->count;

	for (unsigned int i = 0; is_same && i < a->count; i++)
		is_same = is_same_rule(&a->rules[i], &b->rules[i]);
	return is_same;
}

void
apui_fault_set_reply_size(uint8_t *reply, size_t reply_bytes,
			  uint32_t size_bytes)
{
	if (reply_bytes < APUI_WIRE_HEADER_BYTES)
		return;
	reply[AT_SIZE] = (uint8_t)size_bytes;
	reply[AT_SIZE + 1] = (uint8_t)(size_bytes >> 8);
}

uint16_t
apui_fault_request_cmd(const uint8_t *request, size_t request_bytes)
{
	if (request_bytes < APUI_WIRE_HEADER_BYTES)
		return 0;
	return (uint16_t)(request[AT_CMD] | request[AT_CMD + 1] << 8);
}
