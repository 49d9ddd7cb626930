/* SPDX-License-Identifier: ISC */
/*
 * old: runs a program as on a kernel of ten years ago: the system calls that came since Linux 3.10 do not exist.
 *
 *	old PROGRAM
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOT_YET(nr) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS)

int main(int argc, char **argv)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		NOT_YET(SYS_getrandom), NOT_YET(SYS_statx), NOT_YET(SYS_close_range), NOT_YET(SYS_openat2), NOT_YET(SYS_rseq),
		NOT_YET(SYS_clone3), NOT_YET(SYS_faccessat2), NOT_YET(SYS_memfd_create), NOT_YET(SYS_renameat2),
		NOT_YET(SYS_landlock_create_ruleset), NOT_YET(SYS_pidfd_open), NOT_YET(SYS_execveat), NOT_YET(SYS_preadv2),
		NOT_YET(SYS_copy_file_range),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof rules / sizeof *rules, .filter = rules };

	if (argc != 2)
		return 2;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
		perror("seccomp");
		return 3;
	}
	execv(argv[1], (char *[]){ argv[1], NULL });
	perror(argv[1]);
	return 4;
}
