/* SPDX-License-Identifier: ISC */
/*
 * mcpctl_call: a tool, a resource, a prompt from the shell, as a client would have it: the same methods, in rounds, with what the
 * person of --user has for it.
 */
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "json.h"
#include "mcpctl_ask.h"
#include "mcpctl_command.h"
#include "rpc_method.h"
#include "scope.h"
#include "site_prompt.h"
#include "site_resource.h"
#include "store_user.h"
#include "tool.h"

enum { ROUNDS = 16 };

struct run {
	struct mcpctl *m;
	struct context cx;
	struct bearer who;
	const char *method, *member, *name;	/* "tools/call", "name", what is called */
	const char *arguments;		/* JSON, or NULL */
	struct words answers;
	const char *user, *scope;
	bool json;
};

/* Programs run as the user of the server, who must be able to read what they leave behind. */
static bool become_owner(struct mcpctl *m)
{
	struct stat st;

	if (geteuid() != 0 || stat(m->conf.database, &st) != 0 || st.st_uid == 0)
		return true;
	if (setgroups(1, &st.st_gid) == 0 && setgid(st.st_gid) == 0 && setuid(st.st_uid) == 0)
		return true;
	mcpctl_fail("cannot become the owner of %s", m->conf.database);
	return false;
}

/* Without --user it is a machine that calls. */
static int find_caller(struct run *r)
{
	struct user *u = NULL;
	const struct fail *no = r->user ? user_find(r->m->store, r->m->arena, r->user, &u) : NULL;

	if (no)
		return mcpctl_refused(no);
	if (r->user && !u)
		return mcpctl_fail("there is no user %s", r->user);
	r->who.user_id = u ? u->id : 0;
	r->who.user_name = u ? u->name : NULL;
	r->who.client_id = "mcpctl";
	r->who.resource = r->m->conf.resource[0].uri;
	r->who.scope = r->scope ? r->scope : scope_all(r->m->arena, &r->m->conf, &r->m->conf.resource[0]);
	return EXIT_SUCCESS;
}

/* ---- one round ---------------------------------------------------------------------------------------------------- */

static bool read_request(struct run *r, const char *state, struct json_object *answers, struct rpc_message *message)
{
	struct buf b = buf_new(r->m->arena);
	struct json_object *value;

	buf_text(&b, "{\"jsonrpc\":\"2.0\",\"id\":1");
	json_put_member(&b, "method", r->method);
	buf_text(&b, ",\"params\":{");
	json_put_member(&b, r->member, r->name);
	if (r->arguments) {
		json_put_name(&b, "arguments");
		buf_text(&b, r->arguments);
	}
	json_put_member(&b, "requestState", state);
	if (answers) {
		json_put_name(&b, "inputResponses");
		json_put(&b, answers);
	}
	buf_text(&b, ",\"_meta\":{\"io.modelcontextprotocol/clientCapabilities\":"
	    "{\"elicitation\":{\"form\":{},\"url\":{}},\"roots\":{}}}}}");
	if (!json_read(r->m->arena, b.v, b.len, &value) || rpc_message_read(r->m->arena, value, message))
		return false;
	message->revision = REVISION_MODERN;
	return true;
}

/* The result of a round; NULL: it was said why there is none. */
static struct json_object *run_once(struct run *r, const char *state, struct json_object *answers)
{
	struct buf b = buf_new(r->m->arena);
	struct json_object *response, *error;
	const struct fail *no;
	struct rpc_message message;
	const char *needed;

	if (!read_request(r, state, answers, &message)) {
		mcpctl_misuse(r->m, "the arguments must be one JSON object");
		return NULL;
	}
	needed = rpc_method_scope(&r->cx, &message);
	if (needed && !scope_covers(&r->m->conf, r->who.scope, needed)) {
		mcpctl_fail("needs the scope '%s'", needed);
		return NULL;
	}
	if ((no = rpc_method_run(&r->cx, &r->who, &message, NULL, &b))) {
		mcpctl_fail("%s", no->description);
		return NULL;
	}
	if (!json_read(r->m->arena, b.v, b.len, &response)) {
		mcpctl_fail("the answer is no JSON");
		return NULL;
	}
	if (!(error = json_get(response, "error")))
		return json_get(response, "result");
	mcpctl_fail("%s (%d)", json_text(error, "message"), json_object_get_int(json_get(error, "code")));
	return NULL;
}

static int go(struct run *r)
{
	struct json_object *result, *answers = NULL;
	const char *kind, *state = NULL;

	for (int i = 0; i < ROUNDS; i++) {
		if (!(result = run_once(r, state, answers)))
			return EXIT_FAILURE;
		kind = json_text(result, "resultType");
		if (!kind || strcmp(kind, "input_required") != 0)
			return mcpctl_print_result(r->m, result, r->json);
		state = json_text(result, "requestState");
		if (!(answers = mcpctl_ask(r->m, json_get(result, "inputRequests"), &r->answers)))
			return EXIT_FAILURE;
	}
	return mcpctl_fail("it asked %d times, and still has no result", ROUNDS);
}

static int call(struct mcpctl *m, int argc, char **argv, const char *method, const char *member)
{
	struct run r = { .m = m, .method = method, .member = member };
	const struct option options[] = {
		{ "--user", NULL, &r.user, NULL }, { "--scope", NULL, &r.scope, NULL }, { "--answer", NULL, NULL, &r.answers },
		{ "--json", &r.json, NULL, NULL }, { NULL, NULL, NULL, NULL },
	};
	bool has_arguments = strcmp(member, "uri") != 0;
	int n = mcpctl_read_options(m, argc, argv, options), status;

	if (n < 0)
		return EXIT_USAGE;
	if (n < 1 || n > 1 + has_arguments)
		return mcpctl_misuse(m, n < 1 ? "what?" : "'%s' is not understood", argv[n - 1]);
	r.name = argv[0];
	r.arguments = n > 1 ? argv[1] : NULL;
	if (!mcpctl_open(m) || !become_owner(m))
		return EXIT_FAILURE;
	if ((status = find_caller(&r)))
		return status;
	r.cx = mcpctl_context(m);
	r.cx.resource = &m->conf.resource[0];
	store_set_role(m->store, ROLE_MCP);
	status = go(&r);
	store_set_role(m->store, ROLE_MCPCTL);
	tool_end();
	site_prompt_end();
	site_resource_end();
	return status;
}

int mcpctl_tool_call(struct mcpctl *m, int argc, char **argv)
{
	return call(m, argc, argv, "tools/call", "name");
}

int mcpctl_resource_read(struct mcpctl *m, int argc, char **argv)
{
	return call(m, argc, argv, "resources/read", "uri");
}

int mcpctl_prompt_get(struct mcpctl *m, int argc, char **argv)
{
	return call(m, argc, argv, "prompts/get", "name");
}
