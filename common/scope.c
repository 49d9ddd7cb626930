/* SPDX-License-Identifier: ISC */
/* scope: the table, and set arithmetic on words. */
#include <string.h>

#include "buf.h"
#include "conf.h"
#include "scope.h"

const struct scope scopes[] = {
	{ "read:knowledge", "Search and read the documents in the knowledge base", true },
	{ "write:knowledge", "Add documents to the knowledge base under your name", true },
	{ "offline_access", "Stay connected when you are away, until you disconnect it", false },
	{ NULL, NULL, false },
};

const char *scope_all(void)
{
	return "read:knowledge write:knowledge";
}

const char *scope_all_with_offline(void)
{
	return "read:knowledge write:knowledge offline_access";
}

const struct scope *scope_find(const char *name)
{
	const struct scope *x;

	for (x = scopes; x->name; x++)
		if (strcmp(x->name, name) == 0)
			return x;
	return NULL;
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

bool scope_covers(const char *whole, const char *part)
{
	char name[128];
	size_t n;

	for (part += strspn(part, " "); *part; part += n + strspn(part + n, " ")) {
		n = strcspn(part, " ");
		if (n >= sizeof name)
			return false;
		memcpy(name, part, n);
		name[n] = '\0';
		if (!scope_has(whole, name))
			return false;
	}
	return true;
}

const char *scope_narrow(struct arena *a, const char *asked, const char *allowed)
{
	struct buf b = buf_new(a);
	const struct scope *x;

	for (x = scopes; x->name; x++) {
		if (!scope_has(asked, x->name) || (*allowed && !scope_has(allowed, x->name)))
			continue;
		if (b.len)
			buf_char(&b, ' ');
		buf_text(&b, x->name);
	}
	return b.v;
}
