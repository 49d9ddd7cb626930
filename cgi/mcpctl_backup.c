/* SPDX-License-Identifier: ISC */
/* mcpctl_backup: a copy of everything while the server runs, and the way back. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mcpctl_command.h"
#include "store_backup.h"

int mcpctl_backup(struct mcpctl *m, int argc, char **argv)
{
	const struct option options[] = { { NULL, NULL, NULL, NULL } };
	int n = mcpctl_read_options(m, argc, argv, options);
	const char *why;
	struct stat st;

	if (n != 1)
		return n < 0 ? EXIT_USAGE : mcpctl_misuse(m, "to which file?");
	if (!mcpctl_open(m))
		return EXIT_FAILURE;
	if ((why = store_backup(m->arena, m->conf.database, argv[0])))
		return mcpctl_fail("%s", why);
	printf("%s: made, %lld KiB\n", argv[0], stat(argv[0], &st) == 0 ? (long long)(st.st_size + 1023) / 1024 : 0);
	return EXIT_SUCCESS;
}

/* A database that was missing is the owner's of its folder, as one that `init` has made. */
static int give_away(struct mcpctl *m)
{
	int fd = open(m->conf.database, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool good = fd >= 0 && mcpctl_give_to_folder_owner(m->arena, fd, m->conf.database);

	if (fd < 0)
		return mcpctl_fail("%s: %s", m->conf.database, strerror(errno));
	close(fd);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int mcpctl_restore(struct mcpctl *m, int argc, char **argv)
{
	const struct option options[] = { { NULL, NULL, NULL, NULL } };
	int from = 0, n = mcpctl_read_options(m, argc, argv, options);
	const char *why;
	bool there;

	if (n != 1)
		return n < 0 ? EXIT_USAGE : mcpctl_misuse(m, "from which file?");
	if (!mcpctl_open(m))
		return EXIT_FAILURE;
	there = access(m->conf.database, F_OK) == 0;
	if ((why = store_restore(m->arena, m->conf.database, argv[0], m->now, &from)))
		return mcpctl_fail("%s; nothing was changed", why);
	if (!there && give_away(m) != EXIT_SUCCESS)
		return EXIT_FAILURE;
	if (from < store_version())
		printf("the backup was of schema %d and was brought to %d\n", from, store_version());
	printf("%s: restored from %s\n"
	    "Users, passwords, clients and documents are those of the backup.  Everybody has to sign in again, and every app has to be "
	    "connected again.\n", m->conf.database, argv[0]);
	return EXIT_SUCCESS;
}
