/* SPDX-License-Identifier: ISC */
/* task_json: a task as clients see it (extension io.modelcontextprotocol/tasks): in results, and in notifications/tasks. */
#ifndef TASK_JSON_H
#define TASK_JSON_H

#include "buf.h"
#include "context.h"
#include "rpc_shape.h"
#include "store_task.h"

#define TASK_EXTENSION "io.modelcontextprotocol/tasks"

/*
 * Appends the members of the task to the open object: taskId, status and times, and by its status inputRequests, result or error.
 * The extension is one of the newest revision alone.
 */
void task_put_json(struct buf *b, const struct context *cx, const struct task *t, enum revision revision)
    __attribute__((nonnull));

/* The same without questions, result and error: what a call is answered with. */
void task_put_summary(struct buf *b, const struct context *cx, const struct task *t) __attribute__((nonnull));

#endif
