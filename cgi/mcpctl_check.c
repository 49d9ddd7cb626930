/* SPDX-License-Identifier: ISC */
/*
 * mcpctl_check: `mcpctl check` and `mcpctl migrate`.  The check finds what would make the programs answer
 * 500 or 503, and what would make them leak: foreign owners, open permissions, a database where a web server
 * might hand it out.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "crypto.h"
#include "mcpctl_command.h"
#include "store_document.h"
#include "store_list.h"
#include "store_user.h"

enum { QUICK_MS = 50, SLOW_MS = 1000 };

/* `FILE: reason` on standard error, as for the settings. */
static int fault(const char *file, const char *reason)
{
	fprintf(stderr, "%s: %s\n", file, reason);
	return EXIT_FAILURE;
}

/* The programs run as the owner of the folder: they make files beside the database while they use it. */
static int check_folder(const char *folder, struct stat *st)
{
	if (stat(folder, st) != 0)
		return fault(folder, strerror(errno));
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return fault(folder, "others may write into this folder (chmod 700)");
	if (st->st_uid == 0)
		return fault(folder, "belongs to root, and the programs refuse to run as root: chown it to their user");
	if (geteuid() != 0 && st->st_uid != geteuid())
		return fault(folder, "belongs to somebody else");
	if (st->st_mode & (S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH))
		printf("warning: %s can be entered or listed by others (chmod 700)\n", folder);
	return EXIT_SUCCESS;
}

static int check_file(const char *file, const struct stat *folder)
{
	struct stat st;

	if (lstat(file, &st) != 0)
		return fault(file, strerror(errno));
	if (S_ISLNK(st.st_mode))
		return fault(file, "is a symbolic link");
	if (!S_ISREG(st.st_mode))
		return fault(file, "is not a regular file");
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return fault(file, "others may read or write it (chmod 600)");
	if (st.st_uid != folder->st_uid)
		return fault(file, "does not belong to the owner of its folder (chown it)");
	return EXIT_SUCCESS;
}

/* Folders with these names are often handed out by a web server. */
static void warn_of_web(struct arena *a, const char *file)
{
	static const char *const name[] = { "public_html", "www", "htdocs", "cgi-bin" };
	char *real = realpath(file, NULL);
	size_t i;

	for (i = 0; real && i < sizeof name / sizeof *name; i++)
		if (strstr(real, arena_printf(a, "/%s/", name[i])))
			printf("warning: %s lies below a folder named %s: make sure that no web server hands it "
			    "out\n", real, name[i]);
	free(real);
}

static long monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int check_password_cost(struct mcpctl *m)
{
	static const char sample[] = "a sample password";
	long ms = -monotonic_ms();
	const char *advice = "";

	if (!crypto_password(m->arena, sample, sizeof sample - 1, (int)m->conf.password_ln))
		return fault(m->file, "password_ln: there is not enough memory for it");
	ms += monotonic_ms();
	if (ms < QUICK_MS)
		advice = " (quick for an attacker, too: a higher password_ln is better)";
	else if (ms > SLOW_MS)
		advice = " (people will wait: a lower password_ln may do)";
	printf("password   %ld ms with password_ln = %lld%s\n", ms, (long long)m->conf.password_ln, advice);
	return EXIT_SUCCESS;
}

static void count_user(void *with, const struct user *u)
{
	int64_t *n = with;

	*n += u->disabled_at == 0;
}

/* Clients that wait for a word, or for a setting. */
static int print_waiting(struct mcpctl *m)
{
	const struct fail *no;
	struct waiting w;

	if ((no = list_waiting(m->store, &w)))
		return mcpctl_refused(no);
	if (w.approval)
		printf("warning: clients that wait for your approval: %lld (mcpctl client list)\n", (long long)w.approval);
	if (w.machines && !m->conf.client_credentials)
		printf("warning: machine clients that get no tokens: %lld (client_credentials = off)\n", (long long)w.machines);
	if (w.resource_servers && !m->conf.introspection)
		printf("warning: resource servers that may not ask about tokens: %lld (introspection = off)\n",
		    (long long)w.resource_servers);
	return EXIT_SUCCESS;
}

static int print_rows(struct mcpctl *m)
{
	int64_t users = 0, documents;
	const struct fail *no;

	if ((no = user_each(m->store, m->arena, count_user, &users)) ||
	    (no = document_count(m->store, &documents)))
		return mcpctl_refused(no);
	printf("database   %s (schema %d; users: %lld, documents: %lld)\n", m->conf.database,
	    store_version(), (long long)users, (long long)documents);
	if (users == 0)
		printf("warning: nobody can sign in yet (mcpctl user add NAME)\n");
	return print_waiting(m);
}

/* The settings file itself was checked by reading it; here is who else might change or replace it. */
static int check_settings_folder(struct mcpctl *m)
{
	const char *folder = mcpctl_folder(m->arena, m->file);
	struct stat st;

	if (stat(folder, &st) != 0)
		return fault(folder, strerror(errno));
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return fault(folder, "others may write into this folder (chmod 700)");
	if (stat(m->file, &st) == 0 && st.st_uid == 0 && !(st.st_mode & S_IRWXG))
		return fault(m->file, "belongs to root, and no program may read it: chown it to their user");
	warn_of_web(m->arena, m->file);
	return EXIT_SUCCESS;
}

/* Is there this program in a folder where the web programs are? */
static bool has_program(struct arena *a, const char *folder, const char *name)
{
	return access(arena_printf(a, "%s/%s", folder, name), X_OK) == 0;
}

/* What is missing in a folder where the web programs are. */
static void warn_of_missing(struct mcpctl *m, const char *folder)
{
	const struct { bool wanted; const char *starter, *name, *why; } program[] = {
		{ m->conf.client_id_documents == DOCUMENTS_ON, "authorize", "fetch",
		  "documents of clients cannot be fetched (client_id_documents = on)" },
		{ m->conf.tasks, "mcp", "work", "long tools answer no one with a task (tasks = on)" },
		{ true, "mcp", "listen", "nobody hears of changes for long (subscriptions/listen)" },
	};

	for (size_t i = 0; i < sizeof program / sizeof *program; i++)
		if (program[i].wanted && has_program(m->arena, folder, program[i].starter) &&
		    !has_program(m->arena, folder, program[i].name))
			printf("warning: %s has no program %s: %s\n", folder, program[i].name, program[i].why);
}

/*
 * Where the web programs are is the web server's business; but where they are installed beside this one, it can be seen whether
 * all of them are.
 */
static int check_programs(struct mcpctl *m)
{
	const char *own;
	char exe[4096];
	ssize_t n;

	if (m->conf.client_id_documents == DOCUMENTS_ON && m->conf.cimd_ca_file && access(m->conf.cimd_ca_file, R_OK) != 0)
		return fault(m->conf.cimd_ca_file, strerror(errno));
	if ((n = readlink("/proc/self/exe", exe, sizeof exe)) <= 0 || (size_t)n == sizeof exe)
		return EXIT_SUCCESS;
	own = mcpctl_folder(m->arena, arena_text(m->arena, exe, (size_t)n));
	warn_of_missing(m, own);
	warn_of_missing(m, arena_printf(m->arena, "%s/../lib/mcp-cgi", own));
	return EXIT_SUCCESS;
}

static int check_database(struct mcpctl *m)
{
	const char *why;
	struct stat folder;
	int status;

	status = check_folder(mcpctl_folder(m->arena, m->conf.database), &folder);
	if (status != EXIT_SUCCESS || (status = check_file(m->conf.database, &folder)) != EXIT_SUCCESS)
		return status;
	if ((why = store_check(m->arena, m->conf.database)))
		return fault(m->conf.database, why);
	warn_of_web(m->arena, m->conf.database);
	return print_rows(m);
}

int mcpctl_check(struct mcpctl *m, int argc, char **argv)
{
	int status;

	if (argc > 0)
		return mcpctl_misuse(m, "'%s' is not understood", argv[0]);
	if (!mcpctl_open(m))
		return EXIT_FAILURE;
	printf("settings   %s\nserver     %s\n", m->file, m->conf.resource[0].uri);
	if ((status = check_programs(m)) != EXIT_SUCCESS || (status = check_settings_folder(m)) != EXIT_SUCCESS ||
	    (status = check_database(m)) != EXIT_SUCCESS ||
	    (status = check_password_cost(m)) != EXIT_SUCCESS)
		return status;
	printf("all is well\n");
	return EXIT_SUCCESS;
}

int mcpctl_migrate(struct mcpctl *m, int argc, char **argv)
{
	int from = 0, to = 0;

	if (argc > 0)
		return mcpctl_misuse(m, "'%s' is not understood", argv[0]);
	if (!mcpctl_open(m))
		return EXIT_FAILURE;
	if (!store_migrate(m->conf.database, &from, &to))
		return mcpctl_fail("%s: was not migrated", m->conf.database);
	if (from == to)
		printf("%s: has schema %d already\n", m->conf.database, to);
	else
		printf("%s: went from schema %d to %d\n", m->conf.database, from, to);
	return EXIT_SUCCESS;
}
