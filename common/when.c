/* SPDX-License-Identifier: ISC */
/* when: days between two instants, and dates for what is long ago. */
#include <stdlib.h>

#include "rfc3339.h"
#include "when.h"

enum { DAY = 86400, LONG_AGO = 30 };

static const char *date(struct arena *a, int64_t at)
{
	static const char *const month[] = { "January", "February", "March", "April", "May", "June", "July", "August",
		"September", "October", "November", "December" };
	const char *text = rfc3339_text(a, at);	/* 2026-07-28T... */
	unsigned long m = strtoul(text + 5, NULL, 10);

	return m < 1 || m > 12 ? text : arena_printf(a, "%lu %s %.4s", strtoul(text + 8, NULL, 10), month[m - 1], text);
}

const char *when_words(struct arena *a, int64_t now, int64_t at)
{
	int64_t days = now / DAY - at / DAY;

	if (days <= 0)
		return arena_printf(a, "today, %s", date(a, at));
	if (days == 1)
		return arena_printf(a, "yesterday, %s", date(a, at));
	return days < LONG_AGO ? arena_printf(a, "%d days ago, %s", (int)days, date(a, at)) : date(a, at);
}
