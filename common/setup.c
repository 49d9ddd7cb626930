/* SPDX-License-Identifier: ISC */
/* setup: a secret, a database, a user, an end. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "audit.h"
#include "conf.h"
#include "crypto.h"
#include "limit.h"
#include "log.h"
#include "password.h"
#include "setup.h"
#include "store.h"
#include "store_meta.h"
#include "store_user.h"
#include "user_name.h"

enum { HOUR = 3600 };

static const struct fail *find_over(struct context *cx, bool *over)
{
	const struct fail *no = meta_find_setup(cx->store, over);
	struct user *any;

	if (no || *over || (no = user_find_any(cx->store, cx->arena, &any)))
		return no;
	*over = any != NULL;
	return NULL;
}

const struct fail *setup_is_open(struct context *cx, bool *open)
{
	const struct fail *no = NULL;
	bool over = false;

	if (access(cx->conf->database, F_OK) == 0 || errno != ENOENT)
		no = find_over(cx, &over);
	*open = !no && !over;
	return no;
}

/* Under another name first, so that the file is complete when it is there, whoever else is making it or is interrupted. */
bool setup_make_database(struct context *cx)
{
	const char *file = cx->conf->database, *fresh = arena_printf(cx->arena, "%s.%s", file, cx->id);
	bool made;

	if (access(file, F_OK) == 0)
		return true;
	if (!store_create(fresh))
		return false;
	made = link(fresh, file) == 0 || errno == EEXIST;
	if (!made)
		log_line("%s: cannot be made: %s", file, strerror(errno));
	unlink(fresh);
	return made;
}

/* ---- the secret ----------------------------------------------------------------------------------------------------- */

static const struct fail *count(struct context *cx)
{
	const struct fail *no;

	if ((no = store_begin(cx->store)) || (no = limit_take(cx, LIMIT_LOGIN, limit_address(cx))) ||
	    (no = limit_take(cx, LIMIT_LOGIN_ALL, ""))) {
		store_end(cx->store);
		return no;
	}
	return store_commit(cx->store);
}

static const struct fail *give_back(struct context *cx)
{
	const struct fail *no;

	if ((no = store_begin(cx->store)) || (no = limit_return(cx, LIMIT_LOGIN, limit_address(cx))) ||
	    (no = limit_return(cx, LIMIT_LOGIN_ALL, "")))
		return no;
	return store_commit(cx->store);
}

/* Both are hashed first: neither where they differ nor how long the secret is shows in the time. */
static bool is_secret(const struct context *cx, const char *secret)
{
	struct digest a = crypto_digest_text(secret), b = crypto_digest_text(cx->conf->setup_secret);

	return crypto_equal(&a, &b, sizeof a);
}

const struct fail *setup_check_secret(struct context *cx, const char *secret, bool *fits)
{
	const struct fail *no = count(cx);

	*fits = !no && is_secret(cx, secret);
	return *fits ? give_back(cx) : no;
}

static const char *pass_of(struct context *cx, const char *browser, int64_t hour)
{
	struct digest key = crypto_digest_text(cx->conf->setup_secret), mac;
	const char *text = arena_printf(cx->arena, "setup\n%s\n%" PRId64, browser, hour);

	mac = crypto_hmac(key.v, sizeof key.v, text, strlen(text));
	return crypto_base64url(cx->arena, mac.v, sizeof mac.v);
}

const char *setup_pass(struct context *cx, const char *browser)
{
	return pass_of(cx, browser, cx->now / HOUR);
}

bool setup_pass_is_good(struct context *cx, const char *browser, const char *pass)
{
	return crypto_equal_text(pass, pass_of(cx, browser, cx->now / HOUR)) ||
	    crypto_equal_text(pass, pass_of(cx, browser, cx->now / HOUR - 1));
}

/* ---- the user ------------------------------------------------------------------------------------------------------- */

const char *setup_fault(struct context *cx, const char *name, const char *password, const char *again)
{
	const char *why = password_fault(password, strlen(password));

	if (!user_name_is(name))
		return "The name " USER_NAME_RULE ".";
	if (why)
		return arena_printf(cx->arena, "The password %s.", why);
	return strcmp(password, again) == 0 ? NULL : "The two passwords are not the same.";
}

static const struct fail *put(struct context *cx, const char *name, const char *record, bool *made)
{
	bool over = false, taken = false;
	const struct fail *no;

	if ((no = store_begin(cx->store)) || (no = find_over(cx, &over)) || over)
		return no;
	if ((no = user_put(cx->store, name, record, cx->now, &taken)) || taken || (no = meta_put_setup(cx->store, cx->now)))
		return no;
	cx->trail.user = name;
	cx->trail.why = "the first user was made";
	if ((no = audit_note(cx, AUDIT_SETUP)) || (no = store_commit(cx->store)))
		return no;
	*made = true;
	return NULL;
}

const struct fail *setup_make_user(struct context *cx, const char *name, const char *password, bool *made)
{
	const struct fail *no;
	const char *record;

	*made = false;
	if ((no = password_record(cx, password, &record)))
		return no;
	no = put(cx, name, record, made);
	store_end(cx->store);
	return no;
}
