/* SPDX-License-Identifier: ISC */
/* site_watch: sums of what stat(2) says, in which the order of a folder does not matter. */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "arena.h"
#include "conf.h"
#include "site_watch.h"

static const char *const folder[WATCHED] = {
	[WATCHED_TOOLS] = "tools", [WATCHED_PROMPTS] = "prompts", [WATCHED_RESOURCES] = "resources",
};

struct look {
	struct context *cx;
	uint64_t list, all;
	bool whole;			/* every file is a definition: a prompt's text has its own in its head */
	int files;
};

/* FNV-1a: nobody gains by a collision here but the owner of the folder. */
static uint64_t mix(uint64_t hash, const void *bytes, size_t n)
{
	const unsigned char *at = bytes;

	for (; n > 0; n--)
		hash = (hash ^ *at++) * 0x100000001b3u;
	return hash;
}

static bool is_definition(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && strcmp(name + n - 5, ".json") == 0;
}

static void add_file(struct look *l, const char *name, const struct stat *st)
{
	const struct site_stamp stamp = site_stamp_of(st);
	uint64_t named = mix(0xcbf29ce484222325u, name, strlen(name)), whole = mix(named, &stamp, sizeof stamp);

	whole = mix(whole, &st->st_mode, sizeof st->st_mode);
	l->all += whole;
	l->list += l->whole || is_definition(name) ? whole : named;
	l->files++;
}

static void add_folder(struct look *l, const char *path, const char *below, int depth)
{
	DIR *d = opendir(path);
	struct dirent *entry;
	struct stat st;

	while (d && l->files < SITE_ITEMS_MAX && (entry = readdir(d))) {
		const char *name = arena_printf(l->cx->arena, "%s%s", below, entry->d_name);

		if (site_is_hidden(entry->d_name) || fstatat(dirfd(d), entry->d_name, &st, 0) != 0)
			continue;
		if (!S_ISDIR(st.st_mode))
			add_file(l, name, &st);
		else if (depth < SITE_DEPTH)
			add_folder(l, arena_printf(l->cx->arena, "%s/%s", path, entry->d_name),
			    arena_printf(l->cx->arena, "%s/", name), depth + 1);
	}
	if (d)
		closedir(d);
}

struct site_news site_watch_look(struct context *cx, struct site_watch *w)
{
	struct site_news news = { 0 };

	for (int i = 0; i < WATCHED; i++) {
		struct look l = { .cx = cx, .whole = i == WATCHED_PROMPTS };

		add_folder(&l, arena_printf(cx->arena, "%s/%s", cx->conf->site, folder[i]), "", 0);
		news.lists |= (unsigned)(l.list != w->list[i]) << i;
		news.files |= (unsigned)(l.all != w->all[i]) << i;
		w->list[i] = l.list;
		w->all[i] = l.all;
	}
	return news;
}

struct site_stamp site_watch_stamp(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? site_stamp_of(&st) : (struct site_stamp){ 0 };
}
