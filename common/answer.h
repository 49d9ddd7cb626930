/* SPDX-License-Identifier: ISC */
/*
 * answer: what one round of a tool, a resource or a prompt came to, in the form of the newest revision: the members of a
 * result, or questions, or an error.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include "buf.h"
#include "call.h"
#include "fail.h"
#include "program.h"

struct json_object;
struct schema;

enum answer_kind { ANSWER_TOOL, ANSWER_CONTENTS, ANSWER_MESSAGES };

struct answer {
	enum answer_kind kind;
	struct json_object *result;	/* a result object, without what belongs to the envelope; or */
	struct buf text;		/* its members as JSON, where nothing needs a tree */
	struct json_object *ask;	/* questions by key (InputRequest), or */
	const char *state;		/* with them; NULL: none */
	struct json_object *error;	/* code and message, or */
	bool stopped;			/* nobody waits any more */
	bool failed;			/* for the audit: isError */
};

/* Is it a content block of a type that the protocol knows, with what that type needs (MCP, "Content Blocks")? */
bool answer_is_block(struct json_object *block);

/* Is it the contents of a resource: uri, and text or a blob in base64? */
bool answer_is_resource(struct json_object *contents);

/* Is it a list of such blocks? */
bool answer_is_content(struct json_object *list);

/* What a program said, as the result of a tool.  output: the schema of structuredContent, or NULL. */
void answer_tool(struct call *c, const struct program *p, const struct said *said, const struct schema *output, struct answer *a)
    __attribute__((nonnull(1, 2, 3, 5)));

/*
 * What a program said, as the contents of a resource: {"contents": [...]}, or bytes of that URI.  False: it said that there is
 * no such resource.
 */
bool answer_resource(struct call *c, const struct program *p, const struct said *said, const char *uri, const char *mime,
    struct answer *a) __attribute__((nonnull(1, 2, 3, 4, 6)));

/* Bytes as the only contents: text where they are, else a blob. */
void answer_contents(struct call *c, const char *uri, const char *mime, const char *bytes, size_t n, struct answer *a)
    __attribute__((nonnull(1, 2, 4, 6)));

/* What a program said, as the messages of a prompt: {"messages": [...]}, or a text of the user's. */
void answer_prompt(struct call *c, const struct said *said, struct answer *a) __attribute__((nonnull));

/* One sentence: isError for the model; for what is not a tool, an error of the protocol. */
void answer_wrong(struct call *c, struct answer *a, const char *sentence) __attribute__((nonnull));

/* Questions and errors of a program mean the same everywhere.  False: it said neither. */
bool answer_other(struct call *c, const struct said *said, struct answer *a) __attribute__((nonnull));

/* Bytes as JSON text: what is not UTF-8 becomes U+FFFD. */
void answer_put_text(struct buf *b, const char *bytes, size_t n) __attribute__((nonnull));

#endif
