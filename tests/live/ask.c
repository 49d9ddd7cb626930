/* SPDX-License-Identifier: ISC */
/*
 * ask: asks the program fetch beside it, as the web programs do; for the tests of fetch_child.
 *
 *	ask URL CA-FILE|- LOOPBACK KEYS TIMES [ignored] [storm] [crowd]
 *
 * One line of standard output, `RESULT LIFETIME LENGTH WHY`, and behind it what the process was left with: descriptors
 * before and after, children, whether signals are as they were, the largest memory of a child in KiB.
 *	ignored		SIGCHLD is ignored, as some web servers leave it, and SIGPIPE, as our programs do
 *	storm		a signal every millisecond, whose handler does not restart what it interrupts
 *	crowd		with a hundred descriptors open, which are not closed on exec
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fetch_child.h"

static void on_alarm(int sig)
{
	(void)sig;
}

static int descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

static void prepare(const char *how)
{
	static const struct itimerval often = { { 0, 1000 }, { 0, 1000 } };
	struct sigaction act = { .sa_handler = on_alarm };
	int i;

	if (strcmp(how, "ignored") == 0) {
		signal(SIGCHLD, SIG_IGN);
		signal(SIGPIPE, SIG_IGN);
	}
	for (i = 0; strcmp(how, "crowd") == 0 && i < 100; i++)
		if (open("/dev/null", O_RDONLY) < 0)
			abort();
	if (strcmp(how, "storm") == 0) {
		sigaction(SIGALRM, &act, NULL);
		setitimer(ITIMER_REAL, &often, NULL);
	}
}

static bool is_same(const sigset_t *one, const sigset_t *two)
{
	int sig;

	for (sig = 1; sig < NSIG; sig++)
		if (sigismember(one, sig) != sigismember(two, sig))
			return false;
	return true;
}

int main(int argc, char **argv)
{
	static const char *const name[] = { "ok", "gone", "invalid", "unreachable", "forbidden" };
	struct sigaction child_before, child_after;
	sigset_t mask_before, mask_after;
	struct rusage used;
	struct arena *a;
	int i, before, status;

	if (argc < 6)
		return 2;
	for (i = 6; i < argc; i++)
		prepare(argv[i]);
	before = descriptors();
	sigaction(SIGCHLD, NULL, &child_before);
	sigprocmask(SIG_SETMASK, NULL, &mask_before);
	for (i = atoi(argv[5]); i > 0; i--) {
		struct fetch f = { .url = argv[1], .ca_file = *argv[2] == '-' ? NULL : argv[2], .loopback = *argv[3] == '1', .keys = *argv[4] == '1' };
		enum fetch_result got;

		a = arena_new();
		got = fetch_ask(a, &f);
		if (i == 1)
			printf("%s %lld %zu %s\n", name[got], (long long)f.lifetime, f.len, f.why);
		if ((got == FETCH_OK) != (f.body != NULL) || (got == FETCH_OK && f.body[f.len]))
			abort();
		arena_drop(a);
	}
	sigaction(SIGCHLD, NULL, &child_after);
	sigprocmask(SIG_SETMASK, NULL, &mask_after);
	getrusage(RUSAGE_CHILDREN, &used);
	printf("descriptors %d %d\nchildren %s\nsignals %s\nkib %ld\n", before, descriptors(),
	    waitpid(-1, &status, WNOHANG) < 0 ? "none" : "some",
	    child_before.sa_handler == child_after.sa_handler && is_same(&mask_before, &mask_after) ? "kept" : "changed",
	    used.ru_maxrss);
	return 0;
}
