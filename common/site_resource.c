/* SPDX-License-Identifier: ISC */
/*
 * site_resource: the shelf of resources.  What lies beside a program is not published by that: not the program, not what its
 * definition names, nothing that is called like it, no script at all.
 */
#include <string.h>

#include <json-c/json.h>

#include "buf.h"
#include "conf.h"
#include "definition.h"
#include "json.h"
#include "media_type.h"
#include "site_resource_definition.h"
#include "url.h"

static struct site_shelf shelf = { .folder = "resources", .deep = true, .closed = true, .load = site_resource_load };

/* One look at the shelf. */
struct look {
	struct context *cx;
	struct site_item *const *items;
	size_t count;
	const struct site_item **program;	/* definitions of programs */
	size_t programs;
	struct site_resource **list;
	size_t n;
};

/* What came of it.  A client may ask for a hundred resources in one request. */
struct site_shown {
	const struct conf_resource *at;
	struct site_resource *const *list;
	const char **normal;		/* their URIs */
	size_t n;
};

/* `name` itself, or a folder that it is in: "notes/". */
static bool is_offered(struct context *cx, const char *name)
{
	const char *words = cx->resource ? cx->resource->resources : NULL, *slash = name;

	if (!words || conf_has_word(words, name))
		return true;
	while ((slash = strchr(slash, '/')))
		if (conf_has_word(words, arena_text(cx->arena, name, (size_t)(++slash - name))))
			return true;
	return false;
}

/* ---- what is no resource ----------------------------------------------------------------------------------------- */

static bool is_run(const struct program *p, const char *path)
{
	for (size_t i = 0; p && p->run && p->run[i]; i++)
		if (strcmp(p->run[i], path) == 0)
			return true;
	return false;
}

static bool is_named_by(const struct site_resource *r, const char *path)
{
	bool is = r && is_run(r->program, path);

	for (const struct completer *c = r ? r->complete : NULL; c && c->name && !is; c++)
		is = is_run(c->program, path);
	return is;
}

/* Also when the definition cannot be used: then nobody knows what it would name. */
static bool is_source(const struct look *l, const struct site_item *item)
{
	if (item->executable || media_type_is_script(item->name))
		return true;
	for (size_t i = 0; i < l->programs; i++)
		if (is_named_by(l->program[i]->thing, item->path) || strncmp(item->name, l->program[i]->name,
		    definition_stem(l->program[i]->name, RESOURCE_END) + 1) == 0)
			return true;
	return false;
}

/* ---- the list ----------------------------------------------------------------------------------------------------- */

static struct site_item *find_item(const struct look *l, const char *name)
{
	size_t low = 0, high = l->count, middle;
	int order;

	while (low < high) {
		middle = (low + high) / 2;
		order = strcmp(l->items[middle]->name, name);
		if (order == 0)
			return l->items[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static void add(struct look *l, struct site_resource *r, const char *name)
{
	if (is_offered(l->cx, name))
		l->list[l->n++] = r;
}

static const char *uri_of(struct arena *a, const char *name)
{
	struct buf b = buf_new(a);
	size_t n;

	buf_text(&b, "site:///");
	for (; ; name += n + 1) {
		n = strcspn(name, "/");
		url_encode(&b, arena_text(a, name, n));
		if (!name[n])
			return b.v;
		buf_char(&b, '/');
	}
}

/* A file and what stands beside it; a description that cannot be used might have named a scope. */
static void add_file(struct look *l, const struct site_item *item)
{
	struct arena *a = l->cx->arena;
	const struct site_item *beside = find_item(l, arena_printf(a, "%s" SIDECAR_END, item->name));
	const struct site_resource *said = beside ? beside->thing : NULL;
	struct site_resource *r;

	if (beside ? !said : is_source(l, item))
		return;
	r = arena_take(a, sizeof *r);
	*r = *(const struct site_resource *)item->thing;
	r->uri = said && said->uri ? said->uri : uri_of(a, item->name);
	r->definition = said ? said->definition : NULL;
	r->mime = media_type_of(item->name);
	if (said && json_text(said->definition, "name"))
		r->name = json_text(said->definition, "name");
	if (said && json_text(said->definition, "mimeType"))
		r->mime = json_text(said->definition, "mimeType");
	if (said && said->scope)
		r->scope = said->scope;
	add(l, r, item->name);
}

static void drop(void *value)
{
	json_object_put(value);
}

static void add_builtins(struct look *l)
{
	const struct builtin_resource *b;
	const char *wrong;

	for (size_t i = 0; (b = builtin_resource_at(i)); i++) {
		struct site_resource *r = arena_take(l->cx->arena, sizeof *r);

		r->definition = json_object_new_object();
		arena_defer(l->cx->arena, drop, r->definition);
		r->key = b->name;
		site_resource_load_builtin(b, r);
		r->template = uri_template_read(l->cx->arena, b->uri_template, &wrong);
		add(l, r, b->name);
	}
}

static size_t builtins(void)
{
	size_t n = 0;

	while (builtin_resource_at(n))
		n++;
	return n;
}

static void find_programs(struct look *l)
{
	l->program = arena_take(l->cx->arena, (l->count + 1) * sizeof *l->program);
	for (size_t i = 0; i < l->count; i++)
		if (definition_stem(l->items[i]->name, RESOURCE_END))
			l->program[l->programs++] = l->items[i];
}

static void look(struct look *l)
{
	struct context *cx = l->cx;
	size_t stem;

	if (site_is_there(cx))
		l->items = site_each(cx, &shelf, &l->count);
	l->list = arena_take(cx->arena, (l->count + builtins() + 1) * sizeof *l->list);
	if (!site_is_there(cx))
		add_builtins(l);
	find_programs(l);
	for (size_t i = 0; i < l->count; i++) {
		const struct site_item *item = l->items[i];

		if (!item->thing || definition_stem(item->name, SIDECAR_END))
			continue;
		if ((stem = definition_stem(item->name, RESOURCE_END)))
			add(l, item->thing, arena_text(cx->arena, item->name, stem));
		else
			add_file(l, item);
	}
}

static struct site_shown *show(struct context *cx)
{
	struct look l = { .cx = cx };
	struct site_shown *x;

	if (cx->shown && cx->shown->at == cx->resource)
		return cx->shown;
	look(&l);
	x = arena_take(cx->arena, sizeof *x);
	*x = (struct site_shown){ .at = cx->resource, .list = l.list, .n = l.n };
	return cx->shown = x;
}

/* The URIs as they are compared; made once, when the first is looked for. */
static const char *const *normal_of(struct context *cx)
{
	struct site_shown *x = show(cx);

	if (x->normal)
		return x->normal;
	x->normal = arena_take(cx->arena, (x->n + 1) * sizeof *x->normal);
	for (size_t i = 0; i < x->n; i++)
		x->normal[i] = x->list[i]->uri ? uri_normal(cx->arena, x->list[i]->uri) : NULL;
	return x->normal;
}

struct site_resource *const *site_resource_each(struct context *cx, size_t *n)
{
	const struct site_shown *x = show(cx);

	*n = x->n;
	return x->list;
}

const struct site_resource *site_resource_find(struct context *cx, const char *uri)
{
	size_t n;
	struct site_resource *const *all, *filled;
	struct json_object *variables;
	const char *normal, *const *normals;

	if (!uri_is(uri))
		return NULL;
	all = site_resource_each(cx, &n);
	normals = normal_of(cx);
	normal = uri_normal(cx->arena, uri);
	for (size_t i = 0; i < n; i++)
		if (normals[i] && strcmp(normals[i], normal) == 0)
			return all[i];
	for (size_t i = 0; i < n; i++) {
		if (!all[i]->template || !(variables = uri_template_match(cx->arena, all[i]->template, uri)))
			continue;
		filled = arena_take(cx->arena, sizeof *filled);
		*filled = *all[i];
		filled->variables = variables;
		return filled;
	}
	return NULL;
}

const struct site_resource *site_resource_find_template(struct context *cx, const char *text)
{
	size_t n;
	struct site_resource *const *all = site_resource_each(cx, &n);

	for (size_t i = 0; i < n; i++)
		if (all[i]->template && strcmp(all[i]->template_text, text) == 0)
			return all[i];
	return NULL;
}

/* ---- one of them ------------------------------------------------------------------------------------------------- */

struct json_object *site_resource_describe(struct context *cx, const struct site_resource *r)
{
	struct json_object *o = json_object_new_object();

	arena_defer(cx->arena, drop, o);
	if (r->uri)
		json_object_object_add(o, "uri", json_object_new_string(r->uri));
	for (size_t i = 0; site_resource_keys[i]; i++) {
		const char *key = site_resource_keys[i];

		if (json_get(r->definition, key) && !json_has(o, key))
			json_object_object_add(o, key, json_object_get(json_get(r->definition, key)));
	}
	definition_add_text(o, "name", r->name);
	definition_add_text(o, "mimeType", r->mime);
	if (r->item)
		json_object_object_add(o, "size", json_object_new_int64(r->item->stamp.size));
	return o;
}

const char *site_resource_content(struct context *cx, const struct site_resource *r, size_t *n, const char **wrong)
{
	return site_read_item(cx->arena, r->item, SITE_RESOURCE_MAX, n, wrong);
}

void site_resource_check(struct context *cx, void (*say)(void *with, const struct site_item *item), void *with)
{
	size_t count;
	struct site_item *const *items = site_each(cx, &shelf, &count);

	for (size_t i = 0; i < count; i++)
		say(with, items[i]);
}

void site_resource_end(void)
{
	site_end(&shelf);
}
