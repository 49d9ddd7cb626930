/* SPDX-License-Identifier: ISC */
/*
 * mcpctl_client_import: client ID metadata documents that the operator brings along, for a client whose own address cannot be
 * fetched from here, or need not be.  They are checked as a fetched one is.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "audit.h"
#include "cimd.h"
#include "json.h"
#include "mcpctl_command.h"
#include "store_pinned.h"

enum { DOCUMENT_MAX = 64 * 1024 };

struct import {
	struct mcpctl *m;
	bool fallback;
	struct buf said;		/* shown when all of it is done */
	struct json_object *seen;	/* client_id: file */
};

static int put_document(struct import *im, const char *file, const char *id, struct json_object *doc, const struct client *c)
{
	struct context cx = mcpctl_context(im->m);
	struct buf text = buf_new(im->m->arena);
	struct pinned p = { id, NULL, im->fallback, im->m->now }, *old;
	const struct fail *no;

	json_put(&text, doc);
	p.document = text.v;
	cx.trail.client_id = id;
	cx.trail.why = "document imported by the operator";
	if ((no = pinned_find(im->m->store, im->m->arena, id, &old)) || (no = pinned_put(im->m->store, &p)) ||
	    (no = audit_note(&cx, AUDIT_REGISTER)))
		return mcpctl_refused(no);
	json_object_object_add(im->seen, id, json_object_new_string(file));
	buf_printf(&im->said, "%s  %s%s\n", id, c->name, old ? "  (replaced)" : "");
	return EXIT_SUCCESS;
}

static int import_file(struct import *im, const char *file)
{
	struct context cx = mcpctl_context(im->m);
	struct json_object *doc = NULL;
	const char *text, *id, *why;
	struct client c = { 0 };
	size_t n;

	if (!(text = mcpctl_read_file(im->m, file, DOCUMENT_MAX, &n)))
		return EXIT_FAILURE;
	if (!json_read(im->m->arena, text, n, &doc))
		return mcpctl_fail("%s: is not JSON", file);
	if (!(id = json_text(doc, "client_id")))
		return mcpctl_fail("%s: has no client_id, the URL that the client calls itself", file);
	if (!(why = cimd_url_check(im->m->arena, id)))
		why = cimd_check(&cx, id, doc, &c);
	if (why)
		return mcpctl_fail("%s: %s", file, why);
	if (json_has(im->seen, id))
		return mcpctl_fail("%s: is of the same client as %s", file, json_text(im->seen, id));
	return put_document(im, file, id, doc, &c);
}

static int is_json(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 5 && strcmp(d->d_name + n - 5, ".json") == 0 && d->d_name[0] != '.';
}

static int import_folder(struct import *im, const char *folder)
{
	struct dirent **entry = NULL;
	int i, n = scandir(folder, &entry, is_json, alphasort), status = EXIT_SUCCESS;

	if (n < 0)
		return mcpctl_fail("%s: %s", folder, strerror(errno));
	if (n == 0)
		status = mcpctl_fail("%s: has no file named *.json", folder);
	for (i = 0; i < n; i++) {
		if (status == EXIT_SUCCESS)
			status = import_file(im, arena_printf(im->m->arena, "%s/%s", folder, entry[i]->d_name));
		free(entry[i]);
	}
	free(entry);
	return status;
}

static int import_all(struct import *im, int argc, char **argv)
{
	int i, status = EXIT_SUCCESS;
	struct stat st;

	for (i = 0; i < argc && status == EXIT_SUCCESS; i++)
		status = stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode) ? import_folder(im, argv[i]) : import_file(im, argv[i]);
	return status;
}

int mcpctl_client_import(struct mcpctl *m, int argc, char **argv)
{
	struct import im = { .m = m };
	const struct option options[] = { { "--fallback", &im.fallback, NULL, NULL }, { NULL, NULL, NULL, NULL } };
	int status, n = mcpctl_read_options(m, argc, argv, options);
	const struct fail *no;
	const char *line;

	if (n < 1)
		return n < 0 ? EXIT_USAGE : mcpctl_misuse(m, "which files?");
	if (!mcpctl_open(m))
		return EXIT_FAILURE;
	im.said = buf_new(m->arena);
	im.seen = json_object_new_object();
	if ((no = store_begin(m->store)))
		status = mcpctl_refused(no);
	else
		status = import_all(&im, n, argv);
	json_object_put(im.seen);
	if (status != EXIT_SUCCESS) {
		store_end(m->store);
		fprintf(stderr, "mcpctl: nothing was imported\n");
		return status;
	}
	if ((status = mcpctl_finish(m, NULL)) != EXIT_SUCCESS)
		return status;
	for (line = im.said.v; *line; line += strcspn(line, "\n") + 1) {
		mcpctl_print_plain(arena_text(m->arena, line, strcspn(line, "\n")));
		putchar('\n');
	}
	if (m->conf.client_id_documents == DOCUMENTS_OFF)
		fprintf(stderr, "warning: the settings say client_id_documents = off: documents are not looked at\n");
	return EXIT_SUCCESS;
}
