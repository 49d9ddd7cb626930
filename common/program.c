/* SPDX-License-Identifier: ISC */
/* program: a definition's `run` and limits into a struct; the environment; and standard output into what it means. */
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include "buf.h"
#include "conf.h"
#include "json.h"
#include "log.h"
#include "program.h"
#include "program_env.h"
#include "runner.h"
#include "utf8.h"
#include "slot.h"

enum { ARGUMENTS_MAX = 32, ERRORS_MAX = 8 * 1024, MISSING = 44, PULSE = 200 };

#define MIB (INT64_C(1024) * 1024)

/* ---- the definition -------------------------------------------------------------------------------------------- */

/* Numbers of a definition: where they go, what is allowed. */
static const struct limit {
	const char *key;
	int64_t least, most, preset;
	int64_t most_long;		/* as a task */
} limits[] = {
	{ "timeout", 1, PROGRAM_SECONDS, 30, PROGRAM_SECONDS_LONG },
	{ "output_max", 1, 16 * MIB, 256 * 1024, 16 * MIB },
	{ "memory", 16, 65536, 512, 65536 },
	{ "cpu", 1, PROGRAM_SECONDS, 0, PROGRAM_SECONDS_LONG },
	{ "file_max", 0, 65536, 64, 65536 },
};

static const char *const other_keys[] = { "run", "network", "isolate", "read", "write", "env", "output" };

bool program_is_key(const char *key)
{
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		if (strcmp(limits[i].key, key) == 0)
			return true;
	for (size_t i = 0; i < sizeof other_keys / sizeof *other_keys; i++)
		if (strcmp(other_keys[i], key) == 0)
			return true;
	return false;
}

static const char *read_limits(struct arena *a, struct json_object *d, int64_t *values)
{
	struct json_object *mark = json_get(d, "long");
	bool is_long = mark && json_object_get_boolean(mark);

	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		struct json_object *v = json_get(d, limits[i].key);
		int64_t most = is_long ? limits[i].most_long : limits[i].most;

		values[i] = limits[i].preset;
		if (!v)
			continue;
		values[i] = json_object_get_int64(v);
		if (!json_object_is_type(v, json_type_int) || values[i] < limits[i].least || values[i] > most)
			return arena_printf(a, "%s must be a whole number from %" PRId64 " to %" PRId64, limits[i].key, limits[i].least,
			    most);
	}
	return NULL;
}

static const char *read_switch(struct arena *a, struct json_object *d, const char *key, bool *to)
{
	struct json_object *v = json_get(d, key);

	*to = v && json_object_get_boolean(v);
	return v && !json_object_is_type(v, json_type_boolean) ? arena_printf(a, "%s must be true or false", key) : NULL;
}

static const char *read_folders(struct arena *a, struct json_object *d, const char *key, const char *const **to)
{
	struct json_object *list = json_get(d, key);
	size_t n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
	const char **folders = arena_take(a, (n + 1) * sizeof *folders);

	if (list && !json_object_is_type(list, json_type_array))
		return arena_printf(a, "%s must be an array of absolute folders", key);
	for (size_t i = 0; i < n; i++) {
		const char *one = json_object_get_string(json_object_array_get_idx(list, i));

		if (!one || *one != '/')
			return arena_printf(a, "%s must be an array of absolute folders", key);
		folders[i] = arena_copy(a, one);
	}
	*to = n ? folders : NULL;
	return NULL;
}

/* A bare name is looked for where a shell of root's would look; anything else stands in the folder. */
static const char *find_program(struct arena *a, const char *folder, const char *name)
{
	static const char *const places[] = { "/usr/local/bin", "/usr/bin", "/bin" };
	const char *path = site_path(a, folder, name);

	if (path && access(path, F_OK) == 0)
		return path;
	for (size_t i = 0; path && !strchr(name, '/') && i < sizeof places / sizeof *places; i++) {
		path = arena_printf(a, "%s/%s", places[i], name);
		if (access(path, X_OK) == 0)
			return path;
	}
	return NULL;
}

/* A further argument that names a file of the folder is that file, because the program starts somewhere else. */
static const char *argument(struct arena *a, const char *folder, const char *text)
{
	const char *path = site_path(a, folder, text);

	return path && access(path, F_OK) == 0 ? path : arena_copy(a, text);
}

static const char *read_run(struct arena *a, struct json_object *run, const char *folder, const char *const **to)
{
	size_t n = json_object_is_type(run, json_type_array) ? json_object_array_length(run) : 0;
	const char **argv = arena_take(a, (n + 1) * sizeof *argv), *refused;

	if (n == 0 || n > ARGUMENTS_MAX)
		return "run must be an array: a program and its arguments";
	for (size_t i = 0; i < n; i++) {
		struct json_object *one = json_object_array_get_idx(run, i);

		if (!json_object_is_type(one, json_type_string))
			return "run must be an array of strings";
		argv[i] = json_object_get_string(one);
		argv[i] = i ? argument(a, folder, argv[i]) : find_program(a, folder, argv[i]);
		if (!argv[i])
			return arena_printf(a, "run: there is no program %s", json_object_get_string(one));
		if (*argv[i] == '/' && (i == 0 || strncmp(argv[i], folder, strlen(folder)) == 0) &&
		    (refused = runner_refusal(argv[i], i == 0)))
			return arena_printf(a, "run: %s %s", json_object_get_string(one), refused);
	}
	*to = argv;
	return NULL;
}

const char *program_read(struct context *cx, struct site_item *item, struct json_object *d, const char *folder,
    struct program *p)
{
	struct arena *a = item->arena;
	int64_t v[sizeof limits / sizeof *limits];
	const char *wrong;

	(void)cx;
	if ((wrong = read_limits(a, d, v)) || (wrong = read_switch(a, d, "network", &p->network)) ||
	    (wrong = read_switch(a, d, "isolate", &p->isolate)) || (wrong = read_folders(a, d, "read", &p->read)) ||
	    (wrong = read_folders(a, d, "write", &p->write)) || (wrong = program_env_read(a, json_get(d, "env"), &p->env)))
		return wrong;
	if (json_has(d, "output") && !(p->output = json_text(d, "output")))
		return "output must be a media type";
	p->timeout = (int)v[0];
	p->output_max = (size_t)v[1];
	p->memory = v[2] * MIB;
	p->cpu = v[3] ? v[3] : v[0];
	p->file_max = v[4] * MIB;
	return read_run(a, json_get(d, "run"), folder, &p->run);
}

/* ---- what it said ---------------------------------------------------------------------------------------------- */

static const struct fail cannot_start = {
	503, "temporarily_unavailable", "The program of this tool could not be started; try again", -32603, 5, 0
};

static void fail_with(struct said *said, const char *text)
{
	said->kind = SAID_FAILED;
	said->bytes = text;
	said->n = strlen(text);
}

static bool is_blank(const struct buf *b)
{
	return strspn(b->v, " \t\r\n") == b->len;
}

/* `{"ask": {...}, "state": "..."}`, an object with exactly `error`, or any other value. */
static void read_json(struct said *said, struct json_object *value)
{
	struct json_object *ask = json_get(value, "ask"), *error = json_get(value, "error");

	said->kind = SAID_JSON;
	said->json = value;
	if (json_object_is_type(ask, json_type_object) || (json_has(value, "ask") && json_text(value, "state"))) {
		said->kind = SAID_ASK;
		said->json = ask;
		said->state = json_text(value, "state");
	} else if (json_object_is_type(error, json_type_object) && json_object_object_length(value) == 1 &&
	    json_object_is_type(json_get(error, "code"), json_type_int) && json_text(error, "message")) {
		said->kind = SAID_ERROR;
		said->json = error;
	}
}

static void read_output(struct call *c, const struct program *p, struct runner_result *r, struct said *said)
{
	struct json_object *value;

	said->bytes = r->output.v;
	said->n = r->output.len;
	said->cut = r->cut;
	if (!p->output && !r->cut && r->output.len > 0 && json_read(c->cx->arena, r->output.v, r->output.len, &value) && value)
		read_json(said, value);
}

/* Whoever waits at the other end of a request does not do so for a day. */
static int program_seconds(const struct call *c, const struct program *p)
{
	return c->detached || p->timeout < PROGRAM_SECONDS ? p->timeout : PROGRAM_SECONDS;
}

static void read_end(struct call *c, const struct program *p, struct runner_result *r, struct said *said)
{
	struct arena *a = c->cx->arena;

	if (r->end == RUNNER_TIMEOUT)
		fail_with(said, arena_printf(a, "The tool did not finish within %d s.", program_seconds(c, p)));
	else if (r->end == RUNNER_SIGNALLED && !r->cut)
		fail_with(said, arena_printf(a, "The tool was ended by signal %d.", r->status));
	else if (r->end == RUNNER_STOPPED)
		said->kind = SAID_STOPPED;
	else if (r->end == RUNNER_EXITED && r->status == MISSING)
		said->kind = SAID_NOT_FOUND;
	else if (r->end == RUNNER_EXITED && r->status == 127 && is_blank(&r->output))
		fail_with(said, "The tool could not be started.");
	else if (r->end == RUNNER_EXITED && r->status != 0 && is_blank(&r->output))
		fail_with(said, "The tool failed.");
	else
		read_output(c, p, r, said);
	if (r->end == RUNNER_EXITED && r->status != 0 && r->status != MISSING && said->kind != SAID_FAILED) {
		said->kind = SAID_FAILED;
		said->json = NULL;
	}
}

/* What it complained of, for the owner: a line of the log each. */
static void log_errors(const char *name, const struct buf *errors)
{
	const char *at = errors->v, *end;

	for (; *at; at = end + strspn(end, "\n")) {
		end = at + strcspn(at, "\n");
		if (end != at)
			log_line("%s: %.*s", name, (int)(end - at > 400 ? 400 : end - at), at);
	}
}

static void on_line(void *with, const char *text, size_t n)
{
	call_line(with, text, n);
}

static bool on_pulse(void *with)
{
	return call_go_on(with);
}

const struct fail *program_take_slot(struct context *cx, int *slot)
{
	return slot_take_waiter(cx->arena, cx->conf->database, slot_waiters(cx->conf), slot);
}

const struct fail *program_run(struct call *c, const struct program *p, const char *name, const char *input, size_t n,
    struct said *said)
{
	struct arena *a = c->cx->arena;
	struct runner_result r;
	const struct runner_job job = {
		.argv = p->run, .env = program_env(c, p, name), .input = input, .input_len = n, .timeout = program_seconds(c, p),
		.output_max = p->output_max, .stderr_max = ERRORS_MAX, .memory = p->memory, .cpu = p->cpu, .file_max = p->file_max,
		.network = p->network, .read = p->read, .write = program_env_write(c, p),
		.site = c->cx->conf->site, .work = program_env_folder(c, "work"),
		.with = c, .line = on_line, .go_on = on_pulse, .pulse = PULSE, .watch = c->cancels ? c->way.watch : -1,
	};
	const struct fail *no;
	int slot = -1;

	*said = (struct said){ .kind = SAID_TEXT, .bytes = "" };
	if (!c->detached && !c->seated && (no = program_take_slot(c->cx, &slot)))
		return no;
	runner_run(a, &job, &r);
	if (slot >= 0)
		slot_drop(slot);
	if (r.end == RUNNER_NOT_STARTED) {
		log_line("%s: %s", name, r.why);
		return &cannot_start;
	}
	log_errors(name, &r.errors);
	read_end(c, p, &r, said);
	return NULL;
}
