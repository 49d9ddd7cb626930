/* SPDX-License-Identifier: ISC */
/*
 * doctor_door: the first request.  What stands between a client and the programs is seen here, and ends the looking: behind a
 * login or a redirect everything else would only be the same once more.
 */
#include <string.h>
#include <strings.h>

#include "doctor_look.h"
#include "json.h"
#include "url.h"

const char *doctor_mend_for(struct doctor *d, enum doctor_mend what)
{
	const struct doctor_place place = {
		.programs = d->asked->programs ? d->asked->programs : "/usr/lib/mcp-cgi", .path = d->path, .origin = d->origin,
		.bytes = d->asked->max_body ? d->asked->max_body : DOCTOR_BODY,
	};

	return doctor_mend(d->arena, what, d->server, &place);
}

static bool stop(struct doctor *d, const char *check, const char *said, const char *mend)
{
	doctor_say(d, check, FINDING_WRONG, said, mend);
	return false;
}

/* ---- where ------------------------------------------------------------------------------------------------------- */

/* Splits the address into origin and path; a bare origin gets the path of the settings, or the usual one. */
static bool read_address(struct doctor *d)
{
	const char *given = d->asked->url, *slashes = strstr(given, "://"), *path;
	struct url u;

	if (!url_read(d->arena, given, &u) || !slashes || !*u.host || u.userinfo || u.query || u.fragment ||
	    (strcmp(u.scheme, "http") != 0 && strcmp(u.scheme, "https") != 0))
		return false;
	path = slashes + 3 + strcspn(slashes + 3, "/");
	d->origin = u.port < 0 ? arena_printf(d->arena, "%s://%s", u.scheme, u.host) :
	    arena_printf(d->arena, "%s://%s:%d", u.scheme, u.host, u.port);
	if (d->asked->resource && strncmp(d->asked->resource, d->origin, strlen(d->origin)) == 0 &&
	    d->asked->resource[strlen(d->origin)] != ':')
		d->settings = d->asked->resource;
	if (!*path || strcmp(path, "/") == 0)
		path = d->settings ? d->settings + strlen(d->origin) : "/mcp";
	d->path = path;
	d->url = arena_printf(d->arena, "%s%s", d->origin, path);
	return true;
}

static bool is_plain(const struct doctor *d)
{
	return strncmp(d->origin, "http://", 7) == 0;
}

static bool is_loopback(struct doctor *d)
{
	struct url u;

	return url_read(d->arena, d->url, &u) && url_host_is_loopback(u.host);
}

/* ---- the connection ---------------------------------------------------------------------------------------------- */

static void knock(struct doctor *d)
{
	d->door = *doctor_ask(d, "POST", d->url, doctor_fields(d, "tools/list", NULL, NULL), doctor_message(d, "tools/list", ""));
	d->server = doctor_server_of(probe_field(&d->door, "Server", 0));
}

static bool connect(struct doctor *d)
{
	enum doctor_mend what;

	knock(d);
	if (d->door.end == PROBE_CERTIFICATE) {
		const char *why = d->door.why;

		d->trusting = true;
		knock(d);
		what = strstr(why, "intermediate") ? MEND_CHAIN : MEND_CERTIFICATE;
		doctor_say(d, "certificate", FINDING_WRONG, why, doctor_mend_for(d, what));
	}
	if (d->door.end == PROBE_ANSWERED)
		return true;
	return stop(d, "connection", arena_printf(d->arena, "%s: %s", d->origin, d->door.why), d->door.end == PROBE_NO_TLS ?
	    "look whether the port is the one of https; clients need TLS 1.2 or later" : NULL);
}

/* ---- who is at the door ------------------------------------------------------------------------------------------ */

/* Programs that are not run but sent: ELF, or a script. */
static bool is_source(const struct probe *p)
{
	return p->heard.len > 4 && (memcmp(p->heard.v, "\177ELF", 4) == 0 || memcmp(p->heard.v, "#!/", 3) == 0);
}

static bool say_redirect(struct doctor *d)
{
	return stop(d, "redirect", arena_printf(d->arena, "a POST to %s is redirected (status %d) to %s", d->url, d->door.status,
	    doctor_quote(d, doctor_location(&d->door))), doctor_mend_for(d, MEND_REDIRECT));
}

/* Ours is 401 with a Bearer challenge: whatever else has status 401 is a login of somebody else's. */
static bool look_challenge(struct doctor *d)
{
	const char *challenge = probe_field(&d->door, "WWW-Authenticate", 0);

	if (challenge && strncasecmp(challenge, "Bearer", 6) != 0)
		return stop(d, "wall", arena_printf(d->arena, "a login of the web server stands in front of %s: it asks for %s", d->path,
		    doctor_quote(d, challenge)), doctor_mend_for(d, MEND_WALL));
	if (doctor_is_our_error(d, &d->door) && challenge && strstr(challenge, "resource_metadata=")) {
		doctor_say(d, "endpoint", FINDING_WELL, arena_printf(d->arena, "%s asks for a token and says where to get one", d->url),
		    NULL);
		return true;
	}
	if (doctor_json(d, &d->door))
		return stop(d, "endpoint", arena_printf(d->arena, "%s asks for a token, and does not say where to get one (RFC 9728): "
		    "it is no mcp-cgi, or a proxy has changed WWW-Authenticate", d->url), NULL);
	d->errors_lost = true;
	doctor_say(d, "errors", FINDING_WRONG, arena_printf(d->arena, "an answer with status 401 comes back as somebody else's: %s%s",
	    doctor_words(d, &d->door), challenge ? "" : ", and without WWW-Authenticate, so that no client knows where to sign in"),
	    doctor_mend_for(d, MEND_ERRORS));
	return true;
}

/* Our own words that the address is another one. */
static bool say_not_here(struct doctor *d)
{
	struct probe *p = doctor_ask(d, "GET", arena_printf(d->arena, "%s/.well-known/oauth-protected-resource", d->origin), NULL, NULL);
	const char *there = json_text(doctor_json(d, p), "resource");

	return stop(d, "endpoint", arena_printf(d->arena, "the programs answer, and know no endpoint %s", d->path), there ?
	    arena_printf(d->arena, "the address for clients is %s", doctor_quote(d, there)) : NULL);
}

static bool say_forbidden(struct doctor *d)
{
	if (doctor_is_our_error(d, &d->door) && strstr(d->door.heard.v, "https required"))
		return stop(d, "proxy", "the programs do not believe that the request came by https: the proxy in front of them is not "
		    "trusted, or does not say so", doctor_mend_for(d, MEND_PROXY));
	return stop(d, "wall", arena_printf(d->arena, "%s is refused before the programs see it: %s", d->path,
	    doctor_words(d, &d->door)), doctor_mend_for(d, MEND_WAF));
}

static bool say_no_programs(struct doctor *d)
{
	const struct probe *p = &d->door;

	if (is_source(p))
		return stop(d, "endpoint", arena_printf(d->arena, "the program itself is sent instead of being run, at %s", d->url),
		    doctor_mend_for(d, MEND_SOURCE));
	if (p->status >= 500)
		return stop(d, "endpoint", arena_printf(d->arena, "%s: %s: the web server cannot run the programs, or they cannot read "
		    "their settings", d->url, doctor_words(d, p)), doctor_mend_for(d, MEND_CRASH));
	return stop(d, "endpoint", arena_printf(d->arena, "%s does not lead to the programs: %s", d->url, doctor_words(d, p)),
	    doctor_mend_for(d, MEND_ROUTE));
}

bool doctor_look_door(struct doctor *d)
{
	if (!read_address(d))
		return stop(d, "address", arena_printf(d->arena, "%s is no address of a server: https://HOST or https://HOST/mcp",
		    doctor_quote(d, d->asked->url)), NULL);
	if (!connect(d))
		return false;
	if (is_plain(d) && !is_loopback(d))
		doctor_say(d, "https", FINDING_WRONG, "the address begins with http: tokens and passwords would go over the wire for "
		    "everybody to read, and most clients refuse it", doctor_mend_for(d, MEND_CERTIFICATE));
	if (d->door.status >= 300 && d->door.status < 400)
		return say_redirect(d);
	switch (d->door.status) {
	case 401:
		return look_challenge(d);
	case 403:
		return say_forbidden(d);
	case 404:
		return doctor_is_our_error(d, &d->door) ? say_not_here(d) : say_no_programs(d);
	case 429:
	case 503:
		if (doctor_is_page(&d->door) || probe_field(&d->door, "cf-mitigated", 0))
			return say_forbidden(d);
		return say_no_programs(d);
	default:
		return say_no_programs(d);
	}
}
