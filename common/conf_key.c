/* SPDX-License-Identifier: ISC */
/* conf_key: one table knows every key, how to read it, what it is by default and what it means. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "address.h"
#include "conf_key.h"
#include "url.h"

#define AT(field) offsetof(struct conf, field)
#define AT_RESOURCE(field) offsetof(struct conf_resource, field)
#define AT_SCOPE(field) offsetof(struct conf_scope, field)

const struct conf_key conf_keys[] = {
	{ "issuer", ORIGIN, AT(issuer), 0, 0, NULL,
	  "The public origin, as people type it: https://host, or http:// on a loopback name. Required." },
	{ "resource", URL, AT(first_resource), 0, 0, NULL, "The public URL of the MCP endpoint. Default: issuer + /mcp." },
	{ "database", PATH, AT(database), 0, 0, "mcp.db", "The SQLite file; relative to the folder of this file." },
	{ "site", PATH, AT(site), 0, 0, NULL,
	  "The folder with tools, resources and prompts, see mcp-site(5); relative to the folder of this file. Default: site. "
	  "Where it is neither given nor there, the knowledge base that is built in is offered." },
	{ "site_name", TEXT, AT(site_name), 1, 80, "mcp-cgi", "The name that people see on the pages." },
	{ "accent_color", COLOR, AT(accent_color), 0, 0, NULL, "Colour of the buttons, #rrggbb." },
	{ "logo", PATH, AT(logo), 0, 0, NULL,
	  "Path of an image on this origin, such as /logo.svg; the web server serves it." },
	{ "registration", MODE, AT(registration), 0, 0, "open approve token off",
	  "Who may register a client: open (anybody), approve (anybody, but the operator lets it in), token (who has "
	  "registration_token), off." },
	{ "registration_token", TEXT, AT(registration_token), 32, 200, NULL,
	  "The initial access token, at least 32 characters, for registration = token." },
	{ "setup_secret", TEXT, AT(setup_secret), 16, 200, NULL,
	  "What the page /setup asks for, at least 16 characters, before it makes the first user. Default: there is no such page." },
	{ "client_id_documents", MODE, AT(client_id_documents), 0, 0, "on pinned off",
	  "Clients named by the URL of a document: on (it is fetched), pinned (only imported ones, nothing is fetched), off." },
	{ "cimd_ca_file", PATH, AT(cimd_ca_file), 0, 0, NULL,
	  "Certificates (PEM) to trust when such documents are fetched. Default: those of the system." },
	{ "client_credentials", SWITCH, AT(client_credentials), 0, 0, "off",
	  "Whether machine clients, which the operator makes, get tokens without a person: on or off." },
	{ "introspection", SWITCH, AT(introspection), 0, 0, "off",
	  "Whether resource servers, which the operator makes, may ask about tokens: on or off." },
	{ "redirect_schemes", WORDS, AT(redirect_schemes), 0, 0, "cursor vscode vscode-insiders claude",
	  "Private schemes without a period that a client may be redirected to." },
	{ "trusted_redirects", WORDS, AT(trusted_redirects), 0, 0,
	  "claude.ai claude.com chatgpt.com vscode.dev insiders.vscode.dev www.cursor.com",
	  "Hosts that a browser may be sent to with an error before sign-in, and after a refusal without a click." },
	{ "allowed_origins", WORDS, AT(allowed_origins), 0, 0, "",
	  "Origins of browser-based clients that may call the MCP endpoint; the own origin always may." },
	{ "require_https", MODE, AT(require_https), 0, 0, "auto on off",
	  "What happens to requests over plain http when the issuer is https: auto (refused unless they may come from a proxy), on "
	  "(refused unless a proxy of trusted_proxies says that they were https), off (served)." },
	{ "trusted_proxies", ADDRESSES, AT(trusted_proxies), 0, 0, "",
	  "Addresses, or networks (ADDRESS/BITS), of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed." },
	{ "authorization_header", FIELD, AT(authorization_header), 0, 0, NULL,
	  "A header field, such as X-MCP-Authorization, in which the MCP endpoint takes a token, too: for hosts that keep Authorization "
	  "from programs. Nobody on the way knows that it holds a secret." },
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
	{ "limit_register", RATE, AT(limit[LIMIT_REGISTER]), 0, 0, "20/3600",
	  "New clients from one address, and changes of one client: N/SECONDS." },
	{ "limit_register_all", RATE, AT(limit[LIMIT_REGISTER_ALL]), 0, 0, "200/3600", "New clients from everywhere." },
	{ "limit_authorize", RATE, AT(limit[LIMIT_AUTHORIZE]), 0, 0, "120/300", "Authorization requests from one address." },
	{ "limit_authorize_all", RATE, AT(limit[LIMIT_AUTHORIZE_ALL]), 0, 0, "2000/600", "Authorization requests from everywhere." },
	{ "limit_login", RATE, AT(limit[LIMIT_LOGIN]), 0, 0, "20/900", "Failed sign-ins from one address." },
	{ "limit_login_account", RATE, AT(limit[LIMIT_LOGIN_ACCOUNT]), 0, 0, "50/900", "Failed sign-ins under one name." },
	{ "limit_login_all", RATE, AT(limit[LIMIT_LOGIN_ALL]), 0, 0, "60/60", "Failed sign-ins from everywhere." },
	{ "limit_token", RATE, AT(limit[LIMIT_TOKEN]), 0, 0, "120/60",
	  "Refused requests for, about and against tokens from one address." },
	{ "limit_fetch", RATE, AT(limit[LIMIT_FETCH]), 0, 0, "10/60", "Client documents fetched for one address." },
	{ "limit_fetch_host", RATE, AT(limit[LIMIT_FETCH_HOST]), 0, 0, "10/60", "Documents fetched from one host." },
	{ "limit_keys", RATE, AT(limit[LIMIT_KEYS]), 0, 0, "1/60",
	  "Times that the keys of one client are looked for where one is missing, or all are." },
	{ "limit_audit", RATE, AT(limit[LIMIT_AUDIT]), 0, 0, "300/3600", "Refusals of one address that are written down." },
	{ "limit_calls", RATE, AT(limit[LIMIT_CALLS]), 0, 0, "6000/60", "Tool calls of one address that are written down." },
	{ "limit_tool_calls", RATE, AT(limit[LIMIT_TOOL_CALLS]), 0, 0, "600/60", 
	    "Tool calls, and resources and prompts that are asked for, with the tokens of one connection." },
	{ "limit_documents", RATE, AT(limit[LIMIT_DOCUMENTS]), 0, 0, "120/60", "Documents that one person adds or changes." },
	{ "limit_completions", RATE, AT(limit[LIMIT_COMPLETIONS]), 0, 0, "600/60", "Completions that one person asks for." },
	{ "kb_visibility", MODE, AT(kb_visibility), 0, 0, "team private",
	  "Who sees the documents that a person adds to the knowledge base: team (everybody who may read) or private (that person "
	  "alone). A document keeps what it was made with; what the operator imports is for everybody." },
	{ "audit", MODE, AT(audit), 0, 0, "access calls off",
	  "What is written down: access (sign-in, consent, tokens, refusals), calls (tool calls too), off." },
	{ "audit_days", NUMBER, AT(audit_days), 1, 3650, "90", "Days that it is kept." },
	{ "max_body", NUMBER, AT(max_body), 1024, 67108864, "4194304", "Bytes of a request to the MCP endpoint." },
	{ "password_ln", NUMBER, AT(password_ln), 10, 20, "15",
	  "Cost of new password records: scrypt with N = 2^ln, r = 8, p = 3." },
	{ "busy_timeout", NUMBER, AT(busy_timeout), 0, 60000, "5000",
	  "Milliseconds to wait for the database before answering 503." },
	{ "workers", NUMBER, AT(workers), 1, 64, "2", "FastCGI worker processes of each program but mcp." },
	{ "mcp_workers", NUMBER, AT(mcp_workers), 1, 256, "8", "FastCGI worker processes of mcp." },
	{ "mcp_waiters", NUMBER, AT(mcp_waiters), 1, 254, "6",
	  "Programs of the site, and streams that mcp itself answers, that run at once; fewer than mcp_workers, so that quick "
	  "requests find a worker." },
	{ "tasks", SWITCH, AT(tasks), 0, 0, "on",
	  "Whether tools that are marked as long answer with a task to those clients that know tasks: on or off." },
	{ "task_max", NUMBER, AT(task_max), 1, 64, "4", "Tasks that are worked on at once; further ones wait for their turn." },
	{ "task_person_max", NUMBER, AT(task_person_max), 1, 10000, "100",
	  "Tasks of one person, or of one machine, that are kept; a quarter of them may be unfinished." },
	{ "task_ttl", NUMBER, AT(task_ttl), 60, 2592000, "3600",
	  "Seconds that the result of a task is kept, and that a question of one waits for its answer." },
	{ "listen_max", NUMBER, AT(listen_max), 1, 900, "512",
	  "Streams of subscriptions/listen that are open at once; as plain CGI, where each is a process, at most 32." },
	{ "listen_person", NUMBER, AT(listen_person), 1, 900, "20",
	  "The same for one person, or for one machine client; under FastCGI." },
	{ "listen_life", NUMBER, AT(listen_life), 1, 1800, "900",
	  "Seconds, a tenth more or less, until such a stream ends by itself and the client opens a new one." },
	{ "question_ttl", NUMBER, AT(question_ttl), 1, 3600, "300",
	  "Seconds that a call of an older client waits for the answer to a tool's question." },
	{ NULL, TEXT, 0, 0, 0, NULL, NULL },
};

_Static_assert(sizeof conf_keys / sizeof *conf_keys <= CONF_KEYS_MAX, "a place for each key to be seen in");

const struct conf_key conf_resource_keys[] = {
	{ "name", TEXT, AT_RESOURCE(name), 1, 80, NULL, "The endpoint's name in its metadata. Default: site_name." },
	{ "scopes", WORDS, AT_RESOURCE(scopes), 0, 0, NULL, "Scopes that can be asked for there. Default: all." },
	{ "tools", WORDS, AT_RESOURCE(tools), 0, 0, NULL, "Tools that are offered there. Default: all." },
	{ "resources", WORDS, AT_RESOURCE(resources), 0, 0, NULL,
	  "Resources that are offered there: files below resources, folders with a slash at the end, names of programs. Default: all." },
	{ "prompts", WORDS, AT_RESOURCE(prompts), 0, 0, NULL, "Prompts that are offered there. Default: all." },
	{ NULL, TEXT, 0, 0, 0, NULL, NULL },
};

const struct conf_key conf_scope_keys[] = {
	{ "words", TEXT, AT_SCOPE(words), 1, 200, NULL, "What it allows, as the consent page says it. Default: its name." },
	{ "implies", WORDS, AT_SCOPE(implies), 0, 0, NULL, "Scopes that whoever has this one has, too." },
	{ NULL, TEXT, 0, 0, 0, NULL, NULL },
};


static bool number_read(const char *value, int64_t least, int64_t most, int64_t *to)
{
	char *end;

	errno = 0;
	*to = strtoll(value, &end, 10);
	return isdigit((unsigned char)*value) && *end == '\0' && errno == 0 && *to >= least && *to <= most;
}

/* The place of a word among the words of `modes`. */
static bool mode_read(const char *value, const char *modes, int64_t *to)
{
	size_t n;

	for (*to = 0; *modes; modes += n + strspn(modes + n, " "), ++*to) {
		n = strcspn(modes, " ");
		if (strlen(value) == n && memcmp(modes, value, n) == 0)
			return true;
	}
	return false;
}

static bool rate_read(const char *value, struct conf_rate *to)
{
	const char *slash = strchr(value, '/');
	char most[24];

	if (!slash || (size_t)(slash - value) >= sizeof most)
		return false;
	memcpy(most, value, (size_t)(slash - value));
	most[slash - value] = '\0';
	return number_read(most, 1, 1000000, &to->most) && number_read(slash + 1, 1, 86400, &to->window);
}

static const char *color_read(const char *value)
{
	if (value[0] != '#' || strlen(value) != 7 || strspn(value + 1, "0123456789abcdefABCDEF") != 6)
		return "must be a colour in the form #rrggbb";
	return NULL;
}

/*
 * A field that nobody else gives a meaning to: one that a proxy writes, or that a browser sends by itself, must not become
 * one that lets somebody in.
 */
static const char *field_check(const char *value)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
	static const char *const taken[] = {
		"X-Accel-", "X-Client-", "X-Forwarded-", "X-Http-", "X-Original-", "X-Real-", "X-Requested-", "X-Rewrite-",
	};
	size_t n = strlen(value), i;

	if (strncasecmp(value, "X-", 2) != 0 || n < 3 || n > 64 || value[strspn(value, letters)])
		return "must be a name of letters, digits and hyphens that begins with X-";
	for (i = 0; i < sizeof taken / sizeof *taken; i++)
		if (strncasecmp(value, taken[i], strlen(taken[i])) == 0)
			return "must not be a field that proxies or browsers write";
	return NULL;
}

/* An issuer or resource: RFC 8414 section 2 wants https, no query and no fragment. */
const char *conf_url_check(struct arena *a, const char *value, bool path)
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

const char *conf_key_read(struct arena *a, const struct conf_key *k, const char *value, void *field)
{
	const char *why = NULL;

	switch (k->kind) {
	case NUMBER:
		return number_read(value, k->least, k->most, field) ? NULL :
		    arena_printf(a, "must be a whole number from %lld to %lld", (long long)k->least, (long long)k->most);
	case SWITCH:
		*(int64_t *)field = strcmp(value, "on") == 0;
		return strcmp(value, "on") == 0 || strcmp(value, "off") == 0 ? NULL : "must be on or off";
	case MODE:
		return mode_read(value, k->preset, field) ? NULL : arena_printf(a, "must be one of: %s", k->preset);
	case RATE:
		return rate_read(value, field) ? NULL : "must be N/SECONDS, such as 20/3600, of a day at most";
	case TEXT:
		if (strlen(value) < (size_t)k->least || strlen(value) > (size_t)k->most)
			why = arena_printf(a, "must have %lld to %lld bytes", (long long)k->least, (long long)k->most);
		break;
	case COLOR:
		why = color_read(value);
		break;
	case ORIGIN:
	case URL:
		why = conf_url_check(a, value, k->kind == URL);
		break;
	case PATH:
		if (!*value)
			why = "must not be empty";
		break;
	case ADDRESSES:
		why = address_words_check(value);
		break;
	case FIELD:
		why = field_check(value);
		break;
	case WORDS:
		break;
	}
	*(const char **)field = value;
	return why;
}

/* A meaning as comment lines of a width that is read easily. */
static void print_meaning(FILE *to, const char *text)
{
	enum { WIDTH = 76 };
	size_t n, left = WIDTH;

	for (fputc('#', to); *text; text += n + strspn(text + n, " ")) {
		n = strcspn(text, " ");
		if (n + 1 > left && left < WIDTH) {
			fputs("\n#", to);
			left = WIDTH;
		}
		fprintf(to, " %.*s", (int)n, text);
		left -= n + 1 < left ? n + 1 : left;
	}
	fputc('\n', to);
}

static void print_keys(FILE *to, const struct conf_key *k)
{
	const char *preset;

	for (; k->name; k++) {
		preset = k->preset ? k->preset : "";
		print_meaning(to, k->meaning);
		fprintf(to, "# %s =%s%.*s\n\n", k->name, *preset ? " " : "",
		    k->kind == MODE ? (int)strcspn(preset, " ") : (int)strlen(preset), preset);
	}
}

void conf_print_reference(FILE *to)
{
	print_keys(to, conf_keys);
	fputs("# Sections come last: a key behind the head of a section belongs to it, up to the next head.\n\n", to);
	print_meaning(to, "Another MCP endpoint, or more about the first. The web server has to know its path, too.");
	fputs("#\n# [resource https://HOST/PATH]\n\n", to);
	print_keys(to, conf_resource_keys);
	print_meaning(to, "A scope of your own, or more about one that is built in: read:knowledge, write:knowledge, offline_access.");
	fputs("#\n# [scope NAME]\n\n", to);
	print_keys(to, conf_scope_keys);
}
