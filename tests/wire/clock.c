/* SPDX-License-Identifier: ISC */
/*
 * clock: for LD_PRELOAD into the in-process front.  The time of day is what it is and as many seconds more, or less, as
 * the file says that MCP_TESTS_CLOCK names; it is read each time, so that the clock can jump while a program runs.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long long shift(void)
{
	const char *name = getenv("MCP_TESTS_CLOCK");
	char text[32] = "";
	int fd = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof text - 1) < 0)
		*text = '\0';
	close(fd);
	return strtoll(text, NULL, 10);
}

int clock_gettime(clockid_t which, struct timespec *t)
{
	if (syscall(SYS_clock_gettime, which, t) != 0)
		return -1;
	if (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)
		t->tv_sec += (time_t)shift();
	return 0;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return -1;
	*t = (struct timeval){ .tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000 };
	return 0;
}

time_t time(time_t *to)
{
	struct timespec now = { 0 };

	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return (time_t)-1;
	if (to)
		*to = now.tv_sec;
	return now.tv_sec;
}
