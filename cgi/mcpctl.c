/* SPDX-License-Identifier: ISC */
/*
 * mcpctl: the operator's command.  Makes an installation, keeps its users and documents, and says what is
 * wrong with it; never a CGI program.
 *
 *	mcpctl [--config FILE] COMMAND [ARGUMENT...]
 *
 * This file knows the commands and their words; what they do is in mcpctl_*.c, one file a noun.  Passwords
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

struct command {
	const char *noun, *verb;	/* verb "": the noun is the whole command */
	const char *arguments;
	const char *summary;
	const char *help;
	int (*run)(struct mcpctl *m, int argc, char **argv);
};

static const struct command commands[] = {
	{ "init", "", "[--issuer URL] [--owner USER]", "make settings and database",
	  "Makes the folder of the settings file (mode 0700) if it is missing, the settings (0600), in which\n"
	  "every key stands as a comment with its default, and the database (0600).  Nothing that exists is\n"
	  "changed.\n"
	  "\n"
	  "  --issuer URL   public origin of the server: https://mcp.example.org, or http://127.0.0.1:8080\n"
	  "  --owner USER   as root: whom the folder is given to; the user that the web server runs programs as\n"
	  "\n"
	  "Example:  mcpctl init --issuer https://mcp.example.org --owner www-data\n", mcpctl_init },
	{ "check", "", "", "say what is wrong with settings, files and database",
	  "Reads the settings as the programs do, looks at owners, permissions and the database, and measures\n"
	  "what a password costs.  Changes nothing.  The first fault is printed as FILE:LINE: reason.\n",
	  mcpctl_check },
	{ "migrate", "", "", "bring the database to the newest schema",
	  "Applies what newer versions have changed, one transaction a step, never backwards.  Copy it first:\n"
	  "\n"
	  "  sqlite3 mcp.db \".backup mcp-backup.db\"\n", mcpctl_migrate },
	{ "user", "add", "NAME [--password-stdin]", "let somebody sign in",
	  "Asks twice for the password, which has at least 12 characters.\n"
	  "\n"
	  "  --password-stdin   take the first line of standard input instead\n"
	  "\n"
	  "Example:  pass show mcp/alice | mcpctl user add alice --password-stdin\n", mcpctl_user_add },
	{ "user", "passwd", "NAME [--password-stdin] [--if-changed]", "set a password; signs out and disconnects",
	  "Sets a new password, ends all browser sessions of the user, and disconnects all apps: their tokens\n"
	  "are dead.\n"
	  "\n"
	  "  --password-stdin   take the first line of standard input instead of asking twice\n"
	  "  --if-changed       do nothing when it is the password already\n", mcpctl_user_passwd },
	{ "user", "disable", "NAME", "lock somebody out",
	  "Ends all browser sessions; sign-in and all tokens of the user are refused until `user enable`.\n",
	  mcpctl_user_disable },
	{ "user", "enable", "NAME", "let somebody in again",
	  "Apps that were connected before, and whose tokens have not expired, work again.\n",
	  mcpctl_user_enable },
	{ "user", "list", "", "list users: name, state, since when",
	  "One line each: name, active or disabled, and the date since when.\n", mcpctl_user_list },
	{ "document", "import", "FILE...", "add Markdown files to the knowledge base",
	  "Each section (a line that begins with `# ` or `## `, outside of code fences) becomes one document,\n"
	  "titled with its heading.  `-` is standard input.  All files are imported, or none.  What is imported\n"
	  "twice is there twice.\n"
	  "\n"
	  "Example:  mcpctl document import handbook/*.md\n", mcpctl_document_import },
	{ "document", "list", "", "list documents: id, date, author, title",
	  "One line each, oldest first.\n", mcpctl_document_list },
};
enum { COMMANDS = sizeof commands / sizeof *commands };

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

void mcpctl_print_plain(const char *text)
{
	const unsigned char *p;

	for (p = (const unsigned char *)text; *p; p++) {
		if (*p < 0x20 || *p == 0x7f)
			putchar('?');
		else if (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0 && *++p)	/* U+0080 to U+009F */
			putchar('?');
		else
			putchar(*p);
	}
}

const char *mcpctl_date(struct arena *a, int64_t second)
{
	time_t t = (time_t)second;
	struct tm tm;
	char text[32];

	if (!gmtime_r(&t, &tm) || strftime(text, sizeof text, "%Y-%m-%d", &tm) == 0)
		return "?";
	return arena_copy(a, text);
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
	for (i = 0; i < COMMANDS; i++)
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

	for (i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].noun, noun) == 0 && (!*verb || strcmp(commands[i].verb, verb) == 0))
			printf("mcpctl %s\n%s\n", line_of(a, &commands[i]), commands[i].help);
}

static const struct command *find_command(int argc, char **argv, int *words)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++) {
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

	for (i = 0; i < COMMANDS; i++)
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
