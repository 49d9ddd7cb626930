/* SPDX-License-Identifier: ISC */
/*
 * exec_time: how long one CGI process takes from exec to exit.
 *
 *	exec_time RUNS PROGRAM BODY-FILE [NAME=value...]
 *
 * Starts PROGRAM that often, one after the other, with exactly the given environment and the file as standard input,
 * and prints the median in microseconds.  What it answers goes to /dev/null; any exit status but 0 is an error.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS_MAX = 100000 };

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t run_once(char *program, const char *body, char **env)
{
	char *argv[] = { program, NULL };
	posix_spawn_file_actions_t files;
	int64_t begun = now();
	int rc, status;
	pid_t pid;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, body, O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	rc = posix_spawn(&pid, program, &files, NULL, argv, env);
	posix_spawn_file_actions_destroy(&files);
	if (rc != 0 || waitpid(pid, &status, 0) != pid || status != 0) {
		fprintf(stderr, "exec_time: %s: %s\n", program, rc ? strerror(rc) : "did not end well");
		exit(EXIT_FAILURE);
	}
	return now() - begun;
}

int main(int argc, char **argv)
{
	static int64_t took[RUNS_MAX];
	long runs = argc > 3 ? strtol(argv[1], NULL, 10) : 0, i;

	if (runs < 1 || runs > RUNS_MAX) {
		fputs("usage: exec_time RUNS PROGRAM BODY-FILE [NAME=value...]\n", stderr);
		return 2;
	}
	for (i = 0; i < runs; i++)
		took[i] = run_once(argv[2], argv[3], argv + 4);
	qsort(took, (size_t)runs, sizeof *took, compare);
	printf("%lld\n", (long long)took[runs / 2]);
	return EXIT_SUCCESS;
}
