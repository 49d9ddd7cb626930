/* SPDX-License-Identifier: ISC */
/*
 * fuzz_html: any text in a page: what comes out is UTF-8 without control characters and without one character
 * of markup that our own templates did not write.
 */
#include "fuzz.h"

#include "conf.h"
#include "html.h"
#include "pages.h"
#include "visible.h"

/* Longer texts are not tried in pages, each of which has a dozen holes. */
enum { PAGE_TEXT = 64 };

static const struct conf conf = { .site_name = "x" };

static void check_escaped(const char *text)
{
	static const char *const entity[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };

	must(utf8_is(text, strlen(text)));
	must(!strpbrk(text, "<>\"'"));
	for (; *text; text++) {
		bool known = *text != '&';

		for (size_t i = 0; i < sizeof entity / sizeof *entity; i++)
			known = known || strncmp(text, entity[i], strlen(entity[i])) == 0;
		must(known && (unsigned char)*text >= 0x20 && *text != 0x7f);
	}
}

enum page { LOGIN, CONSENT, MESSAGE, PAGES };

/* A page with the text in every hole. */
static struct buf page_with(struct arena *a, enum page which, const char *text)
{
	struct context cx = { .arena = a, .conf = &conf, .peer = "" };
	const struct frame frame = { .cx = &cx, .title = text, .site = text, .logo = text };
	const char *const allows[] = { text, text, NULL };
	const struct login_page login = {
		.frame = frame, .action = text, .request = text, .csrf = text, .client = text, .username = text, .wrong = true,
	};
	const struct consent_page consent = {
		.frame = frame, .action = text, .request = text, .csrf = text, .csrf_signout = text, .user = text,
		.client = text, .redirect = text, .loopback = true, .only_here = true, .described_at = text, .resource = text, .allows = allows,
		.had = allows,
	};
	const struct message_page message = {
		.frame = frame, .heading = text, .text = text, .hint = text, .link = text, .link_text = text, .id = text,
	};
	struct buf b = buf_new(a);

	if (which == LOGIN)
		page_login(&b, &login);
	else if (which == CONSENT)
		page_consent(&b, &consent);
	else
		page_message(&b, &message);
	return b;
}

/* How many characters of markup there are. */
static size_t count_markup(const struct buf *b)
{
	size_t seen[256] = { 0 };

	for (size_t i = 0; i < b->len; i++)
		seen[(unsigned char)b->v[i]]++;
	return seen['<'] + (seen['>'] << 16) + (seen['"'] << 32) + (seen['\''] << 48);
}

/* As many as with a text that has none. */
static void check_page(struct arena *a, enum page which, const char *text)
{
	static size_t plain[PAGES];
	struct buf page = page_with(a, which, text), other;

	if (!plain[which]) {
		other = page_with(a, which, "x");
		plain[which] = count_markup(&other);
	}
	must(utf8_is(page.v, page.len));
	must(count_markup(&page) == plain[which]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	const char *text = fuzz_text(a, data, size);
	struct buf b = buf_new(a), initial = buf_new(a);

	html_put(&b, text);
	check_escaped(b.v);
	html_put_initial(&initial, text);
	check_escaped(initial.v);
	must(utf8_count(initial.v, initial.len) <= 6);
	must(b.len > 0 || !visible_is(text));
	if (size <= PAGE_TEXT)
		check_page(a, (enum page)(size % PAGES), text);
	arena_drop(a);
	return 0;
}
