/* SPDX-License-Identifier: ISC */
/*
 * mcpctl_doctor_write: `mcpctl doctor --write`.  What is printed are the shipped files without the words in front of them, with
 * the paths of this installation; they are compiled in, so that it does not matter where the files are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hostcheck.h"
#include "mcpctl_doctor.h"
#include "url.h"

extern const char config_apache_conf_mcp_fcgid_conf[], config_apache_conf_htaccess[], config_apache_conf_htaccess_sub[],
    config_lighttpd_conf_mcp_fastcgi_conf[], config_lighttpd_conf_mcp_fastcgi_path_conf[], config_nginx_1[], config_nginx_2[];

struct place {
	struct mcpctl *m;
	struct url issuer;
	const char *programs;
	bool tls;
};

/* The first line behind the comment that a file opens with. */
static const char *body_of(const char *text)
{
	while (*text == '#') {
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return text + strspn(text, "\n");
}

static int port_of(const struct place *p)
{
	return p->issuer.port > 0 ? p->issuer.port : p->tls ? 443 : 80;
}

/* ---- Apache ------------------------------------------------------------------------------------------------------ */

static void print_certificate(const struct place *p)
{
	if (!p->tls)
		return;
	printf("\tSSLEngine on\n"
	    "\tSSLCertificateFile    /etc/letsencrypt/live/%s/fullchain.pem\n"
	    "\tSSLCertificateKeyFile /etc/letsencrypt/live/%s/privkey.pem\n"
	    "\tHeader always set Strict-Transport-Security \"max-age=31536000\"\n", p->issuer.host, p->issuer.host);
}

static void write_apache(const struct place *p)
{
	const struct conf *c = &p->m->conf;

	printf("# Apache 2.4.26 or newer with mod_fcgid: /etc/apache2/sites-available/mcp-cgi.conf, after\n"
	    "# a2enmod alias env fcgid cgid%s && a2ensite mcp-cgi\n"
	    "<VirtualHost *:%d>\n\tServerName %s\n", p->tls ? " ssl headers" : "", port_of(p), p->issuer.host);
	print_certificate(p);
	printf("\tDefine MCP_CGI  %s\n\tDefine MCP_CONF %s\n\n%s", p->programs, c->file, body_of(config_apache_conf_mcp_fcgid_conf));
	for (size_t i = 1; i < c->resources; i++)
		printf("Alias %s \"${MCP_CGI}/mcp\"\n", c->resource[i].path);
	printf("</VirtualHost>\n");
}

/* The line with the settings is a comment in the file. */
static void print_with_settings(const struct place *p, const char *text)
{
	static const char mark[] = "#SetEnv MCP_CGI_CONF";
	const char *at = strstr(text, mark);

	if (at)
		printf("%.*sSetEnv MCP_CGI_CONF \"%s\"%s", (int)(at - text), text, p->m->conf.file, at + strcspn(at, "\n"));
	else
		fputs(text, stdout);
}

static void write_htaccess(const struct place *p)
{
	print_with_settings(p, config_apache_conf_htaccess);
}

static void write_htaccess_sub(const struct place *p)
{
	const struct conf *c = &p->m->conf;

	print_with_settings(p, config_apache_conf_htaccess_sub);
	for (size_t i = 1; i < c->resources; i++)
		printf("RewriteRule \"^%s(/.*)?$\" \"mcp-cgi-bin/mcp$1\" [END]\n", c->resource[i].path + 1);
}

/* ---- lighttpd ---------------------------------------------------------------------------------------------------- */

static void write_lighttpd(const struct place *p)
{
	const struct conf *c = &p->m->conf;

	printf("# lighttpd 1.4.56 or newer: /etc/lighttpd/conf-enabled/50-mcp-cgi.conf\nserver.modules += ( %s\"mod_fastcgi\" )\n",
	    p->tls ? "\"mod_openssl\", \"mod_setenv\", " : "");
	if (p->tls)
		printf("$SERVER[\"socket\"] == \":%d\" {\n\tssl.engine  = \"enable\"\n"
		    "\tssl.pemfile = \"/etc/letsencrypt/live/%s/fullchain.pem\"\n"
		    "\tssl.privkey = \"/etc/letsencrypt/live/%s/privkey.pem\"\n"
		    "\tsetenv.add-response-header = ( \"Strict-Transport-Security\" => \"max-age=31536000\" )\n}\n", port_of(p),
		    p->issuer.host, p->issuer.host);
	printf("var.mcp_cgi  = \"%s\"\nvar.mcp_conf = \"%s\"\nvar.mcp_run  = \"/run/lighttpd\"\n\n%s", p->programs, c->file,
	    p->tls ? "$HTTP[\"scheme\"] == \"https\" {\n" : "");
	fputs(body_of(config_lighttpd_conf_mcp_fastcgi_conf), stdout);
	for (size_t i = 1; i < c->resources; i++)
		printf("var.mcp_path %s \"%s\"\n%s", i == 1 ? "=" : ":=", c->resource[i].path,
		    body_of(config_lighttpd_conf_mcp_fastcgi_path_conf));
	fputs(p->tls ? "}\n" : "", stdout);
}

/* ---- nginx ------------------------------------------------------------------------------------------------------- */

struct replacement {
	const char *from, *to;
};

/* One line of the page, with the paths and the name of this installation. */
static void print_filled(struct arena *a, const char *line, const struct replacement *r)
{
	struct buf b = buf_new(a);
	size_t i, n;

	for (; *line; line += n) {
		n = 1;
		for (i = 0; r[i].from && strncmp(line, r[i].from, strlen(r[i].from)) != 0; i++)
			continue;
		if (r[i].from)
			n = strlen(r[i].from);
		buf_put(&b, r[i].from ? r[i].to : line, r[i].from ? strlen(r[i].to) : 1);
	}
	puts(b.v);
}

static bool is_for_tls(const char *line)
{
	return strstr(line, "ssl_certificate") || strstr(line, "Strict-Transport-Security");
}

static void print_block(const struct place *p, const char *text, const char *path)
{
	struct arena *a = p->m->arena;
	const struct replacement r[] = {
		{ "listen 443 ssl", arena_printf(a, "listen %d%s", port_of(p), p->tls ? " ssl" : "") },
		{ "mcp.example.org", p->issuer.host }, { "/usr/lib/mcp-cgi", p->programs },
		{ "/etc/mcp-cgi/mcp-cgi.conf", p->m->conf.file }, { "/team-b/mcp", path }, { NULL, NULL },
	};
	const char *line;
	size_t n;

	for (; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		line = arena_text(a, text, n);
		if (p->tls || !is_for_tls(line))
			print_filled(a, line, r);
	}
}

/* Further endpoints stand in front of the brace that ends the server. */
static void write_nginx(const struct place *p)
{
	const struct conf *c = &p->m->conf;
	const char *end = strrchr(config_nginx_1, '}');

	printf("# nginx with fcgiwrap -c 40: /etc/nginx/sites-enabled/mcp-cgi\n");
	print_block(p, arena_text(p->m->arena, config_nginx_1, (size_t)(end - config_nginx_1)), "");
	for (size_t i = 1; i < c->resources; i++)
		print_block(p, config_nginx_2, c->resource[i].path);
	puts("}");
}

int mcpctl_doctor_write(struct mcpctl *m, const char *server)
{
	static const struct { const char *name; void (*write)(const struct place *p); } known[] = {
		{ "apache", write_apache }, { "htaccess", write_htaccess }, { "htaccess-sub", write_htaccess_sub },
		{ "lighttpd", write_lighttpd }, { "nginx", write_nginx },
	};
	struct place p = { .m = m, .programs = hostcheck_programs(m->arena) };

	if (!mcpctl_open(m))
		return EXIT_FAILURE;
	if (!url_read(m->arena, m->conf.issuer, &p.issuer))
		return mcpctl_fail("%s is no address", m->conf.issuer);
	p.tls = strcmp(p.issuer.scheme, "https") == 0;
	if (!p.programs)
		p.programs = "/usr/lib/mcp-cgi";
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(server, known[i].name) == 0) {
			known[i].write(&p);
			return EXIT_SUCCESS;
		}
	return mcpctl_misuse(m, "'%s' is none of apache, htaccess, htaccess-sub, lighttpd, nginx", server);
}
