/* SPDX-License-Identifier: ISC */
/* site_resource_definition: the two kinds of JSON files below resources/, NAME.resource.json and FILE.meta.json. */
#ifndef SITE_RESOURCE_DEFINITION_H
#define SITE_RESOURCE_DEFINITION_H

#include "site_resource.h"

#define RESOURCE_END ".resource.json"
#define SIDECAR_END ".meta.json"

/* For a shelf: sets thing, a struct site_resource, or wrong and line. */
void site_resource_load(struct context *cx, struct site_item *item) __attribute__((nonnull));

/* A definition that says only which function it is. */
void site_resource_load_builtin(const struct builtin_resource *b, struct site_resource *r) __attribute__((nonnull));

/* Resource's or ResourceTemplate's own keys, in the order in which they are told. */
extern const char *const site_resource_keys[];

#endif
