/* SPDX-License-Identifier: MIT */
#include "model/refused.h"
#include "model/operators.h"
#include <stddef.h>

/* Reasons, by groups. */
enum group {
	NONE = 0,
	RANDOM,
	TABLES,
	COMPLEX,
	DATA_SHAPE,
	TEXT,
	STABLEHLO,
	HLO_BODY,
	HLO_OPTIMISED,
	HLO_RANDOM,
	NO_KERNEL,
	INTERNAL,
	MISSING,
	GROUP_COUNT,
};

static const struct apui_refusal refusals[GROUP_COUNT] = {
	[RANDOM] = { "is refused: its results come from a random source, and "
		     "differ from run to run",
		     "draw the numbers outside the model and make them an "
		     "input" },
	[TABLES] = { "is refused: it keeps a hash table, which a program "
		     "cannot hold",
		     "look the values up outside the model, or use GATHER" },
	[COMPLEX] = { "is refused: it works on complex numbers, which a "
		      "program cannot hold",
		      "compute the spectrum outside the model, or by a matrix "
		      "multiplication with real and imaginary parts apart" },
	[DATA_SHAPE] = { "is refused: the shapes of its outputs depend on "
			 "data",
			 "end the model in front of it and compute it in the "
			 "program around the model" },
	[TEXT] = { "is refused: it works on strings or on hashes of data, "
		   "which a program cannot hold",
		   "compute it outside the model" },
	[STABLEHLO] = { "is refused: it belongs to StableHLO, and LiteRT "
			"has no kernel for it",
			"convert the model to TFLite's own operators" },
	[HLO_BODY] = { "is refused: it belongs to StableHLO, and libapu has "
		       "only those of its operators that map to TFLite's one "
		       "to one",
		       "convert the model to TFLite's own operators: "
		       "REDUCE_WINDOW, GATHER_ND and SCATTER_ND do most of "
		       "it" },
	[HLO_OPTIMISED] = { "is refused: it belongs to StableHLO, and LiteRT "
			    "has no reference kernel for it",
			    "convert the model to TFLite's own operators" },
	[HLO_RANDOM] = { "is refused: it makes random bits of a state that it "
			 "hands on",
			 "draw the numbers outside the model and make them an "
			 "input" },
	[NO_KERNEL] = { "is refused: LiteRT has no kernel for it, so nothing "
			"says what it computes",
			"convert the model anew, with a current converter" },
	[INTERNAL] = { "is refused: it stands for something else inside an "
		       "interpreter and is no operator of a file",
		       "convert the model anew" },
	[MISSING] = { "is refused: libapu has no kernel for it",
		      "replace it by other operators before conversion, or "
		      "make it a custom operator with a function of your own: "
		      "apu_custom_registry_add()" },
};

/* All codes from @first to @last. */
static const struct {
	uint8_t first, last;
	enum group group;
} refused[] = {
	{ 10, 10, MISSING },      /* HASHTABLE_LOOKUP */
	{ 15, 15, TEXT },         /* LSH_PROJECTION */
	{ 29, 29, NO_KERNEL },    /* CONCAT_EMBEDDINGS */
	{ 30, 30, TEXT },         /* SKIP_GRAM */
	{ 31, 31, NO_KERNEL },    /* CALL */
	{ 51, 51, INTERNAL },     /* DELEGATE */
	{ 103, 103, DATA_SHAPE }, /* UNIQUE */
	{ 127, 127, INTERNAL },   /* PLACEHOLDER_FOR_GREATER_OP_CODES */
	{ 131, 131, COMPLEX },    /* RFFT2D */
	{ 133, 135, COMPLEX },    /* IMAG, REAL, COMPLEX_ABS */
	{ 136, 139, TABLES },     /* HASHTABLE and its operators */
	{ 146, 146, RANDOM },     /* RANDOM_STANDARD_NORMAL */
	{ 148, 149, RANDOM },     /* RANDOM_UNIFORM, MULTINOMIAL */
	{ 162, 162, STABLEHLO },
	{ 164, 164, STABLEHLO },
	{ 167, 175, STABLEHLO },
	{ 176, 176, HLO_OPTIMISED }, /* STABLEHLO_AND */
	{ 177, 180, STABLEHLO },
	{ 182, 189, STABLEHLO },
	{ 190, 190, HLO_BODY }, /* STABLEHLO_SCATTER */
	{ 191, 194, STABLEHLO },
	{ 196, 197, STABLEHLO },
	{ 198, 198, HLO_BODY }, /* STABLEHLO_REDUCE_WINDOW */
	{ 199, 200, STABLEHLO },
	{ 201, 201, HLO_BODY }, /* STABLEHLO_GATHER */
	{ 202, 202, STABLEHLO },
	{ 204, 204, HLO_RANDOM },    /* STABLEHLO_RNG_BIT_GENERATOR */
	{ 206, 206, HLO_BODY },      /* STABLEHLO_COMPOSITE */
	{ 207, 207, HLO_OPTIMISED }, /* STABLEHLO_SHIFT_LEFT */
	{ 208, 208, STABLEHLO },
	{ 209, 209, HLO_OPTIMISED }, /* STABLEHLO_CASE */
};

const struct apui_refusal *
apui_operator_refusal(int32_t builtin_code)
{
	if (apui_operator_row_find(builtin_code) != NULL)
		return NULL;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (builtin_code >= refused[i].first &&
		    builtin_code <= refused[i].last)
			return &refusals[refused[i].group];
	return NULL;
}
