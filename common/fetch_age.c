/* SPDX-License-Identifier: ISC */
/*
 * fetch_age: the arithmetic of RFC 9111 section 4.2 for a private cache, and the dates of RFC 9110 section 5.6.7.
 */
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "fetch_age.h"

/* The characters of a token, RFC 9110 section 5.6.2. */
#define TOKEN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

/* The largest delta-seconds, which stands for all that is larger (RFC 9111 section 1.2.2). */
enum { DELTA_MAX = INT32_MAX };

/* delta-seconds of n bytes; -1 if they are none. */
static int64_t delta_read(const char *s, size_t n)
{
	int64_t value = 0;
	size_t i;

	if (n == 0)
		return -1;
	for (i = 0; i < n; i++) {
		if (!is_digit(s[i]))
			return -1;
		value = value * 10 + (s[i] - '0');
		if (value > DELTA_MAX)
			value = DELTA_MAX;
	}
	return value;
}

struct directive {
	const char *name, *value;	/* value: as it stands, or inside its quotes; NULL without a '=' */
	size_t name_len, value_len;
};

/* Behind a quoted-string whose first quote is at s, or at the end of the text if nothing closes it. */
static const char *skip_quoted(const char *s)
{
	for (s++; *s && *s != '"'; s++)
		if (*s == '\\' && s[1])
			s++;
	return *s ? s + 1 : s;
}

/* The next member of the list at *at; false at its end.  Bytes that fit nowhere are passed over up to the next comma. */
static bool directive_next(const char **at, struct directive *d)
{
	const char *s = *at + strspn(*at, " \t,"), *end;

	if (!*s)
		return false;
	*d = (struct directive){ .name = s, .name_len = strspn(s, TOKEN) };
	s = skip_blanks(s + d->name_len);
	if (*s == '=') {
		s = skip_blanks(s + 1);
		end = *s == '"' ? skip_quoted(s) : s + strcspn(s, ", \t");
		d->value = s + (*s == '"');
		d->value_len = (size_t)(end - d->value);
		if (*s == '"' && d->value_len > 0 && end[-1] == '"')
			d->value_len--;
		s = end;
	}
	while (*s && *s != ',')
		s = *s == '"' ? skip_quoted(s) : s + 1;
	*at = s;
	return true;
}

static bool is_named(const struct directive *d, const char *name)
{
	return d->name_len == strlen(name) && strncasecmp(d->name, name, d->name_len) == 0;
}

/*
 * What Cache-Control grants: -1 nothing said, 0 not to be kept.  s-maxage and private are for shared caches.  Of several
 * max-age the smallest counts, and one that is no number counts as stale (RFC 9111 section 4.2.1).  no-cache with field names
 * in it is taken as no-cache (section 5.2.2.4), and must-understand does not lift no-store.
 */
static int64_t granted(const char *cache_control)
{
	struct directive d;
	int64_t lifetime = -1, seconds;

	while (directive_next(&cache_control, &d)) {
		if (is_named(&d, "no-store") || is_named(&d, "no-cache"))
			return 0;
		if (!is_named(&d, "max-age"))
			continue;
		seconds = d.value ? delta_read(d.value, d.value_len) : -1;
		if (seconds < FETCH_STALE)
			seconds = FETCH_STALE;
		if (lifetime < 0 || seconds < lifetime)
			lifetime = seconds;
	}
	return lifetime;
}

int64_t fetch_lifetime(const struct fetch_age *h)
{
	int64_t lifetime = h->cache_control ? granted(h->cache_control) : -1;
	int64_t date = h->received, age = 0, apparent, expires;

	if (h->date && !fetch_date_read(h->date, h->received, &date))
		date = h->received;
	if (lifetime < 0 && h->expires)
		lifetime = fetch_date_read(h->expires, h->received, &expires) && expires > date ? expires - date : FETCH_STALE;
	if (lifetime <= 0)
		return lifetime;
	if (h->age)
		age = delta_read(h->age, strspn(h->age, "0123456789"));		/* of several, the first: section 5.1 */
	age = (age < 0 ? 0 : age) + h->delay;
	apparent = h->received - date;
	if (apparent > age)
		age = apparent;
	return lifetime > age ? lifetime - age : FETCH_STALE;
}

/* ---- dates ----------------------------------------------------------------------------------------------------- */

/* Cuts `text` off *at: letters of any case; a blank stands for itself. */
static bool take(const char **at, const char *text)
{
	size_t n = strlen(text);

	if (strncasecmp(*at, text, n) != 0)
		return false;
	*at += n;
	return true;
}

/* Cuts a number of exactly n digits off *at; with blank, a blank may stand for the first of them. */
static bool take_number(const char **at, int n, bool blank, int *value)
{
	*value = 0;
	for (; n > 0; n--, (*at)++, blank = false) {
		if (blank && **at == ' ')
			continue;
		if (!is_digit(**at))
			return false;
		*value = *value * 10 + (**at - '0');
	}
	return true;
}

/* Cuts one of n names off *at. */
static bool take_name(const char **at, const char *const *names, int n, int *which)
{
	for (*which = 0; *which < n; (*which)++)
		if (take(at, names[*which]))
			return true;
	return false;
}

static bool take_month(const char **at, int *month)
{
	static const char *const name[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

	return take_name(at, name, 12, month);
}

static bool take_time(const char **at, int clock[3])
{
	return take_number(at, 2, false, &clock[0]) && take(at, ":") && take_number(at, 2, false, &clock[1]) && take(at, ":") &&
	    take_number(at, 2, false, &clock[2]) && clock[0] < 24 && clock[1] < 60 && clock[2] <= 60;
}

/* Days from 1970-01-01, month 0..11; counted in years from March, as in rfc3339. */
static int64_t day_number(int year, int month, int day)
{
	int64_t y = year - (month < 2), era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (int64_t)((month + 10) % 12) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool is_day(int year, int month, int day)
{
	static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return day >= 1 && day <= length[month] + (month == 1 && leap);
}

/* A year of two digits that would lie more than 50 years ahead is the last one with those digits (RFC 9110 section 5.6.7). */
static int whole_year(int two, int64_t now)
{
	int this = (int)(1970 + now / 31556952), year = this - this % 100 + two;

	return year > this + 50 ? year - 100 : year;
}

bool fetch_date_read(const char *text, int64_t now, int64_t *seconds)
{
	static const char *const short_day[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const long_day[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" };
	int ignored, year, month, day, clock[3];
	const char *s = text;
	bool read;

	if (take_name(&s, long_day, 7, &ignored)) {		/* Sunday, 06-Nov-94 08:49:37 GMT */
		read = take(&s, ", ") && take_number(&s, 2, false, &day) && take(&s, "-") && take_month(&s, &month) &&
		    take(&s, "-") && take_number(&s, 2, false, &year) && take(&s, " ") && take_time(&s, clock) && take(&s, " GMT");
		if (read)
			year = whole_year(year, now);
	} else if (!take_name(&s, short_day, 7, &ignored)) {
		return false;
	} else if (take(&s, ", ")) {				/* Sun, 06 Nov 1994 08:49:37 GMT */
		read = take_number(&s, 2, false, &day) && take(&s, " ") && take_month(&s, &month) && take(&s, " ") &&
		    take_number(&s, 4, false, &year) && take(&s, " ") && take_time(&s, clock) && take(&s, " GMT");
	} else {						/* Sun Nov  6 08:49:37 1994 */
		read = take(&s, " ") && take_month(&s, &month) && take(&s, " ") && take_number(&s, 2, true, &day) &&
		    take(&s, " ") && take_time(&s, clock) && take(&s, " ") && take_number(&s, 4, false, &year);
	}
	if (!read || *s || !is_day(year, month, day))
		return false;
	*seconds = day_number(year, month, day) * 86400 + clock[0] * 3600 + clock[1] * 60 + clock[2];
	return true;
}
