/* SPDX-License-Identifier: ISC */
/* store_client_keys: key sets that were fetched for clients. */
#include "store_client_keys.h"
#include "store_sql.h"

const struct fail *client_keys_put(struct store *s, const struct client *c, const char *keys, int64_t now)
{
	struct query q = query_new(s, SQL_CLIENT_KEYS_PUT);

	query_text(&q, ":keys", keys);
	query_int(&q, ":now", now);
	query_text(&q, ":id", c->id);
	query_text(&q, ":keys_uri", c->keys_uri);
	return query_run(&q);
}
