/* SPDX-License-Identifier: ISC */
/*
 * test_password: records of passwords: a vector of RFC 7914, records made elsewhere, round trips, and what is
 * no record, which fits nothing and costs nothing.
 */
#include "unit.h"

#include "crypto.h"

enum { LN = 10 };

static int set_up(void **state)
{
	*state = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	arena_drop(*state);
	return 0;
}

static bool fits(struct arena *a, const char *record, const char *password, size_t len)
{
	bool yes = true;

	row_check(crypto_password_check(a, record, password, len, &yes) == NULL, "%s is told as a fault of ours",
	    record);
	return yes;
}

/*
 * RFC 7914 section 12, third vector: the first 32 of its 64 bytes, which do not depend on the length asked
 * for.
 */
static void the_vector_of_rfc_7914_fits(void **state)
{
	static const char record[] =
	    "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU=$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI=";

	assert_true(fits(*state, record, "pleaseletmein", 13));
	assert_false(fits(*state, record, "pleaseletmeIn", 13));
}

/* Computed by Python's hashlib.scrypt. */
static const char known[] =
    "$scrypt$ln=10,r=8,p=3$MDEyMzQ1Njc4OWFiY2RlZg==$DWCuTB0u6nP6EKEhDx2GVgAIT0W+ZjvgKG5rBXdNZCM=";
static const char known_64[] =
    "$scrypt$ln=10,r=8,p=8$MDEyMzQ1Njc4OWFiY2RlZg==$A81drEXS3TKjiSw9BH9ysDMTND1KFHhPHjm0fDAlQLg=";

static void records_made_elsewhere_fit(void **state)
{
	assert_true(fits(*state, known, "correct horse", 13));
	assert_true(fits(*state, known_64, "correct horse", 13));
}

static void only_the_password_fits(void **state)
{
	static const struct { const char *what, *text; size_t n; } wrong[] = {
		{ "nothing", "", 0 }, { "a part", "correct hors", 12 }, { "more", "correct horse!", 14 },
		{ "case", "Correct horse", 13 },
		{ "a blank behind", "correct horse ", 14 }, { "another", "battery staple", 14 },
	};

	for (size_t i = 0; i < COUNT(wrong); i++)
		row_check(!fits(*state, known, wrong[i].text, wrong[i].n), "%s fits", wrong[i].what);
}

static const struct {
	const char *text;
	size_t n;
} password[] = {
	{ "correct horse battery staple", 28 }, { "", 0 },
	{ "p\xc3\xa4ssw\xc3\xb6rt \xf0\x9f\x94\x91 \xe9\x8d\xb5", 19 },
	{ "a\0b", 3 }, { " leading and trailing ", 22 },
};

static void a_record_fits_its_password(void **state)
{
	for (size_t i = 0; i < COUNT(password); i++) {
		const char *record = crypto_password(*state, password[i].text, password[i].n, LN);

		assert_non_null(record);
		row_check(fits(*state, record, password[i].text, password[i].n), "%zu", i);
		row_check(!fits(*state, record, "something else", 14), "%zu", i);
	}
}

static void a_nul_does_not_end_a_password(void **state)
{
	const char *record = crypto_password(*state, "a\0b", 3, LN);

	assert_false(fits(*state, record, "a\0c", 3));
	assert_false(fits(*state, record, "a", 1));
}

static void a_long_password_counts_to_its_end(void **state)
{
	char text[1024];
	const char *record;

	memset(text, 'x', sizeof text);
	record = crypto_password(*state, text, sizeof text, LN);
	assert_true(fits(*state, record, text, sizeof text));
	assert_false(fits(*state, record, text, sizeof text - 1));
	text[1023] = 'y';
	assert_false(fits(*state, record, text, sizeof text));
}

static void a_record_has_its_form_and_a_fresh_salt(void **state)
{
	const char *one = crypto_password(*state, "correct horse", 13, LN),
	    *two = crypto_password(*state, "correct horse", 13, LN);
	const char *three = crypto_password(*state, "correct horse", 13, LN + 1);

	assert_memory_equal(one, "$scrypt$ln=10,r=8,p=3$", 22);
	assert_memory_equal(three, "$scrypt$ln=11,r=8,p=3$", 22);
	assert_string_not_equal(one, two);
	assert_int_not_equal(strncmp(one + 22, two + 22, 16), 0);
	assert_null(strstr(one, "correct"));
	assert_true(fits(*state, three, "correct horse", 13));
}

#define SALT "MDEyMzQ1Njc4OWFiY2RlZg=="
#define HASH "DWCuTB0u6nP6EKEhDx2GVgAIT0W+ZjvgKG5rBXdNZCM="

static const char *const no_record[] = {
	"", "x", "correct horse", "$", "$scrypt$", "scrypt$ln=10,r=8,p=3$" SALT "$" HASH,
	" $scrypt$ln=10,r=8,p=3$" SALT "$" HASH, "$scrypt$ln=10,r=8,p=3$" SALT "$" HASH " ",
	"$scrypt$ln=10,r=8,p=3$" SALT "$" HASH "\n", "$scrypt$ln=10,r=8,p=3$" SALT "$" HASH "$",
	"$scrypt$ln=10,r=8,p=3$" SALT "$" HASH "A", "$scrypt$ln=10,r=8,p=3$" SALT "$", "$scrypt$ln=10,r=8,p=3$" SALT,
	"$scrypt$ln=10,r=8,p=3$$" HASH, "$scrypt$ln=10,r=8,p=3$$", "$scrypt$ln=10,r=8,p=3$" HASH,
	"$scrypt$ln=10,r=8$" SALT "$" HASH, "$scrypt$r=8,p=3,ln=10$" SALT "$" HASH,
	"$scrypt$ln=,r=8,p=3$" SALT "$" HASH, "$scrypt$ln=x,r=8,p=3$" SALT "$" HASH,
	"$scrypt$ln=10;r=8;p=3$" SALT "$" HASH, "$scrypt$ln=10, r=8, p=3$" SALT "$" HASH,
	"$Scrypt$ln=10,r=8,p=3$" SALT "$" HASH, "$argon2id$v=19$m=65536,t=3,p=4$" SALT "$" HASH, "$2b$12$" HASH,
	"$scrypt$ln=10,r=8,p=3$MDEyMzQ1Njc4OWFiY2RlZg$" HASH,
	"$scrypt$ln=10,r=8,p=3$" SALT "$DWCuTB0u6nP6EKEhDx2GVgAIT0W",
	/* a hash that is a part of the right one, nothing, or longer */
	"$scrypt$ln=10,r=8,p=3$" SALT "$DWCuTB0u6nP6EKEhDx2GVgAIT0W+ZjvgKG5rBXdN",
	"$scrypt$ln=10,r=8,p=3$" SALT "$DQ==", "$scrypt$ln=10,r=8,p=3$" SALT "$====",
	"$scrypt$ln=10,r=8,p=3$" SALT "$DWCuTB0u6nP6EKEhDx2GVgAIT0W+ZjvgKG5rBXdNZCMA",
	/* not the spelling of these bytes */
	"$scrypt$ln=10,r=8,p=3$" SALT "$DWCuTB0u6nP6EKEhDx2GVgAIT0W+ZjvgKG5rBXdNZCN=",
	"$scrypt$ln=10,r=8,p=3$" SALT "$DWCuTB0u6nP6EKEhDx2GVgAIT0W-ZjvgKG5rBXdNZCM=",
	/* parameters beyond the caps, or none */
	"$scrypt$ln=21,r=8,p=3$" SALT "$" HASH, "$scrypt$ln=31,r=8,p=3$" SALT "$" HASH,
	"$scrypt$ln=64,r=8,p=3$" SALT "$" HASH, "$scrypt$ln=99,r=8,p=3$" SALT "$" HASH,
	"$scrypt$ln=4294967306,r=8,p=3$" SALT "$" HASH, "$scrypt$ln=0,r=8,p=3$" SALT "$" HASH,
	"$scrypt$ln=-1,r=8,p=3$" SALT "$" HASH, "$scrypt$ln=10,r=0,p=3$" SALT "$" HASH,
	"$scrypt$ln=10,r=8,p=0$" SALT "$" HASH, "$scrypt$ln=10,r=8,p=9$" SALT "$" HASH,
	"$scrypt$ln=10,r=13,p=5$" SALT "$" HASH, "$scrypt$ln=10,r=65,p=1$" SALT "$" HASH,
	"$scrypt$ln=10,r=1,p=65$" SALT "$" HASH, "$scrypt$ln=10,r=4294967304,p=3$" SALT "$" HASH,
	"$scrypt$ln=10,r=65536,p=65536$" SALT "$" HASH, "$scrypt$ln=10,r=-1,p=3$" SALT "$" HASH,
	"$scrypt$ln=10,r=-1,p=-1$" SALT "$" HASH, "$scrypt$ln=10,r=-8,p=-8$" SALT "$" HASH,
};

static void what_is_no_record_fits_nothing(void **state)
{
	for (size_t i = 0; i < COUNT(no_record); i++) {
		row_check(!fits(*state, no_record[i], "correct horse", 13), "%s fits", no_record[i]);
		row_check(!fits(*state, no_record[i], "", 0), "%s fits nothing at all", no_record[i]);
	}
}

/* The second vector of RFC 7914 section 12 (r * p = 128), and two made by Python: right, but too costly to be ours. */
static void a_right_record_beyond_the_caps_fits_nothing(void **state)
{
	assert_false(fits(*state, "$scrypt$ln=10,r=8,p=16$TmFDbA==$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI=",
	    "password", 8));
	assert_false(fits(*state, "$scrypt$ln=10,r=8,p=9$" SALT "$hR4ulCgr6l0boZHqQDn5jqWBF67sMqnnd2BEk9XrpCc=",
	    "correct horse", 13));
	assert_false(fits(*state, "$scrypt$ln=10,r=65,p=1$" SALT "$rSYzSPe4doHavruJL3DzZImCKByW9/VeSL9cSWiJisQ=",
	    "correct horse", 13));
}

static void a_record_with_another_salt_or_cost_does_not_fit(void **state)
{
	static const char *const row[] = {
		"$scrypt$ln=10,r=8,p=3$NDEyMzQ1Njc4OWFiY2RlZg==$" HASH, "$scrypt$ln=11,r=8,p=3$" SALT "$" HASH,
		"$scrypt$ln=10,r=4,p=3$" SALT "$" HASH, "$scrypt$ln=10,r=8,p=2$" SALT "$" HASH,
		"$scrypt$ln=10,r=8,p=3$" SALT "$EWCuTB0u6nP6EKEhDx2GVgAIT0W+ZjvgKG5rBXdNZCM=",
	};

	for (size_t i = 0; i < COUNT(row); i++)
		row_check(!fits(*state, row[i], "correct horse", 13), "%s fits", row[i]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_vector_of_rfc_7914_fits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(records_made_elsewhere_fit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_the_password_fits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_record_fits_its_password, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_nul_does_not_end_a_password, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_long_password_counts_to_its_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_record_has_its_form_and_a_fresh_salt, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_record_fits_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_right_record_beyond_the_caps_fits_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_record_with_another_salt_or_cost_does_not_fit, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
