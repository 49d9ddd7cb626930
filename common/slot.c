/* SPDX-License-Identifier: ISC */
/* slot: flock(2) on empty files. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "slot.h"

enum { HASHES = 2, HASH_ROUNDS = 500, WAITER_ROUNDS = 12, TASK_ROUNDS = 4, PAUSE_NANOSECONDS = 20 * 1000 * 1000 };

const struct fail slot_busy = {
	.status = 503, .error = "temporarily_unavailable", .code = -32603, .retry_after = 2,
	.description = "Too many requests are waiting for something here; try again",
};

void slot_drop(int slot)
{
	close(slot);
}

/* A locked descriptor, or -1: taken, -2: cannot be made. */
static int slot_try(struct arena *a, const char *file, const char *kind, int i)
{
	int fd = open(arena_printf(a, "%s.%s%d", file, kind, i), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -2;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	close(fd);
	return -1;
}

static int take(struct arena *a, const char *file, const char *kind, int most, int rounds, int *number)
{
	static const struct timespec pause = { .tv_nsec = PAUSE_NANOSECONDS };
	int fd = -1;

	*number = 0;

	for (int round = 0; fd == -1 && round < rounds; round++) {
		if (round)
			nanosleep(&pause, NULL);
		for (int i = 0; fd == -1 && i < most; i++)
			fd = slot_try(a, file, kind, *number = i);
	}
	return fd;
}

static const struct fail *refuse(int fd, const char *what, const struct fail *busy)
{
	log_line("no slot for a %s: %s", what, fd == -2 ? strerror(errno) : "all are in use");
	return busy;
}

const struct fail *slot_take(struct arena *a, const char *file, int *slot)
{
	int number;

	*slot = take(a, file, "slot", HASHES, HASH_ROUNDS, &number);
	return *slot >= 0 ? NULL : refuse(*slot, "password hash", &fail_unavailable);
}

const struct fail *slot_take_waiter(struct arena *a, const char *file, int most, int *slot)
{
	int number;

	*slot = take(a, file, "wait", most, WAITER_ROUNDS, &number);
	return *slot >= 0 ? NULL : refuse(*slot, "request that waits", &slot_busy);
}

/* More than one round: somebody may be looking whether it is free. */
bool slot_take_task(struct arena *a, const char *file, int most, int *slot, int *number)
{
	*slot = take(a, file, "task", most, TASK_ROUNDS, number);
	return *slot >= 0;
}

bool slot_task_is_free(struct arena *a, const char *file, int number)
{
	int fd = slot_try(a, file, "task", number);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

const struct fail *slot_take_stream(struct arena *a, const char *file, int most, int *slot)
{
	int number;

	*slot = take(a, file, "listen", most, 1, &number);
	return *slot >= 0 ? NULL : refuse(*slot, "stream", &slot_busy);
}

int slot_waiters(const struct conf *conf)
{
	int64_t most = conf->mcp_workers > 1 ? conf->mcp_workers - 1 : 1;

	return (int)(conf->mcp_waiters < most ? conf->mcp_waiters : most);
}
