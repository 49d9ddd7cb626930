/* SPDX-License-Identifier: ISC */
/* test_bearer: which of two header fields holds the credentials of a request. */
#include "unit.h"

#include "bearer.h"

static void one_field_or_two_that_agree(void **state)
{
	static const struct { const char *authorization, *instead, *want; } good[] = {
		{ NULL, NULL, NULL },
		{ "Bearer a", NULL, "Bearer a" },
		{ NULL, "Bearer a", "Bearer a" },
		{ "Bearer a", "Bearer a", "Bearer a" },
		{ "Basic eDp5", NULL, "Basic eDp5" },
	};
	const char *got = "";

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		row_check(!bearer_pick(good[i].authorization, good[i].instead, &got), "%zu is refused", i);
		row_check(same_text(got, good[i].want), "%zu: %s", i, shown(got));
	}
}

static void two_that_differ_are_refused(void **state)
{
	static const struct { const char *authorization, *instead; } bad[] = {
		{ "Bearer a", "Bearer b" }, { "Bearer b", "Bearer a" }, { "Basic eDp5", "Bearer a" }, { "Bearer a", "a" },
		{ "Bearer a", "Bearer  a" }, { "Bearer a, Bearer b", "Bearer a" }, { "x", "Bearer a" },
	};
	const char *got;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		row_check(bearer_pick(bad[i].authorization, bad[i].instead, &got) == &bearer_two, "%s and %s", bad[i].authorization,
		    bad[i].instead);
	assert_int_equal(bearer_two.status, 400);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_field_or_two_that_agree),
		cmocka_unit_test(two_that_differ_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
