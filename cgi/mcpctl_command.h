/* SPDX-License-Identifier: ISC */
/*
 * mcpctl_command: the commands, one function each, and the words in which mcpctl explains them.  A function returns the
 * exit status, and says why on standard error before it returns anything but EXIT_SUCCESS; argv[0] is the first word behind
 * the command.
 */
#ifndef MCPCTL_COMMAND_H
#define MCPCTL_COMMAND_H

#include "mcpctl.h"

struct command {
	const char *noun, *verb;	/* verb "": the noun is the whole command */
	const char *arguments;
	const char *summary;
	const char *help;
	int (*run)(struct mcpctl *m, int argc, char **argv);
};

/* Ends with a NULL noun. */
extern const struct command commands[];

int mcpctl_init(struct mcpctl *m, int argc, char **argv);
int mcpctl_check(struct mcpctl *m, int argc, char **argv);
int mcpctl_doctor(struct mcpctl *m, int argc, char **argv);
int mcpctl_migrate(struct mcpctl *m, int argc, char **argv);
int mcpctl_reap(struct mcpctl *m, int argc, char **argv);
int mcpctl_backup(struct mcpctl *m, int argc, char **argv);
int mcpctl_restore(struct mcpctl *m, int argc, char **argv);
int mcpctl_user_add(struct mcpctl *m, int argc, char **argv);
int mcpctl_user_passwd(struct mcpctl *m, int argc, char **argv);
int mcpctl_user_disable(struct mcpctl *m, int argc, char **argv);
int mcpctl_user_enable(struct mcpctl *m, int argc, char **argv);
int mcpctl_user_list(struct mcpctl *m, int argc, char **argv);
int mcpctl_document_import(struct mcpctl *m, int argc, char **argv);
int mcpctl_document_list(struct mcpctl *m, int argc, char **argv);
int mcpctl_document_show(struct mcpctl *m, int argc, char **argv);
int mcpctl_document_delete(struct mcpctl *m, int argc, char **argv);
int mcpctl_client_list(struct mcpctl *m, int argc, char **argv);
int mcpctl_client_show(struct mcpctl *m, int argc, char **argv);
int mcpctl_client_add(struct mcpctl *m, int argc, char **argv);
int mcpctl_client_import(struct mcpctl *m, int argc, char **argv);
int mcpctl_client_approve(struct mcpctl *m, int argc, char **argv);
int mcpctl_client_disable(struct mcpctl *m, int argc, char **argv);
int mcpctl_client_enable(struct mcpctl *m, int argc, char **argv);
int mcpctl_client_delete(struct mcpctl *m, int argc, char **argv);
int mcpctl_grant_list(struct mcpctl *m, int argc, char **argv);
int mcpctl_grant_revoke(struct mcpctl *m, int argc, char **argv);
int mcpctl_task_list(struct mcpctl *m, int argc, char **argv);
int mcpctl_task_show(struct mcpctl *m, int argc, char **argv);
int mcpctl_task_cancel(struct mcpctl *m, int argc, char **argv);
int mcpctl_token_revoke(struct mcpctl *m, int argc, char **argv);
int mcpctl_redirect_allow(struct mcpctl *m, int argc, char **argv);
int mcpctl_redirect_deny(struct mcpctl *m, int argc, char **argv);
int mcpctl_redirect_list(struct mcpctl *m, int argc, char **argv);
int mcpctl_redirect_drop(struct mcpctl *m, int argc, char **argv);
int mcpctl_scope_list(struct mcpctl *m, int argc, char **argv);
int mcpctl_scope_test(struct mcpctl *m, int argc, char **argv);
int mcpctl_site_check(struct mcpctl *m, int argc, char **argv);
int mcpctl_tool_call(struct mcpctl *m, int argc, char **argv);
int mcpctl_resource_read(struct mcpctl *m, int argc, char **argv);
int mcpctl_prompt_get(struct mcpctl *m, int argc, char **argv);
int mcpctl_trace(struct mcpctl *m, int argc, char **argv);
int mcpctl_audit(struct mcpctl *m, int argc, char **argv);

#endif
