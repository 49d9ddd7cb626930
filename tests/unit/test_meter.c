/* SPDX-License-Identifier: ISC */
/*
 * test_meter: every count counts, whoever else is counted and from however many processes; a window ends; nobody shares a
 * counter while there is room, and where there is none, nobody gets a new one.
 */
#include "unit.h"

#include <sys/wait.h>

#include "meter.h"

enum { PLACES = 4096, NEAR = 8 };

static char *folder, *file;

static int set_up(void **state)
{
	(void)state;
	folder = folder_new();
	return asprintf(&file, "%s/calls", folder) < 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(file);
	rmdir(folder);
	free(file);
	free(folder);
	return 0;
}

static int64_t count(int64_t whom, int64_t now)
{
	struct meter m;

	assert_true(meter_count(file, whom, now - 60, now, &m));
	return m.count;
}

static void a_window_ends(void **state)
{
	(void)state;
	assert_int_equal(count(5, 1000), 1);
	assert_int_equal(count(5, 1059), 2);
	assert_int_equal(count(6, 1059), 1);
	assert_int_equal(count(5, 1060), 1);
	assert_int_equal(count(5, 999), 2);		/* one that came earlier and was slower */
	assert_int_equal(count(5, 100), 1);		/* the clock was set back */
}

static void neighbours_have_room_and_then_share(void **state)
{
	(void)state;
	for (int64_t i = 0; i < NEAR; i++)
		for (int64_t n = 1; n <= 3; n++)
			assert_int_equal(count(7 + i * PLACES, 1000), n);
	assert_int_equal(count(7 + NEAR * PLACES, 1000), 4);
	assert_int_equal(count(7, 1000), 5);
}

static void all_processes_count(void **state)
{
	enum { PROCESSES = 8, EACH = 200 };
	int status;

	(void)state;
	for (int i = 0; i < PROCESSES; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			for (int n = 0; n < EACH; n++)
				count(9, 1000);
			_exit(0);
		}
	}
	while (wait(&status) > 0)
		assert_int_equal(status, 0);
	assert_int_equal(count(9, 1000), PROCESSES * EACH + 1);
}

static void it_is_private_and_no_link(void **state)
{
	struct meter m;
	struct stat st;

	(void)state;
	umask(0);
	assert_int_equal(count(1, 1000), 1);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	unlink(file);
	assert_int_equal(symlink("elsewhere", file), 0);
	assert_false(meter_count(file, 1, 940, 1000, &m));
	unlink(file);
	assert_int_equal(mkfifo(file, 0600), 0);
	assert_false(meter_count(file, 1, 940, 1000, &m));
}

static void garbage_is_nobodys(void **state)
{
	FILE *f = fopen(file, "w");

	(void)state;
	assert_non_null(f);
	for (int i = 0; i < 10000; i++)
		fputc(0xff, f);
	fclose(f);
	assert_int_equal(count(3, 1000), 1);
	assert_int_equal(count(3, 1000), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_window_ends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(neighbours_have_room_and_then_share, set_up, tear_down),
		cmocka_unit_test_setup_teardown(all_processes_count, set_up, tear_down),
		cmocka_unit_test_setup_teardown(it_is_private_and_no_link, set_up, tear_down),
		cmocka_unit_test_setup_teardown(garbage_is_nobodys, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
