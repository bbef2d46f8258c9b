/* SPDX-License-Identifier: MIT */
#ifndef APUI_TFLITE_SURVEY_H
#define APUI_TFLITE_SURVEY_H

#include "delegates/tflite/instance.h"

/* What becomes of one node of the graph. */
struct survey_node {
	int32_t index; /* of the interpreter */
	bool refused;
	bool asked; /* compiled alone with success */
	struct apui_text why;
};

/* A graph while the delegate looks at it. */
struct survey {
	struct instance *instance;
	struct tfl_context *context;
	int32_t subgraph;
	struct survey_node *nodes; /* in the order in which they run */
	int32_t node_count;
	int32_t partition_count;
};

int
apui_survey_init(struct survey *survey, struct instance *instance,
		 struct tfl_context *context);

void
apui_survey_free(struct survey *survey);

/* The node's operator for people. */
const char *
apui_survey_name(const struct survey *survey, int32_t place);

__attribute__((format(printf, 3, 4))) void
apui_survey_refuse(struct survey *survey, int32_t place, const char *format,
		   ...);

int32_t
apui_survey_refused(const struct survey *survey);

/* Refuse what can be told without compiling: shapes unknown until run time,
 * variables that others share, subgraphs. */
int
apui_survey_rule_out(struct survey *survey);

#endif
