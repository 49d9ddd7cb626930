/* SPDX-License-Identifier: ISC */
/*
 * mcpctl_password: asks for a password, on the terminal without showing it, or takes one line of standard
 * input.  Whatever ends the asking (Ctrl-C, hang-up), the terminal shows again what is typed.  The bytes live
 * in the arena, which wipes them.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "mcpctl.h"
#include "password.h"

enum { BYTES_MAX = 1024 };	/* more is a fault, see password.h; one more is read to know it */

static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
enum { ENDS = sizeof ends / sizeof *ends };

static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
}

static bool write_all(int fd, const char *text)
{
	size_t n = strlen(text);

	return write(fd, text, n) == (ssize_t)n;
}

/* One line without its newline, as far as it fits, into line[0..room).  Returns its length, or -1. */
static ssize_t read_line(int fd, char *line, size_t room)
{
	size_t n = 0;
	ssize_t got;
	char c;

	while (!caught) {
		got = read(fd, &c, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || (got == 0 && n == 0))
			return -1;
		if (got == 0 || c == '\n')
			return (ssize_t)n;
		if (n < room)
			line[n++] = c;
	}
	return -1;
}

/* Ctrl-Z is ignored meanwhile, so that no shell is left with a terminal that shows nothing. */
static void catch_signals(struct sigaction *old, struct sigaction *stop)
{
	struct sigaction act;
	int i;

	memset(&act, 0, sizeof act);
	sigemptyset(&act.sa_mask);
	act.sa_handler = on_signal;
	for (i = 0; i < ENDS; i++)
		sigaction(ends[i], &act, &old[i]);
	act.sa_handler = SIG_IGN;
	sigaction(SIGTSTP, &act, stop);
}

static void restore_signals(const struct sigaction *old, const struct sigaction *stop)
{
	int i;

	for (i = 0; i < ENDS; i++)
		sigaction(ends[i], &old[i], NULL);
	sigaction(SIGTSTP, stop, NULL);
}

static ssize_t ask(int tty, const char *question, char *line, size_t room)
{
	struct sigaction old[ENDS], stop;
	struct termios shown, hidden;
	ssize_t n = -1;

	if (tcgetattr(tty, &shown) != 0)
		return -1;
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	catch_signals(old, &stop);
	if (tcsetattr(tty, TCSAFLUSH, &hidden) == 0 && write_all(tty, question))
		n = read_line(tty, line, room);
	tcsetattr(tty, TCSAFLUSH, &shown);
	(void)write_all(tty, "\n");
	restore_signals(old, &stop);
	if (caught)
		raise(caught);
	return n;
}

static ssize_t ask_twice(char *line, char *again, size_t room)
{
	int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	ssize_t n, m = -1;

	if (tty < 0) {
		mcpctl_fail("there is no terminal to ask on; use --password-stdin");
		return -1;
	}
	n = ask(tty, "Password: ", line, room);
	if (n >= 0 && n <= BYTES_MAX && !password_fault(line, (size_t)n))
		m = ask(tty, "The same again: ", again, room);
	else
		m = n;
	close(tty);
	if (n < 0 || m < 0)
		mcpctl_fail("no password was given");
	else if (!password_fault(line, (size_t)n) && (n != m || memcmp(line, again, (size_t)n) != 0)) {
		mcpctl_fail("these are two different passwords");
		n = -1;
	}
	return m < 0 ? -1 : n;
}

/* What follows the first line is left alone: password managers keep notes there. */
static ssize_t take_line(char *line, size_t room)
{
	ssize_t n = read_line(STDIN_FILENO, line, room);

	if (n < 0)
		mcpctl_fail("standard input holds no password");
	return n;
}

const char *mcpctl_read_password(struct mcpctl *m, bool from_stdin, size_t *len)
{
	const size_t room = BYTES_MAX + 1;
	char *line = arena_take(m->arena, room + 1), *again = arena_take(m->arena, room + 1);
	ssize_t n = from_stdin ? take_line(line, room) : ask_twice(line, again, room);
	const char *fault;

	if (n < 0)
		return NULL;
	if ((fault = password_fault(line, (size_t)n))) {
		mcpctl_fail("the password %s", fault);
		return NULL;
	}
	*len = (size_t)n;
	return line;
}
