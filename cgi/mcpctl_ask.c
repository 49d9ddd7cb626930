/* SPDX-License-Identifier: ISC */
/* mcpctl_ask: forms field by field; a terminal is told nothing that could drive it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "crypto.h"
#include "json.h"
#include "mcpctl_ask.h"

enum { LINE_LONGEST = 10000 };

static void drop(void *value)
{
	json_object_put(value);
}

/* ---- one field ----------------------------------------------------------------------------------------------------- */

static struct json_object *read_number(const char *line, bool whole)
{
	char *end;

	errno = 0;
	if (whole) {
		long long n = strtoll(line, &end, 10);

		return *line && !*end && !errno ? json_object_new_int64(n) : NULL;
	}
	return *line && (strtod(line, &end), !*end && !errno) ? json_object_new_double(strtod(line, NULL)) : NULL;
}

static struct json_object *read_words(char *line)
{
	struct json_object *list = json_object_new_array();
	size_t n;

	for (; *line; line += n + (line[n] == ',')) {
		line += strspn(line, " ");
		if ((n = strcspn(line, ",")) > 0)
			json_object_array_add(list, json_object_new_string_len(line, (int)n));
	}
	return list;
}

/* The value that a line means for a field of that type; NULL: none. */
static struct json_object *read_value(const char *type, char *line)
{
	if (strcmp(type, "boolean") == 0) {
		bool yes = strchr("yY", *line) || strcmp(line, "true") == 0;

		return yes || strchr("nN", *line) || strcmp(line, "false") == 0 ? json_object_new_boolean(yes) : NULL;
	}
	if (strcmp(type, "integer") == 0 || strcmp(type, "number") == 0)
		return read_number(line, *type == 'i');
	return strcmp(type, "array") == 0 ? read_words(line) : json_object_new_string(line);
}

static void print_choices(struct json_object *field)
{
	struct json_object *list = json_get(field, "enum");

	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		printf(i ? ", " : " (");
		mcpctl_print_plain(json_object_get_string(json_object_array_get_idx(list, i)));
	}
	if (list)
		printf(")");
}

static bool is_required(struct json_object *schema, const char *name)
{
	struct json_object *list = json_get(schema, "required");

	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		const char *one = json_object_get_string(json_object_array_get_idx(list, i));

		if (one && strcmp(one, name) == 0)
			return true;
	}
	return false;
}

/* False: there is nobody any more. */
static bool ask_field(struct json_object *schema, const char *name, struct json_object *field, struct json_object *to)
{
	const char *title = json_text(field, "title"), *type = json_text(field, "type");
	struct json_object *preset = json_get(field, "default"), *value = NULL;
	char line[LINE_LONGEST];

	while (!value) {
		printf("  ");
		mcpctl_print_plain(title ? title : name);
		print_choices(field);
		if (preset) {
			printf(" [");
			mcpctl_print_plain(json_object_get_string(preset));
			printf("]");
		}
		printf(": ");
		fflush(stdout);
		if (!fgets(line, sizeof line, stdin))
			return false;
		line[strcspn(line, "\r\n")] = '\0';
		if (!*line && preset)
			value = json_object_get(preset);
		else if (!*line && !is_required(schema, name))
			return true;
		else if (*line)
			value = read_value(type ? type : "string", line);
	}
	json_object_object_add(to, name, value);
	return true;
}

/* ---- one question -------------------------------------------------------------------------------------------------- */

/* An ElicitResult or ListRootsResult; NULL: nobody answers. */
static struct json_object *ask(struct mcpctl *m, struct json_object *question)
{
	const char *method = json_text(question, "method"), *url;
	struct json_object *params = json_get(question, "params"), *schema = json_get(params, "requestedSchema");
	struct json_object *answer = json_object_new_object(), *content = json_object_new_object();

	arena_defer(m->arena, drop, answer);
	if (method && strcmp(method, "roots/list") == 0) {
		json_object_object_add(answer, "roots", json_object_new_array());
		json_object_put(content);
		return answer;
	}
	json_object_object_add(answer, "action", json_object_new_string("accept"));
	json_object_object_add(answer, "content", content);
	mcpctl_print_plain(json_text(params, "message"));
	printf("\n");
	if ((url = json_text(params, "url"))) {
		json_object_object_del(answer, "content");
		printf("  ");
		mcpctl_print_plain(url);
		printf("\n  Open it, and press Enter when it is done: ");
		fflush(stdout);
		return fgets((char[LINE_LONGEST]){ 0 }, LINE_LONGEST, stdin) ? answer : NULL;
	}
	json_object_object_foreach(json_get(schema, "properties"), name, field) {
		if (!ask_field(schema, name, field, content))
			return NULL;
	}
	return answer;
}

/* The content that was given as KEY=JSON; a value that is no object is that of the only field. */
static struct json_object *given(struct mcpctl *m, const char *key, struct json_object *question, const struct words *answers)
{
	struct json_object *fields = json_get(json_get(json_get(question, "params"), "requestedSchema"), "properties"), *value, *answer;
	size_t n = strlen(key);

	for (size_t i = 0; i < answers->n; i++) {
		const char *text = answers->v[i];

		if (strncmp(text, key, n) != 0 || text[n] != '=' || !json_read(m->arena, text + n + 1, strlen(text + n + 1), &value))
			continue;
		answer = json_object_new_object();
		arena_defer(m->arena, drop, answer);
		json_object_object_add(answer, "action", json_object_new_string("accept"));
		if (!json_object_is_type(value, json_type_object) && fields && json_object_object_length(fields) == 1) {
			struct json_object *content = json_object_new_object();

			json_object_object_foreach(fields, name, field) {
				(void)field;
				json_object_object_add(content, name, json_object_get(value));
			}
			json_object_object_add(answer, "content", content);
		} else {
			json_object_object_add(answer, "content", json_object_get(value));
		}
		return answer;
	}
	return NULL;
}

struct json_object *mcpctl_ask(struct mcpctl *m, struct json_object *questions, const struct words *answers)
{
	struct json_object *all = json_object_new_object(), *one;

	arena_defer(m->arena, drop, all);
	if (!questions) {
		sleep(1);			/* it only wants to be asked again */
		return all;
	}
	json_object_object_foreach(questions, key, question) {
		if (!(one = given(m, key, question, answers)) && isatty(STDIN_FILENO))
			one = ask(m, question);
		if (!one) {
			mcpctl_fail("it asks for %s; answer with --answer '%s=JSON'", json_object_get_string(json_get(question, "params")), key);
			return NULL;
		}
		json_object_object_add(all, key, json_object_get(one));
	}
	return all;
}

/* ---- what came out ------------------------------------------------------------------------------------------------- */

static void print_text(const char *text)
{
	for (; *text; text++)
		putchar(isatty(STDOUT_FILENO) && (unsigned char)*text < ' ' && *text != '\n' && *text != '\t' ? '?' : *text);
	if (text[-1] != '\n')
		putchar('\n');
}

/* A content block or the contents of a resource. */
static void print_block(struct mcpctl *m, struct json_object *block)
{
	const char *text = json_text(block, "text"), *data = json_text(block, "data"), *bytes;
	struct json_object *inside = json_get(block, "resource");
	size_t n;

	if (!data)
		data = json_text(block, "blob");
	if (inside) {
		print_block(m, inside);
	} else if (text) {
		if (*text)
			print_text(text);
	} else if (data && !isatty(STDOUT_FILENO) && (bytes = crypto_base64_read(m->arena, data, strlen(data), &n))) {
		fwrite(bytes, 1, n, stdout);
	} else if (data) {
		printf("[%s, %zu bytes]\n", json_text(block, "mimeType") ? json_text(block, "mimeType") : "bytes", strlen(data) / 4 * 3);
	} else if (json_text(block, "uri")) {
		print_text(json_text(block, "uri"));
	}
}

int mcpctl_print_result(struct mcpctl *m, struct json_object *result, bool json)
{
	static const char *const lists[] = { "content", "contents", "messages" };
	struct buf b = buf_new(m->arena);

	if (json) {
		json_put(&b, result);
		printf("%s\n", b.v);
	}
	for (size_t i = 0; i < 3 && !json; i++) {
		struct json_object *list = json_get(result, lists[i]);

		for (size_t k = 0; list && k < json_object_array_length(list); k++) {
			struct json_object *one = json_object_array_get_idx(list, k);

			if (i == 2)
				printf("%s## %s\n", k ? "\n" : "", json_text(one, "role"));
			print_block(m, i == 2 ? json_get(one, "content") : one);
		}
	}
	return json_object_get_boolean(json_get(result, "isError")) ? EXIT_FAILURE : EXIT_SUCCESS;
}
