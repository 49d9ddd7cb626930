/* SPDX-License-Identifier: ISC */
/* site_resource_definition: what a program makes, and what is said of a file. */
#include <string.h>

#include <json-c/json.h>

#include "definition.h"
#include "json.h"
#include "site_resource_definition.h"
#include "utf8.h"

const char *const site_resource_keys[] = {
	"uri", "uriTemplate", "name", "title", "description", "mimeType", "annotations", "icons", "_meta", NULL
};

static const struct definition_key resource_keys[] = {
	{ "uri", json_type_string }, { "uriTemplate", json_type_string }, { "name", json_type_string }, { "title", json_type_string },
	{ "description", json_type_string }, { "mimeType", json_type_string }, { "annotations", json_type_object },
	{ "icons", json_type_array }, { "_meta", json_type_object }, { "scope", json_type_string }, { "complete", json_type_object },
	{ "builtin", json_type_string }, { NULL, json_type_null },
};

static const struct definition_key sidecar_keys[] = {
	{ "uri", json_type_string }, { "name", json_type_string }, { "title", json_type_string },
	{ "description", json_type_string }, { "mimeType", json_type_string }, { "annotations", json_type_object },
	{ "icons", json_type_array }, { "_meta", json_type_object }, { "scope", json_type_string }, { NULL, json_type_null },
};

static bool is_audience(struct json_object *list)
{
	if (!json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		const char *who = json_object_get_string(json_object_array_get_idx(list, i));

		if (!who || (strcmp(who, "user") != 0 && strcmp(who, "assistant") != 0))
			return false;
	}
	return true;
}

/* MCP, "Annotations". */
static const char *check_annotations(struct json_object *a)
{
	struct json_object *priority = json_get(a, "priority");
	double p = json_object_get_double(priority);

	if (json_has(a, "audience") && !is_audience(json_get(a, "audience")))
		return "annotations.audience must be an array of user and assistant";
	if (json_has(a, "priority") && ((!json_object_is_type(priority, json_type_int) &&
	    !json_object_is_type(priority, json_type_double)) || p < 0 || p > 1))
		return "annotations.priority must be a number from 0 to 1";
	return json_has(a, "lastModified") && !json_text(a, "lastModified") ? "annotations.lastModified must be a string" : NULL;
}

/* What a definition and a sidecar have in common. */
static const char *read_common(struct context *cx, struct site_item *item, struct json_object *d, struct site_resource *r)
{
	const char *wrong;

	r->definition = d;
	r->uri = json_text(d, "uri");
	if (r->uri && !uri_is(r->uri))
		return "uri must be an absolute URI";
	if (json_has(d, "name") && !*json_text(d, "name"))
		return "name must not be empty";
	r->scope = json_text(d, "scope");
	if (r->scope && (wrong = definition_check_scope(cx, item->arena, r->scope)))
		return wrong;
	if ((wrong = definition_check_icons(json_get(d, "icons"))))
		return wrong;
	return check_annotations(json_get(d, "annotations"));
}

void site_resource_load_builtin(const struct builtin_resource *b, struct site_resource *r)
{
	r->builtin = b;
	r->template_text = b->uri_template;
	definition_add_text(r->definition, "uriTemplate", b->uri_template);
	definition_add_text(r->definition, "name", b->name);
	definition_add_text(r->definition, "title", b->title);
	definition_add_text(r->definition, "description", b->description);
	definition_add_text(r->definition, "mimeType", b->mime);
	if (!r->scope)
		r->scope = b->scope;
}

static const char *read_builtin(struct site_item *item, struct json_object *d, struct site_resource *r)
{
	const struct builtin_resource *b = json_text(d, "builtin") ? builtin_resource_find(json_text(d, "builtin")) : NULL;
	const char *wrong = NULL;

	if (json_has(d, "run"))
		return "run and builtin exclude each other";
	if (!b)
		return "builtin must be the name of resources that are built in";
	if (json_has(d, "uri") || json_has(d, "uriTemplate") || json_has(d, "complete"))
		return "uri, uriTemplate and complete of what is built in are its own";
	site_resource_load_builtin(b, r);
	r->template = uri_template_read(item->arena, b->uri_template, &wrong);
	return wrong;
}

/* Only a variable that is there can be completed. */
static const char *read_complete(struct context *cx, struct site_item *item, struct json_object *d, struct site_resource *r)
{
	const char *wrong = completer_read(cx, item, json_get(d, "complete"), &r->complete);

	if (!wrong && r->complete && !r->template)
		return "complete goes with uriTemplate";
	for (const struct completer *c = r->complete; c && c->name && !wrong; c++)
		if (!uri_template_has(r->template, c->name))
			return arena_printf(item->arena, "complete: uriTemplate has no variable %s", c->name);
	return wrong;
}

static const char *read_definition(struct context *cx, struct site_item *item, struct json_object *d, struct site_resource *r)
{
	const char *wrong = definition_check(item->arena, d, "a resource", resource_keys, true);
	struct program *p = arena_take(item->arena, sizeof *p);

	if (wrong || (wrong = read_common(cx, item, d, r)))
		return wrong;
	if (json_has(d, "builtin"))
		return read_builtin(item, d, r);
	if (!json_has(d, "run"))
		return "run is missing: the program that makes the resource";
	if (!r->scope)
		return "scope is missing: the words that a token must hold (\"\" if every token will do)";
	r->template_text = json_text(d, "uriTemplate");
	if (!r->uri == !r->template_text)
		return "one of uri and uriTemplate must be there";
	if (r->template_text && !(r->template = uri_template_read(item->arena, r->template_text, &wrong)))
		return wrong;
	r->program = p;
	if ((wrong = read_complete(cx, item, d, r)))
		return wrong;
	return program_read(cx, item, d, definition_folder(item->arena, item), p);
}

static const char *base_of(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

static const char *check_file(const struct site_item *item)
{
	for (const char *c = item->name; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 127)
			return "its name has a control character";
	if (!utf8_is(item->name, strlen(item->name)))
		return "its name is not UTF-8";
	return item->stamp.size > SITE_RESOURCE_MAX ? "is larger than 16 MiB" : NULL;
}

void site_resource_load(struct context *cx, struct site_item *item)
{
	struct site_resource *r = arena_take(item->arena, sizeof *r);
	size_t stem = definition_stem(item->name, RESOURCE_END);
	struct json_object *d;

	item->thing = r;
	r->key = item->name;
	r->name = base_of(item->name);
	if ((item->wrong = check_file(item)))
		return;
	if (stem) {
		r->name = base_of(arena_text(item->arena, item->name, stem));
		if ((d = definition_load(item)))
			item->wrong = read_definition(cx, item, d, r);
		if (!item->wrong)
			definition_add_text(d, "name", r->name);
	} else if (definition_stem(item->name, SIDECAR_END)) {
		if (!(d = definition_load(item)))
			return;
		if (!(item->wrong = definition_check(item->arena, d, "a file's description", sidecar_keys, false)))
			item->wrong = read_common(cx, item, d, r);
	} else {
		r->item = item;
		r->scope = "";
	}
}
