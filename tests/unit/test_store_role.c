/* SPDX-License-Identifier: ISC */
/*
 * test_store_role: a program that asks the rows for something outside of its role ends on the spot.  Every
 * function of the rows is called in every role, each time in a process of its own, which either comes back or
 * aborts.
 */
#include "world.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "store_account.h"
#include "store_change.h"
#include "store_client_document.h"
#include "store_document.h"
#include "store_list.h"
#include "store_meta.h"
#include "store_operate.h"
#include "store_pinned.h"
#include "store_reap.h"
#include "store_redirect.h"
#include "store_task.h"

/* What a call may be given; nothing of it has to exist. */
static struct digest hash;
static struct arena *arena;

#define CALL(name) static void name##_call(struct store *s)

static void forget(const struct fail *no)
{
	(void)no;
}

static void each_user(void *with, const struct user *u)
{
	(void)with, (void)u;
}

static void each_grant(void *with, const struct account_grant *g)
{
	(void)with, (void)g;
}

static bool each_event(void *with, const struct audit *row)
{
	(void)with, (void)row;
	return true;
}

static void each_pinned(void *with, const struct pinned *p)
{
	(void)with, (void)p;
}

static void each_document(void *with, const struct document *d)
{
	(void)with, (void)d;
}

static void each_listed_client(void *with, const struct listed_client *c)
{
	(void)with, (void)c;
}

static void each_listed_grant(void *with, const struct listed_grant *g)
{
	(void)with, (void)g;
}

static void each_task(void *with, const struct task *t)
{
	(void)with, (void)t;
}

/* One of nobody. */
static const struct task task = { .id = "x", .client_id = "x", .resource = "", .tool = "", .request = "", .message = "" };

static void each_rule(void *with, const struct redirect_rule *r)
{
	(void)with, (void)r;
}

CALL(access_drop) { forget(access_drop(s, &hash)); }
CALL(access_find) { struct bearer *b; forget(access_find(s, arena, &hash, START, &b)); }
CALL(access_find_owner) { int64_t id; const char *c; forget(access_find_owner(s, arena, &hash, &id, &c)); }
CALL(access_put) { struct access t = { .scope = "" }; forget(access_put(s, &t)); }
CALL(assertion_put) { bool fresh; forget(assertion_put(s, &hash, START, START, &fresh)); }
CALL(account_each) { forget(account_each(s, arena, 1, START, each_grant, NULL)); }
CALL(account_revoke) { struct account_revoked r; forget(account_revoke(s, arena, 1, 1, START, &r)); }
CALL(account_set_password) { struct user u = { .id = 1, .password = "" }; bool set;
    forget(account_set_password(s, &u, "x", &set)); }
CALL(audit_last) { forget(audit_last(s, arena, START, 1, each_event, NULL)); }
CALL(audit_next) { forget(audit_next(s, arena, 0, 1, each_event, NULL)); }
CALL(audit_put) { struct audit e = { .attempt = "", .request = "", .event = "", .outcome = "", .why = "",
    .address = "" }; forget(audit_put(s, &e, 0)); }
CALL(client_change) { struct client c = world_client("x"); bool found; forget(client_change(s, &c, &found)); }
CALL(client_drop_managed) { struct client c = { .id = "x" }; bool found; forget(client_drop_managed(s, &c, &found)); }
CALL(client_find_managed) { struct client *c; forget(client_find_managed(s, arena, "x", &c)); }
CALL(client_find_same) { struct client *c; forget(client_find_same(s, arena, &hash, START, &c)); }
CALL(client_reap) { int n; forget(client_reap(s, START, 9, &n)); }
CALL(client_find) { struct client *c; forget(client_find(s, arena, "x", &c)); }
CALL(client_keys_put) { struct client c = world_client("x"); c.keys_uri = "x"; forget(client_keys_put(s, &c, "", START)); }
CALL(client_put) { struct client c = world_client("c_new"); forget(client_put(s, &c, 9)); }
CALL(client_document_find_disabled) { bool x; forget(client_document_find_disabled(s, "x", &x)); }
CALL(client_document_put) { struct client c = world_client("c_new"); bool x; forget(client_document_put(s, &c, START, 9, &x)); }
CALL(client_set_agreed) { forget(client_set_agreed(s, "x", START)); }
CALL(code_count_try) { forget(code_count_try(s, &hash)); }
CALL(code_find) { struct code *c; forget(code_find(s, arena, &hash, &c)); }
CALL(code_put) { struct code c = { .client_id = "", .redirect_uri = "",
    .challenge = "" }; forget(code_put(s, &c)); }
CALL(code_take) { bool taken; forget(code_take(s, &hash, START, &taken)); }
CALL(document_count) { int64_t n; forget(document_count(s, &n)); }
CALL(document_each) { forget(document_each(s, arena, each_document, NULL)); }
CALL(document_put) { struct document d = { .title = "", .content = "",
    .tags = "" }; forget(document_put(s, &d, 0)); }
CALL(document_search) { struct hit *h; size_t n; forget(document_search(s, arena, 1, "\"x\"", 1, &h, &n)); }
CALL(document_update) { struct document d = { .id = 1, .title = "", .content = "", .tags = "" }; forget(document_update(s, &d)); }
CALL(document_drop) { forget(document_drop(s, 1)); }
CALL(document_find) { struct document *d; forget(document_find(s, arena, 1, 1, &d)); }
CALL(document_find_any) { struct document *d; forget(document_find_any(s, arena, 1, &d)); }
CALL(document_page) { struct document *d; size_t n; forget(document_page(s, arena, 1, 0, 9, 1, &d, &n)); }
CALL(document_page_tagged) { struct document *d; size_t n;
    forget(document_page_tagged(s, arena, 1, "\"x\"", "x", 0, 1, &d, &n)); }
CALL(document_titled) { int64_t id; size_t n; forget(document_titled(s, 1, "\"x\"", 1, &id, &n)); }
CALL(grant_find) { struct grant *g; forget(grant_find(s, arena, 1, &g)); }
CALL(grant_find_before) { const char *x; forget(grant_find_before(s, arena, 1, "x", "x", START, &x)); }
CALL(grant_find_machine) { struct grant *g; forget(grant_find_machine(s, arena, "x", "x", START, &g)); }
CALL(grant_touch) { forget(grant_touch(s, 1, START)); }
CALL(grant_put) { struct grant g = { .client_id = "", .scope = "",
    .resource = "" }; forget(grant_put(s, &g)); }
CALL(grant_put_machine) { struct grant g = { .client_id = "", .scope = "",
    .resource = "" }; forget(grant_put_machine(s, &g)); }
CALL(grant_revoke) { forget(grant_revoke(s, 1, START)); }
CALL(grant_revoke_user) { forget(grant_revoke_user(s, 1, START)); }
CALL(grant_set_generation) { forget(grant_set_generation(s, 1, 1)); }
CALL(introspection_find) { struct introspection *x; forget(introspection_find(s, arena, &hash, START, &x)); }
CALL(limit_count) { struct limit l; forget(limit_count(s, "k", 0, START, &l)); }
CALL(limit_drop) { forget(limit_drop(s, "k")); }
CALL(limit_find) { struct limit l; forget(limit_find(s, "k", 0, START, &l)); }
CALL(limit_give_back) { forget(limit_give_back(s, "k")); }
CALL(list_client) { struct listed_client *c; forget(list_client(s, arena, "x", START, &c)); }
CALL(list_client_name) { const char *name; forget(list_client_name(s, arena, "x", &name)); }
CALL(list_clients) { forget(list_clients(s, arena, START, each_listed_client, NULL)); }
CALL(list_grant) { struct listed_grant *g; forget(list_grant(s, arena, 1, &g)); }
CALL(list_grants) { forget(list_grants(s, arena, 0, NULL, each_listed_grant, NULL)); }
CALL(list_token) { int64_t id; forget(list_token(s, &hash, &id)); }
CALL(list_waiting) { struct waiting w; forget(list_waiting(s, &w)); }
CALL(operate_access_drop) { forget(operate_access_drop(s, &hash)); }
CALL(operate_client_approve) { forget(operate_client_approve(s, "x", START)); }
CALL(operate_client_drop) { forget(operate_client_drop(s, "x")); }
CALL(operate_client_put) { struct client c = { .id = "", .name = "", .auth_method = "", .redirect_uris = "", .grant_types = "",
    .scope = "", .resources = "", .introspects = "" }; forget(operate_client_put(s, &c)); }
CALL(operate_client_set_disabled) { forget(operate_client_set_disabled(s, "x", 0)); }
CALL(reap) { static const struct conf conf; int64_t n; forget(reap(s, &conf, REAPED_GRANTS, START, 1, &n)); }
CALL(meta_find_key) { struct digest d; forget(meta_find_key(s, &d)); }
CALL(pending_find) { struct pending *p; forget(pending_find(s, arena, &hash, &p)); }
CALL(pending_move) { forget(pending_move(s, &hash, &hash)); }
CALL(pending_prove) { struct pending p = { .client_id = "x" }; forget(pending_prove(s, &p)); }
CALL(pending_put) { struct pending p = { .client_id = "", .redirect_uri = "", .challenge = "", .scope = "",
    .attempt = "", .resource = "" }; forget(pending_put(s, &p)); }
CALL(pending_take) { bool taken; forget(pending_take(s, &hash, &hash, START, &taken)); }
CALL(pinned_drop) { bool was; forget(pinned_drop(s, "x", &was)); }
CALL(pinned_each) { forget(pinned_each(s, arena, each_pinned, NULL)); }
CALL(pinned_find) { struct pinned *p; forget(pinned_find(s, arena, "x", &p)); }
CALL(pinned_put) { struct pinned p = { .client_id = "x", .document = "" }; forget(pinned_put(s, &p)); }
CALL(redirect_rule_drop) { bool found; forget(redirect_rule_drop(s, 1, &found)); }
CALL(redirect_rule_each) { forget(redirect_rule_each(s, arena, each_rule, NULL)); }
CALL(redirect_rule_put) { struct redirect_rule r = { .pattern = "x" }; forget(redirect_rule_put(s, &r)); }
CALL(refresh_find) { struct refresh *t; forget(refresh_find(s, arena, &hash, &t)); }
CALL(refresh_put) { struct refresh t = { .grant_id = 1 }; forget(refresh_put(s, &t)); }
CALL(refresh_take) { bool taken; forget(refresh_take(s, &hash, hash.v, START, &taken)); }
CALL(session_drop) { forget(session_drop(s, &hash)); }
CALL(session_drop_user) { forget(session_drop_user(s, 1)); }
CALL(session_find) { struct session *x; forget(session_find(s, arena, &hash, 0, START, &x)); }
CALL(session_put) { struct user u = { .id = 1, .password = "" }; bool made;
    forget(session_put(s, &hash, &u, START, START, &made)); }
CALL(session_touch) { forget(session_touch(s, &hash, START)); }
CALL(task_count) { int64_t kept, open; forget(task_count(s, 1, "x", START, &kept, &open)); }
CALL(task_each) { forget(task_each(s, arena, each_task, NULL)); }
CALL(task_find) { struct task *t; forget(task_find(s, arena, &task, START, &t)); }
CALL(task_find_any) { struct task *t; forget(task_find_any(s, arena, "x", &t)); }
CALL(task_find_left) { struct task *t; forget(task_find_left(s, arena, 1, &t)); }
CALL(task_live) { forget(task_live(s, &task, START)); }
CALL(task_look) { bool mine, allowed; forget(task_look(s, &task, &mine, &allowed)); }
CALL(task_move) { bool moved; forget(task_move(s, &task, &task, &moved)); }
CALL(task_put) { forget(task_put(s, &task)); }
CALL(task_take) { struct task *t; forget(task_take(s, arena, "1.x", 1, START, &t)); }
CALL(task_tell) { bool told; forget(task_tell(s, &task, "", START, &told)); }
CALL(task_user) { const char *name; forget(task_user(s, arena, 1, &name)); }
CALL(task_waits) { bool any; forget(task_waits(s, &any)); }
CALL(change_last) { int64_t id; forget(change_last(s, &id)); }
CALL(change_put) { forget(change_put(s, CHANGE_TOOLS, "", 0, START)); }
CALL(change_since) { struct change *c; size_t n; forget(change_since(s, arena, 0, 1, &c, &n)); }
CALL(change_version) { int64_t version; forget(change_version(s, &version)); }
CALL(document_may_read) { bool may; forget(document_may_read(s, 1, 1, &may)); }
CALL(token_reap) { forget(token_reap(s, 1, START)); }
CALL(meta_find_setup) { bool over; forget(meta_find_setup(s, &over)); }
CALL(meta_put_setup) { forget(meta_put_setup(s, START)); }
CALL(user_each) { forget(user_each(s, arena, each_user, NULL)); }
CALL(user_find_any) { struct user *u; forget(user_find_any(s, arena, &u)); }
CALL(user_find) { struct user *u; forget(user_find(s, arena, "x", &u)); }
CALL(user_put) { bool taken; forget(user_put(s, "x", "x", START, &taken)); }
CALL(user_set_disabled) { forget(user_set_disabled(s, 1, 0)); }
CALL(user_set_password) { forget(user_set_password(s, 1, "x")); }

enum { R = ROLE_REGISTER, A = ROLE_AUTHORIZE, T = ROLE_TOKEN, V = ROLE_REVOKE, M = ROLE_MCP,
    O = ROLE_MCPCTL, W = ROLE_WORK, I = ROLE_INTROSPECT, P = ROLE_ACCOUNT, L = ROLE_LISTEN, U = ROLE_SETUP, WEB = R | A | T | V | M | I | P };

#define ROW(name, roles) { #name, name##_call, roles }

/* Who needs what: no program that answers the net but setup can make a user, none but token can make a token. */
static const struct {
	const char *name;
	void (*call)(struct store *s);
	unsigned roles;
} functions[] = {
	ROW(access_drop, V), ROW(access_find, M | L), ROW(access_find_owner, V), ROW(access_put, T),
	ROW(assertion_put, T | V | I), ROW(client_keys_put, T | V | I), ROW(introspection_find, I),
	ROW(account_each, P), ROW(account_revoke, P), ROW(account_set_password, P),
	ROW(audit_last, O), ROW(audit_next, O), ROW(audit_put, WEB | O | L | U),
	ROW(client_document_find_disabled, A), ROW(client_document_put, A),
	ROW(client_change, R), ROW(client_drop_managed, R), ROW(client_find_managed, R), ROW(client_find_same, R),
	ROW(client_reap, R | O), ROW(client_find, R | A | T | V | I | P),
	ROW(client_put, R), ROW(client_set_agreed, A), ROW(code_count_try, T), ROW(code_find, T), ROW(code_put, A),
	ROW(code_take, T),
	ROW(change_last, M | L), ROW(change_put, M | O | W), ROW(change_since, M | L), ROW(change_version, M | L),
	ROW(document_count, O), ROW(document_may_read, M | L), ROW(document_each, O), ROW(document_put, M | O), ROW(document_search, M),
	ROW(document_update, M), ROW(document_drop, M | O), ROW(document_find, M), ROW(document_find_any, O), ROW(document_page, M),
	ROW(document_page_tagged, M), ROW(document_titled, M),
	ROW(grant_find, T | V),
	ROW(grant_find_before, A), ROW(grant_find_machine, T), ROW(grant_touch, T | M | L),
	ROW(grant_put, A), ROW(grant_put_machine, T), ROW(grant_revoke, T | V | O), ROW(grant_revoke_user, P | O), ROW(grant_set_generation, T),
	ROW(limit_count, WEB | U), ROW(limit_drop, WEB), ROW(limit_find, WEB),
	ROW(limit_give_back, WEB | U),
	ROW(list_client, O), ROW(list_client_name, O), ROW(list_clients, O), ROW(list_grant, O), ROW(list_grants, O),
	ROW(list_token, O), ROW(list_waiting, O), ROW(operate_access_drop, O), ROW(operate_client_approve, O),
	ROW(operate_client_drop, O), ROW(operate_client_put, O), ROW(operate_client_set_disabled, O), ROW(reap, O),
	ROW(meta_find_key, A | P | M), ROW(meta_find_setup, U), ROW(meta_put_setup, U), ROW(pending_find, A), ROW(pending_move, A | P), ROW(pending_prove, A), ROW(pending_put, A), ROW(pending_take, A),
	ROW(pinned_drop, O), ROW(pinned_each, O), ROW(pinned_find, A | O), ROW(pinned_put, O),
	ROW(redirect_rule_drop, O), ROW(redirect_rule_each, R | A | O), ROW(redirect_rule_put, O),
	ROW(refresh_find, T | V), ROW(refresh_put, T), ROW(refresh_take, T), ROW(session_drop, A | P),
	ROW(session_drop_user, P | O),
	ROW(session_find, A | P), ROW(session_put, A | P), ROW(session_touch, A | P), 
	ROW(task_count, M), ROW(task_each, O), ROW(task_find, M | L), ROW(task_find_any, O), ROW(task_find_left, W), ROW(task_live, W),
	ROW(task_look, W), ROW(task_move, M | W | O), ROW(task_put, M), ROW(task_take, W), ROW(task_tell, W), ROW(task_user, W),
	ROW(task_waits, W),
	ROW(token_reap, T), ROW(user_each, O),
	ROW(user_find, A | P | O), ROW(user_find_any, A | P | U),
	ROW(user_put, O | U), ROW(user_set_disabled, O), ROW(user_set_password, O),
};

static const struct {
	const char *name;
	enum role role;
} roles[] = {
	{ "none", ROLE_NONE }, { "register", ROLE_REGISTER }, { "authorize", ROLE_AUTHORIZE },
	{ "token", ROLE_TOKEN },
	{ "revoke", ROLE_REVOKE }, { "mcp", ROLE_MCP }, { "mcpctl", ROLE_MCPCTL },
	{ "introspect", ROLE_INTROSPECT }, { "work", ROLE_WORK }, { "account", ROLE_ACCOUNT }, { "listen", ROLE_LISTEN },
	{ "setup", ROLE_SETUP },
};

/* The signal that ends the call, or 0. */
static int signal_of(void (*call)(struct store *s), enum role role, const char *file)
{
	static const struct rlimit none;
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		struct store *s = store_new(role, file, 50);

		setrlimit(RLIMIT_CORE, &none);
		if (!freopen("/dev/null", "w", stderr))
			_exit(1);
		call(s);
		store_drop(s);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	row_check(WIFSIGNALED(status) || WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void a_function_outside_of_the_role_aborts(void **state)
{
	struct world *w = *state;

	arena = w->cx.arena;
	for (size_t i = 0; i < COUNT(functions); i++)
		for (size_t k = 0; k < COUNT(roles); k++) {
			int want = functions[i].roles & roles[k].role ? 0 : SIGABRT;
			int got = signal_of(functions[i].call, roles[k].role, w->file);

			row_check(got == want, "%s as %s: signal %d", functions[i].name, roles[k].name, got);
		}
}

/* The role is looked at before the file is, so that the mistake shows on a machine without one, too. */
static void it_aborts_without_a_file_too(void **state)
{
	struct world *w = *state;
	const char *none = arena_printf(w->cx.arena, "%s/none.db", w->folder);

	arena = w->cx.arena;
	assert_int_equal(signal_of(user_put_call, ROLE_MCP, none), SIGABRT);
	assert_int_equal(signal_of(access_find_call, ROLE_MCP, none), 0);
}

static void a_store_changes_its_role(void **state)
{
	struct world *w = *state;
	struct bearer *b;
	struct code *c;

	assert_go_on(access_find(world_as(w, ROLE_MCP), w->cx.arena, &hash, START, &b));
	assert_go_on(code_find(world_as(w, ROLE_TOKEN), w->cx.arena, &hash, &c));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_function_outside_of_the_role_aborts, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(it_aborts_without_a_file_too, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(a_store_changes_its_role, world_set_up, world_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
