/* SPDX-License-Identifier: ISC */
/*
 * login: a try is counted before the hash is computed and given back when it succeeds, so that fifty parallel tries
 * do not buy fifty guesses; it is counted only by whoever holds a slot, so that fifty people with the right
 * password do not lock each other out.
 */
#include <string.h>

#include "arena.h"
#include "conf.h"
#include "crypto.h"
#include "limit.h"
#include "log.h"
#include "login.h"
#include "slot.h"
#include "store_limit.h"

enum {
	PASSWORD_MAX = 1024, NAME_MAX_BYTES = 200,
	FREE_FAILURES = 5, DELAY_MAX = 900, PAIR_WINDOW = 86400,
};

struct keys {
	const char *pair;		/* account from this address: a stranger elsewhere cannot keep its owner out */
	const char *account, *address;
};

/* Names are the same in any case of A to Z (COLLATE NOCASE), and so are their counters. */
static struct keys keys_of(struct context *cx, const char *name)
{
	char *folded = arena_copy(cx->arena, name), *s;
	struct digest d;
	const char *id;

	for (s = folded; *s; s++)
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s - 'A' + 'a');
	d = crypto_digest_text(folded);
	id = crypto_base64url(cx->arena, d.v, sizeof d.v);
	return (struct keys){
		arena_printf(cx->arena, "login-pair %s %s", id, limit_address(cx)), id, limit_address(cx),
	};
}

/* How long this account has to wait at this address, given its failures so far. */
static const struct fail *judge_pair(struct context *cx, const struct limit *l, int64_t before)
{
	int64_t over = l->count - FREE_FAILURES, delay;

	if (over <= 0)
		return NULL;
	delay = over > 10 ? DELAY_MAX : INT64_C(1) << (over - 1);
	if (delay > DELAY_MAX)
		delay = DELAY_MAX;
	return cx->now < before + delay ? limit_refuse(cx, before + delay - cx->now) : NULL;
}

static const struct fail *check_limits(struct context *cx, const struct keys *k)
{
	const struct fail *no;
	struct limit l;

	if (!cx->conf->rate_limits)
		return NULL;
	if ((no = limit_find(cx->store, k->pair, cx->now - PAIR_WINDOW, cx->now, &l)))
		return no;
	l.count++;
	if ((no = judge_pair(cx, &l, l.last)) ||
	    (no = limit_check(cx, LIMIT_LOGIN_ACCOUNT, k->account)) || (no = limit_check(cx, LIMIT_LOGIN, k->address)))
		return no;
	return limit_check(cx, LIMIT_LOGIN_ALL, "");
}

/* Reserves one try, in one transaction, after looking once more. */
static const struct fail *reserve(struct context *cx, const struct keys *k)
{
	const struct fail *no;
	struct limit l;

	if (!cx->conf->rate_limits)
		return NULL;
	if ((no = store_begin(cx->store)) || (no = check_limits(cx, k)) ||
	    (no = limit_count(cx->store, k->pair, cx->now - PAIR_WINDOW, cx->now, &l)) ||
	    (no = limit_take(cx, LIMIT_LOGIN_ACCOUNT, k->account)) || (no = limit_take(cx, LIMIT_LOGIN, k->address)) ||
	    (no = limit_take(cx, LIMIT_LOGIN_ALL, ""))) {
		store_end(cx->store);
		return no;
	}
	return store_commit(cx->store);
}

static const struct fail *give_back(struct context *cx, const struct keys *k)
{
	const struct fail *no;

	if (!cx->conf->rate_limits)
		return NULL;
	if ((no = store_begin(cx->store)) || (no = limit_drop(cx->store, k->pair)) ||
	    (no = limit_return(cx, LIMIT_LOGIN_ACCOUNT, k->account)) || (no = limit_return(cx, LIMIT_LOGIN, k->address)) ||
	    (no = limit_return(cx, LIMIT_LOGIN_ALL, "")))
		return no;
	return store_commit(cx->store);
}

/* The record of nobody: as costly as those of the users, whose cost may be older than the settings; fits nothing. */
static const struct fail *find_dummy(struct context *cx, const char **record)
{
	const char *hash = "$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
	const struct fail *no;
	struct user *any;

	if ((no = user_find_any(cx->store, cx->arena, &any)))
		return no;
	if (any && strncmp(any->password, "$scrypt$", 8) == 0)
		*record = arena_printf(cx->arena, "$scrypt$%.*s%s", (int)strcspn(any->password + 8, "$"), any->password + 8, hash);
	else
		*record = arena_printf(cx->arena, "$scrypt$ln=%d,r=8,p=3%s", (int)cx->conf->password_ln, hash);
	return NULL;
}

static const struct fail *verify(struct context *cx, const char *name, const char *password, const struct keys *k,
    struct user **u, bool *fits)
{
	const struct fail *no;
	const char *record;

	if ((no = reserve(cx, k)) || (no = user_find(cx->store, cx->arena, name, u)) || (no = find_dummy(cx, &record)))
		return no;
	return crypto_password_check(cx->arena, *u ? (*u)->password : record, password, strlen(password), fits);
}

const struct fail *login_check(struct context *cx, const char *name, const char *password, struct user **u)
{
	struct keys k = keys_of(cx, name);
	const struct fail *no;
	bool fits = false;
	int slot;

	*u = NULL;
	if (strlen(password) > PASSWORD_MAX || strlen(name) > NAME_MAX_BYTES)
		password = name = "";
	if ((no = check_limits(cx, &k)) || (no = slot_take(cx->arena, cx->conf->database, &slot)))
		return no;
	no = verify(cx, name, password, &k, u, &fits);
	slot_drop(slot);
	if (no)
		return no;
	if (*u && fits && !(*u)->disabled_at)
		return give_back(cx, &k);
	log_line("sign-in refused for %s from %s", *u ? (*u)->name : "an unknown name", limit_address(cx));
	*u = NULL;
	return NULL;
}
