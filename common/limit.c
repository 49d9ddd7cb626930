/* SPDX-License-Identifier: ISC */
/* limit: fixed windows in the limits table. */
#include <arpa/inet.h>
#include <string.h>

#include "arena.h"
#include "conf.h"
#include "limit.h"
#include "store_limit.h"

const char *limit_address(struct context *cx)
{
	unsigned char v6[16];

	if (inet_pton(AF_INET6, cx->peer, v6) != 1)
		return cx->peer;
	if (IN6_IS_ADDR_V4MAPPED((struct in6_addr *)v6))
		return arena_printf(cx->arena, "%u.%u.%u.%u", v6[12], v6[13], v6[14], v6[15]);
	return arena_printf(cx->arena, "%02x%02x:%02x%02x:%02x%02x:%02x%02x::/64",
	    v6[0], v6[1], v6[2], v6[3], v6[4], v6[5], v6[6], v6[7]);
}

const struct fail *limit_refuse(struct context *cx, int64_t seconds)
{
	struct fail *no = arena_take(cx->arena, sizeof *no);

	*no = (struct fail)FAIL(429, "temporarily_unavailable", "Too many tries; wait a while");
	no->retry_after = seconds < 1 ? 1 : (int)seconds;
	return no;
}

static const struct fail *judge(struct context *cx, const struct limit *l, int64_t most, int64_t window)
{
	return l->count > most ? limit_refuse(cx, l->since + window - cx->now) : NULL;
}

const struct fail *limit_take(struct context *cx, const char *key, int64_t most, int64_t window)
{
	const struct fail *no;
	struct limit l;

	if (!cx->conf->rate_limits)
		return NULL;
	if ((no = limit_count(cx->store, key, cx->now - window, cx->now, &l)))
		return no;
	return judge(cx, &l, most, window);
}

const struct fail *limit_check(struct context *cx, const char *key, int64_t most, int64_t window)
{
	const struct fail *no;
	struct limit l;

	if (!cx->conf->rate_limits)
		return NULL;
	if ((no = limit_find(cx->store, key, cx->now - window, cx->now, &l)))
		return no;
	l.count++;
	return judge(cx, &l, most, window);
}
