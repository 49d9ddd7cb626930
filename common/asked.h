/* SPDX-License-Identifier: ISC */
/* asked: the other end of talk.h: what a program looks at that another one of ours has started to ask it something. */
#ifndef ASKED_H
#define ASKED_H

#include <stdbool.h>
#include <stddef.h>

enum { ASKED_WRONGLY = 2 };	/* exit status */

/* NULL, or why this is no place to run: a web server has started it, or one of the three standard descriptors is closed. */
const char *asked_wrongly(void);

/* All of standard input, less than n bytes, with a NUL behind them that *len does not count.  False: more, or unreadable. */
bool asked_read(char *to, size_t n, size_t *len) __attribute__((nonnull, warn_unused_result));

/* Says why on standard error.  Returns ASKED_WRONGLY. */
int asked_end(const char *why) __attribute__((nonnull));

#endif
