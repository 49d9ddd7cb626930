/* SPDX-License-Identifier: ISC */
/*
 * test_html: text in a page is text: every character that means something to a browser is escaped, what turns
 * text around or hides in it is left out, what is no UTF-8 never passes; and the style is the one that the
 * policy allows, with an accent on which its ink can be read.
 */
#include "unit.h"

#include <math.h>

#include "arena.h"
#include "conf.h"
#include "crypto.h"
#include "html.h"
#include "pages.h"
#include "utf8.h"
#include "visible.h"

static int set_up(void **state)
{
	*state = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	arena_drop(*state);
	return 0;
}

static const char *escaped(struct arena *a, const char *text)
{
	struct buf b = buf_new(a);

	html_put(&b, text);
	return b.v;
}

/* ---- escaping ------------------------------------------------------------------------------------------ */

static const struct {
	char c;
	const char *entity;
} entity[] = { { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" }, { '\'', "&#39;" } };

static void every_ascii_character_is_itself_escaped_or_left_out(void **state)
{
	for (int c = 1; c < 128; c++) {
		const char text[] = { 'a', (char)c, 'b', '\0' };
		const char *want = c < 0x20 || c == 0x7f ? "ab" : text, *got = escaped(*state, text);

		for (size_t i = 0; i < COUNT(entity); i++)
			if (c == entity[i].c)
				want = arena_printf(*state, "a%sb", entity[i].entity);
		row_check(same_text(got, want), "%02x: %s", (unsigned)c, got);
	}
}

static void markup_becomes_text(void **state)
{
	static const struct { const char *text, *want; } row[] = {
		{ "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;" },
		{ "\"><img src=x onerror=alert(1)>", "&quot;&gt;&lt;img src=x onerror=alert(1)&gt;" },
		{ "' onmouseover='x", "&#39; onmouseover=&#39;x" }, { "&lt;", "&amp;lt;" }, { "&#60;", "&amp;#60;" },
		{ "", "" },
		{ "AT&T", "AT&amp;T" }, { "a\r\nb", "ab" },
		{ "Gr\xc3\xbc\xc3\x9f Gott \xf0\x9f\x91\x8b", "Gr\xc3\xbc\xc3\x9f Gott \xf0\x9f\x91\x8b" },
		{ "<\xe2\x80\xae>", "&lt;&gt;" }, { "<\xff>", "&lt;&gt;" },
	};

	for (size_t i = 0; i < COUNT(row); i++)
		row_check(same_text(escaped(*state, row[i].text), row[i].want), "%s: %s", row[i].text,
		    escaped(*state, row[i].text));
}

static void nothing_is_put_for_nothing(void **state)
{
	struct buf b = buf_new(*state);

	buf_text(&b, "x");
	html_put(&b, NULL);
	html_put(&b, "");
	html_put(&b, "<y>");
	assert_string_equal(b.v, "x&lt;y&gt;");
}

static size_t encode(uint32_t c, char *to)
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		to[i] = (char)(0x80 | (c & 0x3f));
	to[0] = (char)(lead[n] | c);
	to[n] = '\0';
	return n;
}

static bool is_in(uint32_t c, const uint32_t (*range)[2], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (c >= range[i][0] && c <= range[i][1])
			return true;
	return false;
}

/* Bidirectional controls (Unicode Standard Annex 9, section 2), and what shows nothing. */
static const uint32_t left_out[][2] = {
	{ 0x80, 0x9f }, { 0x61c, 0x61c }, { 0x200b, 0x200b }, { 0x200e, 0x200f }, { 0x202a, 0x202e },
	{ 0x2060, 0x2064 },
	{ 0x2066, 0x2069 }, { 0xfeff, 0xfeff },
};

/* What may be left out or stay; nothing is asked of it here. */
static const uint32_t open_question[][2] = {
	{ 0xad, 0xad }, { 0x34f, 0x34f }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f },
	{ 0x2028, 0x2029 }, { 0x2065, 0x2065 },
	{ 0x206a, 0x206f }, { 0x3164, 0x3164 }, { 0xfe00, 0xfe0f }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xffff },
	{ 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
};

static void every_other_character_stays_but_the_invisible_ones(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (uint32_t c = 0x80; c < 0x110000; c++) {
		char text[8] = "a", bytes[5];
		const char *got;
		bool gone = is_in(c, left_out, COUNT(left_out));

		if ((c >= 0xd800 && c <= 0xdfff) || is_in(c, open_question, COUNT(open_question)))
			continue;
		memcpy(text + 1, bytes, encode(c, bytes));
		text[1 + strlen(bytes)] = 'b';
		got = escaped(a, text);
		row_check(same_text(got, gone ? "ab" : text), "U+%04X: %s", c, got);
		if (c % 0x400 == 0)
			arena_reset(a);
	}
	arena_drop(a);
}

/* Joiners belong to the spelling of Persian and Hindi, and to emoji. */
static void joiners_stay_in_words(void **state)
{
	assert_string_equal(escaped(*state, "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xb1"),
	    "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xb1");
	assert_string_equal(escaped(*state, "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb"),
	    "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb");
}

static void what_is_no_utf8_never_passes(void **state)
{
	static const char *const bad[] = {
		"\xff", "\xfe", "\x80", "\xbf", "\xc0\xbc", "\xe0\x80\xbc", "\xf0\x80\x80\xbc", "\xc3", "\xe2\x82",
		"\xf0\x9f\x98", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3<", "\xe2\x82<", "\xf0\x9f\x98<", "\xe2<script>",
		"\xc2\"", "\xf0<a>", "\xc0\xaf",
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		const char *got = escaped(*state, arena_printf(*state, "a%sb", bad[i]));
		size_t n = strlen(got);

		row_check(utf8_is(got, n), "%zu is no UTF-8", i);
		row_check(!strpbrk(got, "<>\"'"), "%zu is not escaped", i);
		row_check(got[0] == 'a' && got[n - 1] == 'b', "%zu swallows its neighbours", i);
		if (strchr(bad[i], '<'))
			row_check(strstr(got, "&lt;"), "%zu swallows <", i);
	}
}

/* Every pair of bytes after a letter, at the end of the text: nothing behind the end is looked at. */
static void no_pair_of_bytes_passes_unless_it_is_utf8(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (unsigned one = 1; one < 256; one++) {
		arena_reset(a);
		for (unsigned two = 1; two < 256; two++) {
			char *text = malloc(4);
			const char *got;

			assert_non_null(text);
			memcpy(text, (const char[]){ 'a', (char)one, (char)two, '\0' }, 4);
			got = escaped(a, text);
			row_check(utf8_is(got, strlen(got)) && !strpbrk(got, "<>\"'"), "%02x %02x", one, two);
			free(text);
		}
	}
	arena_drop(a);
}

static void visible_is_what_shows_something(void **state)
{
	static const char *const yes[] = { "a", " a", "\xc3\xa9", ".", "\xf0\x9f\x98\x80", "\xe2\x80\xaex",
	    "\xe2\x80\x8b.", "a\xff" };
	static const char *const no[] = {
		"", " ", "   ", "\t\n", "\x01", "\x7f", "\xe2\x80\xae", "\xe2\x80\x8b\xe2\x80\x8b",
		"\xe2\x80\x8c\xe2\x80\x8d", "\xef\xbb\xbf", " \xe2\x80\x8e ", "\xff", "\xc2\x85",
		"\xe2\x81\xa6\xe2\x81\xa9",
		/* blanks of other kinds, and letters that are blank: U+00A0, U+00AD, U+2003, U+3000, U+3164, U+2800 */
		"\xc2\xa0", "\xc2\xad", "\xe2\x80\x83", "\xe3\x80\x80", "\xe3\x85\xa4", "\xe2\xa0\x80",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(yes); i++)
		row_check(visible_is(yes[i]), "%zu: %s", i, yes[i]);
	for (size_t i = 0; i < COUNT(no); i++)
		row_check(!visible_is(no[i]), "%zu: %s", i, no[i]);
}

static void lines_stay_lines_and_nothing_else_gets_through(void **state)
{
	static const struct { const char *text, *want; } row[] = {
		{ "", "" }, { "a", "a" }, { "a\nb", "a\nb" }, { "\n\n", "\n\n" }, { "<a>\n&\t\r", "&lt;a&gt;\n&amp;" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct buf b = buf_new(*state);

		html_put_lines(&b, row[i].text);
		row_check(same_text(b.v ? b.v : "", row[i].want), "%zu: %s", i, shown(b.v));
	}
}

static void an_initial_is_one_character(void **state)
{
	static const struct { const char *name, *want; } row[] = {
		{ "mcp-cgi", "m" }, { "<b>", "&lt;" }, { "\xc3\x84pfel", "\xc3\x84" },
		{ "\xf0\x9f\x98\x80 x", "\xf0\x9f\x98\x80" }, { "", "" },
		{ "x", "x" }, { "&", "&amp;" }, { "\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct buf b = buf_new(*state);

		html_put_initial(&b, row[i].name);
		row_check(same_text(b.v, row[i].want), "%s: %s", row[i].name, b.v);
	}
}

/* ---- style --------------------------------------------------------------------------------------------- */

/* The colour behind `name:` in a style sheet, as #rrggbb. */
static const char *colour_of(const char *style, const char *name)
{
	const char *at = strstr(style, name);

	return at ? at + strlen(name) + strspn(at + strlen(name), ": ") : "";
}

/* Relative luminance and contrast ratio, WCAG 2.2. */
static double luminance(const char *colour)
{
	static const double weight[] = { 0.2126, 0.7152, 0.0722 };
	unsigned rgb[3];
	double sum = 0;

	assert_int_equal(sscanf(colour, "#%2x%2x%2x", &rgb[0], &rgb[1], &rgb[2]), 3);
	for (size_t i = 0; i < 3; i++) {
		double c = rgb[i] / 255.0;

		sum += weight[i] * (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
	}
	return sum;
}

static double contrast(const char *one, const char *two)
{
	double a = luminance(one), b = luminance(two);

	return a > b ? (a + 0.05) / (b + 0.05) : (b + 0.05) / (a + 0.05);
}

static const char *style_with(struct arena *a, const char *accent)
{
	const struct conf conf = { .accent_color = accent, .site_name = "x" };
	struct context cx = { .arena = a, .conf = &conf, .peer = "" };
	struct buf b = buf_new(a);

	html_put_style(&b, &cx);
	return b.v;
}

/* Every colour on a grid of 18 steps, and every grey. */
static void the_ink_can_be_read_on_any_accent(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (unsigned i = 0; i < 18 * 18 * 18 + 256; i++) {
		unsigned r = i < 5832 ? i % 18 * 15 : i - 5832, g = i < 5832 ? i / 18 % 18 * 15 : r, b = i < 5832 ?
		    i / 324 * 15 : r;
		const char *accent = arena_printf(a, "#%02x%02x%02X", r, g, b), *style = style_with(a, accent);
		double ratio = contrast(colour_of(style, "--accent"), colour_of(style, "--accent-ink"));

		row_check(strncmp(colour_of(style, "--accent"), accent, 7) == 0, "%s is not used", accent);
		row_check(ratio >= 4.5, "%s: %.2f", accent, ratio);
		arena_reset(a);
	}
	arena_drop(a);
}

static void there_is_an_accent_without_a_setting(void **state)
{
	const char *style = style_with(*state, NULL);

	assert_true(contrast(colour_of(style, "--accent"), colour_of(style, "--accent-ink")) >= 4.5);
}

static const char *value_of(const struct response *rs, const char *name)
{
	for (size_t i = 0; i < rs->headers; i++)
		if (strcasecmp(rs->header[i].name, name) == 0)
			return rs->header[i].value;
	return "";
}

static const struct conf plain = { .site_name = "x" }, coloured = { .site_name = "x",
    .accent_color = "#A1b2C3" };

/* The policy allows the style by its hash: of exactly what stands between the tags of a page. */
static void the_policy_allows_the_style_of_the_page(void **state)
{
	const struct conf *const with[] = { &plain, &coloured };

	for (size_t i = 0; i < COUNT(with); i++) {
		struct request rq = { .cx = { .arena = *state, .conf = with[i], .peer = "" }, .query = "", .body = "" };
		struct response rs = { .arena = *state, .body = buf_new(*state) };
		const struct frame frame = { .cx = &rq.cx, .title = "t", .site = "s" };
		const char *from, *to;
		struct digest d;

		html_answer(&rq, &rs, 200, true);
		frame_open(&rs.body, &frame);
		from = strstr(rs.body.v, "<style>");
		to = strstr(rs.body.v, "</style>");
		assert_true(from && to && from < to);
		from += strlen("<style>");
		d = crypto_sha256(from, (size_t)(to - from));
		assert_non_null(strstr(value_of(&rs, "Content-Security-Policy"),
		    arena_printf(*state, "style-src 'sha256-%s'", crypto_base64(*state, d.v, sizeof d.v))));
	}
}

static void a_page_has_its_headers(void **state)
{
	struct request rq = { .cx = { .arena = *state, .conf = &plain, .peer = "" }, .query = "", .body = "" };

	for (int form = 0; form < 2; form++) {
		struct response rs = { .arena = *state, .body = buf_new(*state) };
		const char *policy;

		html_answer(&rq, &rs, 403, form);
		policy = value_of(&rs, "Content-Security-Policy");
		assert_int_equal(rs.status, 403);
		assert_memory_equal(value_of(&rs, "Content-Type"), "text/html", 9);
		assert_string_equal(value_of(&rs, "Cache-Control"), "no-store");
		assert_non_null(strstr(policy, "default-src 'none'"));
		assert_non_null(strstr(policy, "frame-ancestors 'none'"));
		assert_non_null(strstr(policy, "base-uri 'none'"));
		assert_null(strstr(policy, "unsafe"));
		assert_null(strstr(policy, "script-src"));
		assert_int_equal(strstr(policy, "form-action 'self'") != NULL, form);
		assert_string_equal(value_of(&rs, "X-Frame-Options"), "DENY");
	}
}

static void a_frame_escapes_its_holes(void **state)
{
	struct context cx = { .arena = *state, .conf = &plain, .peer = "" };
	const struct frame frame = { .cx = &cx, .title = "</title><script>t", .site = "<script>s",
	    .logo = "/\"><script>" };
	struct buf b = buf_new(*state);

	frame_open(&b, &frame);
	assert_null(strstr(b.v, "<script"));
	assert_non_null(strstr(b.v, "&lt;/title&gt;&lt;script&gt;t"));
	assert_non_null(strstr(b.v, "&lt;script&gt;s"));
	assert_non_null(strstr(b.v, "/&quot;&gt;&lt;script&gt;"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_ascii_character_is_itself_escaped_or_left_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(markup_becomes_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_is_put_for_nothing, set_up, tear_down),
		cmocka_unit_test(every_other_character_stays_but_the_invisible_ones),
		cmocka_unit_test_setup_teardown(joiners_stay_in_words, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_utf8_never_passes, set_up, tear_down),
		cmocka_unit_test(no_pair_of_bytes_passes_unless_it_is_utf8),
		cmocka_unit_test(visible_is_what_shows_something),
		cmocka_unit_test_setup_teardown(lines_stay_lines_and_nothing_else_gets_through, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_initial_is_one_character, set_up, tear_down),
		cmocka_unit_test(the_ink_can_be_read_on_any_accent),
		cmocka_unit_test_setup_teardown(there_is_an_accent_without_a_setting, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_policy_allows_the_style_of_the_page, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_page_has_its_headers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_frame_escapes_its_holes, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
