/* SPDX-License-Identifier: ISC */
/* fetch_age: for how long a fetched document is fresh (RFC 9111). */
#ifndef FETCH_AGE_H
#define FETCH_AGE_H

#include <stdbool.h>
#include <stdint.h>

/* What an answer says about its age; NULL where it says nothing. */
struct fetch_age {
	const char *cache_control;	/* several fields are joined with a comma */
	const char *expires;		/* of several that differ: any text that is no date */
	const char *date;
	const char *age;
	int64_t received;		/* seconds since 1970 */
	int64_t delay;			/* seconds between asking and receiving */
};

/*
 * Seconds for what is stale already, or cannot be understood: unlike what may not be kept at all, it may have a least
 * lifetime.
 */
enum { FETCH_STALE = 1 };

/*
 * For how many seconds more the answer is fresh in a private cache (RFC 9111 section 4.2), FETCH_STALE at least; 0 for no-store
 * and no-cache; -1 when neither Cache-Control nor Expires says anything.
 */
int64_t fetch_lifetime(const struct fetch_age *h) __attribute__((nonnull));

/* An HTTP date in any of its three forms (RFC 9110 section 5.6.7); false if it is none.  now places years of two digits. */
bool fetch_date_read(const char *text, int64_t now, int64_t *seconds) __attribute__((nonnull, warn_unused_result));

#endif
