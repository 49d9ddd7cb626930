/* SPDX-License-Identifier: ISC */
/* limit: fixed windows in the limits table. */
#include <errno.h>
#include <string.h>

#include "address.h"
#include "arena.h"
#include "conf.h"
#include "limit.h"
#include "log.h"
#include "meter.h"
#include "store_limit.h"

const char *limit_address(struct context *cx)
{
	uint8_t v6[ADDRESS_BYTES];

	if (!address_read(cx->peer, strlen(cx->peer), v6))
		return cx->peer;
	if (address_is_v4(v6))
		return address_text(cx->arena, v6);
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

/* Keys of the rows, in the order of enum conf_limit. */
static const char *const names[LIMITS] = {
	[LIMIT_REGISTER] = "register", [LIMIT_REGISTER_ALL] = "register-all", [LIMIT_AUTHORIZE] = "authorize",
	[LIMIT_AUTHORIZE_ALL] = "authorize-all", [LIMIT_LOGIN] = "login", [LIMIT_LOGIN_ACCOUNT] = "login-account",
	[LIMIT_LOGIN_ALL] = "login-all", [LIMIT_TOKEN] = "token", [LIMIT_FETCH] = "fetch", [LIMIT_FETCH_HOST] = "fetch-host",
	[LIMIT_KEYS] = "keys", [LIMIT_AUDIT] = "audit", [LIMIT_CALLS] = "calls", [LIMIT_DOCUMENTS] = "documents",
	[LIMIT_COMPLETIONS] = "completions",
	[LIMIT_TOOL_CALLS] = "tool-calls",
};

static const char *key_of(struct context *cx, enum conf_limit which, const char *whom)
{
	return arena_printf(cx->arena, "%s %s", names[which], whom);
}

static const struct fail *judge(struct context *cx, enum conf_limit which, const struct limit *l)
{
	const struct conf_rate *rate = &cx->conf->limit[which];
	int64_t since = l->since < cx->now ? l->since : cx->now;	/* a request that came later may have counted first */

	return l->count > rate->most ? limit_refuse(cx, since + rate->window - cx->now) : NULL;
}

const struct fail *limit_take_always(struct context *cx, enum conf_limit which, const char *whom)
{
	const struct fail *no;
	struct limit l;

	if ((no = limit_count(cx->store, key_of(cx, which, whom), cx->now - cx->conf->limit[which].window, cx->now, &l)))
		return no;
	return judge(cx, which, &l);
}

const struct fail *limit_take(struct context *cx, enum conf_limit which, const char *whom)
{
	return cx->conf->rate_limits ? limit_take_always(cx, which, whom) : NULL;
}

const struct fail *limit_check(struct context *cx, enum conf_limit which, const char *whom)
{
	const struct fail *no;
	struct limit l;

	if (!cx->conf->rate_limits)
		return NULL;
	if ((no = limit_find(cx->store, key_of(cx, which, whom), cx->now - cx->conf->limit[which].window, cx->now, &l)))
		return no;
	l.count++;
	return judge(cx, which, &l);
}

const struct fail *limit_return(struct context *cx, enum conf_limit which, const char *whom)
{
	return cx->conf->rate_limits ? limit_give_back(cx->store, key_of(cx, which, whom)) : NULL;
}

/* What cannot be counted is let through: the file is lost together with the database, and reading needs no writable disk. */
const struct fail *limit_take_call(struct context *cx, int64_t grant_id)
{
	const struct conf_rate *rate = &cx->conf->limit[LIMIT_TOOL_CALLS];
	struct meter m;
	struct limit l;

	if (!cx->conf->rate_limits)
		return NULL;
	if (!meter_count(arena_printf(cx->arena, "%s.calls", cx->conf->database), grant_id, cx->now - rate->window, cx->now, &m)) {
		log_line("a tool call cannot be counted: %s", strerror(errno));
		return NULL;
	}
	l = (struct limit){ .count = m.count, .since = m.since };
	return judge(cx, LIMIT_TOOL_CALLS, &l);
}
