/* SPDX-License-Identifier: MIT */
#include "options.h"
#include "report.h"
#include <apu/model.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum option_type {
	OPTION_FLAG = 0,
	OPTION_TEXT,
	OPTION_UINT,
	OPTION_REAL,
	OPTION_BINDING,
	OPTION_PASSES,
	OPTION_TYPE_COUNT,
};

struct option_row {
	const char *name; /* as it is typed */
	enum option_type type;
	unsigned int commands;
	size_t offset; /* in struct apui_options */
	uint64_t min, max;
	const char *argument;
	const char *help;
};

#define ALL                                                                    \
	(APUI_COMMAND_DEVICES | APUI_COMMAND_INFO | APUI_COMMAND_RUN |         \
	 APUI_COMMAND_COMPILE)
#define FIELD(name) offsetof(struct apui_options, name)

static const struct option_row rows[] = {
	{ "--output", OPTION_TEXT, APUI_COMMAND_COMPILE, FIELD(output), 0, 0,
	  "FILE", "write the compiled model here; -o is short for it" },
	{ "--target", OPTION_TEXT, APUI_COMMAND_COMPILE, FIELD(target), 0, 0,
	  "NAME",
	  "what to compile for (default ref, which every device runs)" },
	{ "--device", OPTION_TEXT, APUI_COMMAND_DEVICES | APUI_COMMAND_RUN,
	  FIELD(device), 0, 0, "STR",
	  "device string, such as sim:cores=2 (default: $APU_DEVICE,\n"
	  "then the first apu node, then sim: with a note)" },
	{ "--raw-in", OPTION_TEXT, APUI_COMMAND_RUN, FIELD(raw_in), 0, 0,
	  "FILE",
	  "read all inputs, in model order, as raw bytes; N times\n"
	  "the size runs N times" },
	{ "--raw-out", OPTION_TEXT, APUI_COMMAND_RUN, FIELD(raw_out), 0, 0,
	  "FILE", "write all outputs, in model order, as raw bytes" },
	{ "--input", OPTION_BINDING, APUI_COMMAND_RUN, FIELD(inputs), 0, 0,
	  "NAME=FILE",
	  "read one input as raw bytes; NAME is the tensor's, or\n"
	  "the input's number; may be repeated" },
	{ "--output", OPTION_BINDING, APUI_COMMAND_RUN, FIELD(outputs), 0, 0,
	  "NAME=FILE", "write one output as raw bytes; may be repeated" },
	{ "--image", OPTION_TEXT, APUI_COMMAND_RUN, FIELD(image), 0, 0, "FILE",
	  "picture (PNG, JPEG, PGM, PPM, BMP) for the first input\n"
	  "of shape [1, H, W, 1 or 3]: turned upright as its EXIF\n"
	  "says, laid on white, resized (bilinear), made grey\n"
	  "(Rec. 601) for 1 channel; its values v = 0 to 255 become\n"
	  "v for uint8, v - 128 for int8, v / 255 for float32" },
	{ "--mean", OPTION_REAL, APUI_COMMAND_RUN, FIELD(mean), 0, 0, "M",
	  "instead: the real value is (v - M) / S, quantised as the\n"
	  "input says (default 0)" },
	{ "--std", OPTION_REAL, APUI_COMMAND_RUN, FIELD(std), 0, 0, "S",
	  "see --mean (default 255)" },
	{ "--labels", OPTION_TEXT, APUI_COMMAND_RUN, FIELD(labels), 0, 0,
	  "FILE",
	  "names of the classes, one a line: prints the best ones\n"
	  "of the first output: rank, label, score" },
	{ "--top", OPTION_UINT, APUI_COMMAND_RUN, FIELD(top), 1, 1000000, "K",
	  "how many classes to print (default 5 with --labels)" },
	{ "--repeat", OPTION_UINT, APUI_COMMAND_RUN, FIELD(repeat), 1, 1000000,
	  "N", "run N times and print min, median and max" },
	{ "--timeout-ms", OPTION_UINT, APUI_COMMAND_RUN, FIELD(timeout_ms), 1,
	  86400000, "MS",
	  "give an inference up after so long (default 60000)" },
	{ "--work-budget", OPTION_UINT, APUI_COMMAND_RUN,
	  FIELD(work_budget_macs), 1, UINT64_MAX, "MACS",
	  "multiply-accumulates a request to the device; 1 sends\n"
	  "one operator a request" },
	{ "--without", OPTION_PASSES,
	  APUI_COMMAND_INFO | APUI_COMMAND_RUN | APUI_COMMAND_COMPILE,
	  FIELD(disabled_passes), 0, 0, "PASSES",
	  "compile without these passes, with commas between:\n"
	  "fold, quantize, pad, fuse, dead, inplace, or all" },
	{ "--operators", OPTION_FLAG, APUI_COMMAND_INFO, FIELD(list_operators),
	  0, 0, NULL, "list every operator" },
	{ "--tensors", OPTION_FLAG, APUI_COMMAND_INFO, FIELD(list_tensors), 0,
	  0, NULL, "list every tensor" },
	{ "--json", OPTION_FLAG, ALL, FIELD(json), 0, 0, NULL,
	  "print one JSON object (docs/tool.md)" },
	{ "--help", OPTION_FLAG, ALL, FIELD(help), 0, 0, NULL,
	  "print this help" },
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

/* getopt_long() returns rows' numbers, out of the way of characters. */
#define FIRST_VALUE 256

static int
store_flag(const struct option_row *row, const char *text, void *field)
{
	(void)row;
	(void)text;
	*(bool *)field = true;
	return APUI_DONE;
}

static int
store_text(const struct option_row *row, const char *text, void *field)
{
	if (text[0] == '\0')
		return apui_report_usage(row->name, "%s is empty",
					 row->argument);
	*(const char **)field = text;
	return APUI_DONE;
}

static int
store_uint(const struct option_row *row, const char *text, void *field)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	/* strtoull() takes signs and blanks, too. */
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 ||
	    value < row->min || value > row->max)
		return apui_report_usage(row->name,
					 "'%s' is not a whole number from %llu "
					 "to %llu",
					 text, (unsigned long long)row->min,
					 (unsigned long long)row->max);
	*(uint64_t *)field = value;
	return APUI_DONE;
}

static int
store_real(const struct option_row *row, const char *text, void *field)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end != '\0' || !isfinite(value))
		return apui_report_usage(row->name, "'%s' is not a number",
					 text);
	*(double *)field = value;
	return APUI_DONE;
}

static int
store_binding(const struct option_row *row, const char *text, void *field)
{
	struct apui_bindings *bindings = field;
	const char *equals = strchr(text, '=');

	if (equals == NULL || equals == text || equals[1] == '\0')
		return apui_report_usage(row->name, "'%s' is not NAME=FILE",
					 text);
	if (bindings->count == APUI_MAX_BINDINGS)
		return apui_report_usage(row->name, "given over %d times",
					 APUI_MAX_BINDINGS);

	bindings->items[bindings->count++] = (struct apui_binding) {
		.name = text,
		.name_bytes = (size_t)(equals - text),
		.path = equals + 1,
	};
	return APUI_DONE;
}

/* The bits of a pass, of all of them, or 0 for a name that is none. */
static uint32_t
find_passes(const char *name, size_t length)
{
	bool is_all = length == 3 && memcmp(name, "all", 3) == 0;
	uint32_t found = 0;

	for (unsigned int i = 0; apu_pass_name(i) != NULL; i++)
		if (is_all || (strlen(apu_pass_name(i)) == length &&
			       memcmp(apu_pass_name(i), name, length) == 0))
			found |= 1u << i;
	return found;
}

static int
store_passes(const struct option_row *row, const char *text, void *field)
{
	while (true) {
		size_t length = strcspn(text, ",");
		uint32_t found = find_passes(text, length);

		if (found == 0)
			return apui_report_usage(row->name,
						 "'%.*s' is not a pass",
						 (int)length, text);
		*(uint32_t *)field |= found;
		if (text[length] == '\0')
			return APUI_DONE;
		text += length + 1;
	}
}

static int (*const stores[OPTION_TYPE_COUNT])(const struct option_row *row,
					      const char *text, void *field) = {
	[OPTION_FLAG] = store_flag,       [OPTION_TEXT] = store_text,
	[OPTION_UINT] = store_uint,       [OPTION_REAL] = store_real,
	[OPTION_BINDING] = store_binding, [OPTION_PASSES] = store_passes,
};

static void
list_long_options(unsigned int command_bit, struct option *out_longs)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < ROW_COUNT; i++) {
		if ((rows[i].commands & command_bit) == 0)
			continue;
		out_longs[count++] = (struct option) {
			.name = rows[i].name + 2,
			.has_arg = rows[i].type == OPTION_FLAG
					   ? no_argument
					   : required_argument,
			.val = FIRST_VALUE + (int)i,
		};
	}
	out_longs[count] = (struct option) { 0 };
}

/* The one short name there is: -o for --output of compile. */
static const char *
get_letters(unsigned int command_bit)
{
	return command_bit == APUI_COMMAND_COMPILE ? ":o:" : ":";
}

/* The row's value for a letter; any other value stays as it is. */
static int
find_letter(int value)
{
	for (unsigned int i = 0; value == 'o' && i < ROW_COUNT; i++)
		if (rows[i].offset == FIELD(output))
			return FIRST_VALUE + (int)i;
	return value;
}

static int
store_option(unsigned int index, uint32_t *seen, struct apui_options *options)
{
	const struct option_row *row = &rows[index];

	if (row->type != OPTION_BINDING && (*seen & (1u << index)) != 0)
		return apui_report_usage(row->name, "given twice");
	*seen |= 1u << index;
	return stores[row->type](row, optarg, (char *)options + row->offset);
}

_Static_assert(ROW_COUNT <= 32, "options are bits of a uint32_t");

static bool
was_seen(uint32_t seen, size_t offset)
{
	for (unsigned int i = 0; i < ROW_COUNT; i++)
		if (rows[i].offset == offset)
			return (seen & (1u << i)) != 0;
	return false;
}

/* @argument is the word of the command line that getopt stumbled over. */
static int
refuse_option(const struct apui_command *command, int value,
	      const char *argument)
{
	/* Of -xy, getopt is still inside the word. */
	if (value == '?' && optopt > 0 && optopt < FIRST_VALUE)
		return apui_report_usage(
			command->name, "-%c is not one of its options", optopt);
	if (value == ':')
		return apui_report_usage(command->name, "%s wants a value",
					 argument);
	return apui_report_usage(command->name,
				 "%s is not one of its options, or is "
				 "ambiguous, or takes no value",
				 argument);
}

static int
take_operand(const struct apui_command *command, int argc, char **argv,
	     struct apui_options *options)
{
	int wanted = command->operand != NULL ? 1 : 0;
	int given = argc - optind;

	if (options->help)
		return APUI_DONE;
	if (given > wanted)
		return apui_report_usage(command->name, "'%s' is too much",
					 argv[optind + wanted]);
	if (given < wanted)
		return apui_report_usage(command->name, "no %s was named",
					 command->operand);
	if (wanted == 1)
		options->model = argv[optind];
	return APUI_DONE;
}

int
apui_options_parse(const struct apui_command *command, int argc, char **argv,
		   struct apui_options *out_options)
{
	struct option longs[ROW_COUNT + 1];
	uint32_t seen = 0;
	int value, status;

	*out_options = (struct apui_options) { .std = 255 };
	list_long_options(command->bit, longs);
	opterr = 0;
	optind = 1;

	while ((value = getopt_long(argc, argv, get_letters(command->bit),
				    longs, NULL)) != -1) {
		value = find_letter(value);
		if (value < FIRST_VALUE)
			return refuse_option(command, value, argv[optind - 1]);
		status = store_option((unsigned int)(value - FIRST_VALUE),
				      &seen, out_options);
		if (status != APUI_DONE)
			return status;
	}
	out_options->has_mean = was_seen(seen, FIELD(mean));
	out_options->has_std = was_seen(seen, FIELD(std));
	return take_operand(command, argc, argv, out_options);
}

/* Help is two columns; a newline in it continues in the second. */
static void
print_row(const struct option_row *row)
{
	char head[32];
	const char *line = row->help;

	snprintf(head, sizeof(head), "%s %s", row->name,
		 row->argument != NULL ? row->argument : "");
	while (line != NULL) {
		const char *end = strchr(line, '\n');
		int length =
			end != NULL ? (int)(end - line) : (int)strlen(line);

		printf("  %-19s %.*s\n", head, length, line);
		head[0] = '\0';
		line = end != NULL ? end + 1 : NULL;
	}
}

void
apui_options_print_help(const struct apui_command *command)
{
	printf("usage: apu %s [OPTION]...%s%s\n%s.\n\n", command->name,
	       command->operand != NULL ? " " : "",
	       command->operand != NULL ? command->operand : "",
	       command->summary);
	for (size_t i = 0; i < ROW_COUNT; i++)
		if ((rows[i].commands & command->bit) != 0)
			print_row(&rows[i]);
}
