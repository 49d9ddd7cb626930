/* SPDX-License-Identifier: ISC */
/* html: escaping, the style sheet, the headers of a page. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "conf.h"
#include "crypto.h"
#include "html.h"
#include "utf8.h"
#include "visible.h"

extern const char style_text[];

static const char preset_accent[] = "#1f5fd1";

void html_put(struct buf *b, const char *text)
{
	size_t n;

	if (!text)
		return;
	for (; *text; text += n) {
		n = utf8_char(text, strnlen(text, 4));
		if (n == 0 || (unsigned char)*text < 0x20 || *text == 0x7f) {
			n = n ? n : 1;
			continue;
		}
		if (*text == '&')
			buf_text(b, "&amp;");
		else if (*text == '<')
			buf_text(b, "&lt;");
		else if (*text == '>')
			buf_text(b, "&gt;");
		else if (*text == '"')
			buf_text(b, "&quot;");
		else if (*text == '\'')
			buf_text(b, "&#39;");
		else if (!visible_is_hidden(text, n))
			buf_put(b, text, n);
	}
}

void html_put_lines(struct buf *b, const char *text)
{
	size_t n;

	for (; *text; text += n) {
		n = strcspn(text, "\n");
		html_put(b, arena_text(b->arena, text, n));
		if (text[n]) {
			buf_char(b, '\n');
			n++;
		}
	}
}

void html_put_initial(struct buf *b, const char *name)
{
	size_t n = utf8_char(name, strnlen(name, 4));

	html_put(b, arena_text(b->arena, name, n));
}

/* Relative luminance of a channel pair "1f", WCAG 2.2. */
static double channel(const char *hex)
{
	char pair[3] = { hex[0], hex[1], '\0' };
	double c = (double)strtol(pair, NULL, 16) / 255;

	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

/* Black or white on the accent colour, whichever is easier to read. */
static const char *ink_on(const char *accent)
{
	double light = 0.2126 * channel(accent + 1) + 0.7152 * channel(accent + 3) + 0.0722 * channel(accent + 5);

	return (light + 0.05) * (light + 0.05) > 1.05 * 0.05 ? "#000000" : "#ffffff";
}

void html_put_style(struct buf *b, const struct context *cx)
{
	const char *accent = cx->conf->accent_color ? cx->conf->accent_color : preset_accent;

	buf_printf(b, "\n:root { --accent: %s; --accent-ink: %s; --focus: #1f5fd1; }\n"
	    "@media (prefers-color-scheme: dark) { :root { --focus: #8db4ff; } }\n", accent, ink_on(accent));
	buf_text(b, style_text);
}

static const char *policy(struct request *rq, bool form_action)
{
	struct buf style = buf_new(rq->cx.arena);
	struct digest d;

	html_put_style(&style, &rq->cx);
	d = crypto_sha256(style.v, style.len);
	return arena_printf(rq->cx.arena, "default-src 'none'; style-src 'sha256-%s'; img-src 'self'; base-uri 'none'; "
	    "frame-ancestors 'none'%s", crypto_base64(rq->cx.arena, d.v, sizeof d.v),
	    form_action ? "; form-action 'self'" : "");
}

void html_answer(struct request *rq, struct response *rs, int status, bool form_action)
{
	http_answer(rs, status, "text/html; charset=utf-8");
	http_header(rs, "Content-Security-Policy", policy(rq, form_action));
	http_header(rs, "X-Frame-Options", "DENY");
	http_header(rs, "Referrer-Policy", "same-origin");
	http_header(rs, "Cross-Origin-Opener-Policy", "same-origin");
}
