/* SPDX-License-Identifier: ISC */
/* listen_session: a list with memory of its own, which is given back when another list takes its place. */
#include <string.h>

#include "arena.h"
#include "listen_hook.h"
#include "listen_session.h"
#include "rpc_session.h"

const struct fail *listen_session_find(struct context *cx, const struct bearer *who, const char *id, struct listen_session *x)
{
	struct mcp_session *found;
	const struct fail *no = rpc_session_find(cx, who, id, &found);

	*x = (struct listen_session){ 0 };
	if (!no)
		x->hash = found->hash;
	return no;
}

/* Both lists are in the order of their names. */
static bool is_same(const struct listen_want *want, const char *const *uri, size_t n)
{
	if (n != want->uris)
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(want->uri[i].uri, uri[i]) != 0)
			return false;
	return true;
}

/* A file that was watched before is compared with what was seen then. */
static struct site_stamp stamp_of(const struct listen_want *before, const char *uri, const char *path)
{
	for (size_t i = 0; i < before->uris; i++)
		if (before->uri[i].path && strcmp(before->uri[i].uri, uri) == 0)
			return before->uri[i].stamp;
	return path ? site_watch_stamp(path) : (struct site_stamp){ 0 };
}

static void take_over(struct context *cx, struct listen_session *x, struct listen_want *want, const char *const *uri, size_t n)
{
	struct arena *a = arena_new();
	struct listen_uri *list = arena_take(a, (n + 1) * sizeof *list);

	for (size_t i = 0; i < n; i++) {
		const char *path = listen_path(cx, uri[i]);

		list[i] = (struct listen_uri){
			.uri = arena_copy(a, uri[i]), .path = path ? arena_copy(a, path) : NULL, .stamp = stamp_of(want, uri[i], path),
		};
	}
	arena_drop(x->arena);
	x->arena = a;
	want->uri = list;
	want->uris = n;
}

const struct fail *listen_session_read(struct context *cx, struct listen_session *x, struct listen_want *want, bool *on)
{
	const char *uri[SUBSCRIPTIONS_MAX];
	size_t n;
	const struct fail *no = mcp_session_hears(cx->store, cx->arena, &x->hash, x->number, on, uri, &n);

	if (!no && *on && !is_same(want, uri, n))
		take_over(cx, x, want, uri, n);
	return no;
}

/* A session that ends in this very moment hears of it in the first round. */
const struct fail *listen_session_begin(struct context *cx, struct listen_session *x, struct listen_want *want)
{
	const struct fail *no = store_begin_passing(cx->store);
	bool on;

	if (!no)
		no = mcp_session_listen(cx->store, &x->hash, &x->number);
	if (!no)
		no = store_commit(cx->store);
	store_end(cx->store);
	if (!no && !x->number)
		return &rpc_no_session;
	if (!no && !(no = listen_session_read(cx, x, want, &on)))
		return NULL;
	listen_session_drop(x);
	return no;
}

void listen_session_drop(struct listen_session *x)
{
	arena_drop(x->arena);
}
