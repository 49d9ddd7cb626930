/* SPDX-License-Identifier: ISC */
/* store_client_document: clients by their documents. */
#include "store_client_document.h"
#include "store_sql.h"

const struct fail *client_document_find_disabled(struct store *s, const char *id, bool *disabled)
{
	struct query q = query_new(s, SQL_CLIENT_DOCUMENT_FIND_DISABLED);

	query_text(&q, ":id", id);
	*disabled = query_row(&q);
	return query_end(&q);
}

static const struct fail *client_document_reap(struct store *s, const char *id, int64_t now, int keep)
{
	struct query q = query_new(s, SQL_CLIENT_DOCUMENT_REAP);

	query_text(&q, ":id", id);
	query_int(&q, ":now", now);
	query_int(&q, ":keep", keep);
	return query_run(&q);
}

const struct fail *client_document_put(struct store *s, const struct client *c, int64_t now, int keep, bool *stored)
{
	const struct fail *no = client_document_reap(s, c->id, now, keep);
	struct query q;

	if (no)
		return no;
	q = query_new(s, SQL_CLIENT_DOCUMENT_PUT);
	query_text(&q, ":id", c->id);
	query_text(&q, ":name", c->name);
	query_text(&q, ":auth_method", c->auth_method);
	query_text(&q, ":redirect_uris", c->redirect_uris);
	query_text(&q, ":grant_types", c->grant_types);
	query_text(&q, ":scope", c->scope);
	query_text(&q, ":keys", c->keys);
	query_text(&q, ":keys_uri", c->keys_uri);
	query_int(&q, ":fresh_until", c->fresh_until);
	query_text(&q, ":uri", c->uri);
	query_text(&q, ":metadata", c->metadata);
	query_int(&q, ":now", now);
	*stored = query_row(&q);
	return query_end(&q);
}
