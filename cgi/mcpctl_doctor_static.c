/* SPDX-License-Identifier: ISC */
/*
 * mcpctl_doctor_static: `mcpctl doctor --static`.  The metadata depend on the settings alone, so that where a web server leads
 * nothing below /.well-known to a program, files do as well.  A path cannot be a file and a folder: with .htaccess Apache gives
 * the file oauth-protected-resource for what follows it, too, and further endpoints have files of their own.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mcpctl_doctor.h"
#include "metadata.h"

static const char htaccess_head[] =
    "# Written by mcpctl doctor --static: the metadata of mcp-cgi as files.\n"
    "AcceptPathInfo On\n"
    "<FilesMatch \"^(oauth-authorization-server|oauth-protected-resource|openid-configuration)\">\n"
    "\tForceType application/json\n"
    "\t<IfModule mod_headers.c>\n"
    "\t\tHeader set Access-Control-Allow-Origin \"*\"\n"
    "\t\tHeader set Access-Control-Allow-Methods \"GET, HEAD, OPTIONS\"\n"
    "\t\tHeader set Access-Control-Allow-Headers \"Accept, Content-Type, MCP-Protocol-Version\"\n"
    "\t\tHeader set Cache-Control \"public, max-age=300\"\n"
    "\t\tHeader set X-Content-Type-Options \"nosniff\"\n"
    "\t</IfModule>\n"
    "</FilesMatch>\n";

static bool put(int fd, const char *text, size_t n)
{
	ssize_t got;

	for (; n; text += got, n -= (size_t)got)
		if ((got = write(fd, text, n)) <= 0)
			return false;
	return true;
}

/* What is there is replaced in one step: a client never reads half of it. */
static bool write_file(struct mcpctl *m, const char *folder, const char *name, const struct buf *b)
{
	const char *to = arena_printf(m->arena, "%s/%s", folder, name), *new = arena_printf(m->arena, "%s.new", to);
	int fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	bool good = fd >= 0 && put(fd, b->v, b->len) && fchmod(fd, 0644) == 0 && mcpctl_give_to_folder_owner(m->arena, fd, new);

	if (fd >= 0 && close(fd) != 0)
		good = false;
	if (good && rename(new, to) == 0) {
		printf("%s\n", to);
		return true;
	}
	mcpctl_fail("%s: %s", to, strerror(errno));
	if (fd >= 0)
		unlink(new);
	return false;
}

static bool write_resource(struct mcpctl *m, const char *folder, size_t i)
{
	const char *name = i ? arena_printf(m->arena, "oauth-protected-resource-%zu", i + 1) : "oauth-protected-resource";
	struct buf b = buf_new(m->arena);

	metadata_put_resource(&b, &m->conf, &m->conf.resource[i]);
	return write_file(m, folder, name, &b);
}

static bool write_documents(struct mcpctl *m, const char *folder)
{
	struct buf server = buf_new(m->arena), openid = buf_new(m->arena);
	size_t i;

	metadata_put_server(&server, &m->conf);
	metadata_put_openid(&openid, &m->conf);
	if (!write_file(m, folder, "oauth-authorization-server", &server) || !write_file(m, folder, "openid-configuration", &openid))
		return false;
	for (i = 0; i < m->conf.resources; i++)
		if (!write_resource(m, folder, i))
			return false;
	return true;
}

/* A character of a path that an expression would take for something else stands in a class of its own. */
static void put_expression(struct buf *b, const char *path)
{
	for (; *path; path++) {
		if (strchr(".[{(*+?|)}\\^$", *path))
			buf_printf(b, *path == '^' || *path == '\\' ? "\\%c" : "[%c]", *path);
		else
			buf_char(b, *path);
	}
}

static void put_htaccess(struct mcpctl *m, struct buf *b)
{
	size_t i;

	buf_text(b, htaccess_head);
	if (m->conf.resources > 1)
		buf_text(b, "RewriteEngine On\n");
	for (i = 1; i < m->conf.resources; i++) {
		buf_text(b, "RewriteRule ^oauth-protected-resource");
		put_expression(b, m->conf.resource[i].path);
		buf_printf(b, "$ oauth-protected-resource-%zu [END]\n", i + 1);
	}
}

/* The .htaccess of somebody else is not touched: what belongs into it is said. */
static bool write_htaccess(struct mcpctl *m, const char *folder)
{
	const char *file = arena_printf(m->arena, "%s/.htaccess", folder);
	struct buf b = buf_new(m->arena);
	char first[sizeof htaccess_head];
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, first, strcspn(htaccess_head, "\n")) : 0;

	if (fd >= 0)
		close(fd);
	put_htaccess(m, &b);
	if (fd < 0 || (n > 0 && memcmp(first, htaccess_head, (size_t)n) == 0))
		return write_file(m, folder, ".htaccess", &b);
	printf("%s is somebody else's and was left alone; put this into it:\n\n%s", file, b.v);
	return true;
}

static void print_others(const struct mcpctl *m)
{
	printf("\nApache needs nothing else, if it reads .htaccess there. Any other web server has to send these files as\n"
	    "application/json, with Access-Control-Allow-Origin: *, and oauth-protected-resource also for what follows it.\n"
	    "With nginx:\n\n"
	    "    location ~ ^/\\.well-known/(oauth-|openid-configuration) { default_type application/json; add_header "
	    "Access-Control-Allow-Origin *; }\n"
	    "    location = /.well-known/oauth-protected-resource%s { rewrite ^ /.well-known/oauth-protected-resource last; }\n\n"
	    "After each change of the settings they have to be written again.\n", m->conf.resource[0].path);
}

int mcpctl_doctor_static(struct mcpctl *m, const char *root)
{
	const char *folder = arena_printf(m->arena, "%s/.well-known", root);
	struct stat st;

	if (stat(root, &st) != 0 || !S_ISDIR(st.st_mode))
		return mcpctl_fail("%s is no folder: it should be the document root of %s", root, m->conf.issuer);
	if (mkdir(folder, 0755) == 0) {
		int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		bool good = fd >= 0 && fchmod(fd, 0755) == 0 && mcpctl_give_to_folder_owner(m->arena, fd, folder);

		if (fd >= 0)
			close(fd);
		if (!good)
			return mcpctl_fail("%s: %s", folder, strerror(errno));
	} else if (errno != EEXIST) {
		return mcpctl_fail("%s: %s", folder, strerror(errno));
	}
	if (!write_documents(m, folder) || !write_htaccess(m, folder))
		return EXIT_FAILURE;
	print_others(m);
	return EXIT_SUCCESS;
}
