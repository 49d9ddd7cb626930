/* SPDX-License-Identifier: ISC */
/*
 * doctor_inside: what shows with a token alone, which only the host can make for itself: the whole way of a call, and whether
 * events come when they happen.  Then the clock, plain http, and files that are nobody's business.
 */
#include <string.h>
#include <time.h>

#include "doctor_look.h"
#include "json.h"

enum { EVENT_SECONDS = 9, SKEW_SECONDS = 60, PLAIN_SECONDS = 5 };

/* Shown to nobody but the server of these settings, and only where it can be of use. */
static const char *token_of(const struct doctor *d)
{
	const bool in_vain = d->no_authorization || d->no_call || d->errors_lost;

	return d->trusting || in_vain || !d->settings || strcmp(d->settings, d->url) != 0 ? NULL : d->asked->token;
}

static const char *no_token(const struct doctor *d)
{
	if (d->no_authorization)
		return "Authorization does not arrive";
	if (d->no_call)
		return "not even a call is answered";
	if (d->trusting)
		return "the certificate does not hold, and so no token was shown";
	if (d->errors_lost)
		return "answers with errors are replaced";
	return "this needs a token, which mcpctl doctor makes on the host of the server alone";
}

/* ---- a call ------------------------------------------------------------------------------------------------------ */

static void say_refused(struct doctor *d, const struct probe *p)
{
	d->no_call = true;
	if (p->status == 401)
		doctor_say(d, "call", FINDING_WRONG, "the programs do not know a token that was put into the database of these settings: they "
		    "read other settings, or another database", "MCP_CGI_CONF in the web server's configuration names the settings file; "
		    "mcpctl check says which one mcpctl has read");
	else if (p->status == 503 && doctor_is_our_error(d, p))
		doctor_say(d, "call", FINDING_WRONG, "the programs cannot use the database: they run as another user than its owner, or it is "
		    "locked for long", "chown the folder of the database, and all in it, to the user that the web programs run as; their log "
		    "says more");
	else
		doctor_say(d, "call", FINDING_WRONG, arena_printf(d->arena, "a call with a good token fails: %s", doctor_words(d, p)),
		    doctor_mend_for(d, MEND_CRASH));
}

bool doctor_look_call(struct doctor *d)
{
	const char *token = token_of(d);
	const struct probe *p;

	if (!token) {
		doctor_say(d, "call", FINDING_UNSEEN, arena_printf(d->arena, "a whole call: %s", no_token(d)), NULL);
		return true;
	}
	p = doctor_ask(d, "POST", d->url, doctor_fields(d, "tools/list", token, NULL), doctor_message(d, "tools/list", ""));
	if (p->status == 200 && json_get(doctor_json(d, p), "result"))
		doctor_say(d, "call", FINDING_WELL, "a call with a token is answered", NULL);
	else
		say_refused(d, p);
	return true;
}

/* ---- events ------------------------------------------------------------------------------------------------------ */

#define NEWS "notifications/prompts/list_changed"

/* The first event has come.  A second one shows whether it was only swept along with the head of the answer. */
static const char *on_first(void *with)
{
	struct doctor *d = with;

	if (!d->listening || d->listened)
		return NULL;
	d->listened = true;
	d->listening();
	return NEWS;
}

/* Listens as a client that takes compressed answers, or one that does not. */
static struct probe listen_once(struct doctor *d, const char *token, const char *coding)
{
	const char *message = doctor_message(d, "subscriptions/listen", "\"notifications\":{\"promptsListChanged\":true},");
	struct probe p = {
		.method = "POST", .url = d->url, .seconds = EVENT_SECONDS, .until = "data:", .ca_file = d->asked->ca_file,
		.field = doctor_fields(d, "subscriptions/listen", token, coding), .body = message, .len = strlen(message),
		.more = on_first, .with = d,
	};

	d->listened = false;
	probe_ask(d->arena, &p);
	return p;
}

static bool is_event_stream(const struct probe *p)
{
	const char *type = probe_field(p, "Content-Type", 0);

	return p->end == PROBE_ANSWERED && p->status == 200 && type && strncmp(type, "text/event-stream", 17) == 0;
}

static bool has_events(const struct doctor *d, const struct probe *p)
{
	return is_event_stream(p) && strstr(p->heard.v, d->listening ? NEWS : "data:");
}

/* Whoever compresses may hold the head back, too: then it shows by asking for what is not compressed. */
static void say_late(struct doctor *d, const char *token, bool compressed)
{
	const struct probe plain = listen_once(d, token, NULL);

	if (has_events(d, &plain) || compressed)
		doctor_say(d, "stream", FINDING_WRONG, "events are compressed on their way, and so are held back",
		    doctor_mend_for(d, MEND_COMPRESS));
	else
		doctor_say(d, "stream", FINDING_WRONG, arena_printf(d->arena, "events are held back on their way: they did not come within %d "
		    "seconds", EVENT_SECONDS), doctor_mend_for(d, MEND_STREAM));
}

bool doctor_look_stream(struct doctor *d)
{
	const char *token = token_of(d);
	struct probe p;

	if (!token) {
		doctor_say(d, "stream", FINDING_UNSEEN, arena_printf(d->arena, "whether events come at once: %s", no_token(d)), NULL);
		return true;
	}
	p = listen_once(d, token, "Accept-Encoding: gzip, deflate, br");
	if (has_events(d, &p))
		doctor_say(d, "stream", FINDING_WELL, "events come when they happen", NULL);
	else if (p.end == PROBE_TIME || p.timed_out || probe_field(&p, "Content-Encoding", 0))
		say_late(d, token, probe_field(&p, "Content-Encoding", 0) != NULL);
	else
		doctor_say(d, "stream", FINDING_WRONG, arena_printf(d->arena, "subscriptions/listen is not answered by events: %s",
		    doctor_words(d, &p)), doctor_mend_for(d, MEND_CRASH));
	return true;
}

/* ---- the clock --------------------------------------------------------------------------------------------------- */

/* IMF-fixdate (RFC 9110 section 5.6.7), whose weekday says nothing new. */
static bool date_read(const char *text, int64_t *at)
{
	struct tm tm = { 0 };
	const char *end = text ? strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm) : NULL;

	if (!end || *end)
		return false;
	*at = timegm(&tm);
	return true;
}

bool doctor_look_clock(struct doctor *d)
{
	int64_t there, off;

	if (!date_read(probe_field(&d->door, "Date", 0), &there))
		return true;
	off = there < d->door.asked ? there - d->door.asked : there > d->door.answered ? there - d->door.answered : 0;
	if (off >= -SKEW_SECONDS && off <= SKEW_SECONDS)
		doctor_say(d, "clock", FINDING_WELL, "the clock of the server is right", NULL);
	else
		doctor_say(d, "clock", FINDING_WRONG, arena_printf(d->arena, "the clock of the server is %lld seconds %s the one here: tokens "
		    "and codes end at the wrong time", (long long)(off < 0 ? -off : off), off < 0 ? "behind" : "ahead of"),
		    "timedatectl set-ntp true   # on the machine whose clock is wrong");
	return true;
}

/* ---- plain http -------------------------------------------------------------------------------------------------- */

/* Where https has its usual port, or somebody says where else plain http would be. */
static const char *plain_origin(struct doctor *d)
{
	const char *host = d->origin + strlen("https://"), *port = strrchr(host, ':');

	if (strncmp(d->origin, "https://", 8) != 0)
		return NULL;
	if (port && strchr(port, ']'))
		port = NULL;
	if (port && strcmp(port, ":443") != 0 && !d->asked->plain_port)
		return NULL;
	return arena_printf(d->arena, "http://%.*s:%d", (int)(port ? port - host : (long)strlen(host)), host,
	    d->asked->plain_port ? d->asked->plain_port : 80);
}

bool doctor_look_plain(struct doctor *d)
{
	const char *origin = plain_origin(d);
	struct probe p = { .method = "POST", .seconds = PLAIN_SECONDS };

	if (!origin)
		return true;
	p.url = arena_printf(d->arena, "%s%s", origin, d->path);
	p.field = doctor_fields(d, "tools/list", NULL, NULL);
	p.body = doctor_message(d, "tools/list", "");
	p.len = strlen(p.body);
	probe_ask(d->arena, &p);
	if (p.end == PROBE_ANSWERED && p.status == 401)
		doctor_say(d, "plain", FINDING_WRONG, arena_printf(d->arena, "%s is served over plain http, too: tokens and passwords go "
		    "over the wire for everybody to read", p.url), doctor_mend_for(d, MEND_PLAIN));
	else
		doctor_say(d, "plain", FINDING_WELL, "nothing is served over plain http", NULL);
	return true;
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static bool is_ours(const struct probe *p)
{
	return p->status == 200 && (strncmp(p->heard.v, "SQLite format 3", 15) == 0 ||
	    (!doctor_is_page(p) && (strstr(p->heard.v, "\nissuer") || strncmp(p->heard.v, "issuer", 6) == 0)));
}

static bool is_handed_out(struct doctor *d, const char *path)
{
	const struct probe *p = doctor_ask(d, "GET", arena_printf(d->arena, "%s%s", d->origin, path), NULL, NULL);

	if (!is_ours(p))
		return false;
	doctor_say(d, "files", FINDING_WRONG, arena_printf(d->arena, "%s can be read by everybody", p->url),
	    doctor_mend_for(d, MEND_FILES));
	return true;
}

bool doctor_look_files(struct doctor *d)
{
	static const char *const usual[] = {
		"/mcp.db", "/mcp-cgi.conf", "/mcp-cgi/mcp.db", "/mcp-cgi/mcp-cgi.conf", "/cgi-bin/mcp.db", "/cgi-bin/mcp-cgi.conf", NULL,
	};
	bool found = false;
	size_t i;

	for (i = 0; usual[i]; i++)
		found |= is_handed_out(d, usual[i]);
	for (i = 0; !found && d->asked->file && d->asked->file[i]; i++)
		found |= is_handed_out(d, d->asked->file[i]);
	if (!found)
		doctor_say(d, "files", FINDING_WELL, "settings and database are not handed out", NULL);
	return true;
}
