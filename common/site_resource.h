/* SPDX-License-Identifier: ISC */
/*
 * site_resource: what can be read here (MCP, "Resources"; the endpoints of OAuth, also called resources, are in resource.h).  A
 * resource is a file below resources/ of the site, or what a program makes for a URI or a URI template:
 * resources/NAME.resource.json.  Where there is no site, what is built in can be read.
 */
#ifndef SITE_RESOURCE_H
#define SITE_RESOURCE_H

#include "builtin_resource.h"
#include "completer.h"
#include "site.h"
#include "uri_template.h"

struct json_object;

enum { SITE_RESOURCE_MAX = 16 * 1024 * 1024 };

struct site_resource {
	const char *key;		/* the file below resources/; orders them */
	const char *uri;		/* NULL: */
	const struct uri_template *template;
	const char *template_text;
	struct json_object *definition;	/* Resource or ResourceTemplate object, without what was left to us; NULL: a mere file */
	const char *name, *mime;	/* of a file */
	const char *scope;		/* words that the token must hold; "": any token will do */
	const struct site_item *item;	/* a file, or */
	const struct program *program;	/* or */
	const struct builtin_resource *builtin;
	const struct completer *complete;
	struct json_object *variables;	/* of the template, as the URI that was asked for fills them */
};

/* All at the endpoint that was asked, in the order of their keys; good for this request. */
struct site_resource *const *site_resource_each(struct context *cx, size_t *n) __attribute__((nonnull));

/*
 * The resource that the URI names, or NULL.  A URI is compared, and never made into a path: what was not found in the folder
 * cannot be named.
 */
const struct site_resource *site_resource_find(struct context *cx, const char *uri) __attribute__((nonnull));

/* The one with that template, letter by letter. */
const struct site_resource *site_resource_find_template(struct context *cx, const char *text) __attribute__((nonnull));

/* Resource or ResourceTemplate object of the newest revision; lives as long as the request. */
struct json_object *site_resource_describe(struct context *cx, const struct site_resource *r)
    __attribute__((nonnull, returns_nonnull));

/* The bytes of a file; NULL: it is gone, or not readable any more, and *wrong says why. */
const char *site_resource_content(struct context *cx, const struct site_resource *r, size_t *n, const char **wrong)
    __attribute__((nonnull));

/* For `mcpctl site check`: one call of `say` for each file. */
void site_resource_check(struct context *cx, void (*say)(void *with, const struct site_item *item), void *with)
    __attribute__((nonnull(1, 2)));

/* Gives back what is kept from call to call; for tests that look for leaks. */
void site_resource_end(void);

#endif
