/* SPDX-License-Identifier: ISC */
/*
 * mcpctl_init: `mcpctl init` makes the three things an installation consists of, each only when it is
 * missing: the folder, the settings file, the database.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mcpctl_command.h"

struct wish {
	const char *issuer;
	const char *database;
	const char *owner;
	uid_t uid;
	gid_t gid;
	bool made_folder;
};

static int read_wish(struct mcpctl *m, int argc, char **argv, struct wish *w)
{
	int i;

	for (i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--issuer") == 0 && i + 1 < argc)
			w->issuer = argv[++i];
		else if (strncmp(argv[i], "--issuer=", 9) == 0)
			w->issuer = argv[i] + 9;
		else if (strcmp(argv[i], "--database") == 0 && i + 1 < argc)
			w->database = argv[++i];
		else if (strncmp(argv[i], "--database=", 11) == 0)
			w->database = argv[i] + 11;
		else if (strcmp(argv[i], "--owner") == 0 && i + 1 < argc)
			w->owner = argv[++i];
		else if (strncmp(argv[i], "--owner=", 8) == 0)
			w->owner = argv[i] + 8;
		else
			return mcpctl_misuse(m, "'%s' is not understood", argv[i]);
	}
	if (w->owner && geteuid() != 0)
		return mcpctl_fail("--owner is for root only; as an ordinary user everything is yours");
	if (w->owner && !mcpctl_find_user_id(w->owner, &w->uid, &w->gid))
		return mcpctl_fail("/etc/passwd knows no user '%s'", w->owner);
	if (w->issuer && strpbrk(w->issuer, "\r\n"))
		return mcpctl_fail("--issuer: must be one line");
	if (w->database && (*w->database != '/' || strpbrk(w->database, "\r\n")))
		return mcpctl_fail("--database: must be one line that begins with a slash");
	return EXIT_SUCCESS;
}

/* A folder that is there keeps its owner and permissions; what others may do in it is for `check` to say. */
static bool make_folder(struct mcpctl *m, const char *file, struct wish *w)
{
	const char *folder = mcpctl_folder(m->arena, file);

	if (mkdir(folder, 0700) != 0) {
		if (errno == EEXIST)
			return true;
		mcpctl_fail("%s: cannot be made: %s", folder, strerror(errno));
		return false;
	}
	w->made_folder = true;
	if (w->owner && lchown(folder, w->uid, w->gid) != 0) {
		mcpctl_fail("%s: cannot be given to %s: %s", folder, w->owner, strerror(errno));
		return false;
	}
	printf("%s: made\n", folder);
	return true;
}

/* The reference up to the line of this key, and a line for it instead.  Returns what is behind that line. */
static const char *print_key(FILE *to, struct arena *a, const char *reference, const char *key, const char *line)
{
	const char *at = strstr(reference, arena_printf(a, "\n# %s =", key)), *end = at ? strchr(at + 1, '\n') : NULL;

	if (!end)
		return reference;
	fwrite(reference, 1, (size_t)(at + 1 - reference), to);
	fputs(line, to);
	return end;
}

/* The reference of all keys, with what was asked for where it is explained. */
static void print_settings(FILE *to, struct arena *a, const char *reference, const struct wish *w)
{
	fputs("# Settings of mcp-cgi: `key = value`, one a line.  Every key stands here as a comment with its default;\n"
	    "# take the # away to change one.  Then `mcpctl check` says whether all is well, and the web server is\n"
	    "# restarted.  `man mcp-cgi.conf` says more about each key.\n\n", to);
	reference = print_key(to, a, reference, "issuer", w->issuer ?
	    arena_printf(a, "issuer = %s", w->issuer) : "# issuer = https://mcp.example.org");
	if (w->database)
		reference = print_key(to, a, reference, "database", arena_printf(a, "database = %s", w->database));
	fputs(reference, to);
}

static bool write_settings(int fd, struct arena *a, const struct wish *w)
{
	char *reference = NULL;
	size_t size;
	FILE *f = fdopen(fd, "w"), *text = open_memstream(&reference, &size);
	bool ok = f && text;

	if (text)
		conf_print_reference(text);
	ok = text && fclose(text) == 0 && ok;
	if (ok)
		print_settings(f, a, reference, w);
	ok = ok && fflush(f) == 0 && fsync(fileno(f)) == 0;
	free(reference);
	return (f ? fclose(f) : close(fd)) == 0 && ok;
}

/* The new file must be one that can be read: an issuer that is refused leaves nothing behind. */
static bool is_accepted(struct mcpctl *m, const struct wish *w)
{
	struct conf_error e;

	if (!w->issuer || conf_read(m->arena, m->file, &m->conf, &e))
		return true;
	mcpctl_fail("--issuer: %s", e.reason);
	return false;
}

static bool make_settings(struct mcpctl *m, const struct wish *w)
{
	int fd = open(m->file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool ok;

	if (fd < 0) {
		mcpctl_fail("%s: cannot be made: %s", m->file, strerror(errno));
		return false;
	}
	ok = mcpctl_give_to_folder_owner(m->arena, fd, m->file);
	if (!write_settings(fd, m->arena, w)) {
		mcpctl_fail("%s: cannot be written: %s", m->file, strerror(errno));
		ok = false;
	}
	if (!ok || !is_accepted(m, w)) {
		unlink(m->file);
		return false;
	}
	printf("%s: made\n", m->file);
	return true;
}

static bool make_database(struct mcpctl *m, const char *file)
{
	bool ok;
	int fd;

	if (!store_create(file))
		return false;
	fd = open(file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ok = fd >= 0 && mcpctl_give_to_folder_owner(m->arena, fd, file);
	if (fd < 0)
		mcpctl_fail("%s: %s", file, strerror(errno));
	else
		close(fd);
	if (ok)
		printf("%s: made\n", file);
	return ok;
}

static bool exists(const char *file)
{
	struct stat st;

	return lstat(file, &st) == 0;
}

static void print_advice(struct mcpctl *m, const struct wish *w)
{
	const char *folder = mcpctl_folder(m->arena, m->file);
	struct stat st;

	if (geteuid() == 0 && stat(folder, &st) == 0 && st.st_uid == 0)
		printf("warning: %s belongs to root, and the programs refuse to run as root.\n"
		    "Give it to the user that the web server runs them as: chown -R www-data: %s\n", folder,
		    folder);
	if (!w->issuer)
		printf("Now write the public address of this server into %s (issuer = https://...)\n", m->file);
	else
		printf("Next: mcpctl user add NAME, then mcpctl check.\n");
}

/* Settings that are there already, and are asked to be others, are not silently kept. */
static int use_settings(struct mcpctl *m, const struct wish *w)
{
	if (!mcpctl_open(m))
		return EXIT_FAILURE;
	if (w->issuer && strcmp(w->issuer, m->conf.issuer) != 0)
		return mcpctl_fail("%s says issuer = %s; nothing was changed: edit the file", m->file,
		    m->conf.issuer);
	if (w->database && strcmp(w->database, m->conf.database) != 0)
		return mcpctl_fail("%s says database = %s; nothing was changed: edit the file", m->file, m->conf.database);
	if (exists(m->conf.database)) {
		printf("%s: complete already, nothing was changed\n", m->file);
		return EXIT_SUCCESS;
	}
	return make_database(m, m->conf.database) ? EXIT_SUCCESS : EXIT_FAILURE;
}

int mcpctl_init(struct mcpctl *m, int argc, char **argv)
{
	struct wish w = { .issuer = NULL };
	const char *database;
	int status = read_wish(m, argc, argv, &w);

	if (status != EXIT_SUCCESS)
		return status;
	if (exists(m->file))
		return use_settings(m, &w);
	if (!make_folder(m, m->file, &w))
		return EXIT_FAILURE;
	if (!make_settings(m, &w)) {
		if (w.made_folder)
			rmdir(mcpctl_folder(m->arena, m->file));
		return EXIT_FAILURE;
	}
	database = w.issuer ? m->conf.database : w.database ? w.database :
	    arena_printf(m->arena, "%s/mcp.db", mcpctl_folder(m->arena, m->file));
	if (exists(database))
		printf("%s: was there already and was kept\n", database);
	else if (!make_database(m, database))
		return EXIT_FAILURE;
	print_advice(m, &w);
	return EXIT_SUCCESS;
}
