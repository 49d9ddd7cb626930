/* SPDX-License-Identifier: ISC */
/* site: stat(2) instead of reading; a stamp of this very second is not trusted, because its second half may still come. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "conf.h"
#include "log.h"
#include "site.h"

struct site_stamp site_stamp_of(const struct stat *st)
{
	const int64_t second = 1000000000;

	return (struct site_stamp){
		.inode = (int64_t)st->st_ino, .size = st->st_size,
		.changed = st->st_ctim.tv_sec * second + st->st_ctim.tv_nsec,
		.modified = st->st_mtim.tv_sec * second + st->st_mtim.tv_nsec,
	};
}

static bool is_old(const struct context *cx, const struct site_stamp *stamp)
{
	return stamp->changed / 1000000000 < cx->now - 1;
}

static bool is_same(const struct site_stamp *one, const struct site_stamp *two)
{
	return memcmp(one, two, sizeof *one) == 0;
}

/* What this very request has read it does not read again. */
static bool is_good(const struct context *cx, const struct site_item *item, const struct site_stamp *now)
{
	return is_same(&item->stamp, now) && (is_old(cx, now) || strcmp(item->request, cx->id) == 0);
}

bool site_is_there(const struct context *cx)
{
	struct stat st;

	return cx->conf->site_given || (cx->conf->site && stat(cx->conf->site, &st) == 0 && S_ISDIR(st.st_mode));
}

const char *site_path(struct arena *a, const char *folder, const char *name)
{
	const char *part = name;
	size_t n;

	if (!*name || *name == '/')
		return NULL;
	for (; ; part += n + 1) {
		n = strcspn(part, "/");
		if (n == 0 || (n == 1 && part[0] == '.') || (n == 2 && part[0] == '.' && part[1] == '.'))
			return NULL;
		if (!part[n])
			break;
	}
	return arena_printf(a, "%s/%s", folder, name);
}

/* ---- one file ------------------------------------------------------------------------------------------------ */

static const char *refusal(const struct stat *st, size_t most)
{
	if (!S_ISREG(st->st_mode))
		return "is not a regular file";
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return "belongs to somebody else";
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return "may be written by others (chmod go-w)";
	return st->st_size > (off_t)most ? "is too large" : NULL;
}

/* Folder by folder, none of them a link, none of them upwards (site_path() has seen to that). */
static int open_below(const char *root, const char *name, int flags)
{
	int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC), next;
	char part[NAME_MAX + 1];
	size_t n;

	for (; fd >= 0; name += n + 1) {
		n = strcspn(name, "/");
		if (n > NAME_MAX) {
			close(fd);
			errno = ENAMETOOLONG;
			return -1;
		}
		memcpy(part, name, n);
		part[n] = '\0';
		next = openat(fd, part, (name[n] ? O_PATH | O_DIRECTORY : flags) | O_NOFOLLOW | O_CLOEXEC);
		close(fd);
		fd = next;
		if (!name[n])
			break;
	}
	return fd;
}

static char *read_open(struct arena *a, int fd, size_t most, size_t *n, const char **wrong)
{
	struct buf b = buf_new(a);
	struct stat st;
	ssize_t got = 1;

	*n = 0;
	if (fd < 0) {
		*wrong = strerror(errno);
		return NULL;
	}
	*wrong = fstat(fd, &st) != 0 ? strerror(errno) : refusal(&st, most);
	while (!*wrong && (got = read(fd, buf_room(&b, (size_t)st.st_size + 1), (size_t)st.st_size + 1)) > 0)
		if ((b.len += (size_t)got) > most)
			*wrong = "is too large";
	if (!*wrong && got < 0)
		*wrong = strerror(errno);
	close(fd);
	if (*wrong)
		return NULL;
	buf_room(&b, 1)[0] = '\0';
	*n = b.len;
	return b.v;
}

char *site_read(struct arena *a, const char *path, size_t most, size_t *n, const char **wrong)
{
	return read_open(a, open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), most, n, wrong);
}

char *site_read_item(struct arena *a, const struct site_item *item, size_t most, size_t *n, const char **wrong)
{
	if (!item->root)
		return site_read(a, item->path, most, n, wrong);
	return read_open(a, open_below(item->root, item->name, O_RDONLY | O_NONBLOCK), most, n, wrong);
}

static void item_drop(struct site_item *item)
{
	struct arena *a = item->arena;

	arena_drop(a);
}

static struct site_item *item_new(struct context *cx, struct site_shelf *shelf, const char *name, const struct stat *st)
{
	struct arena *a = arena_new();
	struct site_item *item = arena_take(a, sizeof *item);

	item->arena = a;
	item->name = arena_copy(a, name);
	item->path = arena_printf(a, "%s/%s", shelf->path, name);
	item->root = shelf->closed ? arena_copy(a, shelf->path) : NULL;
	item->executable = st->st_mode & 0111;
	item->stamp = site_stamp_of(st);
	memcpy(item->request, cx->id, sizeof item->request);
	item->wrong = refusal(st, SIZE_MAX / 2);
	if (!item->wrong)
		shelf->load(cx, item);
	if (item->wrong)
		item->thing = NULL;
	if (item->wrong && item->line)
		log_line("%s/%s:%d: %s", shelf->folder, name, item->line, item->wrong);
	else if (item->wrong)
		log_line("%s/%s: %s", shelf->folder, name, item->wrong);
	return item;
}

/* ---- a shelf ------------------------------------------------------------------------------------------------- */

static void clear(struct site_shelf *shelf)
{
	for (size_t i = 0; i < shelf->count; i++)
		item_drop(shelf->items[i]);
	free(shelf->items);
	free(shelf->path);
	shelf->items = NULL;
	shelf->path = NULL;
	shelf->count = 0;
	shelf->stamp = (struct site_stamp){ 0 };
}

void site_end(struct site_shelf *shelf)
{
	clear(shelf);
}

/* The settings of a process do not change, but those of a test do. */
static void stand_at(struct context *cx, struct site_shelf *shelf)
{
	const char *path = arena_printf(cx->arena, "%s/%s", cx->conf->site, shelf->folder);

	if (shelf->path && strcmp(shelf->path, path) == 0)
		return;
	clear(shelf);
	if (!(shelf->path = strdup(path)))
		abort();
}

/* Where a name stands, or would stand. */
static size_t place_of(const struct site_shelf *shelf, const char *name, bool *there)
{
	size_t low = 0, high = shelf->count, middle;
	int order;

	*there = false;
	while (low < high) {
		middle = (low + high) / 2;
		order = strcmp(shelf->items[middle]->name, name);
		if (order == 0) {
			*there = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void take_out(struct site_shelf *shelf, size_t at)
{
	item_drop(shelf->items[at]);
	memmove(&shelf->items[at], &shelf->items[at + 1], (--shelf->count - at) * sizeof *shelf->items);
}

static void put_in(struct site_shelf *shelf, size_t at, struct site_item *item)
{
	struct site_item **items = realloc(shelf->items, (shelf->count + 1) * sizeof *items);

	if (!items)
		abort();
	shelf->items = items;
	memmove(&items[at + 1], &items[at], (shelf->count++ - at) * sizeof *items);
	items[at] = item;
}

static bool look_at(struct context *cx, const struct site_shelf *shelf, const char *name, struct stat *st)
{
	bool good;
	int fd;

	if (!shelf->closed)
		return stat(arena_printf(cx->arena, "%s/%s", shelf->path, name), st) == 0;
	if ((fd = open_below(shelf->path, name, O_PATH)) < 0)
		return false;
	good = fstat(fd, st) == 0;
	close(fd);
	return good;
}

/* Brings one name up to date.  NULL: there is no such file. */
static struct site_item *renew(struct context *cx, struct site_shelf *shelf, const char *name)
{
	struct site_stamp stamp;
	struct stat st;
	bool there;
	size_t at = place_of(shelf, name, &there);

	if (!look_at(cx, shelf, name, &st) || S_ISDIR(st.st_mode)) {
		if (there)
			take_out(shelf, at);
		return NULL;
	}
	stamp = site_stamp_of(&st);
	if (there && is_good(cx, shelf->items[at], &stamp))
		return shelf->items[at];
	if (there)
		take_out(shelf, at);
	put_in(shelf, at, item_new(cx, shelf, name, &st));
	return shelf->items[at];
}

bool site_is_hidden(const char *name)
{
	size_t n = strlen(name);

	return name[0] == '.' || name[n - 1] == '~';
}

/* Names of a folder, and of those within. */
static void look(struct context *cx, struct site_shelf *shelf, const char *below, int depth)
{
	DIR *folder = opendir(arena_printf(cx->arena, "%s/%s", shelf->path, below));
	struct dirent *entry;
	struct stat st;

	while (folder && (entry = readdir(folder)) && shelf->count < SITE_ITEMS_MAX) {
		const char *name = arena_printf(cx->arena, "%s%s", below, entry->d_name);

		if (site_is_hidden(entry->d_name))
			continue;
		if (fstatat(dirfd(folder), entry->d_name, &st, shelf->closed ? AT_SYMLINK_NOFOLLOW : 0) != 0)
			continue;
		if (!S_ISDIR(st.st_mode))
			renew(cx, shelf, name);
		else if (shelf->deep && depth < SITE_DEPTH)
			look(cx, shelf, arena_printf(cx->arena, "%s/", name), depth + 1);
	}
	if (folder)
		closedir(folder);
}

struct site_item *const *site_each(struct context *cx, struct site_shelf *shelf, size_t *count)
{
	struct site_stamp stamp;
	struct stat st;

	stand_at(cx, shelf);
	for (size_t i = shelf->count; i-- > 0; )
		renew(cx, shelf, arena_copy(cx->arena, shelf->items[i]->name));
	if (stat(shelf->path, &st) == 0) {
		stamp = site_stamp_of(&st);
		if (shelf->deep || !is_same(&shelf->stamp, &stamp) || !is_old(cx, &stamp))
			look(cx, shelf, "", 0);
		shelf->stamp = stamp;
	}
	*count = shelf->count;
	return shelf->items;
}

struct site_item *site_find(struct context *cx, struct site_shelf *shelf, const char *name)
{
	stand_at(cx, shelf);
	if (site_is_hidden(name) || !site_path(cx->arena, shelf->path, name))
		return NULL;
	return renew(cx, shelf, name);
}
