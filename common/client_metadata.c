/* SPDX-License-Identifier: ISC */
/* client_metadata: member by member; what is not understood is left out. */
#include <string.h>

#include "arena.h"
#include "client_metadata.h"
#include "json.h"
#include "redirect.h"
#include "scope.h"
#include "url.h"
#include "utf8.h"

enum { REDIRECTS_MAX = 50, NAME_MAX_CHARS = 200, MEMBERS_MAX = 200, URI_MAX = 2048, ROW_MAX = 8192 };

static const struct fail bad_redirect = FAIL(400, "invalid_redirect_uri",
    "redirect_uris must be a list of https, loopback or known private-scheme URIs");
static const struct fail bad_name = FAIL(400, "invalid_client_metadata",
    "client_name must be text of at most 200 characters");
static const struct fail bad_uri = FAIL(400, "invalid_client_metadata",
    "client_uri, logo_uri, tos_uri, policy_uri and jwks_uri must be https URLs");
static const struct fail bad_grants = FAIL(400, "invalid_client_metadata",
    "grant_types and response_types must include authorization_code and code");
static const struct fail bad_scope = FAIL(400, "invalid_client_metadata",
    "scope is malformed or names nothing that this server knows");
static const struct fail too_much = FAIL(400, "invalid_client_metadata", "There is too much metadata");

struct json_object *client_metadata_list(struct json_object *metadata, const char *name, size_t *n)
{
	struct json_object *list = json_get(metadata, name);
	size_t i;

	*n = 0;
	if (!json_object_is_type(list, json_type_array))
		return NULL;
	*n = json_object_array_length(list);
	for (i = 0; i < *n; i++)
		if (!json_object_is_type(json_object_array_get_idx(list, i), json_type_string))
			return NULL;
	return list;
}

static const char *element(struct json_object *list, size_t i)
{
	return json_object_get_string(json_object_array_get_idx(list, i));
}

bool client_metadata_list_has(struct json_object *list, size_t n, const char *word)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(element(list, i), word) == 0)
			return true;
	return false;
}

static const struct fail *read_redirects(struct context *cx, struct json_object *metadata, struct client *c)
{
	struct buf b = buf_new(cx->arena);
	struct json_object *list;
	const struct fail *no;
	bool allowed;
	size_t n, i;

	list = client_metadata_list(metadata, "redirect_uris", &n);
	if (!list || n == 0)
		return &bad_redirect;
	if (n > REDIRECTS_MAX)
		return &too_much;
	for (i = 0; i < n; i++) {
		if ((no = redirect_check(cx, element(list, i), &allowed)))
			return no;
		if (!allowed)
			return &bad_redirect;
	}
	json_put(&b, list);
	c->redirect_uris = b.v;
	return NULL;
}

/* Control characters have no place in a name; bidirectional ones are taken out where it is shown. */
static const struct fail *read_name(struct context *cx, struct json_object *metadata, struct client *c)
{
	const char *name = json_text(metadata, "client_name"), *s;

	c->name = "";
	if (!json_has(metadata, "client_name") || !json_get(metadata, "client_name"))
		return NULL;
	if (!name || utf8_count(name, strlen(name)) > NAME_MAX_CHARS)
		return &bad_name;
	for (s = name; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return &bad_name;
	c->name = arena_copy(cx->arena, name);
	return NULL;
}

static bool is_web_page(struct arena *a, const char *text)
{
	struct url u;

	if (strlen(text) > URI_MAX || !url_read(a, text, &u) || u.userinfo || !u.authority || !*u.host)
		return false;
	return strcmp(u.scheme, "https") == 0 || (strcmp(u.scheme, "http") == 0 && url_host_is_loopback(u.host));
}

static const char *const page_members[] = { "client_uri", "logo_uri", "tos_uri", "policy_uri", "jwks_uri" };

/* Is it one of them, perhaps in a language (`client_uri#ja`, RFC 7591 section 2.2)? */
static bool is_page_member(const char *name)
{
	size_t n = strcspn(name, "#"), i;

	for (i = 0; i < sizeof page_members / sizeof *page_members; i++)
		if (strlen(page_members[i]) == n && memcmp(page_members[i], name, n) == 0)
			return true;
	return false;
}

static const struct fail *read_pages(struct context *cx, struct json_object *metadata, struct client *c)
{
	const char *text;

	json_object_object_foreach(metadata, name, value) {
		if (!value || !is_page_member(name))
			continue;
		text = json_text(metadata, name);
		if (!text || !is_web_page(cx->arena, text)) {
			cx->trail.why = arena_printf(cx->arena, "%.*s is not the https URL of a page", (int)strcspn(name, "#"), name);
			return &bad_uri;
		}
	}
	text = json_text(metadata, "client_uri");
	c->uri = text ? arena_copy(cx->arena, text) : NULL;
	return NULL;
}

/* grant_types and response_types have to belong together (RFC 7591 section 2.1); what is not served is left out. */
static const struct fail *read_grants(struct json_object *metadata, struct client *c)
{
	struct json_object *grants, *responses;
	size_t n, m;

	c->grant_types = "authorization_code refresh_token";
	if (json_get(metadata, "response_types")) {
		responses = client_metadata_list(metadata, "response_types", &m);
		if (!responses || !client_metadata_list_has(responses, m, "code"))
			return &bad_grants;
	}
	if (!json_get(metadata, "grant_types"))
		return NULL;
	grants = client_metadata_list(metadata, "grant_types", &n);
	if (!grants || !client_metadata_list_has(grants, n, "authorization_code"))
		return &bad_grants;
	if (!client_metadata_list_has(grants, n, "refresh_token"))
		c->grant_types = "authorization_code";
	return NULL;
}

/*
 * Scopes that we do not know are left out, and a client that names only such may ask for all there is; offline_access may
 * always be asked for later.
 */
static const struct fail *read_scope(struct context *cx, struct json_object *metadata, struct client *c)
{
	const char *asked = json_text(metadata, "scope");

	c->scope = "";
	if (!asked || !*asked)
		return json_get(metadata, "scope") && !asked ? &bad_scope : NULL;
	if (!scope_is_wellformed(asked))
		return &bad_scope;
	c->scope = scope_narrow(cx->arena, cx->conf, asked, "");
	if (!*c->scope || strcmp(c->scope, "offline_access") == 0)
		c->scope = "";
	else if (!scope_has(c->scope, "offline_access"))
		c->scope = arena_printf(cx->arena, "%s offline_access", c->scope);
	return NULL;
}

/* The members that are kept only to be shown again, as they came. */
static const struct fail *read_rest(struct context *cx, struct json_object *metadata, struct client *c)
{
	static const char *const kept[] = {
		"client_uri", "logo_uri", "tos_uri", "policy_uri", "contacts", "software_id", "software_version",
		"application_type",
	};
	struct buf b = buf_new(cx->arena);
	struct json_object *value;
	size_t i;

	buf_char(&b, '{');
	for (i = 0; i < sizeof kept / sizeof *kept; i++) {
		value = json_get(metadata, kept[i]);
		if (!value || json_object_is_type(value, json_type_object))
			continue;
		json_put_name(&b, kept[i]);
		json_put(&b, value);
	}
	buf_char(&b, '}');
	c->metadata = b.v;
	return b.len + strlen(c->redirect_uris) > ROW_MAX ? &too_much : NULL;
}

const struct fail *client_metadata_read(struct context *cx, struct json_object *metadata, struct client *c)
{
	const struct fail *no;

	if (json_object_object_length(metadata) > MEMBERS_MAX)
		return &too_much;
	if ((no = read_redirects(cx, metadata, c)) || (no = read_name(cx, metadata, c)) || (no = read_pages(cx, metadata, c)) ||
	    (no = read_grants(metadata, c)) || (no = read_scope(cx, metadata, c)))
		return no;
	return read_rest(cx, metadata, c);
}
