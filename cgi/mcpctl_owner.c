/* SPDX-License-Identifier: ISC */
/*
 * mcpctl_owner: whose files are they?  The programs refuse to run as root and so cannot use what root has
 * made: a file that root makes is given to the owner of its folder.  Users are looked up in /etc/passwd
 * itself, because a static program has no name service.
 */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hostcheck.h"
#include "mcpctl.h"

const char *mcpctl_folder(struct arena *a, const char *file)
{
	return hostcheck_folder(a, file);
}

bool mcpctl_give_to_folder_owner(struct arena *a, int fd, const char *file)
{
	const char *folder = mcpctl_folder(a, file);
	struct stat st;

	if (geteuid() != 0)
		return true;
	if (stat(folder, &st) != 0 || fchown(fd, st.st_uid, st.st_gid) != 0) {
		mcpctl_fail("%s: cannot be given to the owner of its folder: %s", file, strerror(errno));
		return false;
	}
	return true;
}

bool mcpctl_find_user_id(const char *name, uid_t *uid, gid_t *gid)
{
	FILE *f = fopen("/etc/passwd", "re");
	const struct passwd *pw;
	bool found = false;

	while (f && !found && (pw = fgetpwent(f))) {
		found = strcmp(pw->pw_name, name) == 0;
		*uid = pw->pw_uid;
		*gid = pw->pw_gid;
	}
	if (f)
		fclose(f);
	return found;
}
