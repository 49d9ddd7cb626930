/* SPDX-License-Identifier: ISC */
/* listen_feed: a number of the database each round, rows when it is another one, and the site every other round. */
#include "listen_feed.h"
#include "site_watch.h"

enum { AT_ONCE = 500, SITE_EVERY = 2 };

static struct {
	int64_t version;		/* of the database, as its rows were last read */
	int64_t last;			/* id of the last change that was told */
	struct site_watch site;
	unsigned rounds;
	struct listen_news news;
} feed;

const struct fail *listen_feed_begin(struct context *cx)
{
	const struct fail *no = change_version(cx->store, &feed.version);

	if (no || (no = change_last(cx->store, &feed.last)))
		return no;
	site_watch_look(cx, &feed.site);
	feed.news = (struct listen_news){ 0 };
	return NULL;
}

/* What cannot be read now is read in the next round; the reason is in the log. */
static void look_at_rows(struct context *cx)
{
	struct change *change;
	int64_t version;
	size_t n;

	if (change_version(cx->store, &version) || version == feed.version ||
	    change_since(cx->store, cx->arena, feed.last, AT_ONCE, &change, &n))
		return;
	feed.news.committed = true;
	feed.news.change = change;
	feed.news.changes = n;
	if (n > 0)
		feed.last = change[n - 1].id;
	if (n < AT_ONCE)
		feed.version = version;
}

static void look_at_site(struct context *cx)
{
	const struct site_news site = site_watch_look(cx, &feed.site);

	feed.news.list[CHANGE_TOOLS] = site.lists & 1 << WATCHED_TOOLS;
	feed.news.list[CHANGE_PROMPTS] = site.lists & 1 << WATCHED_PROMPTS;
	feed.news.list[CHANGE_RESOURCES] = site.lists & 1 << WATCHED_RESOURCES;
	feed.news.files = site.files & 1 << WATCHED_RESOURCES;
}

void listen_feed_look(struct context *cx)
{
	feed.news = (struct listen_news){ 0 };
	look_at_rows(cx);
	if (++feed.rounds % SITE_EVERY == 0)
		look_at_site(cx);
}

const struct listen_news *listen_feed_news(void)
{
	return &feed.news;
}
