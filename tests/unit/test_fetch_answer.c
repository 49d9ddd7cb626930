/* SPDX-License-Identifier: ISC */
/*
 * test_fetch_answer: whole answers, line by line as libcurl hands them over: which status is which refusal, and what interim
 * answers, trailers and doubled fields do not change.
 */
#include "unit.h"

#include "fetch_answer.h"

/* Feeds lines that end in \n (the \r is added), the empty one among them, and then the body. */
static enum fetch_result feed(struct arena *a, struct fetch_answer *t, const char *head, const char *body)
{
	size_t n;

	fetch_answer_begin(t, a, 100);
	for (; *head; head += n + 1) {
		n = strcspn(head, "\n");
		if (!fetch_answer_line(t, arena_printf(a, "%.*s\r\n", (int)n, head), n + 2))
			return t->verdict;
	}
	if (*body && !fetch_answer_body(t, body, strlen(body)))
		return t->verdict;
	return fetch_answer_end(t);
}

#define JSON "Content-Type: application/json\n"
#define OK "HTTP/1.1 200 OK\n"

static const struct {
	const char *head, *body;
	enum fetch_result want;
} row[] = {
	{ OK JSON "\n", "{}", FETCH_OK },
	{ "HTTP/1.0 200\n" JSON "\n", "{}", FETCH_OK },
	{ "HTTP/1.1 100 Continue\n\nHTTP/1.1 103 Early Hints\nContent-Type: text/html\n\n" OK JSON "\n", "{}", FETCH_OK },
	{ OK "content-TYPE:application/json\nContent-Length: 2\nTransfer-Encoding: chunked\nContent-Encoding: identity\n\n", "{}", FETCH_OK },
	{ OK JSON JSON "\n", "{}", FETCH_OK },
	{ OK JSON "Content-Length: 100\n\n", "{}", FETCH_OK },
	/* what the body must not be */
	{ OK JSON "\n", "", FETCH_INVALID },
	{ OK JSON "Content-Length: 101\n\n", "{}", FETCH_INVALID },
	{ OK JSON "Content-Length: 99999999999999999999999999\n\n", "{}", FETCH_INVALID },
	{ OK JSON "Content-Encoding: gzip\n\n", "{}", FETCH_INVALID },
	{ OK JSON "Content-Encoding: identity\nContent-Encoding: br\n\n", "{}", FETCH_INVALID },
	{ OK JSON "Transfer-Encoding: gzip, chunked\n\n", "{}", FETCH_INVALID },
	/* what the media type must not be */
	{ OK "\n", "{}", FETCH_INVALID },
	{ OK "Content-Type: text/html\n\n", "{}", FETCH_INVALID },
	{ OK JSON "Content-Type: text/html\n\n", "{}", FETCH_INVALID },
	{ OK "Content-Type : application/json\n\n", "{}", FETCH_INVALID },
	{ OK "X: y\n application/json\n" JSON "\n", "{}", FETCH_INVALID },
	/* a status is one refusal, whatever the rest is */
	{ "HTTP/1.1 404 Not Found\nContent-Length: 99999\n\n", "", FETCH_GONE },
	{ "HTTP/1.1 410 Gone\n" JSON "\n", "{}", FETCH_GONE },
	{ "HTTP/1.1 403 Forbidden\n" JSON "\n", "{}", FETCH_UNREACHABLE },
	{ "HTTP/1.1 429 Slow\n\n", "", FETCH_UNREACHABLE },
	{ "HTTP/1.1 500 Oops\n\n", "", FETCH_UNREACHABLE },
	{ "HTTP/1.1 503 Oops\n\n", "", FETCH_UNREACHABLE },
	{ "HTTP/1.1 599 Oops\n\n", "", FETCH_UNREACHABLE },
	{ "HTTP/1.1 101 Switching\n" JSON "\n", "{}", FETCH_INVALID },
	{ "HTTP/1.1 201 Created\n" JSON "\n", "{}", FETCH_INVALID },
	{ "HTTP/1.1 203 Other\n" JSON "\n", "{}", FETCH_INVALID },
	{ "HTTP/1.1 204 None\n\n", "", FETCH_INVALID },
	{ "HTTP/1.1 206 Part\n" JSON "\n", "{}", FETCH_INVALID },
	{ "HTTP/1.1 301 Moved\nLocation: https://c.example/\n\n", "", FETCH_INVALID },
	{ "HTTP/1.1 302 Moved\n" JSON "\n", "{}", FETCH_INVALID },
	{ "HTTP/1.1 304 Same\n\n", "", FETCH_INVALID },
	{ "HTTP/1.1 307 Moved\n\n", "", FETCH_INVALID },
	{ "HTTP/1.1 308 Moved\n\n", "", FETCH_INVALID },
	{ "HTTP/1.1 400 Bad\n\n", "", FETCH_INVALID },
	{ "HTTP/1.1 401 Who\n\n", "", FETCH_INVALID },
	{ "HTTP/1.1 600 What\n" JSON "\n", "{}", FETCH_INVALID },
	{ "HTTP/1.1 2000 OK\n" JSON "\n", "{}", FETCH_INVALID },
	{ "HTTP/1.1 20\n" JSON "\n", "{}", FETCH_INVALID },
	{ "HTTP/1.1\n" JSON "\n", "{}", FETCH_INVALID },
	{ "HTTP/1.1 \n" JSON "\n", "{}", FETCH_INVALID },
	{ "HTTP/1.1 100 Continue\n\n", "", FETCH_INVALID },
	{ "", "", FETCH_INVALID },
};

/* CI-07, CI-08 */
static void an_answer_is_what_was_asked_for_or_a_refusal(void **state)
{
	struct arena *a = arena_new();
	struct fetch_answer t;

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		enum fetch_result got = feed(a, &t, row[i].head, row[i].body);

		row_check(got == row[i].want, "%s: %d (%s)", row[i].head, got, shown(t.why));
		row_check((got == FETCH_OK) == !t.why, "%s: %s", row[i].head, shown(t.why));
	}
	arena_drop(a);
}

/* CI-09 */
static void the_body_has_a_cap(void **state)
{
	struct arena *a = arena_new();
	struct fetch_answer t;

	(void)state;
	assert_int_equal(feed(a, &t, OK JSON "\n", "{}"), FETCH_OK);
	for (int i = 2; i < 100; i++)
		assert_true(fetch_answer_body(&t, " ", 1));
	assert_int_equal(fetch_answer_end(&t), FETCH_OK);
	assert_false(fetch_answer_body(&t, " ", 1));
	assert_int_equal(t.body.len, 100);
	assert_int_equal(fetch_answer_end(&t), FETCH_INVALID);
	arena_drop(a);
}

static void the_header_has_a_cap(void **state)
{
	struct arena *a = arena_new();
	char line[1100];
	struct fetch_answer t;
	int n;

	(void)state;
	memset(line, 'a', sizeof line);
	assert_int_equal(feed(a, &t, OK JSON "\n", "{}"), FETCH_OK);	/* lines behind it are trailers, and count, too */
	for (n = 0; n < 100 && fetch_answer_line(&t, line, sizeof line); n++)
		continue;
	assert_in_range(n, 8, 20);
	fetch_answer_begin(&t, a, 100);
	for (n = 0; n < 1000 && fetch_answer_line(&t, "Age: 1\r\n", 8); n++)
		continue;
	assert_in_range(n, 100, 200);
	assert_int_equal(t.verdict, FETCH_INVALID);
	arena_drop(a);
}

static void trailers_and_interim_answers_say_nothing(void **state)
{
	struct arena *a = arena_new();
	struct fetch_answer t;
	struct fetch f = { 0 };

	(void)state;
	assert_int_equal(feed(a, &t, "HTTP/1.1 103 Hints\nCache-Control: max-age=7\n\n" OK JSON "\nCache-Control: max-age=9\n", "{}"),
	    FETCH_OK);
	fetch_answer_give(&t, &f, 1000, 1000);
	assert_int_equal(f.lifetime, -1);
	arena_drop(a);
}

static const struct {
	const char *fields;
	int64_t want;
} life[] = {
	{ "", -1 }, { "Cache-Control: max-age=60\n", 58 }, { "cache-control: public\nCACHE-CONTROL:max-age=60\n", 58 },
	{ "Cache-Control: max-age=60\nCache-Control: no-store\n", 0 }, { "Cache-Control: max-age=60\nAge: 10\n", 48 },
	{ "Cache-Control: max-age=60\nAge: 10\nAge: 20\n", 48 }, { "Expires: 0\n", 1 },
	{ "Expires: Thu, 01 Jan 1970 01:00:00 GMT\n", 2598 },
	{ "Expires: Thu, 01 Jan 1970 01:00:00 GMT\nExpires: Thu, 01 Jan 1970 01:00:00 GMT\n", 2598 },
	{ "Expires: Thu, 01 Jan 1970 01:00:00 GMT\nExpires: Thu, 01 Jan 1970 02:00:00 GMT\n", 1 },
};

static void the_fields_of_an_answer_give_its_lifetime(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < COUNT(life); i++) {
		struct fetch_answer t;
		struct fetch f = { 0 };

		assert_int_equal(feed(a, &t, arena_printf(a, OK JSON "%s\n", life[i].fields), "{}"), FETCH_OK);
		fetch_answer_give(&t, &f, 998, 1000);
		row_check(f.lifetime == life[i].want, "%s: %lld", life[i].fields, (long long)f.lifetime);
		assert_int_equal(f.len, 2);
		assert_string_equal(f.body, "{}");
	}
	arena_drop(a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_what_was_asked_for_or_a_refusal),
		cmocka_unit_test(the_body_has_a_cap),
		cmocka_unit_test(the_header_has_a_cap),
		cmocka_unit_test(trailers_and_interim_answers_say_nothing),
		cmocka_unit_test(the_fields_of_an_answer_give_its_lifetime),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
