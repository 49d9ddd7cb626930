/* SPDX-License-Identifier: ISC */
/*
 * mcpctl_document: Markdown into the knowledge base.  A section is what stands between two headings of the
 * first or second level (CommonMark 0.31 section 4.2); a `#` inside a code fence (section 4.5) is no heading.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "mcpctl_command.h"
#include "store_change.h"
#include "store_document.h"
#include "utf8.h"

enum { FILE_MAX = 64 * 1024 * 1024, CONTENT_MAX = 1000 * 1000, TITLE_MAX = 200 };

struct import {
	struct mcpctl *m;
	const char *file;
	const char *book;		/* the first-level heading we are below, or NULL */
	const char *title;		/* of the section being collected */
	struct buf content;
	char fence;			/* '`' or '~' while inside a code fence */
	size_t fence_len;
	int documents;
};

struct line {
	const char *text;
	size_t len;			/* without the newline */
};

/* At most TITLE_MAX characters, and no half one. */
static const char *cut_title(struct arena *a, const char *title)
{
	size_t at = 0, n = strlen(title);
	int count;

	for (count = 0; count < TITLE_MAX && at < n; count++)
		at += utf8_char(title + at, n - at);
	return arena_text(a, title, at);
}

/* The name of a file without folder and extension: the title of what stands above the first heading. */
static const char *title_of_file(struct arena *a, const char *file)
{
	const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file, *dot = strrchr(name, '.');

	if (strcmp(file, "-") == 0)
		return "Notes";
	return dot && dot != name ? arena_text(a, name, (size_t)(dot - name)) : name;
}

/* Without the blank lines around it; NULL when there is nothing else. */
static const char *trim_content(struct import *im)
{
	const char *from = im->content.v, *end = from + im->content.len, *line;

	while (end > from && strchr(" \t\r\n", end[-1]))
		end--;
	for (line = from; line < end && strchr(" \t\r\n", *line); line++)
		if (*line == '\n')
			from = line + 1;
	return line < end ? arena_text(im->m->arena, from, (size_t)(end - from)) : NULL;
}

/* Ends the section that is being collected; one without text is none. */
static int put_section(struct import *im)
{
	struct document d = { .tags = "", .created_at = im->m->now };
	const struct fail *no;

	d.title = cut_title(im->m->arena, im->title);
	d.content = trim_content(im);
	im->content = buf_new(im->m->arena);
	if (!d.content)
		return EXIT_SUCCESS;
	if (strlen(d.content) > CONTENT_MAX)
		return mcpctl_fail("%s: the section '%s' has more than a million bytes", im->file, d.title);
	if ((no = document_put(im->m->store, &d, 0)))
		return mcpctl_refused(no);
	im->documents++;
	return EXIT_SUCCESS;
}

/* A run of three or more fence characters, indented by three blanks at most; *rest is behind it. */
static size_t read_fence(const struct line *l, char *mark, const char **rest)
{
	const char *p = l->text, *end = p + l->len, *from;

	while (p < end && p - l->text < 3 && *p == ' ')
		p++;
	*mark = p < end && (*p == '`' || *p == '~') ? *p : '\0';
	for (from = p; p < end && *mark && *p == *mark; p++)
		continue;
	*rest = p;
	return p - from >= 3 ? (size_t)(p - from) : 0;
}

/* Follows the fences.  True while the line is inside of one or is one itself. */
static bool is_fenced(struct import *im, const struct line *l)
{
	const char *rest, *end = l->text + l->len;
	char mark;
	size_t n = read_fence(l, &mark, &rest);

	if (!im->fence) {
		if (n == 0 || (mark == '`' && memchr(rest, '`', (size_t)(end - rest))))
			return false;
		im->fence = mark;
		im->fence_len = n;
		return true;
	}
	while (rest < end && strchr(" \t\r", *rest))
		rest++;
	if (mark == im->fence && n >= im->fence_len && rest == end)
		im->fence = '\0';
	return true;
}

/* The level of a heading (1 or 2) and its text without closing #s; 0 for everything else. */
static int read_heading(struct arena *a, const struct line *l, const char **text)
{
	const char *from = l->text, *end = from + l->len;
	int level;

	for (level = 0; from < end && *from == '#'; from++)
		level++;
	if (level < 1 || level > 2 || from == end || (*from != ' ' && *from != '\t'))
		return 0;
	while (from < end && strchr(" \t", *from))
		from++;
	while (end > from && strchr(" \t\r", end[-1]))
		end--;
	l = &(struct line){ from, (size_t)(end - from) };
	while (end > from && end[-1] == '#')
		end--;
	if (end > from && !strchr(" \t", end[-1]))
		end = from + l->len;
	while (end > from && strchr(" \t", end[-1]))
		end--;
	*text = arena_text(a, from, (size_t)(end - from));
	return end > from ? level : 0;
}

static int take_line(struct import *im, const struct line *l)
{
	const char *text;
	int level = is_fenced(im, l) ? 0 : read_heading(im->m->arena, l, &text);
	int status;

	if (level == 0) {
		buf_put(&im->content, l->text, l->len);
		buf_char(&im->content, '\n');
		return EXIT_SUCCESS;
	}
	if ((status = put_section(im)) != EXIT_SUCCESS)
		return status;
	if (level == 1)
		im->book = text;
	im->title = level == 2 && im->book ? arena_printf(im->m->arena, "%s: %s", im->book, text) : text;
	return EXIT_SUCCESS;
}

static int read_file(struct mcpctl *m, const char *file, struct buf *text)
{
	bool own = strcmp(file, "-") != 0;
	int fd = own ? open(file, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	char block[65536];
	ssize_t got = -1;

	*text = buf_new(m->arena);
	while (fd >= 0 && text->len <= FILE_MAX && (got = read(fd, block, sizeof block)) > 0)
		buf_put(text, block, (size_t)got);
	if (got < 0)
		mcpctl_fail("%s: %s", file, strerror(errno));
	if (own && fd >= 0)
		close(fd);
	if (got < 0)
		return EXIT_FAILURE;
	if (text->len > FILE_MAX)
		return mcpctl_fail("%s: is larger than 64 MiB", file);
	if (!utf8_is(text->v, text->len) || memchr(text->v, '\0', text->len))
		return mcpctl_fail("%s: is not UTF-8 text", file);
	return EXIT_SUCCESS;
}

static int import_file(struct mcpctl *m, const char *file, int *documents)
{
	struct import im = { .m = m, .file = file, .content = buf_new(m->arena) };
	const char *p, *end, *newline;
	struct buf text;
	int status = read_file(m, file, &text);

	if (status != EXIT_SUCCESS)
		return status;
	im.title = title_of_file(m->arena, file);
	p = text.len >= 3 && memcmp(text.v, "\xef\xbb\xbf", 3) == 0 ? text.v + 3 : text.v;
	for (end = text.v + text.len; p < end && status == EXIT_SUCCESS; p = newline + 1) {
		newline = memchr(p, '\n', (size_t)(end - p));
		if (!newline)
			newline = end;
		status = take_line(&im, &(struct line){ p, (size_t)(newline - p) });
	}
	if (status == EXIT_SUCCESS)
		status = put_section(&im);
	if (status == EXIT_SUCCESS && im.documents == 0)
		status = mcpctl_fail("%s: there is nothing in it", file);
	*documents += im.documents;
	return status;
}

int mcpctl_document_import(struct mcpctl *m, int argc, char **argv)
{
	const struct fail *no;
	int i, documents = 0, status = EXIT_SUCCESS;

	if (argc > 0 && strcmp(argv[0], "--") == 0)
		argc--, argv++;
	else if (argc > 0 && argv[0][0] == '-' && argv[0][1])
		return mcpctl_misuse(m, "'%s' is not understood", argv[0]);
	if (argc == 0)
		return mcpctl_misuse(m, "which files?");
	if (!mcpctl_open(m))
		return EXIT_FAILURE;
	if ((no = store_begin(m->store)))
		return mcpctl_refused(no);
	for (i = 0; i < argc && status == EXIT_SUCCESS; i++)
		status = import_file(m, argv[i], &documents);
	if (status == EXIT_SUCCESS && ((no = change_put(m->store, CHANGE_RESOURCES, "", 0, m->now)) || (no = store_commit(m->store))))
		status = mcpctl_refused(no);
	store_end(m->store);
	if (status == EXIT_SUCCESS)
		printf("imported %d document%s\n", documents, documents == 1 ? "" : "s");
	else
		mcpctl_fail("nothing was imported");
	return status;
}
