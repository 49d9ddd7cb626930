/* SPDX-License-Identifier: ISC */
/*
 * fuzz_lifetime: the header of an answer as anybody may send it, line by line, with what follows from it: the verdict,
 * the lifetime; and the first line as a URL to fetch.
 */
#include "fuzz.h"

#include "fetch_age.h"
#include "fetch_answer.h"
#include "fetch_rule.h"

enum { CAP = 64 };

static void check_url(struct arena *a, const char *text)
{
	struct url u;

	if (!fetch_url_read(a, text, &u))
		return;
	must(strcmp(u.scheme, "https") == 0 && !u.userinfo && !u.fragment && *u.host && strlen(text) <= FETCH_URL_MAX);
	must(u.port >= 1 && u.port <= 65535);
	must(!strpbrk(u.host, "/?#@%,; \\\"<>"));
	must(*u.host == '[' || !strchr(u.host, ':'));
}

static void check_date(const char *text)
{
	int64_t seconds;

	if (fetch_date_read(text, 1785000000, &seconds))
		must(seconds >= -62200000000 && seconds <= 253402300800);
}

static void check_answer(struct arena *a, const char *text, size_t size)
{
	struct fetch_answer t;
	struct fetch f = { .lifetime = -2 };
	const char *end = text + size, *next;
	bool heard = true;

	fetch_answer_begin(&t, a, CAP);
	for (; heard && text < end && !t.head_done; text = next) {
		next = memchr(text, '\n', (size_t)(end - text));
		next = next ? next + 1 : end;
		heard = fetch_answer_line(&t, text, (size_t)(next - text));
		must(heard == !t.why);
	}
	if (heard && text < end)
		heard = fetch_answer_body(&t, text, (size_t)(end - text));
	must(t.body.len <= CAP);
	if (fetch_answer_end(&t) != FETCH_OK) {
		must(t.why && fuzz_is_printable(t.why));
		return;
	}
	must(heard && t.status == 200 && t.head_done && t.body.len > 0);
	fetch_answer_give(&t, &f, 1784999999, 1785000000);
	must(f.lifetime >= -1 && f.lifetime <= 253402300800 && f.len == t.body.len && f.body);
	must(f.lifetime != -1 || !t.said[FETCH_EXPIRES]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	char *rest = fuzz_text(a, data, size), *line;

	check_answer(a, (const char *)data, size);
	line = fuzz_line(&rest);
	check_url(a, line);
	check_date(line);
	arena_drop(a);
	return 0;
}
