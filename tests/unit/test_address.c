/* SPDX-License-Identifier: ISC */
/*
 * test_address: one address however it is spelled, what is none, and the edges of networks.
 */
#include "unit.h"

#include "address.h"
#include "arena.h"

static const struct {
	const char *text, *same;	/* NULL: no address */
} spelling[] = {
	{ "192.0.2.7", "192.0.2.7" }, { "::ffff:192.0.2.7", "192.0.2.7" }, { "::FFFF:C000:207", "192.0.2.7" },
	{ "[::ffff:192.0.2.7]", "192.0.2.7" }, { "192.0.2.7:443", "192.0.2.7" }, { "2001:DB8:0:0::1", "2001:db8::1" },
	{ "[2001:db8::1]", "2001:db8::1" }, { "[2001:db8::1]:65535", "2001:db8::1" }, { "fe80::1%eth0", "fe80::1" },
	{ "[fe80::1%eth0]:1", "fe80::1" }, { "::", "::" }, { "0.0.0.0", "0.0.0.0" },
	{ "", NULL }, { " 192.0.2.7", NULL }, { "192.0.2.7 ", NULL }, { "192.0.2", NULL }, { "192.0.2.256", NULL },
	{ "192.0.2.7.", NULL }, { "0300.0.2.7", NULL }, { "0xc0.0.2.7", NULL }, { "3221225991", NULL }, { "192.0.2.7:", NULL },
	{ "192.0.2.7:x", NULL }, { "192.0.2.7:123456", NULL }, { "[192.0.2.7]", NULL }, { "[2001:db8::1", NULL },
	{ "2001:db8::1]", NULL }, { "[2001:db8::1]x", NULL }, { "[2001:db8::1]:", NULL }, { "[2001:db8::1]:x", NULL },
	{ "2001:db8::1::2", NULL }, { "unknown", NULL }, { "_hidden", NULL }, { "unix:", NULL }, { "/run/x.sock", NULL }, { ":", NULL },
	{ "1:2", NULL }, { "localhost", NULL }, { "192.0.2.7/24", NULL },
	{ "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001.1.1.1", NULL },
};

static void every_spelling_is_one(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < COUNT(spelling); i++) {
		uint8_t address[ADDRESS_BYTES];
		bool read = address_read(spelling[i].text, strlen(spelling[i].text), address);
		const char *got = read ? address_text(a, address) : NULL;

		row_check(same_text(got, spelling[i].same), "%s: %s", spelling[i].text, shown(got));
	}
	arena_drop(a);
}

static const struct {
	const char *words, *address;
	bool in;
} list[] = {
	{ "", "192.0.2.7", false }, { "192.0.2.7", "192.0.2.7", true }, { "192.0.2.7", "::ffff:192.0.2.7", true },
	{ "192.0.2.7", "192.0.2.6", false }, { "192.0.2.0/24", "192.0.2.255", true }, { "192.0.2.0/24", "192.0.3.0", false },
	{ "192.0.2.0/25", "192.0.2.127", true }, { "192.0.2.0/25", "192.0.2.128", false }, { "192.0.2.6/31", "192.0.2.7", true },
	{ "192.0.2.6/31", "192.0.2.8", false }, { "0.0.0.0/0", "203.0.113.9", true }, { "0.0.0.0/0", "2001:db8::1", false },
	{ "2001:db8::/32", "2001:db8:ffff::1", true }, { "2001:db8::/32", "2001:db9::1", false }, { "2001:db8::/127", "2001:db8::1", true },
	{ "2001:db8::/127", "2001:db8::2", false }, { "2001:db8::1", "2001:db8:0::1", true }, { "::1/128", "::1", true }, { "::1/128", "::2", false },
	{ " 10.0.0.1   192.0.2.0/24 ", "192.0.2.1", true }, { "10.0.0.1 192.0.2.0/24", "10.0.0.2", false },
};

static void networks_have_edges(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		uint8_t address[ADDRESS_BYTES];

		assert_true(address_read(list[i].address, strlen(list[i].address), address));
		row_check(address_is_among(list[i].words, address) == list[i].in, "%s among '%s'", list[i].address, list[i].words);
		row_check(!address_words_check(list[i].words), "%s", list[i].words);
	}
}

static void what_is_no_network_is_refused(void **state)
{
	static const char *const wrong[] = {
		"x", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/-1", "192.0.2.0/+8", "192.0.2.0/8x", "192.0.2.0/0008", "192.0.2.0/8/8", "192.0.2",
		"2001:db8::/129", "[2001:db8::1]", "192.0.2.7:80", "192.0.2.1,192.0.2.2", "::ffff:192.0.2.7", "fe80::1%eth0", "/8", "proxy.example",
		"192.0.2.7 x",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++)
		row_check(address_words_check(wrong[i]) != NULL, "%s", wrong[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_spelling_is_one),
		cmocka_unit_test(networks_have_edges),
		cmocka_unit_test(what_is_no_network_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
