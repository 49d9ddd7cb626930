/* SPDX-License-Identifier: ISC */
/*
 * mcpctl: the operator's command.  Makes an installation, keeps its users and documents, and says what is
 * wrong with it; never a CGI program.
 *
 *	mcpctl [--config FILE] COMMAND [ARGUMENT...]
 *
 * This file finds the command; mcpctl_command.c has their words, and what they do is in mcpctl_*.c, one file a noun.  Passwords
 * are never arguments, because every process of the machine can read those.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "log.h"
#include "mcpctl.h"
#include "mcpctl_command.h"


static void say(const char *format, va_list ap) __attribute__((format(printf, 1, 0)));

static void say(const char *format, va_list ap)
{
	fputs("mcpctl: ", stderr);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
}

int mcpctl_fail(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say(format, ap);
	va_end(ap);
	return EXIT_FAILURE;
}

int mcpctl_misuse(const struct mcpctl *m, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say(format, ap);
	va_end(ap);
	fprintf(stderr, "usage: mcpctl [--config FILE] %s\n", m->usage ? m->usage : "COMMAND [ARGUMENT...]");
	return EXIT_USAGE;
}

void mcpctl_print_conf_error(const struct conf_error *e)
{
	if (e->line > 0)
		fprintf(stderr, "%s:%d: %s\n", e->file, e->line, e->reason);
	else
		fprintf(stderr, "%s: %s\n", e->file, e->reason);
}

bool mcpctl_open(struct mcpctl *m)
{
	struct conf_error e;

	if (!conf_read(m->arena, m->file, &m->conf, &e)) {
		mcpctl_print_conf_error(&e);
		return false;
	}
	m->store = store_new(ROLE_MCPCTL, m->conf.database, m->conf.busy_timeout);
	return true;
}

int mcpctl_refused(const struct fail *no)
{
	if (no == &fail_unavailable)
		return mcpctl_fail("the database is busy, or cannot be read or written; nothing was changed");
	return mcpctl_fail("%s", no->description);
}

int mcpctl_finish(struct mcpctl *m, const struct fail *no)
{
	if (!no)
		no = store_commit(m->store);
	store_end(m->store);
	return no ? mcpctl_refused(no) : EXIT_SUCCESS;
}

struct context mcpctl_context(struct mcpctl *m)
{
	return (struct context){
		.arena = m->arena, .now = m->now, .conf = &m->conf, .store = m->store, .peer = "", .id = "mcpctl",
	};
}

static const char *line_of(struct arena *a, const struct command *c)
{
	return arena_printf(a, "%s%s%s%s%s", c->noun, *c->verb ? " " : "", c->verb, *c->arguments ? " " : "",
	    c->arguments);
}

static void print_help(struct arena *a)
{
	size_t i;

	fputs("mcpctl keeps an mcp-cgi installation: one settings file and one SQLite file.\n"
	    "\n"
	    "usage: mcpctl [--config FILE] COMMAND [ARGUMENT...]\n"
	    "       mcpctl COMMAND --help\n"
	    "\n"
	    "Commands:\n", stdout);
	for (i = 0; commands[i].noun; i++)
		printf("  %-16s %s\n", arena_printf(a, "%s%s%s", commands[i].noun, *commands[i].verb ? " " : "",
		    commands[i].verb), commands[i].summary);
	fputs("\n"
	    "Begin with:\n"
	    "  mcpctl init --issuer https://mcp.example.org --owner www-data\n"
	    "  mcpctl user add alice\n"
	    "  mcpctl document import handbook/*.md\n"
	    "  mcpctl check\n"
	    "\n"
	    "Files: the settings are FILE, else what MCP_CGI_CONF names, else /etc/mcp-cgi/mcp-cgi.conf,\n"
	    "  else ~/mcp-cgi/mcp-cgi.conf.  The database is mcp.db beside them, unless they say otherwise.\n"
	    "\n"
	    "Exit status: 0 done, 1 not done (the reason is on standard error), 2 not understood.\n"
	    "\n"
	    "More: man mcpctl, man mcp-cgi.conf\n", stdout);
}

static void print_command_help(struct arena *a, const char *noun, const char *verb)
{
	size_t i;

	for (i = 0; commands[i].noun; i++)
		if (strcmp(commands[i].noun, noun) == 0 && (!*verb || strcmp(commands[i].verb, verb) == 0))
			printf("mcpctl %s\n%s\n", line_of(a, &commands[i]), commands[i].help);
}

static const struct command *find_command(int argc, char **argv, int *words)
{
	size_t i;

	for (i = 0; commands[i].noun; i++) {
		const struct command *c = &commands[i];

		*words = *c->verb ? 2 : 1;
		if (argc < *words || strcmp(argv[0], c->noun) != 0)
			continue;
		if (!*c->verb || strcmp(argv[1], c->verb) == 0)
			return c;
	}
	return NULL;
}

static bool is_noun(const char *word)
{
	size_t i;

	for (i = 0; commands[i].noun; i++)
		if (strcmp(commands[i].noun, word) == 0)
			return true;
	return false;
}

/* An option among the words before "--"? */
static bool has_option(int argc, char **argv, const char *option)
{
	int i;

	for (i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], option) == 0)
			return true;
	return false;
}

/* A password given as an argument has been seen by every process of this machine; it is not taken. */
static bool has_password(int argc, char **argv)
{
	int i;

	for (i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--password") == 0 || strncmp(argv[i], "--password=", 11) == 0 ||
		    strcmp(argv[i], "-p") == 0)
			return true;
	return false;
}

static int run_command(struct mcpctl *m, int argc, char **argv)
{
	const struct command *c;
	int words;

	if (argc > 0 && is_noun(argv[0]) && has_option(argc, argv, "--help")) {
		c = find_command(argc, argv, &words);
		print_command_help(m->arena, argv[0], c ? c->verb : "");
		return EXIT_SUCCESS;
	}
	if (has_password(argc, argv))
		return mcpctl_misuse(m, "a password is not given as an argument, where every user of this machine "
		    "can read it and the shell keeps it; use --password-stdin, or wait to be asked");
	if (argc == 0)
		return mcpctl_misuse(m, "which command?  (mcpctl --help lists them)");
	if (!(c = find_command(argc, argv, &words)))
		return mcpctl_misuse(m, is_noun(argv[0]) ? "%s does what?  (mcpctl %s --help lists it)" :
		    "there is no command '%s'  (mcpctl --help lists them)", argv[0], argv[0]);
	m->usage = line_of(m->arena, c);
	return c->run(m, argc - words, argv + words);
}

/* The options before the command.  Returns how many words they are, or -1. */
static int read_options(struct mcpctl *m, int argc, char **argv, const char **config)
{
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
			*config = argv[++i];
		else if (strncmp(argv[i], "--config=", 9) == 0)
			*config = argv[i] + 9;
		else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "--version") == 0)
			break;
		else if (has_password(1, argv + i))
			break;
		else {
			mcpctl_misuse(m, strcmp(argv[i], "--config") == 0 ? "%s needs the name of a file" :
			    "there is no option '%s'", argv[i]);
			return -1;
		}
	}
	return i;
}

static int command_line(struct mcpctl *m, int argc, char **argv)
{
	const char *config = NULL;
	int at = read_options(m, argc, argv, &config);

	if (at < 0)
		return EXIT_USAGE;
	if (at < argc && strcmp(argv[at], "--help") == 0) {
		print_help(m->arena);
		return EXIT_SUCCESS;
	}
	if (at < argc && strcmp(argv[at], "--version") == 0) {
		printf("mcpctl %s\n", MCP_CGI_VERSION);
		return EXIT_SUCCESS;
	}
	if (config && !*config)
		return mcpctl_misuse(m, "--config needs the name of a file");
	m->file = config ? config : conf_find(m->arena, NULL);
	return run_command(m, argc - at, argv + at);
}

int main(int argc, char **argv)
{
	static const struct rlimit none = { 0, 0 };
	struct mcpctl m = { .arena = arena_new(), .now = (int64_t)time(NULL) };
	int status;

	umask(077);
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	log_program("mcpctl");
	status = command_line(&m, argc, argv);
	store_drop(m.store);
	arena_drop(m.arena);
	if (fflush(stdout) != 0 && status == EXIT_SUCCESS)
		return mcpctl_fail("standard output cannot be written");
	return status;
}
