/* SPDX-License-Identifier: ISC */
/*
 * fuzz_conf: any bytes as the settings file: it is refused with line and reason, or every value is one that
 * makes sense.
 */
#include "fuzz.h"

#include "conf.h"

static char file[256];
static int fd = -1;

static void end(void)
{
	unlink(file);
}

static void check_refused(const struct conf_error *e, const uint8_t *data, size_t size)
{
	int lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	must(e->reason && *e->reason);
	must(strcmp(e->file, file) == 0);
	must(e->line >= 0 && e->line <= lines);
}

static void check_read(const struct conf *c)
{
	size_t n = strlen(c->issuer);

	must(strncmp(c->issuer, c->loopback ? "http://" : "https://", c->loopback ? 7 : 8) == 0);
	must(c->issuer[n - 1] != '/' && !strpbrk(c->issuer, "?#@ "));
	must(c->resources >= 1 && c->resources <= RESOURCES_MAX && c->scopes >= SCOPES_BUILT_IN && c->scopes <= SCOPES_MAX);
	for (size_t i = 0; i < c->resources; i++)
		must(strncmp(c->resource[i].uri, c->issuer, n) == 0 && !strpbrk(c->resource[i].uri, "?#@ ") &&
		    c->resource[i].path == c->resource[i].uri + n && *c->resource[i].name);
	for (size_t i = 0; i < c->scopes; i++)
		must(*c->scope[i].name && !strpbrk(c->scope[i].name, " *\"\\") && *c->scope[i].words && c->scope[i].implies);
	for (size_t i = 0; i < LIMITS; i++)
		must(c->limit[i].most > 0 && c->limit[i].window > 0);
	must(c->database[0] == '/');
	must(strlen(c->site_name) >= 1 && strlen(c->site_name) <= 80);
	must(!c->accent_color || (strlen(c->accent_color) == 7 && strspn(c->accent_color + 1,
	    "0123456789abcdefABCDEF") == 6));
	must(!c->logo || (c->logo[0] == '/' && c->logo[1] != '/' && c->logo[1] != '\\'));
	must(c->registration >= REGISTRATION_OPEN && c->registration <= REGISTRATION_OFF);
	must(c->registration != REGISTRATION_TOKEN || strlen(c->registration_token) >= 32);
	must(c->code_ttl > 0 && c->access_ttl > 0 && c->refresh_idle_ttl > 0 && c->refresh_ttl > 0 &&
	    c->request_ttl > 0);
	must(c->session_idle_ttl > 0 && c->session_ttl > 0 && c->refresh_grace >= 0 && c->refresh_grace <= 300);
	must(c->password_ln >= 10 && c->password_ln <= 20 && c->workers > 0 && c->mcp_workers > 0 &&
	    c->max_body > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct conf_error e;
	struct conf c;

	if (fd < 0) {
		fd = fuzz_file(file, sizeof file);
		atexit(end);
	}
	must(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
	if (conf_read(a, file, &c, &e))
		check_read(&c);
	else
		check_refused(&e, data, size);
	arena_drop(a);
	return 0;
}
