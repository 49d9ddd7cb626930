/* SPDX-License-Identifier: ISC */
/* scope: set arithmetic on words.  The sets are small, so that a walk over the settings' table is all it takes. */
#include <string.h>

#include "buf.h"
#include "scope.h"

enum { IMPLIES_DEPTH = 8 };

const struct conf_scope *scope_at(const struct conf *conf, size_t i)
{
	if (i < conf->scopes)
		return &conf->scope[i];
	return i == conf->scopes ? &conf->offline : NULL;
}

static const struct conf_scope *scope_find(const struct conf *conf, const char *name)
{
	const struct conf_scope *x;
	size_t i;

	for (i = 0; (x = scope_at(conf, i)); i++)
		if (strcmp(x->name, name) == 0)
			return x;
	return NULL;
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

static bool is_wildcard_for(const struct conf *conf, const char *held, const char *name)
{
	size_t n = strlen(held);

	return n && held[n - 1] == '*' && strncmp(held, name, n - 1) == 0 && strcmp(name, conf->offline.name) != 0;
}

static bool covers_one(const struct conf *conf, const char *held, const char *name, int depth)
{
	const struct conf_scope *x;
	char word[128];

	if (scope_has(held, name))
		return true;
	while (next_word(&held, word)) {
		if (is_wildcard_for(conf, word, name))
			return true;
		x = depth ? scope_find(conf, word) : NULL;
		if (x && *x->implies && covers_one(conf, x->implies, name, depth - 1))
			return true;
	}
	return false;
}

bool scope_covers(const struct conf *conf, const char *held, const char *needed)
{
	char word[128];

	while (next_word(&needed, word))
		if (!*word || !covers_one(conf, held, word, IMPLIES_DEPTH))
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
