/* SPDX-License-Identifier: ISC */
/*
 * doctor_metadata: the documents by which clients find everything else (RFC 8414, RFC 9728): are they there, and do they say of
 * the server what the person has typed?
 */
#include <string.h>
#include <strings.h>

#include "doctor_look.h"
#include "json.h"
#include "url.h"

#define SERVER_DOCUMENT "/.well-known/oauth-authorization-server"
#define RESOURCE_DOCUMENT "/.well-known/oauth-protected-resource"

static const char *at(struct doctor *d, const char *path)
{
	return arena_printf(d->arena, "%s%s", d->origin, path);
}

/* ---- are they there? --------------------------------------------------------------------------------------------- */

/* Web servers send a browser that names a folder to the same name with a slash. */
static bool has_folder(struct doctor *d)
{
	const struct probe *p = doctor_ask(d, "GET", at(d, "/.well-known"), NULL, NULL);
	const char *end = strstr(doctor_location(p), "/.well-known/");

	return p->status >= 301 && p->status <= 308 && end && strcmp(end, "/.well-known/") == 0;
}

static void say_login(struct doctor *d, const char *path, const struct probe *p, const char *challenge)
{
	doctor_say(d, "metadata", FINDING_WRONG, arena_printf(d->arena, "%s must be readable by everybody: %s%s%s", path,
	    doctor_words(d, p), challenge ? ", which asks for " : "", challenge ? doctor_quote(d, challenge) : ""),
	    doctor_mend_for(d, challenge ? MEND_WALL : MEND_WAF));
}

/* Why a document is not there although the programs answer at the endpoint. */
static void say_why(struct doctor *d, const char *path, const struct probe *p)
{
	const char *challenge = probe_field(p, "WWW-Authenticate", 0), *words = doctor_words(d, p);

	if (p->status == 401 || p->status == 403)
		say_login(d, path, p, challenge);
	else if (p->status >= 300 && p->status < 400)
		doctor_say(d, "metadata", FINDING_WRONG, arena_printf(d->arena, "%s is redirected to %s", path,
		    doctor_quote(d, doctor_location(p))), doctor_mend_for(d, MEND_WELL_KNOWN));
	else if (p->status >= 500 || doctor_json(d, p))
		doctor_say(d, "metadata", FINDING_WRONG, arena_printf(d->arena, "%s: %s", path, words), doctor_mend_for(d, MEND_CRASH));
	else if (!doctor_is_built_in(p))
		doctor_say(d, "metadata", FINDING_WRONG, arena_printf(d->arena, "%s is answered by the site (%s): its rule for unknown "
		    "addresses comes first", path, words), doctor_mend_for(d, MEND_REWRITE));
	else if (has_folder(d))
		doctor_say(d, "metadata", FINDING_WRONG, arena_printf(d->arena, "%s is looked for in a folder .well-known on the disk (%s)",
		    path, words), doctor_mend_for(d, MEND_FOLDER));
	else
		doctor_say(d, "metadata", FINDING_WRONG, arena_printf(d->arena, "%s does not lead to the programs (%s)", path, words),
		    doctor_mend_for(d, MEND_WELL_KNOWN));
}

/* The document, if it has that member; NULL: *missing is now the first that is not there. */
static struct json_object *find(struct doctor *d, const char *path, const char *member, const char **missing,
    const struct probe **why)
{
	const struct probe *p = doctor_ask(d, "GET", at(d, path), NULL, NULL);
	struct json_object *o = p->status == 200 ? doctor_json(d, p) : NULL;

	if (json_text(o, member))
		return o;
	if (!*missing) {
		*missing = path;
		*why = p;
	}
	return NULL;
}

bool doctor_look_metadata(struct doctor *d)
{
	const char *missing = NULL;
	const struct probe *why = NULL;
	struct json_object *root;

	d->about_resource = find(d, arena_printf(d->arena, RESOURCE_DOCUMENT "%s", d->path), "resource", &missing, &why);
	d->about_server = find(d, SERVER_DOCUMENT, "issuer", &missing, &why);
	root = find(d, RESOURCE_DOCUMENT, "resource", &missing, &why);
	find(d, "/.well-known/openid-configuration", "issuer", &missing, &why);
	if (!d->about_resource)
		d->about_resource = root;
	if (missing)
		say_why(d, missing, why);
	else
		doctor_say(d, "metadata", FINDING_WELL, "the documents below /.well-known are there", NULL);
	return true;
}

/* ---- do they say the right thing? -------------------------------------------------------------------------------- */

/* In what `is` differs from what it should be, in words; NULL: in nothing. */
static const char *difference(struct doctor *d, const char *is, const char *should)
{
	size_t n = strlen(should), m = strlen(is);
	struct url u, v;

	if (strcmp(is, should) == 0)
		return NULL;
	if (m == n + 1 && is[n] == '/' && strncmp(is, should, n) == 0)
		return "has a slash too many at its end";
	if (n == m + 1 && should[m] == '/' && strncmp(is, should, m) == 0)
		return "lacks the slash at the end";
	if (strcasecmp(is, should) == 0)
		return "differs in upper and lower case";
	if (!url_read(d->arena, is, &u) || !url_read(d->arena, should, &v))
		return "is no address";
	if (strcmp(u.host, v.host) != 0)
		return "names another host";
	if (strcmp(u.scheme, v.scheme) != 0)
		return "names another scheme: behind a proxy that has the certificate the settings name what clients type";
	if (u.port != v.port)
		return "names another port";
	return "names another path";
}

static bool say_difference(struct doctor *d, const char *check, const char *what, const char *is, const char *should)
{
	const char *how = is ? difference(d, is, should) : "is missing";

	if (!how)
		return false;
	doctor_say(d, check, FINDING_WRONG, arena_printf(d->arena, "%s is %s and %s; clients came to %s", what,
	    doctor_quote(d, is ? is : ""), how, should), arena_printf(d->arena, "%s = %s   # in mcp-cgi.conf", check, should));
	return true;
}

static const char *first_server(struct json_object *o)
{
	struct json_object *list = json_get(o, "authorization_servers"), *one;

	one = json_object_is_type(list, json_type_array) ? json_object_array_get_idx(list, 0) : NULL;
	return json_object_is_type(one, json_type_string) ? json_object_get_string(one) : NULL;
}

bool doctor_look_issuer(struct doctor *d)
{
	const char *issuer = json_text(d->about_server, "issuer"), *server = first_server(d->about_resource);
	bool wrong = false;

	if (d->about_server)
		wrong |= say_difference(d, "issuer", "the issuer of the metadata", issuer, d->origin);
	if (d->about_resource)
		wrong |= say_difference(d, "resource", "the resource of the metadata", json_text(d->about_resource, "resource"), d->url);
	if (d->about_resource && issuer && (!server || strcmp(server, issuer) != 0)) {
		doctor_say(d, "issuer", FINDING_WRONG, arena_printf(d->arena, "the two documents name two servers: %s and %s",
		    doctor_quote(d, issuer), doctor_quote(d, server ? server : "")),
		    "one of them is an old file, or comes from a cache: mcpctl doctor --static writes both anew");
		wrong = true;
	}
	if (d->settings && issuer && d->asked->issuer && !wrong && strcmp(issuer, d->asked->issuer) != 0) {
		doctor_say(d, "issuer", FINDING_WRONG, arena_printf(d->arena, "the settings say %s, and the server says %s: the programs "
		    "read other settings", d->asked->issuer, doctor_quote(d, issuer)), NULL);
		wrong = true;
	}
	if (!wrong && d->about_server && d->about_resource)
		doctor_say(d, "issuer", FINDING_WELL, "issuer and resource are what a client types, to the letter", NULL);
	return true;
}

/* ---- HEAD -------------------------------------------------------------------------------------------------------- */

bool doctor_look_head(struct doctor *d)
{
	const struct probe *document = doctor_ask(d, "HEAD", at(d, SERVER_DOCUMENT), NULL, NULL),
	    *door = doctor_ask(d, "HEAD", d->url, NULL, NULL);

	if (d->about_server && document->status != 200)
		doctor_say(d, "head", FINDING_WRONG, arena_printf(d->arena, "HEAD of %s has status %d, and GET 200", SERVER_DOCUMENT,
		    document->status), doctor_mend_for(d, MEND_HEAD));
	else if (door->status != 401)
		doctor_say(d, "head", FINDING_WRONG, arena_printf(d->arena, "HEAD of %s has status %d instead of 401: clients look for it "
		    "so", d->path, door->status), doctor_mend_for(d, MEND_HEAD));
	else
		doctor_say(d, "head", FINDING_WELL, "HEAD is answered as GET is", NULL);
	return true;
}
