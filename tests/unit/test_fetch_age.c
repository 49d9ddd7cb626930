/* SPDX-License-Identifier: ISC */
/*
 * test_fetch_age: Cache-Control, Expires, Date and Age as they are sent, well and badly, against RFC 9111 sections 4.2
 * and 5.2.2; the three forms of a date, with every month and every leap year rule.
 */
#include "unit.h"

#include <time.h>

#include "fetch_age.h"

/* Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110. */
enum { NOVEMBER = 784111777 };

static const struct {
	const char *cache_control, *expires, *date, *age;
	int64_t want;
} row[] = {
	/* nothing said */
	{ NULL, NULL, NULL, NULL, -1 },
	{ "", NULL, NULL, NULL, -1 },
	{ "public", NULL, NULL, NULL, -1 },
	{ "private", NULL, NULL, NULL, -1 },
	{ "s-maxage=60", NULL, NULL, NULL, -1 },
	{ "must-revalidate, x=y", NULL, NULL, "5", -1 },
	{ "x=\"max-age=5\"", NULL, NULL, NULL, -1 },
	{ "x=\"a, max-age=5, \\\" no-store\"", NULL, NULL, NULL, -1 },
	{ "xmax-age=5, max-agex=5, max=5", NULL, NULL, NULL, -1 },
	{ "x=y \"a, max-age=5, \", public", NULL, NULL, NULL, -1 },
	{ "x=\"never closed, max-age=5", NULL, NULL, NULL, -1 },
	/* max-age */
	{ "max-age=60", NULL, NULL, NULL, 60 },
	{ "MAX-AGE=60", NULL, NULL, NULL, 60 },
	{ "max-age=\"60\"", NULL, NULL, NULL, 60 },
	{ "public,max-age=60,s-maxage=5", NULL, NULL, NULL, 60 },
	{ " ,, public , max-age = 60 , ", NULL, NULL, NULL, 60 },
	{ "private, max-age=60", NULL, NULL, NULL, 60 },
	{ "max-age=60, max-age=30", NULL, NULL, NULL, 30 },
	{ "max-age=30, max-age=60", NULL, NULL, NULL, 30 },
	{ "@@@, max-age=60", NULL, NULL, NULL, 60 },
	{ "=, =5, \"max-age=1\", max-age=60", NULL, NULL, NULL, 60 },
	{ "max-age=31536000", NULL, NULL, NULL, 31536000 },
	{ "max-age=2147483648", NULL, NULL, NULL, INT32_MAX },
	{ "max-age=99999999999999999999999999999999999999", NULL, NULL, NULL, INT32_MAX },
	{ "max-age=0", NULL, NULL, NULL, FETCH_STALE },
	/* what cannot be understood is stale */
	{ "max-age", NULL, NULL, NULL, FETCH_STALE },
	{ "max-age=", NULL, NULL, NULL, FETCH_STALE },
	{ "max-age=\"\"", NULL, NULL, NULL, FETCH_STALE },
	{ "max-age=-1", NULL, NULL, NULL, FETCH_STALE },
	{ "max-age=+5", NULL, NULL, NULL, FETCH_STALE },
	{ "max-age=1.5", NULL, NULL, NULL, FETCH_STALE },
	{ "max-age=0x10", NULL, NULL, NULL, FETCH_STALE },
	{ "max-age=60s", NULL, NULL, NULL, FETCH_STALE },
	{ "max-age=60, max-age=x", NULL, NULL, NULL, FETCH_STALE },
	/* not to be kept */
	{ "no-store", NULL, NULL, NULL, 0 },
	{ "No-Store, max-age=60", NULL, NULL, NULL, 0 },
	{ "max-age=60, no-store", NULL, NULL, NULL, 0 },
	{ "max-age=60,no-cache", NULL, NULL, NULL, 0 },
	{ "no-cache=\"set-cookie\", max-age=60", NULL, NULL, NULL, 0 },
	{ "no-cache", "Sun, 06 Nov 1994 09:49:37 GMT", NULL, NULL, 0 },
	{ "max-age=x, no-store", NULL, NULL, NULL, 0 },
	{ "must-understand, no-store, max-age=60", NULL, NULL, NULL, 0 },
	{ "no-storex, xno-cache, max-age=60", NULL, NULL, NULL, 60 },
	/* Expires, with and without Date; max-age goes before it */
	{ NULL, "Sun, 06 Nov 1994 09:49:37 GMT", NULL, NULL, 3600 },
	{ NULL, "Sun, 06 Nov 1994 09:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", NULL, 3600 },
	{ NULL, "Sun, 06 Nov 1994 09:49:37 GMT", "Sun, 06 Nov 1994 08:49:27 GMT", NULL, 3600 },
	{ NULL, "Sun, 06 Nov 1994 09:49:37 GMT", "Sun, 06 Nov 1994 08:50:37 GMT", NULL, 3540 },
	{ NULL, "Sun, 06 Nov 1994 09:49:37 GMT", "no date", NULL, 3600 },
	{ NULL, "Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", NULL, FETCH_STALE },
	{ NULL, "Sun, 06 Nov 1994 07:49:37 GMT", NULL, NULL, FETCH_STALE },
	{ NULL, "0", NULL, NULL, FETCH_STALE },
	{ NULL, "-1", NULL, NULL, FETCH_STALE },
	{ NULL, "", NULL, NULL, FETCH_STALE },
	{ NULL, "tomorrow", NULL, NULL, FETCH_STALE },
	{ "public", "0", NULL, NULL, FETCH_STALE },
	{ "max-age=60", "0", NULL, NULL, 60 },
	{ "max-age=60", "Sun, 06 Nov 1994 09:49:37 GMT", NULL, NULL, 60 },
	{ "s-maxage=5", "Sun, 06 Nov 1994 09:49:37 GMT", NULL, NULL, 3600 },
	/* how old it is already */
	{ "max-age=60", NULL, NULL, "10", 50 },
	{ "max-age=60", NULL, NULL, "60", FETCH_STALE },
	{ "max-age=60", NULL, NULL, "61", FETCH_STALE },
	{ "max-age=60", NULL, NULL, "99999999999999999999999999", FETCH_STALE },
	{ "max-age=60", NULL, NULL, "-10", 60 },
	{ "max-age=60", NULL, NULL, "x", 60 },
	{ "max-age=60", NULL, NULL, "", 60 },
	{ "max-age=60", NULL, NULL, "10, 50", 50 },
	{ "max-age=60", NULL, "Sun, 06 Nov 1994 08:49:17 GMT", NULL, 40 },
	{ "max-age=60", NULL, "Sun, 06 Nov 1994 08:49:17 GMT", "10", 40 },
	{ "max-age=60", NULL, "Sun, 06 Nov 1994 08:49:17 GMT", "30", 30 },
	{ "max-age=60", NULL, "Sun, 06 Nov 1994 08:49:57 GMT", NULL, 60 },
	{ "max-age=60", NULL, "Sat, 05 Nov 1994 08:49:37 GMT", NULL, FETCH_STALE },
};

/* CI-19 */
static void a_lifetime_is_what_the_answer_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		const struct fetch_age h = { row[i].cache_control, row[i].expires, row[i].date, row[i].age, NOVEMBER, 0 };
		int64_t got = fetch_lifetime(&h);

		row_check(got == row[i].want, "%s | %s | %s | %s: %lld", shown(row[i].cache_control), shown(row[i].expires),
		    shown(row[i].date), shown(row[i].age), (long long)got);
	}
}

static void the_time_on_the_way_counts(void **state)
{
	struct fetch_age h = { "max-age=60", NULL, NULL, "10", NOVEMBER, 4 };

	(void)state;
	assert_int_equal(fetch_lifetime(&h), 46);
	h.age = "x";
	assert_int_equal(fetch_lifetime(&h), 56);
	h.age = "10";
	h.date = "Sun, 06 Nov 1994 08:49:17 GMT";
	assert_int_equal(fetch_lifetime(&h), 40);
}

static const struct {
	const char *text;
	int64_t want;
} date[] = {
	/* RFC 9110 section 5.6.7 */
	{ "Sun, 06 Nov 1994 08:49:37 GMT", NOVEMBER },
	{ "Sunday, 06-Nov-94 08:49:37 GMT", NOVEMBER },
	{ "Sun Nov  6 08:49:37 1994", NOVEMBER },
	{ "sun, 06 nov 1994 08:49:37 gmt", NOVEMBER },
	{ "Sun Nov 16 08:49:37 1994", NOVEMBER + 864000 },
	{ "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
	{ "Wed, 31 Dec 1969 23:59:59 GMT", -1 },
	{ "Thu, 29 Feb 1996 00:00:00 GMT", 825552000 },
	{ "Tue, 29 Feb 2000 23:59:59 GMT", 951868799 },
	{ "Wed, 01 Mar 2000 00:00:00 GMT", 951868800 },
	{ "Tue, 19 Jan 2038 03:14:08 GMT", 2147483648 },
	{ "Fri, 31 Dec 9999 23:59:59 GMT", 253402300799 },
	{ "Sat, 31 Dec 2016 23:59:60 GMT", 1483228800 },
};

static const char *const no_date[] = {
	"", "0", "-1", "now", "Sun", "Sun,", "Sun, 06 Nov 1994", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
	"Sun, 06 Nov 1994 08:49:37 GMT+1", "Sun, 06 Nov 1994 08:49:37 GMT ", " Sun, 06 Nov 1994 08:49:37 GMT",
	"Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06-Nov-1994 08:49:37 GMT", "06 Nov 1994 08:49:37 GMT",
	"Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
	"Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
	"Sun, 32 Dec 1994 08:49:37 GMT", "Sun, 29 Feb 1994 08:49:37 GMT", "Thu, 29 Feb 1900 08:49:37 GMT",
	"Sun, 06 Foo 1994 08:49:37 GMT", "Xyz, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994  08:49:37 GMT",
	"Sunday, 06-Nov-1994 08:49:37 GMT", "Sunday, 06 Nov 94 08:49:37 GMT", "Sunday 06-Nov-94 08:49:37 GMT",
	"Sun Nov 6 08:49:37 1994", "Sun Nov 6  08:49:37 1994", "Sun Nov  6 08:49:37 94", "Sun Nov  6 08:49:37 1994 GMT", "1994-11-06T08:49:37Z", "784111777",
	"Sun, -6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 -8:49:37 GMT", "Sun, 06 Nov +994 08:49:37 GMT",
};

static void the_three_forms_of_a_date_are_read(void **state)
{
	int64_t got;

	(void)state;
	for (size_t i = 0; i < COUNT(date); i++) {
		row_check(fetch_date_read(date[i].text, NOVEMBER, &got), "%s is not read", date[i].text);
		row_check(got == date[i].want, "%s: %lld", date[i].text, (long long)got);
	}
}

static void what_is_no_date_is_refused(void **state)
{
	int64_t got;

	(void)state;
	for (size_t i = 0; i < COUNT(no_date); i++)
		row_check(!fetch_date_read(no_date[i], NOVEMBER, &got), "%s", no_date[i]);
}

/* Against the C library, a date every 5 days and some hours, for 450 years. */
static void every_day_is_the_right_one(void **state)
{
	(void)state;
	for (int64_t t = -3000000000; t < 11200000000; t += 437777) {
		time_t at = (time_t)t;
		char text[64];
		struct tm tm;
		int64_t got;

		gmtime_r(&at, &tm);
		strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
		row_check(fetch_date_read(text, 0, &got) && got == t, "%s", text);
	}
}

static void a_year_of_two_digits_is_at_most_fifty_years_ahead(void **state)
{
	static const struct { const char *text; int year; } two[] = {
		{ "Sunday, 06-Nov-94 08:49:37 GMT", 1994 }, { "Sunday, 06-Nov-26 08:49:37 GMT", 2026 },
		{ "Sunday, 06-Nov-76 08:49:37 GMT", 2076 }, { "Sunday, 06-Nov-77 08:49:37 GMT", 1977 },
		{ "Sunday, 06-Nov-00 08:49:37 GMT", 2000 },
	};
	const int64_t now = 1785000000;		/* in 2026 */

	(void)state;
	for (size_t i = 0; i < COUNT(two); i++) {
		int64_t got;
		struct tm tm;
		time_t at;

		row_check(fetch_date_read(two[i].text, now, &got), "%s", two[i].text);
		at = (time_t)got;
		gmtime_r(&at, &tm);
		row_check(tm.tm_year + 1900 == two[i].year, "%s: %d", two[i].text, tm.tm_year + 1900);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lifetime_is_what_the_answer_says),
		cmocka_unit_test(the_time_on_the_way_counts),
		cmocka_unit_test(the_three_forms_of_a_date_are_read),
		cmocka_unit_test(what_is_no_date_is_refused),
		cmocka_unit_test(every_day_is_the_right_one),
		cmocka_unit_test(a_year_of_two_digits_is_at_most_fifty_years_ahead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
