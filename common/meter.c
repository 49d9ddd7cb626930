/* SPDX-License-Identifier: ISC */
/* meter: places of a fixed size, found by the number of whom they count, under flock(2). */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "meter.h"

enum { PLACES = 4096, NEAR = 8, SKEW = 600 };

/* One that begins in the future was counted by a clock that has been set back since. */
static bool is_live(const struct meter *m, int64_t oldest, int64_t now)
{
	return m->whom && m->count > 0 && m->since > oldest && m->since <= now + SKEW;
}

/* Its own place, else a free one, else the first: which is somebody else's, too. */
static struct meter *find(struct meter *near, int64_t whom, int64_t oldest, int64_t now)
{
	struct meter *empty = NULL;

	for (int i = 0; i < NEAR; i++) {
		bool live = is_live(&near[i], oldest, now);

		if (live && near[i].whom == whom)
			return &near[i];
		if (!live && !empty)
			empty = &near[i];
	}
	return empty ? empty : near;
}

static bool count(int fd, int64_t whom, int64_t oldest, int64_t now, struct meter *m)
{
	off_t at = (off_t)((uint64_t)whom % PLACES * sizeof *m);
	struct meter near[NEAR], *place;

	memset(near, 0, sizeof near);
	if (pread(fd, near, sizeof near, at) < 0)
		return false;
	place = find(near, whom, oldest, now);
	if (!is_live(place, oldest, now))
		*place = (struct meter){ .whom = whom, .since = now };
	place->count++;
	*m = *place;
	return pwrite(fd, place, sizeof *place, at + (off_t)((char *)place - (char *)near)) == (ssize_t)sizeof *place;
}

bool meter_count(const char *file, int64_t whom, int64_t oldest, int64_t now, struct meter *m)
{
	int fd = open(file, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600), rc, why;
	bool done;

	if (fd < 0)
		return false;
	while ((rc = flock(fd, LOCK_EX)) != 0 && errno == EINTR)
		continue;
	done = rc == 0 && count(fd, whom, oldest, now, m);
	why = errno;
	close(fd);
	errno = why;
	return done;
}
