/* SPDX-License-Identifier: ISC */
/* program_env: the environment of a program of the site: who calls, what for, and nothing of the web server's. */
#ifndef PROGRAM_ENV_H
#define PROGRAM_ENV_H

#include "program.h"

/* Reads the definition's `env` into NAME=value.  NULL, or what is wrong. */
const char *program_env_read(struct arena *a, struct json_object *env, const char *const **to) __attribute__((nonnull(1, 3)));

/* A folder of that name beside the database. */
const char *program_env_folder(struct call *c, const char *name) __attribute__((nonnull, returns_nonnull));

/* The whole environment of a run. */
const char *const *program_env(struct call *c, const struct program *p, const char *name)
    __attribute__((nonnull, returns_nonnull));

/* The folders that it may write: those of the definition, and the person's own with `isolate`. */
const char *const *program_env_write(struct call *c, const struct program *p) __attribute__((nonnull));

#endif
