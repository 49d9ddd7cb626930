/* SPDX-License-Identifier: ISC */
/*
 * fetch_answer: the answer of a stranger's server, line by line: is it what was asked for, and what does it say of its
 * age?  No network here.
 */
#ifndef FETCH_ANSWER_H
#define FETCH_ANSWER_H

#include "buf.h"
#include "fetch_child.h"

/* The fields of a header that count. */
enum {
	FETCH_CACHE_CONTROL, FETCH_EXPIRES, FETCH_DATE, FETCH_AGE, FETCH_TYPE, FETCH_ENCODING, FETCH_CODING, FETCH_LENGTH,
	FETCH_FIELDS,
};

struct fetch_answer {
	struct arena *arena;
	size_t cap;			/* of the body */
	size_t header_len, lines;	/* of everything that is not body */
	int status;
	bool head_done;
	const char *said[FETCH_FIELDS];
	struct buf body;
	enum fetch_result verdict;
	const char *why;		/* set: the verdict stands */
};

/* An answer of which nothing has come yet. */
void fetch_answer_begin(struct fetch_answer *t, struct arena *a, size_t cap) __attribute__((nonnull));

/* Makes it a refusal, for a reason that is a constant; returns the verdict. */
enum fetch_result fetch_answer_refuse(struct fetch_answer *t, enum fetch_result verdict, const char *why)
    __attribute__((nonnull));

/* One line of a header, also of an interim answer, or of trailers, which say nothing to us.  False: it is refused. */
bool fetch_answer_line(struct fetch_answer *t, const char *bytes, size_t n) __attribute__((nonnull, warn_unused_result));

/* The next bytes of the body.  False: it is refused. */
bool fetch_answer_body(struct fetch_answer *t, const char *bytes, size_t n) __attribute__((nonnull, warn_unused_result));

/* The transfer has ended well. */
enum fetch_result fetch_answer_end(struct fetch_answer *t) __attribute__((nonnull, warn_unused_result));

/* Body and lifetime of an answer that is none of the refused, asked for and received at these seconds since 1970. */
void fetch_answer_give(const struct fetch_answer *t, struct fetch *f, int64_t asked, int64_t received)
    __attribute__((nonnull));

#endif
