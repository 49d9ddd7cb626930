/* SPDX-License-Identifier: ISC */
/* doctor_way: what a web server or a proxy does to requests and answers on their way, as far as it shows without a token. */
#include <string.h>

#include "doctor_look.h"
#include "json.h"

enum { KILO = 1024, BODY_MOST = 8 * 1024 * KILO, SLOW_SECONDS = 60 };

static const char *at(struct doctor *d, const char *path)
{
	return arena_printf(d->arena, "%s%s", d->origin, path);
}

/* ---- Authorization ----------------------------------------------------------------------------------------------- */

/* Nobody's token is refused as invalid, no token at all is not (RFC 6750 section 3.1): so it shows whether it arrived. */
bool doctor_look_authorization(struct doctor *d)
{
	const struct probe *p = doctor_ask(d, "POST", d->url, doctor_fields(d, "tools/list", "nonsense", NULL),
	    doctor_message(d, "tools/list", ""));
	const char *challenge = probe_field(p, "WWW-Authenticate", 0);

	if (!challenge && d->errors_lost)
		doctor_say(d, "authorization", FINDING_UNSEEN, "whether Authorization arrives cannot be seen while answers with errors are "
		    "replaced", NULL);
	else if (challenge && strstr(challenge, "error=\"invalid_token\""))
		doctor_say(d, "authorization", FINDING_WELL, "Authorization arrives at the programs", NULL);
	else if (p->status == 401 && challenge) {
		d->no_authorization = true;
		doctor_say(d, "authorization", FINDING_WRONG, "the field Authorization does not arrive at the programs: nobody can be "
		    "signed in", doctor_mend_for(d, MEND_AUTHORIZATION));
	} else {
		doctor_say(d, "authorization", FINDING_WRONG, arena_printf(d->arena, "a request with a token is not answered by the "
		    "programs: %s", doctor_words(d, p)), doctor_mend_for(d, MEND_WALL));
	}
	return true;
}

/* ---- the other programs ------------------------------------------------------------------------------------------ */

/* A page of ours says what it may load. */
static bool is_our_page(const struct probe *p)
{
	const char *policy = probe_field(p, "Content-Security-Policy", 0);

	return doctor_is_page(p) && policy && strstr(policy, "default-src 'none'");
}

bool doctor_look_routes(struct doctor *d)
{
	static const char *const form[] = { "Content-Type: application/x-www-form-urlencoded", NULL },
	    *const json[] = { "Content-Type: application/json", NULL };
	const struct {
		const char *path, *method, *body;
		const char *const *field;
		int status;
		bool page, wanted;
	} route[] = {
		{ "/token", "POST", "doctor=1", form, 400, false, true },
		{ "/token", "GET", NULL, NULL, 405, false, true },
		{ "/revoke", "POST", "doctor=1", form, 400, false, true },
		{ "/register", "POST", "{}", json, 400, false, json_has(d->about_server, "registration_endpoint") },
		{ "/authorize", "GET", NULL, NULL, 400, true, true },
	};
	const struct probe *p;
	size_t i;

	for (i = 0; i < sizeof route / sizeof *route; i++) {
		if (!route[i].wanted)
			continue;
		p = doctor_ask(d, route[i].method, at(d, route[i].path), route[i].field, route[i].body);
		if (route[i].page ? is_our_page(p) : doctor_is_our_error(d, p))
			continue;
		if (d->errors_lost && p->status == route[i].status)
			continue;
		if (p->status == route[i].status) {
			doctor_say(d, "errors", FINDING_WRONG, arena_printf(d->arena, "an answer of %s with status %d comes back as somebody "
			    "else's: %s", route[i].path, p->status, doctor_words(d, p)), doctor_mend_for(d, MEND_ERRORS));
			return true;
		}
		doctor_say(d, "routes", FINDING_WRONG, arena_printf(d->arena, "%s %s does not lead to the programs: %s", route[i].method,
		    route[i].path, doctor_words(d, p)), doctor_mend_for(d, MEND_ROUTE));
		return true;
	}
	doctor_say(d, "routes", FINDING_WELL, "/token, /revoke, /register and /authorize lead to the programs", NULL);
	return true;
}

/* ---- scripts of other origins ------------------------------------------------------------------------------------ */

/* 1: exactly one, 0: none, 2: more, be it in one field. */
static int origins_allowed(const struct probe *p)
{
	const char *first = probe_field(p, "Access-Control-Allow-Origin", 0);

	if (!first)
		return 0;
	return strchr(first, ',') || probe_field(p, "Access-Control-Allow-Origin", 1) ? 2 : 1;
}

static bool look_origins(struct doctor *d)
{
	static const char *const field[] = { "Origin: https://client.example", NULL };
	int n = origins_allowed(doctor_ask(d, "GET", at(d, "/.well-known/oauth-authorization-server"), field, NULL));

	if (n == 1)
		return true;
	doctor_say(d, "cors", FINDING_WRONG, n ? "Access-Control-Allow-Origin comes twice, and browsers then take none of them" :
	    "Access-Control-Allow-Origin is taken out of the answers: clients in a browser cannot read them",
	    doctor_mend_for(d, n ? MEND_CORS_TWICE : MEND_CORS_NONE));
	return false;
}

bool doctor_look_cors(struct doctor *d)
{
	static const char *const ask[] = {
		"Origin: https://client.example", "Access-Control-Request-Method: GET",
		"Access-Control-Request-Headers: mcp-protocol-version", NULL,
	};
	const struct probe *p;
	const char *headers;

	if (!d->about_server || !look_origins(d))
		return true;
	p = doctor_ask(d, "OPTIONS", at(d, "/.well-known/oauth-authorization-server"), ask, NULL);
	headers = probe_field(p, "Access-Control-Allow-Headers", 0);
	if ((p->status == 204 || p->status == 200) && origins_allowed(p) == 1 && headers && strcasestr(headers, "mcp-protocol-version"))
		doctor_say(d, "cors", FINDING_WELL, "clients in a browser may ask", NULL);
	else if (origins_allowed(p) == 2)
		doctor_say(d, "cors", FINDING_WRONG, "Access-Control-Allow-Origin comes twice, and browsers then take none of them",
		    doctor_mend_for(d, MEND_CORS_TWICE));
	else
		doctor_say(d, "cors", FINDING_WRONG, arena_printf(d->arena, "OPTIONS does not reach the programs, which clients in a browser "
		    "ask first: %s", doctor_words(d, p)), doctor_mend_for(d, MEND_PREFLIGHT));
	return true;
}

/* ---- large requests ---------------------------------------------------------------------------------------------- */

/* A message with so many blanks in front that it has n bytes. */
static const char *large_message(struct doctor *d, size_t n)
{
	const char *message = doctor_message(d, "tools/list", "");
	size_t len = strlen(message);
	char *text = arena_take_raw(d->arena, n + 1);

	memset(text, ' ', n);
	memcpy(text + n - len, message, len);
	text[n] = '\0';
	return text;
}

static void say_limit(struct doctor *d, size_t passed, size_t refused, long long wanted, const struct probe *p)
{
	const char *from = passed ? arena_printf(d->arena, "%zu KiB pass, ", passed / KILO) : "";

	doctor_say(d, "body", FINDING_WRONG, arena_printf(d->arena, "requests are cut off before the programs see them: %s%zu KiB do "
	    "not (%s); %s %lld bytes", from, refused / KILO, doctor_words(d, p),
	    d->asked->max_body ? "the settings allow" : "usual are", wanted), doctor_mend_for(d, MEND_BODY));
}

/* Without a token the programs read all of a request, and refuse it themselves. */
bool doctor_look_body(struct doctor *d)
{
	const long long wanted = d->asked->max_body ? d->asked->max_body : DOCTOR_BODY;
	const size_t most = (size_t)(wanted < BODY_MOST ? wanted : BODY_MOST) - (wanted > 8 * KILO ? 1 * KILO : 0);
	const size_t sizes[] = { 100 * KILO, 200 * KILO, 1500 * KILO, most };
	size_t passed = 0;

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct probe p = {
			.method = "POST", .url = d->url, .field = doctor_fields(d, "tools/list", NULL, NULL), .len = sizes[i],
			.ca_file = d->asked->ca_file, .trusting = d->trusting, .seconds = SLOW_SECONDS,
		};

		if (sizes[i] > most)
			continue;
		p.body = large_message(d, sizes[i]);
		probe_ask(d->arena, &p);
		if (p.end == PROBE_TIME || p.timed_out) {
			doctor_say(d, "body", FINDING_UNSEEN, "how large a request may be: the line is too slow for it", NULL);
			return true;
		}
		if (p.status == 413 && doctor_is_our_error(d, &p) && !d->asked->max_body)
			break;
		if (p.status != 401) {
			say_limit(d, passed, sizes[i], wanted, &p);
			return true;
		}
		passed = sizes[i];
	}
	doctor_say(d, "body", FINDING_WELL, arena_printf(d->arena, "requests of %zu KiB reach the programs", passed / KILO), NULL);
	return true;
}
