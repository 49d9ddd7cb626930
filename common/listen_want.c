/* SPDX-License-Identifier: ISC */
/* listen_want: types are checked before anything is looked up. */
#include <string.h>

#include "arena.h"
#include "json.h"
#include "listen_hook.h"
#include "listen_want.h"

#define EXTENSION "io.modelcontextprotocol/tasks"

static const struct fail no_notifications = {
	200, "invalid_request", "params.notifications must be an object", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail no_flag = {
	200, "invalid_request", "toolsListChanged, promptsListChanged and resourcesListChanged must each be true or false",
	RPC_INVALID_PARAMS, 0, 0
};
static const struct fail no_list = {
	200, "invalid_request", "resourceSubscriptions and taskIds must be arrays of strings", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail long_list = {
	200, "invalid_request", "resourceSubscriptions and taskIds may have 100 members each", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail no_extension = {
	400, "invalid_request", "Missing required client capability", RPC_MISSING_CAPABILITY, 0, 0
};

static const struct { const char *name; enum change_kind kind; } flags[] = {
	{ "toolsListChanged", CHANGE_TOOLS }, { "promptsListChanged", CHANGE_PROMPTS }, { "resourcesListChanged", CHANGE_RESOURCES },
};

static const struct fail *check_list(struct json_object *asked, const char *name, size_t most)
{
	struct json_object *list = json_get(asked, name);
	size_t n;

	if (!json_has(asked, name))
		return NULL;
	if (!json_object_is_type(list, json_type_array))
		return &no_list;
	n = json_object_array_length(list);
	for (size_t i = 0; i < n; i++)
		if (!json_object_is_type(json_object_array_get_idx(list, i), json_type_string))
			return &no_list;
	return n > most ? &long_list : NULL;
}

static const struct fail *check(struct json_object *asked)
{
	const struct fail *no;

	if (!json_object_is_type(asked, json_type_object))
		return &no_notifications;
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (json_has(asked, flags[i].name) && !json_object_is_type(json_get(asked, flags[i].name), json_type_boolean))
			return &no_flag;
	if ((no = check_list(asked, "resourceSubscriptions", LISTEN_URIS_MAX)))
		return no;
	return check_list(asked, "taskIds", LISTEN_TASKS_MAX);
}

static bool has_extension(const struct rpc_message *m)
{
	struct json_object *can = json_get(json_get(m->params, "_meta"), "io.modelcontextprotocol/clientCapabilities");

	return json_object_is_type(json_get(json_get(can, "extensions"), EXTENSION), json_type_object);
}

/* The text of an element that is worth a look: not too long, and not there before. */
static const char *text_of(struct json_object *list, size_t i)
{
	const char *text = json_object_get_string(json_object_array_get_idx(list, i));

	if (strlen(text) > LISTEN_TEXT_MAX)
		return NULL;
	for (size_t k = 0; k < i; k++)
		if (strcmp(json_object_get_string(json_object_array_get_idx(list, k)), text) == 0)
			return NULL;
	return text;
}

static const struct fail *read_uris(struct context *cx, struct arena *a, const struct bearer *who, struct json_object *list,
    struct listen_want *want)
{
	size_t n = list ? json_object_array_length(list) : 0;
	const struct fail *no;
	const char *uri, *path;
	bool may;

	want->uri = arena_take(a, (n + 1) * sizeof *want->uri);
	for (size_t i = 0; i < n; i++) {
		if (!(uri = text_of(list, i)))
			continue;
		if ((no = listen_may_hear(cx, who, uri, &may)))
			return no;
		if (!may)
			continue;
		path = listen_path(cx, uri);
		want->uri[want->uris++] = (struct listen_uri){
			.uri = arena_copy(a, uri), .path = path ? arena_copy(a, path) : NULL,
			.stamp = path ? site_watch_stamp(path) : (struct site_stamp){ 0 },
		};
	}
	return NULL;
}

static const struct fail *read_tasks(struct context *cx, struct arena *a, const struct bearer *who, struct json_object *list,
    struct listen_want *want)
{
	size_t n = list ? json_object_array_length(list) : 0;
	const struct fail *no;
	const char *id;
	bool may;

	want->task = arena_take(a, (n + 1) * sizeof *want->task);
	for (size_t i = 0; i < n; i++) {
		if (!(id = text_of(list, i)))
			continue;
		if ((no = listen_may_hear_task(cx, who, id, &may)))
			return no;
		if (may)
			want->task[want->tasks++] = arena_copy(a, id);
	}
	return NULL;
}

const struct fail *listen_want_read(struct context *cx, struct arena *a, const struct bearer *who, struct rpc_message *m,
    struct listen_want *want)
{
	struct json_object *asked = json_get(m->params, "notifications");
	const struct fail *no;

	*want = (struct listen_want){ 0 };
	if (json_has(asked, "taskIds") && !has_extension(m)) {
		m->data = "{\"requiredCapabilities\":{\"extensions\":{\"" EXTENSION "\":{}}}}";
		return &no_extension;
	}
	if ((no = check(asked)))
		return no;
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		want->list[flags[i].kind] = json_object_get_boolean(json_get(asked, flags[i].name));
	if ((no = read_uris(cx, a, who, json_get(asked, "resourceSubscriptions"), want)))
		return no;
	return read_tasks(cx, a, who, json_get(asked, "taskIds"), want);
}

void listen_want_put(struct buf *b, const struct listen_want *want)
{
	buf_char(b, '{');
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (want->list[flags[i].kind]) {
			json_put_name(b, flags[i].name);
			buf_text(b, "true");
		}
	for (size_t i = 0; i < want->uris; i++) {
		if (i == 0)
			json_put_name(b, "resourceSubscriptions");
		buf_char(b, i == 0 ? '[' : ',');
		json_put_text(b, want->uri[i].uri);
	}
	if (want->uris)
		buf_char(b, ']');
	for (size_t i = 0; i < want->tasks; i++) {
		if (i == 0)
			json_put_name(b, "taskIds");
		buf_char(b, i == 0 ? '[' : ',');
		json_put_text(b, want->task[i]);
	}
	if (want->tasks)
		buf_char(b, ']');
	buf_char(b, '}');
}
