/* SPDX-License-Identifier: ISC */
/*
 * test_conf_file: which file is the settings file, and what is not taken for one: a link, a FIFO (without
 * waiting for its writer), a folder, a device, a file that others may change or read, one that is too large.
 */
#include "unit.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "conf_key.h"

enum { NOBODY = 65534, SOMEBODY = 4242, FILE_MAX = 64 * 1024 };

static char *folder;
static char file[128];
static struct arena *arena;
static struct conf conf;
static struct conf_error error;

static const char good[] = "issuer = https://mcp.example.org\n";

static int set_up(void **state)
{
	(void)state;
	folder = folder_new();
	snprintf(file, sizeof file, "%s/mcp-cgi.conf", folder);
	arena = arena_new();
	alarm(20);		/* nothing here may wait */
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	alarm(0);
	arena_drop(arena);
	folder_drop(folder);
	return 0;
}

static bool is_refused(const char *path)
{
	error = (struct conf_error){ 0 };
	if (conf_read(arena, path, &conf, &error))
		return false;
	assert_string_equal(error.file, path);
	assert_int_equal(error.line, 0);
	assert_true(error.reason && *error.reason);
	return true;
}

static void only_its_owner_may_write_and_nobody_else_read(void **state)
{
	static const struct { mode_t mode; bool good; } row[] = {
		{ 0600, true }, { 0640, true }, { 0400, true }, { 0440, true }, { 0604, false }, { 0644, false },
		{ 0602, false },
		{ 0606, false }, { 0620, false }, { 0660, false }, { 0664, false }, { 0666, false }, { 0777, false },
		{ 0642, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		file_put(file, good, strlen(good), row[i].mode);
		row_check(is_refused(file) == !row[i].good, "mode %04o", (unsigned)row[i].mode);
		unlink(file);
	}
}

static void a_missing_file_is_refused(void **state)
{
	(void)state;
	assert_true(is_refused(file));
	assert_true(is_refused(arena_printf(arena, "%s/no/such/folder/mcp-cgi.conf", folder)));
	assert_true(is_refused(""));
}

static void a_symbolic_link_is_refused(void **state)
{
	const char *to = arena_printf(arena, "%s/real.conf", folder);

	(void)state;
	file_put(to, good, strlen(good), 0600);
	assert_false(is_refused(to));
	assert_return_code(symlink(to, file), 0);
	assert_true(is_refused(file));
	assert_return_code(unlink(to), 0);
	assert_true(is_refused(file));
}

/* Opened the usual way, a FIFO waits for somebody to write. */
static void a_fifo_is_refused_without_waiting(void **state)
{
	(void)state;
	assert_return_code(mkfifo(file, 0600), 0);
	assert_true(is_refused(file));
}

static void a_folder_is_refused(void **state)
{
	(void)state;
	assert_return_code(mkdir(file, 0700), 0);
	assert_true(is_refused(file));
}

static void a_device_is_refused(void **state)
{
	(void)state;
	assert_true(is_refused("/dev/null"));
	assert_true(is_refused("/dev/zero"));
}

static void a_socket_is_refused(void **state)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	assert_true(strlen(file) < sizeof at.sun_path);
	memcpy(at.sun_path, file, strlen(file));
	assert_return_code(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_return_code(chmod(file, 0600), 0);
	assert_true(is_refused(file));
	close(fd);
}

static void a_file_may_have_64_kib_and_not_more(void **state)
{
	char *text = arena_take_raw(arena, FILE_MAX + 1);

	(void)state;
	memset(text, '#', FILE_MAX + 1);
	memcpy(text, good, strlen(good));
	file_put(file, text, FILE_MAX, 0600);
	row_check(conf_read(arena, file, &conf, &error), "64 KiB: %s", error.reason);
	file_put(file, text, FILE_MAX + 1, 0600);
	assert_true(is_refused(file));
}

/* A huge file costs nothing: it is refused by its size. */
static void a_gigabyte_is_refused(void **state)
{
	(void)state;
	file_put(file, good, strlen(good), 0600);
	assert_return_code(truncate(file, (off_t)1 << 30), 0);
	assert_true(is_refused(file));
}

/* Reads as another user, which only root can try. */
static bool reads_as(uid_t user)
{
	int status;
	pid_t child = fork();

	assert_return_code(child, 0);
	if (child == 0) {
		if (setgroups(0, NULL) != 0 || setegid(NOBODY) != 0 || seteuid(user) != 0)
			_exit(99);
		_exit(conf_read(arena, file, &conf, &error) ? 1 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 99);
	return WEXITSTATUS(status) == 1;
}

static void a_file_belongs_to_the_user_or_to_root(void **state)
{
	(void)state;
	file_put(file, good, strlen(good), 0640);
	assert_true(conf_read(arena, file, &conf, &error));
	if (geteuid() != 0)
		return;
	assert_return_code(chown(file, NOBODY, NOBODY), 0);
	assert_true(reads_as(NOBODY));
	assert_false(reads_as(SOMEBODY));
	assert_return_code(chown(file, 0, NOBODY), 0);
	assert_true(reads_as(NOBODY));
	assert_return_code(chown(file, 0, 0), 0);
	assert_false(reads_as(NOBODY));
}

/* As the header says of conf.database, from wherever the program is started. */
static void the_database_is_absolute_for_a_relative_name(void **state)
{
	char *here = getcwd(NULL, 0);
	bool read;

	(void)state;
	assert_non_null(here);
	file_put(file, good, strlen(good), 0600);
	assert_return_code(chdir(folder), 0);
	read = conf_read(arena, "mcp-cgi.conf", &conf, &error);
	assert_return_code(chdir(here), 0);
	free(here);
	assert_true(read);
	row_check(conf.database[0] == '/', "%s", conf.database);
}

static void a_relative_database_lies_beside_the_settings(void **state)
{
	static const char text[] = "issuer = https://mcp.example.org\ndatabase = data/x.db\n";

	(void)state;
	file_put(file, text, strlen(text), 0600);
	assert_true(conf_read(arena, file, &conf, &error));
	assert_string_equal(conf.database, arena_printf(arena, "%s/data/x.db", folder));
}

/* ---- where it is looked for ---------------------------------------------------------------------------- */

static void the_request_names_the_file_first(void **state)
{
	char *env[] = { "MCP_CGI_CONFIG=/no", "XMCP_CGI_CONF=/no", "MCP_CGI_CONF=/from/request.conf", NULL };
	char *none[] = { "PATH=/bin", NULL };

	(void)state;
	assert_return_code(setenv("MCP_CGI_CONF", "/from/process.conf", 1), 0);
	assert_string_equal(conf_find(arena, env), "/from/request.conf");
	assert_string_equal(conf_find(arena, none), "/from/process.conf");
	assert_string_equal(conf_find(arena, NULL), "/from/process.conf");
	assert_return_code(unsetenv("MCP_CGI_CONF"), 0);
}

static void without_the_variable_there_is_a_usual_place(void **state)
{
	static const char end[] = "/mcp-cgi/mcp-cgi.conf";
	char *empty[] = { "MCP_CGI_CONF=", NULL };
	const char *found;

	(void)state;
	assert_return_code(unsetenv("MCP_CGI_CONF"), 0);
	found = conf_find(arena, NULL);
	assert_true(found[0] == '/' && strlen(found) >= strlen(end));
	assert_string_equal(found + strlen(found) - strlen(end), end);
	assert_string_equal(conf_find(arena, empty), found);
}

static void words_are_what_is_between_blanks(void **state)
{
	static const struct { const char *words, *word; bool has; } row[] = {
		{ "a b c", "a", true }, { "a b c", "b", true }, { "a b c", "c", true }, { "  a   b ", "b", true },
		{ "", "a", false },
		{ "   ", "a", false }, { "abc", "a", false }, { "abc", "c", false }, { "a", "ab", false },
		{ "a b", "a b", false },
		{ "A", "a", false }, { "a", "A", false }, { "claude.ai", "claude.a", false },
		{ "claude.ai", "xclaude.ai", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++)
		row_check(conf_has_word(row[i].words, row[i].word) == row[i].has, "%s in %s", row[i].word, row[i].words);
}

/* A key that the reference does not name is a key that nobody finds; a line that is too long is one that nobody reads. */
static void the_reference_names_every_key(void **state)
{
	static const struct conf_key *const table[] = { conf_keys, conf_resource_keys, conf_scope_keys };
	char *text = NULL, line[128];
	const char *at;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	(void)state;
	assert_non_null(to);
	conf_print_reference(to);
	assert_int_equal(fclose(to), 0);
	for (size_t i = 0; i < COUNT(table); i++)
		for (const struct conf_key *k = table[i]; k->name; k++) {
			snprintf(line, sizeof line, "\n# %s =", k->name);
			row_check(strstr(text, line), "%s", k->name);
		}
	for (at = text; *at; at += strcspn(at, "\n") + 1)
		row_check(*at == '#' ? strcspn(at, "\n") <= 100 : *at == '\n', "%.120s", at);
	assert_null(strstr(text, " \n"));
	free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_its_owner_may_write_and_nobody_else_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_missing_file_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_symbolic_link_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_fifo_is_refused_without_waiting, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_folder_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_device_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_socket_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_file_may_have_64_kib_and_not_more, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_gigabyte_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_file_belongs_to_the_user_or_to_root, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_database_is_absolute_for_a_relative_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_relative_database_lies_beside_the_settings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_request_names_the_file_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_the_variable_there_is_a_usual_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(words_are_what_is_between_blanks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_reference_names_every_key, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
