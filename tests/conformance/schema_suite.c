/* SPDX-License-Identifier: ISC */
/*
 * schema_suite: the official JSON-Schema-Test-Suite, the required part of draft 2020-12.
 *
 *	schema_suite FOLDER	FOLDER holds tests/draft2020-12 and remotes, as the suite's own repository does
 *
 * An "ok" line for a file whose cases all came out as they should, a "not ok" line for every case that did not.  What
 * the suite calls remote documents are handed to the compiler by address; nothing is fetched.  The schema of a group
 * is compiled once for all its cases, as it is in a process that answers calls.  Exit status 1 when a case failed or
 * there was none.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "json.h"
#include "schema.h"

enum { DOCUMENTS = 200 };

#define REMOTE "http://localhost:1234/"

static struct schema_document documents[DOCUMENTS];
static struct schema_reading reading = { .documents = documents };
static size_t passed, failed;

static bool is_json(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && strcmp(name + n - 5, ".json") == 0;
}

static void die(const char *what)
{
	printf("not ok - json schema: %s\n", what);
	exit(1);
}

/* The names in a folder, sorted; NULL when there is no such folder. */
static struct dirent **list(const char *path, int *n)
{
	struct dirent **names;

	*n = scandir(path, &names, NULL, alphasort);
	return *n < 0 ? NULL : names;
}

static void read_remotes(struct arena *a, const char *folder, const char *uri)
{
	int n;
	struct dirent **names = list(folder, &n);

	for (int i = 0; names && i < n; i++) {
		const char *path = arena_printf(a, "%s/%s", folder, names[i]->d_name);

		if (is_json(path) && reading.n < DOCUMENTS)
			documents[reading.n++] = (struct schema_document){
				arena_printf(a, "%s%s", uri, names[i]->d_name), json_object_from_file(path),
			};
		else if (*names[i]->d_name != '.')
			read_remotes(a, path, arena_printf(a, "%s%s/", uri, names[i]->d_name));
		free(names[i]);
	}
	free(names);
}

static void run_case(const struct schema *s, const char *refusal, struct json_object *one, const char *file, const char *group)
{
	struct arena *a = arena_new();
	bool expected = json_object_get_boolean(json_get(one, "valid"));
	const char *wrong = s ? schema_check(a, s, json_get(one, "data")) : refusal;
	bool good = s && !wrong == expected;

	good ? passed++ : failed++;
	if (!good)
		printf("not ok - json schema: %s: %s: %s\n#   expected %s; %s\n", file, group, json_text(one, "description"),
		    expected ? "valid" : "invalid", wrong ? wrong : "valid");
	arena_drop(a);
}

static void run_group(struct json_object *group, const char *file)
{
	struct arena *a = arena_new();
	struct json_object *cases = json_get(group, "tests");
	const char *refusal = "", *name = json_text(group, "description");
	struct schema *s = schema_compile(a, json_get(group, "schema"), &reading, &refusal);

	for (size_t i = 0; i < json_object_array_length(cases); i++)
		run_case(s, refusal, json_object_array_get_idx(cases, i), file, name);
	schema_drop(s);
	arena_drop(a);
}

static void run_file(const char *path, const char *name)
{
	struct json_object *groups = json_object_from_file(path);
	size_t passed_before = passed, failed_before = failed;

	if (!json_object_is_type(groups, json_type_array))
		die(path);
	for (size_t i = 0; i < json_object_array_length(groups); i++)
		run_group(json_object_array_get_idx(groups, i), name);
	if (failed == failed_before && passed > passed_before)
		printf("ok - json schema: %s: %zu cases\n", name, passed - passed_before);
	json_object_put(groups);
}

int main(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct dirent **names;
	const char *folder;
	int n;

	if (argc != 2)
		die("usage: schema_suite FOLDER");
	folder = arena_printf(a, "%s/tests/draft2020-12", argv[1]);
	names = list(folder, &n);
	if (!names)
		die(folder);
	read_remotes(a, arena_printf(a, "%s/remotes", argv[1]), REMOTE);
	for (int i = 0; i < n; i++) {
		if (is_json(names[i]->d_name))
			run_file(arena_printf(a, "%s/%s", folder, names[i]->d_name), names[i]->d_name);
		free(names[i]);
	}
	free(names);
	for (size_t i = 0; i < reading.n; i++)
		json_object_put(documents[i].json);
	arena_drop(a);
	printf("# json schema: %zu cases as they should be, %zu not, none skipped\n", passed, failed);
	return failed || !passed;
}
