/* SPDX-License-Identifier: ISC */
/* runner_child: descriptors, limits, lock, and then it is another program. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "runner_child.h"

enum { DESCRIPTORS = 4, ASIDE = 16, FILES_MAX = 64 };

/* Aside first, because one of them may stand where another is to go. */
static bool place(const int *descriptor)
{
	int aside[DESCRIPTORS];

	for (int i = 0; i < DESCRIPTORS; i++)
		if ((aside[i] = fcntl(descriptor[i], F_DUPFD, ASIDE)) < 0)
			return false;
	for (int i = 0; i < DESCRIPTORS; i++)
		if (dup2(aside[i], i) < 0)
			return false;
	child_close_from(DESCRIPTORS);
	return true;
}

static void limit(__rlimit_resource_t what, int64_t n)
{
	const struct rlimit l = { (rlim_t)n, (rlim_t)n };

	setrlimit(what, &l);
}

_Noreturn void runner_become(const struct runner_job *job, char *const *env, const char *folder, const int *descriptor,
    pid_t parent)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	child_reset_signals();
	if (!place(descriptor) || chdir(folder) != 0)
		_exit(127);
	umask(077);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_CPU, job->cpu);
	limit(RLIMIT_FSIZE, job->file_max);
	limit(RLIMIT_NOFILE, FILES_MAX);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	runner_lock(job, folder);
	limit(RLIMIT_AS, job->memory);
	execve(job->argv[0], (char *const *)job->argv, env);
	_exit(127);
}
