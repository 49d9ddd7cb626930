/* SPDX-License-Identifier: ISC */
/*
 * place: starts a program in a place that a shell cannot make; for the live tests.
 *
 *	place listen SOCKET PROGRAM ...		descriptor 0 is a listening Unix socket, as a FastCGI program gets it
 *	place twice NAME=VALUE PROGRAM ...	the environment has one more NAME=VALUE, whether NAME is there or not
 *	place opened FOLDER PROGRAM ...		tells on descriptor 3, a line each, what is opened in FOLDER meanwhile
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int fail(const char *what)
{
	perror(what);
	return 99;
}

static int listen_at(const char *path, char **program)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 || strlen(path) >= sizeof at.sun_path)
		return fail(path);
	strncpy(at.sun_path, path, sizeof at.sun_path - 1);
	if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 64) != 0 || dup2(fd, STDIN_FILENO) < 0)
		return fail(path);
	close(fd);
	execv(program[0], program);
	return fail(program[0]);
}

static int twice(char *pair, char **program)
{
	size_t n = 0;
	char **env;

	while (environ[n])
		n++;
	env = calloc(n + 2, sizeof *env);
	if (!env)
		return fail("calloc");
	memcpy(env, environ, n * sizeof *env);
	env[n] = pair;
	execve(program[0], program, env);
	return fail(program[0]);
}

static void tell(int watcher, FILE *to)
{
	char room[65536] __attribute__((aligned(__alignof__(struct inotify_event))));
	const struct inotify_event *e;
	ssize_t n, at;

	while ((n = read(watcher, room, sizeof room)) > 0)
		for (at = 0; at < n; at += (ssize_t)(sizeof *e + e->len)) {
			e = (const struct inotify_event *)(room + at);
			fprintf(to, "%s\n", e->len ? e->name : ".");
		}
}

static int opened(const char *folder, char **program)
{
	int watcher = inotify_init1(IN_NONBLOCK | IN_CLOEXEC), status = 0;
	FILE *to = fdopen(3, "w");
	pid_t pid;

	if (watcher < 0 || !to || inotify_add_watch(watcher, folder, IN_OPEN) < 0)
		return fail(folder);
	pid = fork();
	if (pid == 0) {
		close(3);
		execv(program[0], program);
		_exit(fail(program[0]));
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return fail("fork");
	tell(watcher, to);
	fclose(to);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

int main(int argc, char **argv)
{
	if (argc >= 4 && strcmp(argv[1], "listen") == 0)
		return listen_at(argv[2], argv + 3);
	if (argc >= 4 && strcmp(argv[1], "twice") == 0)
		return twice(argv[2], argv + 3);
	if (argc >= 4 && strcmp(argv[1], "opened") == 0)
		return opened(argv[2], argv + 3);
	fprintf(stderr, "usage: place listen|twice|opened WHAT PROGRAM ...\n");
	return 99;
}
