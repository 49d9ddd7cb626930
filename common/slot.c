/* SPDX-License-Identifier: ISC */
/* slot: flock(2) on two empty files. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "slot.h"

enum { SLOTS = 2, TRIES = 1000, PAUSE_NANOSECONDS = 20 * 1000 * 1000 };

void slot_drop(int slot)
{
	close(slot);
}

/* A locked descriptor, or -1: taken, -2: cannot be made. */
static int slot_try(struct arena *a, const char *file, int i)
{
	int fd = open(arena_printf(a, "%s.slot%d", file, i), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -2;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	close(fd);
	return -1;
}

const struct fail *slot_take(struct arena *a, const char *file, int *slot)
{
	static const struct timespec pause = { .tv_nsec = PAUSE_NANOSECONDS };
	int try, fd = -1;

	for (try = 0; try < TRIES; try++) {
		fd = slot_try(a, file, try % SLOTS);
		if (fd != -1)
			break;
		if (try % SLOTS == SLOTS - 1)
			nanosleep(&pause, NULL);
	}
	if (fd < 0) {
		log_line("no slot for a password hash: %s", fd == -2 ? strerror(errno) : "all are in use");
		return &fail_unavailable;
	}
	*slot = fd;
	return NULL;
}
