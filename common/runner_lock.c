/* SPDX-License-Identifier: ISC */
/*
 * runner_lock: Landlock (Linux 5.13), by its system calls, because no C library has them.  What is not named here the program
 * cannot open: not the database, not the settings, not other people's folders.  It cannot trace us either.
 */
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runner_child.h"

#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

/* Of ABI 4, which the headers of older systems do not know. */
#define ACCESS_NET (UINT64_C(1) | UINT64_C(2))		/* bind and connect of TCP */
enum { ABI_REFER = 2, ABI_TRUNCATE = 3, ABI_NET = 4 };

#define ACCESS_READ (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define ACCESS_ALL_1 ((UINT64_C(1) << 13) - 1)
#define ACCESS_FILE (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | \
    LANDLOCK_ACCESS_FS_TRUNCATE)

/* With the member that ABI 4 added; the kernel is told how much of it there is. */
struct ruleset {
	uint64_t files;
	uint64_t net;
};

/* What programs and interpreters are made of, and nothing that holds somebody's secrets. */
static const char *const readable[] = {
	"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/proc", "/nix/store", "/gnu/store",
	"/etc/alternatives", "/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/etc/ld.so.cache", "/etc/ld.so.conf",
	"/etc/ld.so.conf.d", "/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/gai.conf", "/etc/nsswitch.conf",
	"/etc/passwd", "/etc/group", "/etc/localtime", "/etc/timezone", "/etc/services", "/etc/protocols", "/etc/mime.types",
	"/etc/locale.alias", "/etc/os-release", "/etc/debian_version", "/etc/php", "/etc/perl", "/etc/python3", "/etc/fonts",
	"/etc/magic", "/run/systemd/resolve", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/fd",
};

static long create(const struct ruleset *set, size_t n, unsigned flags)
{
	return syscall(SYS_landlock_create_ruleset, set, n, flags);
}

static long abi(void)
{
	return create(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

/* A file has no use for the rights of a folder, and Landlock refuses them there. */
static void allow(int rules, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr under = { .parent_fd = open(path, O_PATH | O_CLOEXEC) };
	struct stat st;

	if (under.parent_fd < 0)
		return;
	under.allowed_access = access;
	if (fstat(under.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
		under.allowed_access &= ACCESS_FILE;
	syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &under, 0);
	close(under.parent_fd);
}

void runner_lock(const struct runner_job *job, const char *folder)
{
	long version = abi();
	struct ruleset set = { .files = ACCESS_ALL_1 };
	int rules;

	if (version < 1)
		return;
	if (version >= ABI_REFER)
		set.files |= LANDLOCK_ACCESS_FS_REFER;
	if (version >= ABI_TRUNCATE)
		set.files |= LANDLOCK_ACCESS_FS_TRUNCATE;
	if (version >= ABI_NET && !job->network)
		set.net = ACCESS_NET;
	rules = (int)create(&set, version >= ABI_NET ? sizeof set : sizeof set.files, 0);
	if (rules < 0)
		return;
	for (size_t i = 0; i < sizeof readable / sizeof *readable; i++)
		allow(rules, readable[i], ACCESS_READ);
	allow(rules, "/dev/null", ACCESS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE);
	allow(rules, job->site, ACCESS_READ);
	allow(rules, folder, set.files);
	for (size_t i = 0; job->read && job->read[i]; i++)
		allow(rules, job->read[i], ACCESS_READ);
	for (size_t i = 0; job->write && job->write[i]; i++)
		allow(rules, job->write[i], set.files);
	syscall(SYS_landlock_restrict_self, rules, 0);
	close(rules);
}

const char *runner_layers(struct arena *a)
{
	long version = abi();

	if (version < 1)
		return "none: this kernel has no Landlock";
	return arena_printf(a, "Landlock %ld: files%s", version, version >= ABI_NET ? ", TCP" : "");
}
