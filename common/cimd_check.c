/* SPDX-License-Identifier: ISC */
/* cimd_check: what a URL and a document must be; looks at them and at nothing else. */
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "cimd.h"
#include "client_metadata.h"
#include "fetch_rule.h"
#include "json.h"
#include "jws.h"
#include "redirect.h"
#include "url.h"
#include "visible.h"

/* ---- the URL ------------------------------------------------------------------------------------------------------ */

static const char prefix[] = "https://";

bool cimd_is_url(const char *client_id)
{
	return strncasecmp(client_id, prefix, sizeof prefix - 1) == 0;
}

const char *cimd_url_check(struct arena *a, const char *url)
{
	struct url u;

	if (strlen(url) > CIMD_URL_MAX)
		return "client_id is a URL of more than 2048 characters";
	if (strncmp(url, prefix, sizeof prefix - 1) != 0)
		return "client_id does not begin with https:// in small letters";
	if (strpbrk(url, "?#"))
		return "client_id has a query or a fragment";
	if (!url_read(a, url, &u) || u.userinfo || !*u.host)
		return "client_id is no URL, or has a user in it";
	if (strlen(u.path) < 2)
		return "client_id is a URL without a path";
	if (redirect_has_dots(u.path))
		return "client_id has a dot segment in its path";
	return NULL;
}

/* ---- the document ------------------------------------------------------------------------------------------------- */

/* CIMD section 4.1: there is nobody to share a secret with. */
static bool has_secret(struct json_object *doc)
{
	json_object_object_foreach(doc, name, value) {
		(void)value;
		if (strncmp(name, "client_secret", strlen("client_secret")) == 0)
			return true;
	}
	return false;
}

/* Of a list of methods the one that we go by. */
static const char *pick(struct json_object *doc, const char *name)
{
	size_t n;
	struct json_object *list = client_metadata_list(doc, name, &n);

	if (list && client_metadata_list_has(list, n, "none"))
		return "none";
	return list && client_metadata_list_has(list, n, "private_key_jwt") ? "private_key_jwt" : NULL;
}

/*
 * A public client says none, or nothing.  Some documents give a list in the place of a word, or name a method that we do
 * not have and say elsewhere that none will do, too.
 */
static const char *method_of(struct json_object *doc)
{
	static const char member[] = "token_endpoint_auth_method";
	const char *named = json_text(doc, member);

	if (!json_get(doc, member) || (named && strcmp(named, "none") == 0))
		return "none";
	if (named && strcmp(named, "private_key_jwt") == 0)
		return "private_key_jwt";
	return pick(doc, named ? "token_endpoint_auth_methods_supported" : member);
}

static const char *take_keys(struct arena *a, struct json_object *keys, const char *uri, struct client *c)
{
	struct buf b = buf_new(a);
	const char *why;
	struct url u;

	if (!keys && !uri)
		return "private_key_jwt needs jwks or jwks_uri";
	if (keys && uri)
		return "jwks and jwks_uri are both there";
	if (uri && !fetch_url_read(a, uri, &u))
		return "jwks_uri is no https URL that could be fetched from";
	if (keys && (why = jwks_usable(a, keys)))
		return why;
	c->keys_uri = uri ? arena_copy(a, uri) : NULL;
	if (keys) {
		json_put(&b, keys);
		c->keys = b.v;
	}
	return NULL;
}

/*
 * Keys, wherever they are said to be; a private one is refused even where none would be used.  Who may do without keys may
 * bring a signature all the same, if these are good.
 */
static const char *read_keys(struct arena *a, struct json_object *doc, struct client *c)
{
	struct json_object *keys = json_get(doc, "jwks");
	const char *why;

	if (json_has(doc, "jwks") && (why = jwks_check(keys)))
		return why;
	why = take_keys(a, keys, json_text(doc, "jwks_uri"), c);
	return strcmp(c->auth_method, "private_key_jwt") == 0 ? why : NULL;
}

/* What no registration could say or leave out. */
static const char *read_own(const char *url, struct json_object *doc)
{
	const char *id = json_text(doc, "client_id");

	if (!json_object_is_type(doc, json_type_object))
		return "the document is no JSON object";
	if (!id || strcmp(id, url) != 0)
		return "the document's client_id is not its own URL";
	return has_secret(doc) ? "the document has a client_secret" : NULL;
}

const struct fail *cimd_read(struct context *cx, const char *url, struct json_object *doc, struct client *c,
    const char **why)
{
	const struct fail *no;

	*c = (struct client){ .kind = "document", .resources = "", .introspects = "" };
	c->id = arena_copy(cx->arena, url);
	if ((*why = cimd_url_check(cx->arena, url)) || (*why = read_own(url, doc)))
		return NULL;
	cx->trail.why = NULL;
	if ((no = client_metadata_read(cx, doc, c))) {
		*why = cx->trail.why ? cx->trail.why : no->description;
		return no->status >= 500 ? no : NULL;
	}
	if (!visible_is(c->name))
		*why = "client_name is missing or shows nothing";
	else if (!(c->auth_method = method_of(doc)))
		*why = "token_endpoint_auth_method must be none or private_key_jwt";
	else
		*why = read_keys(cx->arena, doc, c);
	return NULL;
}

const char *cimd_check(struct context *cx, const char *url, struct json_object *doc, struct client *c)
{
	const struct fail *no;
	const char *why;

	no = cimd_read(cx, url, doc, c, &why);
	return no ? no->description : why;
}
