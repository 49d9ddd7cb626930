/* SPDX-License-Identifier: ISC */
/* program_env: a fixed list of names; a value that holds a NUL cannot come here, since JSON with one is refused. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include <json-c/json.h>

#include "arena.h"
#include "buf.h"
#include "conf.h"
#include "json.h"
#include "log.h"
#include "program_env.h"

enum { NAMES_MAX = 32, VALUE_MAX = 120 * 1024 };

struct list {
	const char **v;
	size_t n;
};

static bool is_name(const char *name)
{
	if (isdigit((unsigned char)*name) || !*name)
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && *name != '_')
			return false;
	return true;
}

const char *program_env_read(struct arena *a, struct json_object *env, const char *const **to)
{
	const char **list;
	size_t n = 0;

	*to = NULL;
	if (!env)
		return NULL;
	if (!json_object_is_type(env, json_type_object) || json_object_object_length(env) > NAMES_MAX)
		return "env must be an object of strings";
	list = arena_take(a, (NAMES_MAX + 1) * sizeof *list);
	json_object_object_foreach(env, name, value) {
		if (!json_object_is_type(value, json_type_string) || !is_name(name))
			return "env must be an object of strings, named as variables are";
		if (strncmp(name, "MCP_", 4) == 0 || strncmp(name, "LD_", 3) == 0)
			return "env must not name variables that begin with MCP_ or LD_";
		list[n++] = arena_printf(a, "%s=%s", name, json_object_get_string(value));
	}
	*to = list;
	return NULL;
}

/* A value that would not fit through execve(2) is left out; the program sees that it is empty. */
static void add(struct call *c, struct list *l, const char *name, const char *value)
{
	l->v[l->n++] = arena_printf(c->cx->arena, "%s=%s", name, value && strlen(value) < VALUE_MAX ? value : "");
}

static const char *as_text(struct call *c, struct json_object *value)
{
	struct buf b = buf_new(c->cx->arena);

	if (!value)
		return "{}";
	json_put(&b, value);
	return b.v;
}

/* W3C Trace Context: only what has the shape of it is handed on. */
static bool is_trace(const char *text, const char *allowed)
{
	size_t n = strlen(text);

	return n > 0 && n <= 8192 && strspn(text, allowed) == n;
}

static void add_trace(struct call *c, struct list *l)
{
	static const char printable[] = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"
	    "abcdefghijklmnopqrstuvwxyz{|}~\t";
	const char *parent = json_text(c->meta, "traceparent"), *state = json_text(c->meta, "tracestate");
	const char *baggage = json_text(c->meta, "baggage");

	if (!parent || strlen(parent) != 55 || !is_trace(parent, "0123456789abcdef-"))
		return;
	add(c, l, "MCP_TRACEPARENT", parent);
	if (state && is_trace(state, printable))
		add(c, l, "MCP_TRACESTATE", state);
	if (baggage && is_trace(baggage, printable))
		add(c, l, "MCP_BAGGAGE", baggage);
}

const char *program_env_folder(struct call *c, const char *name)
{
	const char *database = c->cx->conf->database;

	return arena_printf(c->cx->arena, "%.*s/%s", (int)(strrchr(database, '/') - database), database, name);
}

/* A machine has a folder of its own as well, by the name of its client. */
static const char *folder_of(struct call *c)
{
	struct arena *a = c->cx->arena;
	const char *all = program_env_folder(c, "people"), *own;

	if (c->who->user_id)
		own = arena_printf(a, "%s/%" PRId64, all, c->who->user_id);
	else
		own = arena_printf(a, "%s/client-%s", all, crypto_base64url(a, crypto_digest_text(c->who->client_id).v, 16));
	mkdir(all, 0700);
	if (mkdir(own, 0700) != 0) {
		struct stat st;

		if (lstat(own, &st) != 0 || !S_ISDIR(st.st_mode))
			log_line("no private folder for a person can be made");
	}
	return own;
}

const char *const *program_env(struct call *c, const struct program *p, const char *name)
{
	struct arena *a = c->cx->arena;
	size_t more = 0;
	struct list l = { 0 };

	while (p->env && p->env[more])
		more++;
	l.v = arena_take(a, (more + 24) * sizeof *l.v);
	add(c, &l, "PATH", "/usr/local/bin:/usr/bin:/bin");
	add(c, &l, "LANG", "C.UTF-8");
	add(c, &l, "MCP_TOOL", name);
	add(c, &l, "MCP_USER", c->who->user_name);
	add(c, &l, "MCP_USER_ID", c->who->user_id ? arena_printf(a, "%" PRId64, c->who->user_id) : "");
	add(c, &l, "MCP_CLIENT", c->who->client_id);
	add(c, &l, "MCP_SCOPES", c->who->scope);
	add(c, &l, "MCP_SITE", c->cx->conf->site);
	add(c, &l, "MCP_REVISION", rpc_shape_name(c->revision));
	add(c, &l, "MCP_ANSWERS", as_text(c, c->answers));
	add(c, &l, "MCP_STATE", c->state);
	add(c, &l, "MCP_CAPABILITIES", as_text(c, c->capabilities));
	add_trace(c, &l);
	if (p->isolate)
		add(c, &l, "MCP_DATA", folder_of(c));
	for (size_t i = 0; i < more; i++)
		l.v[l.n++] = p->env[i];
	return l.v;
}

const char *const *program_env_write(struct call *c, const struct program *p)
{
	const char **all;
	size_t n = 0;

	if (!p->isolate)
		return p->write;
	while (p->write && p->write[n])
		n++;
	all = arena_take(c->cx->arena, (n + 2) * sizeof *all);
	for (size_t i = 0; i < n; i++)
		all[i] = p->write[i];
	all[n] = folder_of(c);
	return all;
}
