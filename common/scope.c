/* SPDX-License-Identifier: ISC */
/* scope: set arithmetic on words.  The sets are small, so that a walk over the settings' table is all it takes. */
#include <stdint.h>
#include <string.h>

#include "buf.h"
#include "scope.h"

_Static_assert(SCOPES_MAX <= 64, "a set of scopes is one word");

const struct conf_scope *scope_at(const struct conf *conf, size_t i)
{
	if (i < conf->scopes)
		return &conf->scope[i];
	return i == conf->scopes ? &conf->offline : NULL;
}

static void put_word(struct buf *b, const char *name)
{
	if (b->len)
		buf_char(b, ' ');
	buf_text(b, name);
}

const char *scope_all(struct arena *a, const struct conf *conf, const struct conf_resource *r)
{
	struct buf b = buf_new(a);
	size_t i;

	for (i = 0; i < conf->scopes; i++)
		if (!r->scopes || scope_has(r->scopes, conf->scope[i].name))
			put_word(&b, conf->scope[i].name);
	return b.v;
}

const char *scope_all_with_offline(struct arena *a, const struct conf *conf, const struct conf_resource *r)
{
	return arena_printf(a, "%s %s", scope_all(a, conf, r), conf->offline.name);
}

/* scope-token = 1*( %x21 / %x23-5B / %x5D-7E ), RFC 6749 section 3.3; one blank between two. */
bool scope_is_wellformed(const char *words)
{
	bool inside = false;

	for (; *words; words++) {
		unsigned char c = (unsigned char)*words;

		if (c == ' ' ? !inside : c < 0x21 || c > 0x7e || c == '"' || c == '\\')
			return false;
		inside = c != ' ';
	}
	return inside;
}

bool scope_has(const char *words, const char *name)
{
	return conf_has_word(words, name);
}

/* Takes the next word off a text into `word`; an overlong one, which nobody has, as an empty one.  False at the end. */
static bool next_word(const char **words, char word[128])
{
	size_t n;

	*words += strspn(*words, " ");
	n = strcspn(*words, " ");
	if (!n)
		return false;
	memcpy(word, *words, n < 128 ? n : 0);
	word[n < 128 ? n : 0] = '\0';
	*words += n;
	return true;
}

static bool is_wildcard_for(const char *held, const char *name)
{
	size_t n = strlen(held);

	return n && held[n - 1] == '*' && strncmp(held, name, n - 1) == 0;
}

/* The scopes of the settings (a bit each; never offline_access) that some words stand for by themselves. */
static uint64_t named_by(const struct conf *conf, const char *words)
{
	uint64_t set = 0;
	char word[128];
	size_t i;

	while (next_word(&words, word))
		for (i = 0; i < conf->scopes; i++)
			if (strcmp(word, conf->scope[i].name) == 0 || is_wildcard_for(word, conf->scope[i].name))
				set |= UINT64_C(1) << i;
	return set;
}

/* With all that these imply, however far it leads; each is looked at once. */
static uint64_t closure(const struct conf *conf, uint64_t set)
{
	uint64_t seen = 0, fresh;
	size_t i;

	while ((fresh = set & ~seen)) {
		seen = set;
		for (i = 0; i < conf->scopes; i++)
			if (fresh >> i & 1 && *conf->scope[i].implies)
				set |= named_by(conf, conf->scope[i].implies);
	}
	return set;
}

static bool is_in(const struct conf *conf, uint64_t set, const char *name)
{
	size_t i;

	for (i = 0; i < conf->scopes; i++)
		if (strcmp(conf->scope[i].name, name) == 0)
			return set >> i & 1;
	return false;
}

bool scope_covers(const struct conf *conf, const char *held, const char *needed)
{
	uint64_t set = closure(conf, named_by(conf, held));
	char word[128];

	while (next_word(&needed, word))
		if (!*word || !(scope_has(held, word) || is_in(conf, set, word)))
			return false;
	return true;
}

const char *scope_narrow(struct arena *a, const struct conf *conf, const char *asked, const char *allowed)
{
	struct buf b = buf_new(a);
	const struct conf_scope *x;
	size_t i;

	for (i = 0; (x = scope_at(conf, i)); i++)
		if (scope_has(asked, x->name) && (!*allowed || scope_covers(conf, allowed, x->name)))
			put_word(&b, x->name);
	return b.v;
}

const char *scope_union(struct arena *a, const struct conf *conf, const char *one, const char *two)
{
	return scope_narrow(a, conf, arena_printf(a, "%s %s", one, two), "");
}

const char *scope_without(struct arena *a, const struct conf *conf, const char *whole, const char *part)
{
	struct buf b = buf_new(a);
	const struct conf_scope *x;
	size_t i;

	for (i = 0; (x = scope_at(conf, i)); i++)
		if (scope_has(whole, x->name) && !scope_has(part, x->name))
			put_word(&b, x->name);
	return b.v;
}
