/* SPDX-License-Identifier: ISC */
/* definition: what nobody knows is refused, because it is a typing error. */
#include <ctype.h>
#include <string.h>

#include "conf.h"
#include "definition.h"
#include "json.h"
#include "program.h"

enum { NAME_LENGTH = 64 };

struct json_object *definition_load(struct site_item *item)
{
	struct json_object *d;
	size_t n;
	const char *text = site_read_item(item->arena, item, SITE_DEFINITION_MAX, &n, &item->wrong);

	if (!text)
		return NULL;
	if (json_read(item->arena, text, n, &d) && d)
		return d;
	item->wrong = "is not JSON (RFC 8259), or has a member twice";
	item->line = json_line(text, n);
	return NULL;
}

static const struct definition_key *find(const struct definition_key *keys, const char *key)
{
	for (; keys->key; keys++)
		if (strcmp(keys->key, key) == 0)
			return keys;
	return NULL;
}

const char *definition_check(struct arena *a, struct json_object *d, const char *what, const struct definition_key *keys,
    bool program)
{
	if (!json_object_is_type(d, json_type_object))
		return "must be a JSON object";
	json_object_object_foreach(d, key, value) {
		const struct definition_key *known = find(keys, key);

		if (!known && !(program && program_is_key(key)))
			return arena_printf(a, "%s is not a key of %s", key, what);
		if (known && known->type != json_type_null && !json_object_is_type(value, known->type))
			return arena_printf(a, "%s must be a JSON %s", key, json_type_to_name(known->type));
	}
	return NULL;
}

const char *definition_check_scope(struct context *cx, struct arena *a, const char *words)
{
	size_t n;

	for (; *words; words += n + strspn(words + n, " ")) {
		bool known = false;

		n = strcspn(words, " ");
		for (size_t i = 0; i < cx->conf->scopes; i++)
			known = known || (strlen(cx->conf->scope[i].name) == n && memcmp(cx->conf->scope[i].name, words, n) == 0);
		if (!known)
			return arena_printf(a, "scope %.*s is not in the settings: add [scope %.*s]", (int)n, words, (int)n, words);
	}
	return NULL;
}

/* MCP 2025-11-25 and later, "Icons": https or data, so that no host is asked to load anything else. */
const char *definition_check_icons(struct json_object *icons)
{
	size_t n = icons ? json_object_array_length(icons) : 0;

	for (size_t i = 0; i < n; i++) {
		const char *src = json_text(json_object_array_get_idx(icons, i), "src");

		if (!src || (strncmp(src, "https://", 8) != 0 && strncmp(src, "data:", 5) != 0))
			return "icons must each have src, an https or data URL";
	}
	return NULL;
}

void definition_add_text(struct json_object *d, const char *key, const char *text)
{
	if (text && !json_has(d, key))
		json_object_object_add(d, key, json_object_new_string(text));
}

bool definition_is_name(const char *name)
{
	size_t n = 0;

	while (isalnum((unsigned char)name[n]) || name[n] == '_' || name[n] == '-')
		n++;
	return !name[n] && n >= 1 && n <= NAME_LENGTH;
}

const char *definition_folder(struct arena *a, const struct site_item *item)
{
	return arena_text(a, item->path, (size_t)(strrchr(item->path, '/') - item->path));
}

size_t definition_stem(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n > m && strcmp(name + n - m, end) == 0 ? n - m : 0;
}
