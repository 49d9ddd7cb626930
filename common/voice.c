/* SPDX-License-Identifier: ISC */
/* voice: a refusal as JSON or as a page. */
#include <stddef.h>

#include "arena.h"
#include "conf.h"
#include "html.h"
#include "json.h"
#include "pages.h"
#include "voice.h"

void voice_headers(struct request *rq, struct response *rs, const struct fail *no)
{
	if (no->retry_after)
		http_header(rs, "Retry-After", arena_printf(rq->cx.arena, "%d", no->retry_after));
	if (no->basic_realm)
		http_header(rs, "WWW-Authenticate", arena_printf(rq->cx.arena, "Basic realm=\"%s\"", no->basic_realm));
}

void voice_json(struct request *rq, struct response *rs, const struct fail *no)
{
	http_answer(rs, no->status, "application/json");
	http_header(rs, "Pragma", "no-cache");
	voice_headers(rq, rs, no);
	buf_char(&rs->body, '{');
	json_put_member(&rs->body, "error", no->error);
	json_put_member(&rs->body, "error_description", no->description);
	if (no->status == 500)
		json_put_member(&rs->body, "request_id", rq->cx.id);
	buf_char(&rs->body, '}');
}

/* What people are told, by status; the description speaks to developers and comes second. */
static const struct { int status; const char *heading, *text; } sentences[] = {
	{ 400, "This did not work", "Nothing was shared with the application that sent you here. The reason:" },
	{ 403, "Not from here", "This form was not sent from its own page, or belongs to another browser or sign-in. "
	  "Nothing was changed. Go back to the application and start again." },
	{ 404, "Nothing here", "There is no page at this address." },
	{ 405, "Not like this", "This address cannot be used in this way." },
	{ 413, "Too much", "What was sent is too large." },
	{ 429, "Too many tries", "Wait a while, then go back and try again." },
	{ 503, "Back in a moment", "The server cannot do this right now. Nothing was changed; try again in a moment." },
	{ 500, "Something broke here", "The fault is on our side and has been noted. Try again in a moment." },
};

void voice_page(struct request *rq, struct response *rs, const struct fail *no)
{
	size_t i = 0, last = sizeof sentences / sizeof *sentences - 1;
	struct message_page v = {
		.frame = { &rq->cx, "Sorry", rq->cx.conf->site_name, rq->cx.conf->logo }, .id = rq->cx.id,
	};

	while (i < last && sentences[i].status != no->status && no != &fail_plain)		/* there is no form in it */
		i++;
	if (i == last && no->status < 500)
		i = 0;
	v.heading = sentences[i].heading;
	v.text = sentences[i].text;
	v.hint = no->description;
	html_answer(rq, rs, no->status, true);
	voice_headers(rq, rs, no);
	page_message(&rs->body, &v);
}
