/* SPDX-License-Identifier: ISC */
/*
 * schema_pattern: PCRE2 is asked to call us before every item of the pattern (AUTO_CALLOUT), which is where steps are
 * counted: its own match limit begins anew at each character of the text.  A repeat of single characters is one item;
 * what it has run over shows in the position at the next call.  Auto-possession would take those calls away.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include <string.h>

#include <pcre2.h>

#include "schema_ecma.h"
#include "schema_pattern.h"

enum {
	NEST = 100,			/* groups within groups */
	HEAP = 32 * 1024,		/* KiB that one match may take */
	MATCH = 1000000,		/* times that one match may begin anew at one character */
	DEPTH = 250000,			/* decisions that it may have to go back to */
	PER_STEP = 64,			/* bytes run over that count as a step */
	OPTIONS = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_UNSET_BACKREF | PCRE2_AUTO_CALLOUT |
	    PCRE2_NO_AUTO_POSSESS | PCRE2_NEVER_BACKSLASH_C,
};

struct schema_pattern {
	pcre2_code *code;
	bool refers;			/* has backreferences, which run over text unseen */
};

struct count {
	size_t *left;
	size_t at;
};

static void code_drop(void *code)
{
	pcre2_code_free(code);
}

static pcre2_code *compile(struct arena *a, const char *text, const char **wrong)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	pcre2_code *code = NULL;
	PCRE2_UCHAR reason[128];
	PCRE2_SIZE where;
	int error = PCRE2_ERROR_NOMEMORY;

	if (context) {
		pcre2_set_parens_nest_limit(context, NEST);
		code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, OPTIONS, &error, &where, context);
	}
	pcre2_compile_context_free(context);
	if (code)
		return code;
	pcre2_get_error_message(error, reason, sizeof reason);
	*wrong = arena_copy(a, (const char *)reason);
	return NULL;
}

struct schema_pattern *schema_pattern_new(struct arena *keep, struct arena *a, const char *text, const char **wrong)
{
	struct schema_pattern *p = arena_take(keep, sizeof *p);
	const char *translated;
	uint32_t refers = 0;

	if (strlen(text) > SCHEMA_PATTERN_SIZE) {
		*wrong = "it is too long";
		return NULL;
	}
	translated = schema_ecma_translate(a, text, wrong);
	if (!translated || !(p->code = compile(a, translated, wrong)))
		return NULL;
	arena_defer(keep, code_drop, p->code);
	pcre2_pattern_info(p->code, PCRE2_INFO_BACKREFMAX, &refers);
	p->refers = refers > 0;
	return p;
}

static int count(pcre2_callout_block *block, void *data)
{
	struct count *c = data;
	size_t at = block->current_position;
	size_t cost = 1 + (at > c->at ? at - c->at : c->at - at) / PER_STEP;

	c->at = at;
	if (*c->left <= cost) {
		*c->left = 0;
		return PCRE2_ERROR_CALLOUT;
	}
	*c->left -= cost;
	return 0;
}

bool schema_pattern_matches(const struct schema_pattern *p, const char *text, size_t n, size_t *left)
{
	struct count c = { .left = left };
	pcre2_match_context *context = pcre2_match_context_create(NULL);
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	int result = PCRE2_ERROR_NOMEMORY;

	if (context && data && *left > n / PER_STEP && !(p->refers && n > SCHEMA_PATTERN_TEXT)) {
		*left -= n / PER_STEP;
		pcre2_set_heap_limit(context, HEAP);
		pcre2_set_match_limit(context, MATCH);
		pcre2_set_depth_limit(context, DEPTH);
		pcre2_set_callout(context, count, &c);
		result = pcre2_match(p->code, (PCRE2_SPTR)text, n, 0, 0, data, context);
	}
	pcre2_match_data_free(data);
	pcre2_match_context_free(context);
	if (result < 0 && result != PCRE2_ERROR_NOMATCH)
		*left = 0;
	return result >= 0;
}
