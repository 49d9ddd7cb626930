/* SPDX-License-Identifier: ISC */
/* beside: programs of ours that stand in the folder of this one, and that it starts. */
#ifndef BESIDE_H
#define BESIDE_H

#include "arena.h"

/* The path of that program, or NULL: it is not there, or may not be executed. */
const char *beside(struct arena *a, const char *name) __attribute__((nonnull));

#endif
