/* SPDX-License-Identifier: ISC */
/*
 * test_store_file: making, examining and losing the file.  Whatever is wrong with it, a request gets
 * fail_unavailable, and the next one works again once the good file is back; a full disk undoes all of what
 * it interrupts.
 */
#include "world.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* ---- making -------------------------------------------------------------------------------------------- */

static void a_new_file_is_private_and_good(void **state)
{
	struct world *w = *state;
	const char *file = arena_printf(w->cx.arena, "%s/new.db", w->folder);
	mode_t mask = umask(0);
	struct stat st;

	assert_true(store_create(file));
	umask(mask);
	assert_return_code(stat(file, &st), errno);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_null(store_check(w->cx.arena, file));
	assert_string_equal(store_check(w->cx.arena, w->file) ? "bad" : "good", "good");
}

static void what_exists_is_not_overwritten(void **state)
{
	struct world *w = *state;
	const char *text = arena_printf(w->cx.arena, "%s/text", w->folder),
	    *link = arena_printf(w->cx.arena, "%s/link", w->folder);
	const char *dangling = arena_printf(w->cx.arena, "%s/dangling", w->folder);
	const char *empty = arena_printf(w->cx.arena, "%s/empty", w->folder);
	struct stat st;

	file_put(text, "precious", 8, 0600);
	file_put(empty, "", 0, 0600);
	assert_return_code(symlink(text, link), errno);
	assert_return_code(symlink(arena_printf(w->cx.arena, "%s/nowhere", w->folder), dangling), errno);
	assert_false(store_create(w->file));
	assert_false(store_create(text));
	assert_false(store_create(empty));
	assert_false(store_create(link));
	assert_false(store_create(dangling));
	assert_false(store_create(w->folder));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM user"), 1);
	assert_return_code(stat(text, &st), errno);
	assert_int_equal(st.st_size, 8);
	assert_int_equal(access(arena_printf(w->cx.arena, "%s/nowhere", w->folder), F_OK), -1);
}

static void a_file_needs_its_folder(void **state)
{
	struct world *w = *state;
	const char *file = arena_printf(w->cx.arena, "%s/no/such/folder/mcp.db", w->folder);

	assert_false(store_create(file));
	assert_int_equal(access(file, F_OK), -1);
}

/* ---- what may be wrong with it ------------------------------------------------------------------------- */

static void put_text(struct world *w, const char *text)
{
	file_put(w->file, text, strlen(text), 0600);
}

static void make_missing(struct world *w)
{
	assert_return_code(unlink(w->file), errno);
}

static void make_empty(struct world *w)
{
	put_text(w, "");
}

static void make_garbage(struct world *w)
{
	char bytes[8192];

	crypto_random(bytes, sizeof bytes);
	bytes[0] = 'x';
	file_put(w->file, bytes, sizeof bytes, 0600);
}

static void make_text(struct world *w)
{
	put_text(w, "This is not a database.\n");
}

static void make_newer(struct world *w)
{
	world_sql(w, arena_printf(w->cx.arena, "PRAGMA user_version = %d", store_version() + 1));
}

static void make_older(struct world *w)
{
	world_sql(w, "PRAGMA user_version = 0");
}

static void make_foreign(struct world *w)
{
	make_missing(w);
	world_sql(w, "CREATE TABLE bookmark (id INTEGER); PRAGMA application_id = 252006673");
	assert_return_code(chmod(w->file, 0600), errno);
}

static void make_folder(struct world *w)
{
	make_missing(w);
	assert_return_code(mkdir(w->file, 0700), errno);
}

static void make_link(struct world *w)
{
	const char *real = arena_printf(w->cx.arena, "%s/real", w->folder);

	assert_return_code(rename(w->file, real), errno);
	assert_return_code(symlink(real, w->file), errno);
}

static void make_readable(struct world *w)
{
	assert_return_code(chmod(w->file, 0644), errno);
}

static const struct {
	const char *what;
	void (*make)(struct world *w);
} faults[] = {
	{ "missing", make_missing }, { "empty", make_empty }, { "garbage", make_garbage }, { "text", make_text },
	{ "newer", make_newer }, { "older", make_older }, { "foreign", make_foreign }, { "a folder", make_folder },
	{ "a link", make_link }, { "readable by all", make_readable },
};

/* Closes all connections and sets the good file aside, with nothing beside it. */
static void set_aside(struct world *w)
{
	store_drop(w->cx.store);
	world_sql(w, "PRAGMA wal_checkpoint(TRUNCATE)");
	assert_int_equal(rename(w->file, arena_printf(w->cx.arena, "%s.good", w->file)), 0);
	w->cx.store = store_new(ROLE_TOKEN, w->file, 50);
}

static void bring_back(struct world *w, bool folder)
{
	if (folder)
		rmdir(w->file);
	unlink(arena_printf(w->cx.arena, "%s-wal", w->file));
	unlink(arena_printf(w->cx.arena, "%s-shm", w->file));
	assert_int_equal(rename(arena_printf(w->cx.arena, "%s.good", w->file), w->file), 0);
}

static void copy_good(struct world *w)
{
	char bytes[1 << 16];
	FILE *from = fopen(arena_printf(w->cx.arena, "%s.good", w->file), "r"), *to = fopen(w->file, "w");
	size_t n;

	assert_true(from && to);
	while ((n = fread(bytes, 1, sizeof bytes, from)) > 0)
		assert_int_equal(fwrite(bytes, 1, n, to), n);
	assert_int_equal(fclose(from) + fclose(to), 0);
	assert_return_code(chmod(w->file, 0600), errno);
}

static void a_bad_file_is_unavailable_until_it_is_good_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(faults); i++) {
		struct world *w = world_new();
		struct client *c;

		set_aside(w);
		copy_good(w);
		faults[i].make(w);
		for (int k = 0; k < 2; k++) {
			row_check(client_find(w->cx.store, w->cx.arena, "c_one", &c) == &fail_unavailable, "%s: a read",
			    faults[i].what);
			row_check(!c, "%s: a row", faults[i].what);
			store_end(w->cx.store);
			row_check(store_begin(w->cx.store) == &fail_unavailable, "%s: a transaction", faults[i].what);
			store_end(w->cx.store);
		}
		bring_back(w, strcmp(faults[i].what, "a folder") == 0);
		row_check(!client_find(w->cx.store, w->cx.arena, "c_one", &c) && c, "%s: not good again", faults[i].what);
		world_drop(w);
	}
}

static void the_operator_is_told_what_is_wrong(void **state)
{
	static const char *const may_be_used = "readable by all, a link";

	(void)state;
	for (size_t i = 0; i < COUNT(faults); i++) {
		struct world *w = world_new();
		const char *why;

		set_aside(w);
		copy_good(w);
		faults[i].make(w);
		why = store_check(w->cx.arena, w->file);
		row_check(why || strstr(may_be_used, faults[i].what), "%s: nothing", faults[i].what);
		row_check(!why || (*why && !strchr(why, '\n')), "%s: %s", faults[i].what, why);
		world_drop(w);
	}
}

static void damage_is_found(void **state)
{
	struct world *w = *state;
	FILE *f;

	for (int i = 0; i < 200; i++)
		world_sql(w, "INSERT INTO limits VALUES (hex(randomblob(200)), 1, 1, 1)");
	set_aside(w);
	copy_good(w);
	assert_null(store_check(w->cx.arena, w->file));
	f = fopen(w->file, "r+");
	assert_non_null(f);
	assert_int_equal(fseek(f, -3 * 4096, SEEK_END), 0);
	for (int i = 0; i < 3 * 4096; i++)
		fputc(0xa5, f);
	assert_int_equal(fclose(f), 0);
	assert_non_null(store_check(w->cx.arena, w->file));
}

/* ---- migrating ----------------------------------------------------------------------------------------- */

static void the_newest_needs_no_migration(void **state)
{
	struct world *w = *state;
	int from = -1, to = -1;

	assert_true(store_migrate(w->file, &from, &to));
	assert_int_equal(from, store_version());
	assert_int_equal(to, store_version());
	assert_int_equal(world_ask(w, "SELECT count(*) FROM user"), 1);
}

static void a_newer_or_foreign_file_is_not_migrated(void **state)
{
	struct world *w = *state;
	int from, to;

	make_newer(w);
	assert_false(store_migrate(w->file, &from, &to));
	assert_int_equal(world_ask(w, "PRAGMA user_version"), store_version() + 1);
	world_sql(w, "PRAGMA user_version = 1; PRAGMA application_id = 1");
	assert_false(store_migrate(w->file, &from, &to));
	assert_false(store_migrate(arena_printf(w->cx.arena, "%s/none", w->folder), &from, &to));
	assert_int_equal(access(arena_printf(w->cx.arena, "%s/none", w->folder), F_OK), -1);
}

/* ---- leaving ------------------------------------------------------------------------------------------- */

/* The last one to leave after a write folds the log into the file, which is then all that there is. */
static void a_writer_that_leaves_folds_its_log(void **state)
{
	struct world *w = *state;
	const char *wal = arena_printf(w->cx.arena, "%s-wal", w->file);
	struct client *c;

	store_drop(w->cx.store);
	w->cx.store = store_new(ROLE_AUTHORIZE, w->file, 50);
	world_grant(w, "c_one");
	store_leave(w->cx.store);
	assert_int_equal(access(wal, F_OK), -1);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM grants"), 1);
	assert_go_on(client_find(w->cx.store, w->cx.arena, "c_one", &c));
	store_leave(w->cx.store);
}

/* ---- a full disk --------------------------------------------------------------------------------------- */

/* No file of this process may grow now. */
static void fill_disk(struct world *w, bool full)
{
	struct rlimit limit;
	struct stat st;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = limit.rlim_max;
	if (full)
		limit.rlim_cur = stat(arena_printf(w->cx.arena, "%s-wal", w->file), &st) == 0 ? (rlim_t)st.st_size : 0;
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
		_exit(90);
}

/* Runs a step in a process of its own; 0 is good, another status names what went wrong. */
static int in_child(struct world *w, int (*step)(struct world *w))
{
	int status;
	pid_t child = fork();

	assert_return_code(child, errno);
	if (child == 0)
		_exit(step(w));
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int transaction_on_a_full_disk(struct world *w)
{
	struct store *s = store_new(ROLE_AUTHORIZE, w->file, 50);
	struct grant g = { .user_id = w->user, .client_id = "c_one", .scope = BOTH, .resource = "r",
	    .created_at = START };
	const struct fail *no;

	if (store_begin(s) || store_commit(s))
		return 1;
	fill_disk(w, true);
	no = store_begin(s);
	no = no ? no : grant_put(s, &g);
	no = no ? no : store_commit(s);
	store_end(s);
	if (no != &fail_unavailable)
		return 2;
	fill_disk(w, false);
	if (store_begin(s) || grant_put(s, &g) || store_commit(s))
		return 3;
	store_drop(s);
	return 0;
}

static void a_full_disk_undoes_the_transaction(void **state)
{
	struct world *w = *state;

	store_drop(w->cx.store);
	w->cx.store = store_new(ROLE_TOKEN, w->file, 50);
	assert_int_equal(in_child(w, transaction_on_a_full_disk), 0);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM grants"), 1);
}

/* A counter that could not be written was not counted, and says so. */
static int count_on_a_full_disk(struct world *w)
{
	struct store *s = store_new(ROLE_AUTHORIZE, w->file, 50);
	const struct fail *no;
	struct limit l;

	if (limit_count(s, "k", 0, START, &l))
		return 1;
	fill_disk(w, true);
	no = limit_count(s, "k", 0, START + 1, &l);
	store_end(s);
	fill_disk(w, false);
	if (no != &fail_unavailable)
		return 2;
	if (limit_count(s, "k", 0, START + 2, &l) || l.count != 2)
		return 3;
	store_drop(s);
	return 0;
}

static void a_full_disk_is_told_outside_of_transactions_too(void **state)
{
	struct world *w = *state;

	store_drop(w->cx.store);
	w->cx.store = store_new(ROLE_TOKEN, w->file, 50);
	assert_int_equal(in_child(w, count_on_a_full_disk), 0);
}

/* What mcpctl of a newer program does to the file while this one keeps it open. */
static void set_version(struct world *w, int version)
{
	char *command;

	row_check(asprintf(&command, "sqlite3 '%s' 'BEGIN EXCLUSIVE; PRAGMA user_version = %d; COMMIT'", w->file, version) > 0, "memory");
	assert_int_equal(system(command), 0);
	free(command);
}

static void a_file_that_is_migrated_meanwhile_is_left_alone(void **state)
{
	struct world *w = *state;
	struct store *s = world_as(w, ROLE_TOKEN);
	struct limit l;

	assert_go_on(store_begin(s));
	assert_go_on(limit_count(s, "k", 0, START, &l));
	assert_go_on(store_commit(s));
	store_end(s);
	set_version(w, store_version() + 1);
	assert_ptr_equal(limit_count(s, "k", 0, START, &l), &fail_unavailable);
	store_end(s);
	assert_ptr_equal(store_begin(s), &fail_unavailable);
	assert_ptr_equal(store_begin_passing(s), &fail_unavailable);
	assert_ptr_equal(store_begin_remark(s), &fail_unavailable);
	store_end(s);
	set_version(w, store_version());
	assert_go_on(limit_count(s, "k", 0, START, &l));
	assert_int_equal(l.count, 2);
	store_end(s);
}

static void a_file_that_is_migrated_within_a_request_is_not_written(void **state)
{
	struct world *w = *state;
	struct store *s = world_as(w, ROLE_TOKEN);
	struct limit l;

	assert_go_on(limit_count(s, "k", 0, START, &l));
	set_version(w, store_version() + 1);
	assert_ptr_equal(store_begin(s), &fail_unavailable);
	store_end(s);
	set_version(w, store_version());
	assert_go_on(limit_count(s, "k", 0, START, &l));
	assert_int_equal(l.count, 2);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_WORLD(a_new_file_is_private_and_good),
		WITH_WORLD(what_exists_is_not_overwritten),
		WITH_WORLD(a_file_needs_its_folder),
		cmocka_unit_test(a_bad_file_is_unavailable_until_it_is_good_again),
		cmocka_unit_test(the_operator_is_told_what_is_wrong),
		WITH_WORLD(damage_is_found),
		WITH_WORLD(the_newest_needs_no_migration),
		WITH_WORLD(a_newer_or_foreign_file_is_not_migrated),
		WITH_WORLD(a_file_that_is_migrated_meanwhile_is_left_alone),
		WITH_WORLD(a_file_that_is_migrated_within_a_request_is_not_written),
		WITH_WORLD(a_writer_that_leaves_folds_its_log),
		WITH_WORLD(a_full_disk_undoes_the_transaction),
		WITH_WORLD(a_full_disk_is_told_outside_of_transactions_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
