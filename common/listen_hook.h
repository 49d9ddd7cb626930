/* SPDX-License-Identifier: ISC */
/* listen_hook: what a listener may hear of, asked of those who know: documents, files of the site, tasks. */
#ifndef LISTEN_HOOK_H
#define LISTEN_HOOK_H

#include <stdbool.h>

#include "buf.h"
#include "context.h"
#include "fail.h"
#include "store_task.h"
#include "store_token.h"

/* May this person hear when the resource changes?  Only if he may read it. */
const struct fail *listen_may_hear(struct context *cx, const struct bearer *who, const char *uri, bool *may)
    __attribute__((nonnull, warn_unused_result));

/* The file that a resource stands for, if it stands for one: then its stamp tells of changes. */
const char *listen_path(struct context *cx, const char *uri) __attribute__((nonnull));

/* Is the task this person's, with this client? */
const struct fail *listen_may_hear_task(struct context *cx, const struct bearer *who, const char *id, bool *may)
    __attribute__((nonnull, warn_unused_result));

/*
 * Appends the members of the task, as tasks/get gives them, behind a comma where one is needed.  whose: id, person, client and
 * endpoint.  False: it is not there any more.
 */
bool listen_put_task(struct context *cx, struct buf *b, const struct task *whose) __attribute__((nonnull, warn_unused_result));

#endif
