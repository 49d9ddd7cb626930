/* SPDX-License-Identifier: ISC */
/* kb_change: it is looked at inside the transaction that changes it, so that nothing comes in between. */
#include <inttypes.h>
#include <string.h>

#include "conf.h"
#include "kb_change.h"
#include "limit.h"
#include "line.h"
#include "store_change.h"

const char kb_nothing[] = "There is no such document.";

static const char not_yours[] = "Only the person who wrote a document can change or delete it.";

const char *kb_check(const struct document *d)
{
	if (!line_is(d->title))
		return "title must be one line of text, without control characters";
	if (!d->tags)
		return "tags must each be one line of text, without control characters";
	return d->content[strspn(d->content, " \t\r\n")] == '\0' ? "content must not be blank" : NULL;
}

/* A change of the title is one of the list, too. */
const struct fail *kb_announce(struct context *cx, const struct document *d, enum kb_event event)
{
	int64_t whom = d->is_private ? d->user_id : 0;
	const struct fail *no = NULL;

	if (d->is_private && !whom)
		return NULL;			/* its author is gone, and it was for nobody else */
	if (event != KB_MADE)
		no = change_put(cx->store, CHANGE_RESOURCE, kb_uri(cx->arena, d->id), whom, cx->now);
	return no ? no : change_put(cx->store, CHANGE_RESOURCES, "", whom, cx->now);
}

static const struct fail *take_limit(struct context *cx, const struct bearer *who)
{
	return limit_take(cx, LIMIT_DOCUMENTS, arena_printf(cx->arena, "%" PRId64, who->user_id));
}

const struct fail *kb_put(struct context *cx, const struct bearer *who, struct document *d)
{
	const struct fail *no;

	d->user_id = who->user_id;
	d->author = who->user_name ? who->user_name : "operator";
	d->is_private = cx->conf->kb_visibility == KB_PRIVATE && who->user_id;
	d->created_at = cx->now;
	if ((no = store_begin(cx->store)) || (no = take_limit(cx, who)) || (no = document_put(cx->store, d, who->user_id)) ||
	    (no = kb_announce(cx, d, KB_MADE)) || (no = store_commit(cx->store)))
		store_end(cx->store);
	return no;
}

/* For changing it.  What nobody wrote, the operator's, is no machine's either. */
static const struct fail *find_his(struct context *cx, const struct bearer *who, int64_t id, struct document **d,
    const char **wrong)
{
	const struct fail *no = kb_read(cx, who, id, d);

	*wrong = NULL;
	if (!no && !*d)
		*wrong = kb_nothing;
	else if (!no && (!who->user_id || (*d)->user_id != who->user_id))
		*wrong = not_yours;
	return no;
}

/* What it is to become.  False: it is so already. */
static bool merge(struct document *d, const struct document *to)
{
	struct document old = *d;

	d->title = to->title ? to->title : d->title;
	d->content = to->content ? to->content : d->content;
	d->tags = to->tags ? to->tags : d->tags;
	return strcmp(d->title, old.title) != 0 || strcmp(d->content, old.content) != 0 || strcmp(d->tags, old.tags) != 0;
}

static const struct fail *update(struct context *cx, const struct bearer *who, struct document *d)
{
	const struct fail *no;

	d->updated_at = cx->now;
	if ((no = take_limit(cx, who)) || (no = document_update(cx->store, d)) || (no = kb_announce(cx, d, KB_CHANGED)))
		return no;
	return store_commit(cx->store);
}

const struct fail *kb_update(struct context *cx, const struct bearer *who, int64_t id, const struct document *to,
    struct document **d, const char **wrong)
{
	const struct fail *no;

	*wrong = NULL;
	*d = NULL;
	if (!(no = store_begin(cx->store)) && !(no = find_his(cx, who, id, d, wrong)) && !*wrong && merge(*d, to) &&
	    !(*wrong = kb_check(*d)))
		no = update(cx, who, *d);
	store_end(cx->store);
	return no;
}

const struct fail *kb_drop(struct context *cx, const struct bearer *who, int64_t id, struct document **d, const char **wrong)
{
	const struct fail *no;

	*wrong = NULL;
	*d = NULL;
	if (!(no = store_begin(cx->store)) && !(no = find_his(cx, who, id, d, wrong)) && !*wrong &&
	    !(no = document_drop(cx->store, id)) && !(no = kb_announce(cx, *d, KB_DROPPED)))
		no = store_commit(cx->store);
	store_end(cx->store);
	return no;
}
