/* SPDX-License-Identifier: ISC */
/*
 * conf: lines into settings; conf_key.c knows the keys.  The file is opened so that neither a FIFO nor a link nor somebody
 * else's file can take its place.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf.h"
#include "conf_key.h"
#include "utf8.h"

enum { FILE_MAX = 64 * 1024 };

bool conf_has_word(const char *words, const char *word)
{
	size_t n, len = strlen(word);

	for (words += strspn(words, " "); *words; words += n + strspn(words + n, " ")) {
		n = strcspn(words, " ");
		if (n == len && memcmp(words, word, n) == 0)
			return true;
	}
	return false;
}

static const char *env_of(char *const *env, const char *name)
{
	size_t n = strlen(name);

	for (; env && *env; env++)
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
			return *env + n + 1;
	return getenv(name);
}

/* The home folder from /etc/passwd itself: a static program has no name service, and needs none. */
static const char *home_find(struct arena *a)
{
	FILE *f = fopen("/etc/passwd", "re");
	struct passwd *pw;
	const char *home = NULL;

	while (f && !home && (pw = fgetpwent(f)))
		if (pw->pw_uid == geteuid())
			home = arena_copy(a, pw->pw_dir);
	if (f)
		fclose(f);
	return home;
}

const char *conf_find(struct arena *a, char *const *env)
{
	static const char system[] = "/etc/mcp-cgi/mcp-cgi.conf";
	const char *named = env_of(env, "MCP_CGI_CONF"), *home;

	if (named && *named)
		return named;
	if (access(system, F_OK) == 0)
		return system;
	home = home_find(a);
	return home ? arena_printf(a, "%s/mcp-cgi/mcp-cgi.conf", home) : system;
}

static bool refuse(struct conf_error *e, int line, const char *reason)
{
	e->line = line;
	e->reason = reason;
	return false;
}

/* The folder that a file lies in, absolute: a program may change its own. */
static const char *folder_of(struct arena *a, const char *file)
{
	const char *slash = strrchr(file, '/');
	char here[PATH_MAX];

	if (*file == '/')
		return arena_text(a, file, (size_t)(slash - file));
	if (!getcwd(here, sizeof here))
		return ".";
	return slash ? arena_printf(a, "%s/%.*s", here, (int)(slash - file), file) : arena_copy(a, here);
}

static bool is_scope_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:._/-";

	return *name && strlen(name) <= 60 && name[strspn(name, letters)] == '\0';
}

static struct conf_scope *scope_of(struct conf *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->scopes; i++)
		if (strcmp(c->scope[i].name, name) == 0)
			return &c->scope[i];
	return strcmp(name, c->offline.name) == 0 ? &c->offline : NULL;
}

/* The first of the words that is no scope, or NULL. */
static const char *unknown_scope(struct arena *a, struct conf *c, const char *words)
{
	const char *word;
	size_t n;

	for (words += strspn(words, " "); *words; words += n + strspn(words + n, " ")) {
		n = strcspn(words, " ");
		word = arena_text(a, words, n);
		if (!scope_of(c, word))
			return word;
	}
	return NULL;
}

static bool finish_scopes(struct arena *a, struct conf *c, struct conf_error *e)
{
	const char *unknown = NULL;
	size_t i;

	for (i = 0; i < c->resources && !unknown; i++)
		unknown = unknown_scope(a, c, c->resource[i].scopes ? c->resource[i].scopes : "");
	for (i = 0; i < c->scopes && !unknown; i++) {
		if (!c->scope[i].words)
			c->scope[i].words = c->scope[i].name;
		if (!c->scope[i].implies)
			c->scope[i].implies = "";
		unknown = unknown_scope(a, c, c->scope[i].implies);
	}
	return !unknown || refuse(e, 0, arena_printf(a, "there is no scope '%s': it needs a section [scope %s]", unknown, unknown));
}

/* The first resource is the plain key's; a section of the same URL only says more about it. */
static bool finish_resources(struct arena *a, struct conf *c, struct conf_error *e)
{
	size_t origin = strlen(c->issuer), i;
	const char *first = c->first_resource ? c->first_resource : arena_printf(a, "%s/mcp", c->issuer);

	for (i = 1; i < c->resources && strcmp(c->resource[i].uri, first) != 0; i++)
		continue;
	c->resource[0] = i < c->resources ? c->resource[i] : (struct conf_resource){ .uri = first };
	if (i < c->resources)
		c->resource[i] = c->resource[--c->resources];
	for (i = 0; i < c->resources; i++) {
		struct conf_resource *r = &c->resource[i];

		if (strncmp(r->uri, c->issuer, origin) != 0 || (r->uri[origin] && r->uri[origin] != '/'))
			return refuse(e, 0, "resource must begin with issuer");
		r->path = r->uri + origin;
		if (!r->name)
			r->name = c->site_name;
	}
	return true;
}

/* Values that only make sense together. */
static bool finish(struct arena *a, struct conf *c, struct conf_error *e)
{
	if (!c->issuer)
		return refuse(e, 0, "issuer is missing");
	if (!finish_resources(a, c, e) || !finish_scopes(a, c, e))
		return false;
	if (c->registration == REGISTRATION_TOKEN && !c->registration_token)
		return refuse(e, 0, "registration = token needs registration_token");
	if (c->logo && (c->logo[0] != '/' || c->logo[1] == '/' || strpbrk(c->logo, "\\\"'<> ")))
		return refuse(e, 0, "logo must be a path on this origin that begins with one slash");
	c->loopback = strncmp(c->issuer, "http:", 5) == 0;
	c->folder = folder_of(a, e->file);
	c->file = strrchr(e->file, '/');
	c->file = arena_printf(a, "%s/%s", c->folder, c->file ? c->file + 1 : e->file);
	if (c->database[0] != '/')
		c->database = arena_printf(a, "%s/%s", c->folder, c->database);
	c->site_given = c->site != NULL;
	if (!c->site)
		c->site = "site";
	if (c->site[0] != '/')
		c->site = arena_printf(a, "%s/%s", c->folder, c->site);
	if (c->cimd_ca_file && c->cimd_ca_file[0] != '/')
		c->cimd_ca_file = arena_printf(a, "%s/%s", c->folder, c->cimd_ca_file);
	return true;
}

static char *trim(char *from, char *to)
{
	while (from < to && isspace((unsigned char)*from))
		from++;
	while (to > from && isspace((unsigned char)to[-1]))
		to--;
	*to = '\0';
	return from;
}

/* Where the lines go: the file's plain keys first, then one section after the other. */
struct place {
	const struct conf_key *keys;
	void *to;
	bool seen[CONF_KEYS_MAX];
};

/* `[resource URL]` or `[scope NAME]`.  NULL, or what is wrong. */
static const char *section_read(struct arena *a, char *line, struct conf *c, struct place *p)
{
	size_t n = strlen(line), i;
	char *name;

	if (line[n - 1] != ']')
		return "a section is [resource URL] or [scope NAME]";
	name = strchr(line, ' ');
	name = name ? trim(name, line + n - 1) : line + n - 1;
	*p = (struct place){ 0 };
	if (strncmp(line, "[resource ", 10) == 0) {
		for (i = 1; i < c->resources; i++)
			if (strcmp(c->resource[i].uri, name) == 0)
				return "this resource has a section already";
		if (c->resources == RESOURCES_MAX)
			return "there are too many resources";
		c->resource[c->resources].uri = name;
		p->keys = conf_resource_keys;
		p->to = &c->resource[c->resources++];
		return conf_url_check(a, name, true);
	}
	if (strncmp(line, "[scope ", 7) != 0)
		return "a section is [resource URL] or [scope NAME]";
	if (!is_scope_name(name))
		return "a scope is named with letters, digits and : . _ / -";
	p->keys = conf_scope_keys;
	if (!(p->to = scope_of(c, name))) {
		if (c->scopes == SCOPES_MAX)
			return "there are too many scopes";
		c->scope[c->scopes].name = name;
		p->to = &c->scope[c->scopes++];
		return NULL;
	}
	i = (size_t)((struct conf_scope *)p->to - c->scope);
	if (p->to == &c->offline ? c->offline_named : i >= SCOPES_BUILT_IN || c->scope_named[i])
		return "this scope has a section already";
	*(p->to == &c->offline ? &c->offline_named : &c->scope_named[i]) = true;
	return NULL;
}

static bool line_read(struct arena *a, char *line, int number, struct conf *c, struct place *p, struct conf_error *e)
{
	char *equals, *name, *value, *end = line + strlen(line);
	const char *why;
	size_t i;

	line = trim(line, end);
	if (*line == '\0' || *line == '#')
		return true;
	if (*line == '[')
		return !(why = section_read(a, line, c, p)) || refuse(e, number, why);
	equals = strchr(line, '=');
	if (!equals)
		return refuse(e, number, "is not of the form key = value");
	end = line + strlen(line);
	value = trim(equals + 1, end);
	name = trim(line, equals);
	for (i = 0; p->keys[i].name && strcmp(p->keys[i].name, name) != 0; i++)
		continue;
	if (!p->keys[i].name)
		return refuse(e, number, "unknown key");
	if (p->seen[i])
		return refuse(e, number, arena_printf(a, "%s is given twice", name));
	p->seen[i] = true;
	if (strstr(value, "CHANGE-ME"))
		return refuse(e, number, arena_printf(a, "%s is still that of the example", name));
	why = conf_key_read(a, &p->keys[i], value, (char *)p->to + p->keys[i].at);
	return !why || refuse(e, number, arena_printf(a, "%s %s", name, why));
}

static bool text_read(struct arena *a, char *text, size_t n, struct conf *c, struct conf_error *e)
{
	struct place p = { .keys = conf_keys, .to = c };
	char *line = text, *end;
	int number = 1;

	if (!utf8_is(text, n) || strlen(text) != n)
		return refuse(e, 0, "is not UTF-8 text");
	for (; *line; line = end, number++) {
		end = strchr(line, '\n');
		if (!end)
			end = line + strlen(line);
		if (*line != '#' && *line != '\n' && !line_read(a, arena_text(a, line, (size_t)(end - line)), number, c, &p, e))
			return false;
		end += *end == '\n';
	}
	return finish(a, c, e);
}

/* Opens what really is the settings file: regular, ours or root's, not for others to write or read. */
static int file_open(const char *file, size_t *size, struct conf_error *e)
{
	int fd = open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	const char *why = NULL;
	struct stat st;

	if (fd < 0) {
		e->passing = errno == EMFILE || errno == ENFILE || errno == ENOMEM;
		refuse(e, 0, errno == ELOOP ? "is a symbolic link" : strerror(errno));
		return -1;
	}
	if (fstat(fd, &st) != 0)
		why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		why = "is not a regular file";
	else if (st.st_uid != geteuid() && st.st_uid != 0 && geteuid() != 0)
		why = "belongs to somebody else";
	else if (st.st_mode & (S_IWGRP | S_IRWXO))
		why = "must not be writable by its group nor readable by others (chmod 600)";
	else if (st.st_size > FILE_MAX)
		why = "is larger than 64 KiB";
	if (!why) {
		*size = (size_t)st.st_size;
		return fd;
	}
	refuse(e, 0, why);
	close(fd);
	return -1;
}

/* What the tools of this program need. */
static void scopes_preset(struct conf *c)
{
	static const struct conf_scope built_in[SCOPES_BUILT_IN] = {
		{ .name = "read:knowledge", .words = "Search and read the documents in the knowledge base" },
		{ .name = "write:knowledge", .words = "Add documents to the knowledge base, and change or delete yours" },
	};

	memcpy(c->scope, built_in, sizeof built_in);
	c->scopes = SCOPES_BUILT_IN;
	c->offline = (struct conf_scope){
		.name = "offline_access", .words = "Stay connected when you are away, until you disconnect it", .implies = "",
	};
	c->resources = 1;
}

bool conf_read(struct arena *a, const char *file, struct conf *c, struct conf_error *e)
{
	size_t i, size, n = 0;
	ssize_t got;
	char *text;
	int fd;

	memset(c, 0, sizeof *c);
	*e = (struct conf_error){ .file = file };
	for (i = 0; conf_keys[i].name; i++)
		if (conf_keys[i].preset && conf_keys[i].kind != MODE &&
		    (e->reason = conf_key_read(a, &conf_keys[i], conf_keys[i].preset, (char *)c + conf_keys[i].at)))
			return false;
	scopes_preset(c);
	if ((fd = file_open(file, &size, e)) < 0)
		return false;
	text = arena_take(a, size + 1);
	while (n < size && (got = read(fd, text + n, size - n)) > 0)
		n += (size_t)got;
	close(fd);
	return text_read(a, text, n, c, e);
}

