/* SPDX-License-Identifier: ISC */
/* child: signals and descriptors. */
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "child.h"

void child_reset_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void child_close_from(int first)
{
	long fd, n;

	if (close_range((unsigned)first, ~0U, 0) == 0)
		return;
	n = sysconf(_SC_OPEN_MAX);
	for (fd = first; fd < n && fd < 65536; fd++)
		close((int)fd);
}
