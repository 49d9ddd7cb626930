/* SPDX-License-Identifier: ISC */
/*
 * conf: one table knows every key, how to read it, what it is by default and what it means.  The file is opened so
 * that neither a FIFO nor a link nor somebody else's file can take its place.
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
#include "url.h"
#include "utf8.h"

enum { FILE_MAX = 64 * 1024 };

enum kind { TEXT, WORDS, NUMBER, SWITCH, MODE, COLOR, ORIGIN, URL, PATH };

struct key {
	const char *name;
	enum kind kind;
	size_t at;			/* offset in struct conf */
	int64_t least, most;		/* NUMBER */
	const char *preset;		/* as it would be written; NULL: none */
	const char *meaning;
};

#define AT(field) offsetof(struct conf, field)

static const struct key keys[] = {
	{ "issuer", ORIGIN, AT(issuer), 0, 0, NULL,
	  "The public origin, as people type it: https://host, or http:// on a loopback name. Required." },
	{ "resource", URL, AT(resource), 0, 0, NULL, "The public URL of the MCP endpoint. Default: issuer + /mcp." },
	{ "database", PATH, AT(database), 0, 0, "mcp.db", "The SQLite file; relative to the folder of this file." },
	{ "site_name", TEXT, AT(site_name), 1, 80, "mcp-cgi", "The name that people see on the pages." },
	{ "accent_color", COLOR, AT(accent_color), 0, 0, NULL, "Colour of the buttons, #rrggbb." },
	{ "logo", PATH, AT(logo), 0, 0, NULL,
	  "Path of an image on this origin, such as /logo.svg; the web server serves it." },
	{ "registration", MODE, AT(registration), 0, 0, "open",
	  "Who may register a client: open (anybody), token (who has registration_token), off." },
	{ "registration_token", TEXT, AT(registration_token), 32, 200, NULL,
	  "The initial access token, at least 32 characters, for registration = token." },
	{ "redirect_schemes", WORDS, AT(redirect_schemes), 0, 0, "cursor vscode vscode-insiders claude",
	  "Private schemes without a period that a client may be redirected to." },
	{ "trusted_redirects", WORDS, AT(trusted_redirects), 0, 0,
	  "claude.ai claude.com chatgpt.com vscode.dev insiders.vscode.dev www.cursor.com",
	  "Hosts that a browser may be sent to with an error before sign-in, and after a refusal without a click." },
	{ "allowed_origins", WORDS, AT(allowed_origins), 0, 0, "",
	  "Origins of browser-based clients that may call the MCP endpoint; the own origin always may." },
	{ "code_ttl", NUMBER, AT(code_ttl), 1, 600, "60", "Seconds that an authorization code lives." },
	{ "access_ttl", NUMBER, AT(access_ttl), 1, 86400, "3600", "Seconds that an access token lives." },
	{ "refresh_idle_ttl", NUMBER, AT(refresh_idle_ttl), 1, 31536000, "2592000",
	  "Seconds that a refresh token lives unused." },
	{ "refresh_ttl", NUMBER, AT(refresh_ttl), 1, 63072000, "15552000",
	  "Seconds from consent until a person has to sign in again, however often tokens were refreshed." },
	{ "refresh_grace", NUMBER, AT(refresh_grace), 0, 300, "30",
	  "Seconds in which a used refresh token still gets the same successor; 0 is strict." },
	{ "request_ttl", NUMBER, AT(request_ttl), 1, 3600, "600", "Seconds that a person has to sign in and decide." },
	{ "session_idle_ttl", NUMBER, AT(session_idle_ttl), 1, 2592000, "28800",
	  "Seconds until an unused browser session ends." },
	{ "session_ttl", NUMBER, AT(session_ttl), 1, 2592000, "86400", "Seconds until any browser session ends." },
	{ "rate_limits", SWITCH, AT(rate_limits), 0, 0, "on", "Limits against guessing and flooding: on or off." },
	{ "max_body", NUMBER, AT(max_body), 1024, 67108864, "4194304", "Bytes of a request to the MCP endpoint." },
	{ "password_ln", NUMBER, AT(password_ln), 10, 20, "15",
	  "Cost of new password records: scrypt with N = 2^ln, r = 8, p = 3." },
	{ "busy_timeout", NUMBER, AT(busy_timeout), 0, 60000, "5000",
	  "Milliseconds to wait for the database before answering 503." },
	{ "workers", NUMBER, AT(workers), 1, 64, "2", "FastCGI worker processes of each program but mcp." },
	{ "mcp_workers", NUMBER, AT(mcp_workers), 1, 256, "8", "FastCGI worker processes of mcp." },
};
enum { KEYS = sizeof keys / sizeof *keys };

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

static bool number_read(const char *value, int64_t least, int64_t most, int64_t *to)
{
	char *end;

	errno = 0;
	*to = strtoll(value, &end, 10);
	return isdigit((unsigned char)*value) && *end == '\0' && errno == 0 && *to >= least && *to <= most;
}

static const char *color_read(const char *value)
{
	if (value[0] != '#' || strlen(value) != 7 || strspn(value + 1, "0123456789abcdefABCDEF") != 6)
		return "must be a colour in the form #rrggbb";
	return NULL;
}

/* An issuer or resource: RFC 8414 section 2 wants https, no query and no fragment. */
static const char *url_check(struct arena *a, const char *value, bool path)
{
	struct url u;

	if (!url_read(a, value, &u) || !u.authority || !*u.host || u.userinfo || u.fragment || u.query)
		return "must be a URL without user, query and fragment";
	if (strcmp(u.scheme, "https") != 0 && !(strcmp(u.scheme, "http") == 0 && url_host_is_loopback(u.host)))
		return "must be https (http only on 127.0.0.1, [::1] or localhost)";
	if (strcspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") < strlen(u.scheme) + 3 + strlen(u.host))
		return "must have its scheme and host in lower case";
	if (value[strlen(value) - 1] == '/' || (*u.path && !path))
		return path ? "must have no slash at its end" : "must be an origin: no path, no slash at its end";
	return NULL;
}

static const char *value_read(struct arena *a, const struct key *k, const char *value, void *field)
{
	static const char *const mode[] = { "open", "token", "off" };
	const char *why = NULL;
	size_t i;

	switch (k->kind) {
	case NUMBER:
		return number_read(value, k->least, k->most, field) ? NULL :
		    arena_printf(a, "must be a whole number from %lld to %lld", (long long)k->least, (long long)k->most);
	case SWITCH:
		*(int64_t *)field = strcmp(value, "on") == 0;
		return strcmp(value, "on") == 0 || strcmp(value, "off") == 0 ? NULL : "must be on or off";
	case MODE:
		for (i = 0; i < 3; i++)
			if (strcmp(value, mode[i]) == 0) {
				*(int64_t *)field = (int64_t)i;
				return NULL;
			}
		return "must be open, token or off";
	case TEXT:
		if (strlen(value) < (size_t)k->least || strlen(value) > (size_t)k->most)
			why = arena_printf(a, "must have %lld to %lld bytes", (long long)k->least, (long long)k->most);
		break;
	case COLOR:
		why = color_read(value);
		break;
	case ORIGIN:
	case URL:
		why = url_check(a, value, k->kind == URL);
		break;
	case PATH:
		if (!*value)
			why = "must not be empty";
		break;
	case WORDS:
		break;
	}
	*(const char **)field = value;
	return why;
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

/* Values that only make sense together. */
static bool finish(struct arena *a, struct conf *c, struct conf_error *e)
{
	size_t origin = c->issuer ? strlen(c->issuer) : 0;

	if (!c->issuer)
		return refuse(e, 0, "issuer is missing");
	if (!c->resource)
		c->resource = arena_printf(a, "%s/mcp", c->issuer);
	if (strncmp(c->resource, c->issuer, origin) != 0 || (c->resource[origin] && c->resource[origin] != '/'))
		return refuse(e, 0, "resource must begin with issuer");
	if (c->registration == REGISTRATION_TOKEN && !c->registration_token)
		return refuse(e, 0, "registration = token needs registration_token");
	if (c->logo && (c->logo[0] != '/' || c->logo[1] == '/' || strpbrk(c->logo, "\\\"'<> ")))
		return refuse(e, 0, "logo must be a path on this origin that begins with one slash");
	c->loopback = strncmp(c->issuer, "http:", 5) == 0;
	c->folder = folder_of(a, e->file);
	if (c->database[0] != '/')
		c->database = arena_printf(a, "%s/%s", c->folder, c->database);
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

static bool line_read(struct arena *a, char *line, int number, struct conf *c, bool *seen, struct conf_error *e)
{
	char *equals, *name, *value, *end = line + strlen(line);
	const char *why;
	size_t i;

	line = trim(line, end);
	if (*line == '\0' || *line == '#')
		return true;
	equals = strchr(line, '=');
	if (!equals)
		return refuse(e, number, "is not of the form key = value");
	end = line + strlen(line);
	value = trim(equals + 1, end);
	name = trim(line, equals);
	for (i = 0; i < KEYS && strcmp(keys[i].name, name) != 0; i++)
		continue;
	if (i == KEYS)
		return refuse(e, number, "unknown key");
	if (seen[i])
		return refuse(e, number, arena_printf(a, "%s is given twice", name));
	seen[i] = true;
	why = value_read(a, &keys[i], value, (char *)c + keys[i].at);
	return !why || refuse(e, number, arena_printf(a, "%s %s", name, why));
}

static bool text_read(struct arena *a, char *text, size_t n, struct conf *c, struct conf_error *e)
{
	bool seen[KEYS] = { false };
	char *line = text, *end;
	int number = 1;

	if (!utf8_is(text, n) || strlen(text) != n)
		return refuse(e, 0, "is not UTF-8 text");
	for (; *line; line = end, number++) {
		end = strchr(line, '\n');
		if (!end)
			end = line + strlen(line);
		if (*line != '#' && *line != '\n' && !line_read(a, arena_text(a, line, (size_t)(end - line)), number, c, seen, e))
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

bool conf_read(struct arena *a, const char *file, struct conf *c, struct conf_error *e)
{
	size_t i, size, n = 0;
	ssize_t got;
	char *text;
	int fd;

	memset(c, 0, sizeof *c);
	*e = (struct conf_error){ .file = file };
	for (i = 0; i < KEYS; i++)
		if (keys[i].preset)
			(void)value_read(a, &keys[i], keys[i].preset, (char *)c + keys[i].at);
	if ((fd = file_open(file, &size, e)) < 0)
		return false;
	text = arena_take(a, size + 1);
	while (n < size && (got = read(fd, text + n, size - n)) > 0)
		n += (size_t)got;
	close(fd);
	return text_read(a, text, n, c, e);
}

void conf_print_reference(FILE *to)
{
	size_t i;

	for (i = 0; i < KEYS; i++)
		fprintf(to, "# %s\n# %s = %s\n\n", keys[i].meaning, keys[i].name, keys[i].preset ? keys[i].preset : "");
}
