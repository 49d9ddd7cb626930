/* SPDX-License-Identifier: ISC */
/* mcpctl_user: the people who may sign in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "crypto.h"
#include "mcpctl_command.h"
#include "store_session.h"
#include "store_user.h"
#include "user_name.h"

struct wish {
	const char *name;
	bool from_stdin;
	bool if_changed;
};

static int read_wish(struct mcpctl *m, int argc, char **argv, struct wish *w)
{
	int i;

	for (i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--password-stdin") == 0)
			w->from_stdin = true;
		else if (strcmp(argv[i], "--if-changed") == 0)
			w->if_changed = true;
		else if (argv[i][0] == '-' || w->name)
			return mcpctl_misuse(m, "'%s' is not understood", argv[i]);
		else
			w->name = argv[i];
	}
	if (!w->name)
		return mcpctl_misuse(m, "which user?");
	if (!user_name_is(w->name))
		return mcpctl_fail("a user's name " USER_NAME_RULE);
	return mcpctl_open(m) ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int find_user(struct mcpctl *m, const char *name, struct user **u)
{
	const struct fail *no = user_find(m->store, m->arena, name, u);

	if (no)
		return mcpctl_refused(no);
	return *u ? EXIT_SUCCESS : mcpctl_fail("there is no user '%s'", name);
}

static char *make_record(struct mcpctl *m, const char *password, size_t len)
{
	char *record = crypto_password(m->arena, password, len, (int)m->conf.password_ln);

	if (!record)
		mcpctl_fail("there is not enough memory for password_ln = %d", (int)m->conf.password_ln);
	return record;
}

int mcpctl_user_add(struct mcpctl *m, int argc, char **argv)
{
	struct wish w = { NULL, false, false };
	int status = read_wish(m, argc, argv, &w);
	const char *password, *record;
	const struct fail *no;
	struct user *u;
	bool taken = false;
	size_t len;

	if (status != EXIT_SUCCESS)
		return status;
	if ((no = user_find(m->store, m->arena, w.name, &u)))
		return mcpctl_refused(no);
	if (u)
		return mcpctl_fail("there is a user '%s' already", u->name);
	if (!(password = mcpctl_read_password(m, w.from_stdin, &len)) ||
	    !(record = make_record(m, password, len)))
		return EXIT_FAILURE;
	if (!(no = store_begin(m->store)))
		no = user_put(m->store, w.name, record, m->now, &taken);
	if ((status = mcpctl_finish(m, no)) != EXIT_SUCCESS)
		return status;
	if (taken)
		return mcpctl_fail("there is a user '%s' already", w.name);
	printf("%s may sign in\n", w.name);
	return EXIT_SUCCESS;
}

static const struct fail *note(struct mcpctl *m, const struct user *u, const char *why)
{
	struct context cx = mcpctl_context(m);

	cx.trail.user = u->name;
	cx.trail.why = why;
	return audit_note(&cx, AUDIT_ACCOUNT);
}

/* Ends everything that a person has opened. */
static const struct fail *shut_out(struct mcpctl *m, const struct user *u, const char *why)
{
	const struct fail *no;
	int n;

	if ((no = session_drop_user(m->store, u->id)) || (no = mcpctl_revoke(m, u->id, NULL, why, &n)))
		return no;
	return note(m, u, why);
}

/* The new password, and the end of everything that the old one has opened, in one transaction. */
static const struct fail *change_password(struct mcpctl *m, const struct user *u, const char *record)
{
	const struct fail *no;

	if ((no = store_begin(m->store)) || (no = user_set_password(m->store, u->id, record)))
		return no;
	return shut_out(m, u, "new password by the operator");
}

int mcpctl_user_passwd(struct mcpctl *m, int argc, char **argv)
{
	struct wish w = { NULL, false, false };
	int status = read_wish(m, argc, argv, &w);
	const char *password, *record;
	const struct fail *no;
	struct user *u;
	bool fits = false;
	size_t len;

	if (status != EXIT_SUCCESS || (status = find_user(m, w.name, &u)) != EXIT_SUCCESS)
		return status;
	if (!(password = mcpctl_read_password(m, w.from_stdin, &len)))
		return EXIT_FAILURE;
	if (w.if_changed && (no = crypto_password_check(m->arena, u->password, password, len, &fits)))
		return mcpctl_refused(no);
	if (fits) {
		printf("%s has this password already; nothing was changed\n", u->name);
		return EXIT_SUCCESS;
	}
	if (!(record = make_record(m, password, len)))
		return EXIT_FAILURE;
	if ((status = mcpctl_finish(m, change_password(m, u, record))) == EXIT_SUCCESS)
		printf("%s has a new password, is signed out everywhere, and has to connect every app again\n",
		    u->name);
	return status;
}

static int set_disabled(struct mcpctl *m, int argc, char **argv, bool disabled)
{
	struct wish w = { NULL, false, false };
	int status = read_wish(m, argc, argv, &w);
	const struct fail *no;
	struct user *u;

	if (status != EXIT_SUCCESS || (status = find_user(m, w.name, &u)) != EXIT_SUCCESS)
		return status;
	if ((u->disabled_at != 0) == disabled) {
		printf("%s is %s already\n", u->name, disabled ? "disabled" : "enabled");
		return EXIT_SUCCESS;
	}
	if (!(no = store_begin(m->store)))
		no = user_set_disabled(m->store, u->id, disabled ? m->now : 0);
	if (!no)
		no = disabled ? shut_out(m, u, "disabled by the operator") : note(m, u, "enabled by the operator");
	if ((status = mcpctl_finish(m, no)) == EXIT_SUCCESS)
		printf(disabled ? "%s is locked out\n" : "%s may sign in again\n", u->name);
	return status;
}

int mcpctl_user_disable(struct mcpctl *m, int argc, char **argv)
{
	return set_disabled(m, argc, argv, true);
}

int mcpctl_user_enable(struct mcpctl *m, int argc, char **argv)
{
	return set_disabled(m, argc, argv, false);
}

static void print_user(void *with, const struct user *u)
{
	struct mcpctl *m = with;

	mcpctl_print_plain(u->name);
	printf("  %s  %s\n", u->disabled_at ? "disabled" : "active",
	    mcpctl_date(m->arena, u->disabled_at ? u->disabled_at : u->created_at));
}

int mcpctl_user_list(struct mcpctl *m, int argc, char **argv)
{
	const struct fail *no;

	if (argc > 0)
		return mcpctl_misuse(m, "'%s' is not understood", argv[0]);
	if (!mcpctl_open(m))
		return EXIT_FAILURE;
	no = user_each(m->store, m->arena, print_user, m);
	return no ? mcpctl_refused(no) : EXIT_SUCCESS;
}
