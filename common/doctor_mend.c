/* SPDX-License-Identifier: ISC */
/*
 * doctor_mend: what was tried on each web server.  Where a server has no line of its own, the general words stand: most often
 * something in front of it is to blame.
 */
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "doctor_mend.h"

#define WELL_KNOWN "/\\.well-known/(oauth-authorization-server|oauth-protected-resource|openid-configuration)"
#define STATIC "\nwhere nothing leads there: mcpctl doctor --static DOCUMENT-ROOT"

static const struct {
	const char *of[DOCTOR_SERVERS];
} mends[DOCTOR_MENDS] = {
	[MEND_AUTHORIZATION] = { {
		"let the proxy or the web server hand on the field Authorization",
		"in .htaccess: SetEnvIf Authorization \"^(.+)$\" HTTP_AUTHORIZATION=$1\n"
		"or in <Directory \"{programs}\">: CGIPassAuth On\n"
		"with mod_fcgid, in <VirtualHost>: FcgidPassHeader Authorization",
		"lighttpd itself hands it on: look for setenv.set-request-header with Authorization, and at what is in front of it",
		"fastcgi_param HTTP_AUTHORIZATION $http_authorization;\nor, in front of another server: "
		"proxy_set_header Authorization $http_authorization;",
	} },
	[MEND_ROUTE] = { {
		"let the web server run {programs}/mcp for {path}",
		"ScriptAlias {path} {programs}/mcp\nin .htaccess, for a copy of the program beside it: "
		"<FilesMatch \"^mcp$\"> SetHandler cgi-script </FilesMatch> and Options +ExecCGI\nall of it: mcpctl doctor --write apache",
		"include \"/usr/share/mcp-cgi/lighttpd-conf/mcp-fastcgi.conf\"\nall of it: mcpctl doctor --write lighttpd",
		"location ~ ^{path}(/|$) { include fastcgi_params; fastcgi_pass ...; }\nall of it: mcpctl doctor --write nginx",
	} },
	[MEND_WELL_KNOWN] = { {
		"let the web server run {programs}/metadata for these addresses" STATIC,
		"in <VirtualHost>: AliasMatch \"^" WELL_KNOWN "(/.*)?$\" \"{programs}/metadata\"\n"
		"with .htaccess alone: mcpctl doctor --write htaccess" STATIC,
		"include \"/usr/share/mcp-cgi/lighttpd-conf/mcp-fastcgi.conf\"",
		"location ~ ^" WELL_KNOWN "(/|$) { include fastcgi_params; fastcgi_pass ...; }\nall of it: mcpctl doctor --write nginx",
	} },
	[MEND_FOLDER] = { {
		"the folder .well-known on the disk must not answer for these addresses" STATIC,
		"in <VirtualHost>, above the Alias of the folder: AliasMatch \"^" WELL_KNOWN "(/.*)?$\" \"{programs}/metadata\"\n"
		"with .htaccess alone, a .htaccess inside .well-known must not say RewriteEngine" STATIC,
		"below the alias.url of the folder: include \"/usr/share/mcp-cgi/lighttpd-conf/mcp-fastcgi.conf\"",
		"a location ^~ /.well-known/ hides expressions: write it as location ^~ /.well-known/acme-challenge/",
	} },
	[MEND_REWRITE] = { {
		"the rule that sends unknown addresses to the site must leave out /.well-known/oauth- and /.well-known/openid-configuration",
		"above the rules of the site: RewriteRule ^/?\\.well-known/(oauth-|openid-configuration) - [END]\n"
		"with programs in a sub-folder instead: mcpctl doctor --write htaccess" STATIC,
		"put the rewriting between $HTTP[\"url\"] !~ \"^/\\.well-known/(oauth-|openid-configuration)\" { and }",
		"location ~ ^" WELL_KNOWN "(/|$) above the location that has try_files",
	} },
	[MEND_ERRORS] = { {
		"answers with status 400 and above must come through as the programs wrote them",
		"ProxyErrorOverride Off\nand no ErrorDocument for 400, 401, 403, 404, 405 where the programs are",
		"server.error-intercept = \"disable\"",
		"fastcgi_intercept_errors off;\nproxy_intercept_errors off;",
	} },
	[MEND_HEAD] = { {
		"let HEAD through, as GET",
		"no <Limit> or <LimitExcept> here, or with GET, HEAD, POST, DELETE and OPTIONS in it\n"
		"and no RewriteCond %{REQUEST_METHOD} for HEAD",
		"take HEAD out of url.access-deny or the $HTTP[\"request-method\"] that refuses it",
		"limit_except GET POST DELETE OPTIONS { deny all; }   # GET includes HEAD",
	} },
	[MEND_CORS_TWICE] = { {
		"the programs say Access-Control-Allow-Origin themselves: take it out of the web server or the proxy",
		"in <Directory \"{programs}\">: Header onsuccess unset Access-Control-Allow-Origin\n"
		"and Header always set or add Access-Control-Allow-Origin must not be there",
		"take Access-Control-Allow-Origin out of setenv.add-response-header",
		"take add_header Access-Control-Allow-Origin away   # or, if it has to be: fastcgi_hide_header Access-Control-Allow-Origin;",
	} },
	[MEND_CORS_NONE] = { {
		"the programs say Access-Control-Allow-Origin: the web server or the proxy must not take it away",
		"take Header unset, Header always unset Access-Control-Allow-Origin away", "take it out of setenv.set-response-header",
		"take fastcgi_hide_header Access-Control-Allow-Origin; away",
	} },
	[MEND_PREFLIGHT] = { {
		"let OPTIONS through to the programs, without a login",
		"no rule for %{REQUEST_METHOD} OPTIONS, and no <Limit> or <LimitExcept> without it",
		"take OPTIONS out of the $HTTP[\"request-method\"] that refuses it", "take if ($request_method = OPTIONS) away",
	} },
	[MEND_BODY] = { {
		"raise the limit of the web server or the proxy to {bytes} bytes",
		"in <VirtualHost>: FcgidMaxRequestLen {bytes}\nif there is LimitRequestBody: LimitRequestBody {bytes}\n"
		"where that cannot be set, run the programs as plain CGI: SetHandler cgi-script",
		"server.max-request-size = {kilobytes}", "client_max_body_size {bytes};",
	} },
	[MEND_STREAM] = { {
		"the proxy in front must hand on text/event-stream at once, without buffering and without compressing it",
		"with mod_fcgid, in <VirtualHost>: FcgidOutputBufferSize 0\nwith mod_proxy: flushpackets=on behind ProxyPass\n"
		"with .htaccess alone, run {path} as plain CGI: SetHandler cgi-script\n"
		"if mod_deflate compresses it: SetEnvIf Request_URI \"^{path}\" no-gzip=1",
		"server.stream-response-body = 1",
		"fastcgi_buffering off;\nproxy_buffering off;",
	} },
	[MEND_COMPRESS] = { {
		"text/event-stream must not be compressed on its way",
		"SetEnvIf Request_URI \"^{path}\" no-gzip=1", "take text/event-stream out of deflate.mimetypes",
		"take text/event-stream out of gzip_types",
	} },
	[MEND_WALL] = { {
		"take the login of the web server or the proxy away from {path}, /.well-known/oauth-*, /token, /register, /authorize, /revoke",
		"<LocationMatch \"^(" WELL_KNOWN "|{path}|/token|/register|/revoke|/authorize|/account)\">\nAuthType None\n"
		"Require all granted\n</LocationMatch>",
		"take these addresses out of auth.require",
		"auth_basic off;   # in each location of the programs",
	} },
	[MEND_WAF] = { {
		"let {path}, /.well-known/oauth-*, /token, /register, /authorize and /revoke through the firewall or the bot protection;"
		"\nclaude.ai comes from 160.79.104.0/21, and runs no scripts of a challenge page",
		"Require all granted   # where the programs are; and no rule of mod_security for these addresses",
		"take these addresses out of url.access-deny", "take deny and return 403 away from these addresses",
	} },
	[MEND_PROXY] = { {
		"trusted_proxies = ADDRESS-OF-THE-PROXY   # in mcp-cgi.conf; and let the proxy send X-Forwarded-Proto: https",
		NULL, NULL, "proxy_set_header X-Forwarded-Proto $scheme;   # and in mcp-cgi.conf: trusted_proxies = ADDRESS-OF-THE-PROXY",
	} },
	[MEND_PLAIN] = { {
		"answer plain http by a redirect to https and nothing else",
		"in <VirtualHost *:80>: Redirect permanent / {origin}/",
		"$HTTP[\"scheme\"] == \"http\" { url.redirect = ( \"\" => \"{origin}\" ) }   # and the include between $HTTP[\"scheme\"] == "
		"\"https\" { and }",
		"server { listen 80; return 301 {origin}$request_uri; }",
	} },
	[MEND_REDIRECT] = { {
		"give clients the address that it leads to, or take the redirect away: clients do not follow one with a POST",
		NULL, NULL, NULL,
	} },
	[MEND_SOURCE] = { {
		"the web server must run the program, not send it",
		"Options +ExecCGI\nSetHandler cgi-script   # for mcp and the other programs", "cgi.assign += ( \"{programs}/mcp\" => \"\" )",
		"fastcgi_pass ...;   # nginx runs no programs itself: mcpctl doctor --write nginx",
	} },
	[MEND_FILES] = { {
		"move the file out of the folder that the web server hands out: the settings file may lie anywhere, and names the database",
		NULL, NULL, NULL,
	} },
	[MEND_CRASH] = { {
		"the log of the web server has a line that begins with mcp-cgi and says why; mcpctl check looks at the settings",
		NULL, NULL, NULL,
	} },
	[MEND_CERTIFICATE] = { {
		"get a certificate for this name that browsers trust, as certbot does; and see that it is renewed",
		"certbot --apache", NULL, "certbot --nginx",
	} },
	[MEND_CHAIN] = { {
		"let the server send the intermediate certificates, too",
		"SSLCertificateFile .../fullchain.pem", "ssl.pemfile = \".../fullchain.pem\"", "ssl_certificate .../fullchain.pem;",
	} },
};

enum doctor_server doctor_server_of(const char *field)
{
	static const struct { const char *name; enum doctor_server server; } known[] = {
		{ "Apache", SERVER_APACHE }, { "LiteSpeed", SERVER_APACHE }, { "lighttpd", SERVER_LIGHTTPD },
		{ "nginx", SERVER_NGINX }, { "openresty", SERVER_NGINX },
	};

	for (size_t i = 0; field && i < sizeof known / sizeof *known; i++)
		if (strncasecmp(field, known[i].name, strlen(known[i].name)) == 0)
			return known[i].server;
	return SERVER_OTHER;
}

static void put_place(struct buf *b, const char *name, size_t n, const struct doctor_place *p)
{
	const struct { const char *name, *value; } known[] = {
		{ "programs", p->programs }, { "path", p->path }, { "origin", p->origin },
		{ "bytes", arena_printf(b->arena, "%lld", p->bytes) },
		{ "kilobytes", arena_printf(b->arena, "%lld", (p->bytes + 1023) / 1024) },
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strlen(known[i].name) == n && memcmp(known[i].name, name, n) == 0) {
			buf_text(b, known[i].value);
			return;
		}
	buf_char(b, '{');
	buf_put(b, name, n);
	buf_char(b, '}');
}

/* A brace with a small word in it is a place; any other stands for itself. */
const char *doctor_mend(struct arena *a, enum doctor_mend what, enum doctor_server server, const struct doctor_place *place)
{
	const char *text = mends[what].of[server] ? mends[what].of[server] : mends[what].of[SERVER_OTHER];
	struct buf b = buf_new(a);
	size_t n;

	for (; *text; text++) {
		n = *text == '{' ? strspn(text + 1, "abcdefghijklmnopqrstuvwxyz") : 0;
		if (n && text[n + 1] == '}') {
			put_place(&b, text + 1, n, place);
			text += n + 1;
		} else {
			buf_char(&b, *text);
		}
	}
	return b.v;
}
