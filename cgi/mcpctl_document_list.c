/* SPDX-License-Identifier: ISC */
/* mcpctl_document_list: what is in the knowledge base, private or not: the operator has the file anyhow. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "kb_change.h"
#include "line.h"
#include "mcpctl_command.h"

/* An object that is not closed yet. */
static void put_document(struct buf *b, const struct document *d)
{
	mcpctl_put_object(b);
	json_put_number(b, "id", d->id);
	mcpctl_put_text(b, "title", d->title);
	line_put_list(b, "tags", d->tags);
	mcpctl_put_text(b, "author", d->author);
	mcpctl_put_bool(b, "private", d->is_private);
	mcpctl_put_second(b, "created_at", d->created_at);
	mcpctl_put_second(b, "updated_at", d->updated_at);
}

static void give_document(void *with, const struct document *d)
{
	struct mcpctl_list *l = with;

	if (l->as_json) {
		put_document(&l->json, d);
		buf_char(&l->json, '}');
		return;
	}
	printf("%6lld  %s  ", (long long)d->id, mcpctl_date(l->m->arena, d->created_at));
	mcpctl_print_plain(d->author);
	fputs(d->is_private ? "  private  " : "  ", stdout);
	mcpctl_print_plain(d->title);
	putchar('\n');
}

static const struct fail *each(struct mcpctl_list *l)
{
	return document_each(l->m->store, l->m->arena, give_document, l);
}

int mcpctl_document_list(struct mcpctl *m, int argc, char **argv)
{
	return mcpctl_list(m, argc, argv, each);
}

/* ---- one of them ------------------------------------------------------------------------------------------------- */

static int find_document(struct mcpctl *m, int64_t id, struct document **d)
{
	const struct fail *no = document_find_any(m->store, m->arena, id, d);

	if (no)
		return mcpctl_refused(no);
	return *d ? EXIT_SUCCESS : mcpctl_fail("there is no document %lld", (long long)id);
}

static void print_line(const char *what, const char *value)
{
	printf("%-10s ", what);
	mcpctl_print_plain(value);
	putchar('\n');
}

/* The text keeps its lines; nothing else in it drives a terminal. */
static void print_content(struct arena *a, const char *content)
{
	for (size_t n; *content; content += n + (content[n] == '\n')) {
		n = strcspn(content, "\n");
		if (n)
			mcpctl_print_plain(arena_text(a, content, n));
		putchar('\n');
	}
}

static void print_document(struct mcpctl *m, const struct document *d)
{
	printf("%-10s %lld%s\n", "document", (long long)d->id, d->is_private ? ", private" : "");
	print_line("title", d->title);
	for (const char *tag = d->tags; *tag; tag += strcspn(tag, "\n"), tag += *tag == '\n')
		print_line("tag", arena_text(m->arena, tag, strcspn(tag, "\n")));
	print_line("author", d->author);
	printf("%-10s %s\n", "made", mcpctl_time(m->arena, d->created_at));
	printf("%-10s %s\n\n", "changed", mcpctl_time(m->arena, d->updated_at));
	print_content(m->arena, d->content);
}

int mcpctl_document_show(struct mcpctl *m, int argc, char **argv)
{
	bool as_json = false;
	const struct option options[] = { { "--json", &as_json, NULL, NULL }, { NULL, NULL, NULL, NULL } };
	int n = mcpctl_read_options(m, argc, argv, options), status;
	struct buf b = buf_new(m->arena);
	struct document *d;
	int64_t id;

	if (n < 0)
		return EXIT_USAGE;
	if (n != 1 || !mcpctl_read_number(argv[0], &id))
		return mcpctl_misuse(m, "which document?");
	if (!mcpctl_open(m))
		return EXIT_FAILURE;
	if ((status = find_document(m, id, &d)) != EXIT_SUCCESS)
		return status;
	if (!as_json) {
		print_document(m, d);
		return EXIT_SUCCESS;
	}
	put_document(&b, d);
	mcpctl_put_text(&b, "content", d->content);
	buf_char(&b, '}');
	mcpctl_print_document(&b);
	return EXIT_SUCCESS;
}

/* All of them, or none: in the caller's transaction. */
static int delete_one(struct mcpctl *m, const char *word)
{
	struct context cx = mcpctl_context(m);
	const struct fail *no;
	struct document *d;
	int64_t id;
	int status;

	if (!mcpctl_read_number(word, &id))
		return mcpctl_misuse(m, "'%s' is no number of a document", word);
	if ((status = find_document(m, id, &d)) != EXIT_SUCCESS)
		return status;
	if ((no = document_drop(m->store, id)) || (no = kb_announce(&cx, d, KB_DROPPED)))
		return mcpctl_refused(no);
	return EXIT_SUCCESS;
}

int mcpctl_document_delete(struct mcpctl *m, int argc, char **argv)
{
	const struct option options[] = { { NULL, NULL, NULL, NULL } };
	int n = mcpctl_read_options(m, argc, argv, options), status = EXIT_SUCCESS;
	const struct fail *no;

	if (n < 0)
		return EXIT_USAGE;
	if (n == 0)
		return mcpctl_misuse(m, "which documents?");
	if (!mcpctl_open(m))
		return EXIT_FAILURE;
	if ((no = store_begin(m->store)))
		return mcpctl_refused(no);
	for (int i = 0; i < n && status == EXIT_SUCCESS; i++)
		status = delete_one(m, argv[i]);
	if (status == EXIT_SUCCESS && (no = store_commit(m->store)))
		status = mcpctl_refused(no);
	store_end(m->store);
	if (status == EXIT_SUCCESS)
		printf("%d document%s gone\n", n, n == 1 ? " is" : "s are");
	else
		mcpctl_fail("nothing was deleted");
	return status;
}
