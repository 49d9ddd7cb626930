/* SPDX-License-Identifier: ISC */
/*
 * hostcheck: what would make the programs answer 500 or 503, and what would make them leak: foreign owners, open permissions, a
 * database where a web server might hand it out.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hostcheck.h"
#include "store.h"

static bool wrong(const struct hostcheck *h, const char *check, const char *file, const char *reason, const char *mend)
{
	const struct finding f = {
		.check = check, .state = FINDING_WRONG, .said = arena_printf(h->arena, "%s: %s", file, reason), .mend = mend,
	};

	h->each(h->with, &f);
	return false;
}

static void warn(const struct hostcheck *h, const char *check, const char *said, const char *mend)
{
	const struct finding f = { .check = check, .state = FINDING_WARNING, .said = said, .mend = mend };

	h->each(h->with, &f);
}

const char *hostcheck_folder(struct arena *a, const char *file)
{
	const char *slash = strrchr(file, '/');

	if (!slash)
		return ".";
	return slash == file ? "/" : arena_text(a, file, (size_t)(slash - file));
}

/* ---- the database ------------------------------------------------------------------------------------------------ */

/* The programs run as the owner of the folder: they make files beside the database while they use it. */
static bool check_folder(const struct hostcheck *h, const char *folder, struct stat *st)
{
	const char *close = arena_printf(h->arena, "chmod 700 %s", folder);

	if (stat(folder, st) != 0)
		return wrong(h, "database", folder, strerror(errno), NULL);
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return wrong(h, "database", folder, "others may write into this folder", close);
	if (st->st_uid == 0)
		return wrong(h, "owner", folder, "belongs to root, and the programs refuse to run as root",
		    arena_printf(h->arena, "chown -R www-data: %s   # the user that the web programs run as", folder));
	if (geteuid() != 0 && st->st_uid != geteuid())
		return wrong(h, "owner", folder, "belongs to somebody else", NULL);
	if (geteuid() != 0 && access(folder, W_OK | X_OK) != 0)
		return wrong(h, "database", folder, "its owner may not write into this folder", close);
	if (st->st_mode & (S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH))
		warn(h, "database", arena_printf(h->arena, "%s can be entered or listed by others", folder), close);
	return true;
}

static bool check_file(const struct hostcheck *h, const char *file, const struct stat *folder)
{
	struct stat st;

	if (lstat(file, &st) != 0)
		return wrong(h, "database", file, strerror(errno), NULL);
	if (S_ISLNK(st.st_mode))
		return wrong(h, "database", file, "is a symbolic link", NULL);
	if (!S_ISREG(st.st_mode))
		return wrong(h, "database", file, "is not a regular file", NULL);
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return wrong(h, "database", file, "others may read or write it", arena_printf(h->arena, "chmod 600 %s", file));
	if (!(st.st_mode & S_IWUSR))
		return wrong(h, "database", file, "its owner may not write it", arena_printf(h->arena, "chmod 600 %s", file));
	if (st.st_uid != folder->st_uid)
		return wrong(h, "owner", file, "does not belong to the owner of its folder",
		    arena_printf(h->arena, "chown --reference=%s %s", hostcheck_folder(h->arena, file), file));
	return true;
}

/* Folders with these names are often handed out by a web server. */
static void warn_of_web(const struct hostcheck *h, const char *file)
{
	static const char *const name[] = { "public_html", "www", "htdocs", "cgi-bin" };
	char real[PATH_MAX];
	size_t i;

	if (!realpath(file, real))
		return;
	for (i = 0; i < sizeof name / sizeof *name; i++)
		if (strstr(real, arena_printf(h->arena, "/%s/", name[i])))
			warn(h, "files", arena_printf(h->arena, "%s lies below a folder named %s: make sure that no web server "
			    "hands it out", real, name[i]), NULL);
}

static bool check_database(const struct hostcheck *h)
{
	const char *file = h->conf->database, *why;
	struct stat folder;

	if (!check_folder(h, hostcheck_folder(h->arena, file), &folder) || !check_file(h, file, &folder))
		return false;
	if ((why = store_check(h->arena, file)))
		return wrong(h, "database", file, why, NULL);
	warn_of_web(h, file);
	return true;
}

/* ---- settings and programs ----------------------------------------------------------------------------------------- */

/* The settings file itself was checked by reading it; here is who else might change or replace it. */
static bool check_settings(const struct hostcheck *h)
{
	const char *file = h->conf->file, *folder = hostcheck_folder(h->arena, file);
	struct stat st;

	if (stat(folder, &st) != 0)
		return wrong(h, "settings", folder, strerror(errno), NULL);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return wrong(h, "settings", folder, "others may write into this folder",
		    arena_printf(h->arena, "chmod 700 %s", folder));
	if (stat(file, &st) == 0 && st.st_uid == 0 && !(st.st_mode & S_IRWXG))
		return wrong(h, "owner", file, "belongs to root, and no program may read it",
		    arena_printf(h->arena, "chown --reference=%s %s", folder, file));
	warn_of_web(h, file);
	return true;
}

/* Is there this program in a folder where the web programs are? */
static bool has_program(struct arena *a, const char *folder, const char *name)
{
	return access(arena_printf(a, "%s/%s", folder, name), X_OK) == 0;
}

/* The folder of this program, or NULL. */
static const char *own_folder(struct arena *a)
{
	char exe[4096];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe);

	return n > 0 && (size_t)n < sizeof exe ? hostcheck_folder(a, arena_text(a, exe, (size_t)n)) : NULL;
}

const char *hostcheck_programs(struct arena *a)
{
	const char *own = own_folder(a), *beside = own ? arena_printf(a, "%s/../lib/mcp-cgi", own) : "";
	char real[PATH_MAX];

	if (own && has_program(a, own, "metadata"))
		return own;
	return own && has_program(a, beside, "metadata") && realpath(beside, real) ? arena_copy(a, real) : NULL;
}

/* What is missing in a folder where the web programs are. */
static void warn_of_missing(const struct hostcheck *h, const char *folder)
{
	const struct { bool wanted; const char *starter, *name, *why; } program[] = {
		{ h->conf->client_id_documents == DOCUMENTS_ON, "authorize", "fetch",
		  "documents of clients cannot be fetched (client_id_documents = on)" },
		{ h->conf->tasks, "mcp", "work", "long tools answer no one with a task (tasks = on)" },
		{ true, "mcp", "listen", "nobody hears of changes for long (subscriptions/listen)" },
	};

	for (size_t i = 0; i < sizeof program / sizeof *program; i++)
		if (program[i].wanted && has_program(h->arena, folder, program[i].starter) &&
		    !has_program(h->arena, folder, program[i].name))
			warn(h, "programs", arena_printf(h->arena, "%s has no program %s: %s", folder, program[i].name,
			    program[i].why), NULL);
}

/*
 * Where the web programs are is the web server's business; but where they are installed beside this one, it can be seen whether
 * all of them are.
 */
static bool check_programs(const struct hostcheck *h)
{
	const struct conf *c = h->conf;
	const char *own = own_folder(h->arena);

	if (c->client_id_documents == DOCUMENTS_ON && c->cimd_ca_file && access(c->cimd_ca_file, R_OK) != 0)
		return wrong(h, "programs", c->cimd_ca_file, strerror(errno), NULL);
	if (!own)
		return true;
	warn_of_missing(h, own);
	warn_of_missing(h, arena_printf(h->arena, "%s/../lib/mcp-cgi", own));
	return true;
}

bool hostcheck_run(const struct hostcheck *h)
{
	return check_programs(h) && check_settings(h) && check_database(h);
}

/* ---- where a web server might have it --------------------------------------------------------------------------------- */

const char **hostcheck_web_paths(struct arena *a, const char *file, size_t most)
{
	const char **path = arena_take(a, (most + 1) * sizeof *path);
	char real[PATH_MAX];
	size_t n = 0;

	for (const char *at = realpath(file, real); at && n < most; at = strchr(at + 1, '/'))
		path[n++] = arena_copy(a, at);
	return path;
}
