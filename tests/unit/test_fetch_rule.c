/* SPDX-License-Identifier: ISC */
/*
 * test_fetch_rule: both ends of every range of addresses that is nobody's on the Internet, and their neighbours; the forms
 * in which IPv6 carries IPv4; the spellings of a host; the media types.
 */
#include "unit.h"

#include <arpa/inet.h>

#include "fetch_child.h"
#include "fetch_rule.h"

static bool is_allowed(const char *text, bool loopback)
{
	uint8_t bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1)
		return fetch_address_is_allowed(bytes, 4, loopback);
	if (inet_pton(AF_INET6, text, bytes) != 1)
		fail_msg("%s is no address", text);
	return fetch_address_is_allowed(bytes, 16, loopback);
}

static const char *const nobody[] = {
	/* IPv4: first and last of each range */
	"0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.100.100.200", "100.127.255.255",
	"168.63.129.16", "169.254.0.0", "169.254.169.254", "169.254.255.255", "172.16.0.0", "172.31.255.255",
	"192.0.0.0", "192.0.0.192", "192.0.0.255", "192.0.2.0", "192.0.2.255", "192.88.99.0", "192.88.99.255",
	"192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.0", "198.51.100.255",
	"203.0.113.0", "203.0.113.255", "224.0.0.0", "239.255.255.255", "240.0.0.0", "255.255.255.254",
	"255.255.255.255",
	/* IPv6 outside 2000::/3 */
	"::", "::2", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8",
	"::ffff:0:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b::", "64:ff9b:1::", "64:ff9b:1::808:808",
	"64:ff9b:1:ffff::1", "100::", "100::1", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "4000::", "5f00::1",
	"fbff::1", "fc00::", "fd00:ec2::254", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe00::1", "fe80::", "fe80::1",
	"febf:ffff::1", "fec0::1", "feff::1", "ff00::", "ff02::1", "ff0e::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	/* and inside */
	"2001::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001::1", "2001:1::1", "2001:2::1", "2001:10::1", "2001:20::1",
	"2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::", "2001:db8::1", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
	"2002::", "2002:7f00:1::", "2002:808:808::1", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff::",
	"3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "2600::5efe:7f00:1", "2600::5efe:808:808", "2600::200:5efe:808:808",
	"2a00:1450:4001:82a:0:5efe:10.0.0.1",
};

static const char *const somebody[] = {
	"1.0.0.0", "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
	"128.0.0.0", "168.63.129.15", "168.63.129.17", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
	"191.255.255.255", "192.0.1.0", "192.0.1.255", "192.0.3.0", "192.88.98.255", "192.88.100.0", "192.167.255.255",
	"192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0",
	"223.255.255.255", "2000::", "2001:200::", "2001:4860:4860::8888", "2001:db7:ffff::1", "2001:db9::", "2003::1",
	"2600::1", "2606:4700:4700::1111", "2a00:1450:4001:82a::200e", "3ffe::1", "3fff:1000::1",
	"2600::5eff:808:808", "2600::100:5efe:808:808", "2600::1:0:5efe:1", "2600::1:5efe:808:808",
};

/* CI-04 */
static void an_address_that_is_nobodys_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(nobody); i++) {
		row_check(!is_allowed(nobody[i], false), "%s is allowed", nobody[i]);
		row_check(!is_allowed(nobody[i], true), "%s is allowed with loopback", nobody[i]);
	}
}

static void an_address_of_the_internet_is_allowed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(somebody); i++)
		row_check(is_allowed(somebody[i], false) && is_allowed(somebody[i], true), "%s is refused", somebody[i]);
}

static void loopback_is_allowed_only_when_asked_for(void **state)
{
	static const char *const row[] = { "127.0.0.0", "127.0.0.1", "127.1.2.3", "127.255.255.255", "::1" };

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++)
		row_check(!is_allowed(row[i], false) && is_allowed(row[i], true), "%s", row[i]);
}

static void an_address_has_4_or_16_bytes(void **state)
{
	static const uint8_t public[16] = { 0x26, 0x06 };

	(void)state;
	assert_true(fetch_address_is_allowed(public, 16, false));
	for (size_t n = 0; n < 16; n++)
		row_check(n == 4 || !fetch_address_is_allowed(public, n, true), "%zu bytes", n);
}

static const struct {
	const char *text, *host, *path, *query;
	int port;
} good[] = {
	{ "https://c.example/client.json", "c.example", "/client.json", NULL, 443 },
	{ "HTTPS://C.EXAMPLE:8443/A?b=C", "c.example", "/A", "b=C", 8443 },
	{ "https://c.example", "c.example", "", NULL, 443 },
	{ "https://a_b.c-d.x1/", "a_b.c-d.x1", "/", NULL, 443 },
	{ "https://xn--bcher-kva.example/", "xn--bcher-kva.example", "/", NULL, 443 },
	{ "https://localhost/", "localhost", "/", NULL, 443 },
	{ "https://127.0.0.1:1/", "127.0.0.1", "/", NULL, 1 },
	{ "https://[::1]:65535/", "[::1]", "/", NULL, 65535 },
	{ "https://[2606:4700::1111]/", "[2606:4700::1111]", "/", NULL, 443 },
	{ "https://c.example/a/../b/./%2e", "c.example", "/a/../b/./%2e", NULL, 443 },
	{ "https://1.2.3.4.example/", "1.2.3.4.example", "/", NULL, 443 },
};

static const char *const bad[] = {
	"", "c.example", "http://c.example/", "ftp://c.example/", "file:///etc/passwd", "https:/c.example/", "https:c.example",
	"https://", "https:///x", "https://:443/", "https://u@c.example/", "https://u:p@c.example/", "https://@c.example/",
	"https://c.example/#f", "https://c.example#", "https://c.example:0/", "https://c.example:/", "https://c.example:65536/",
	"https://c..example/", "https://.c.example/", "https://c.example./", "https://./", "https://c%2eexample/",
	"https://c.example%00.evil/", "https://c\xc3\xa9.example/", "https://c.example\\@evil/", "https://c example/",
	"https://c.example/\r\nHost: x", "https://c!example/", "https://c.example,evil.example/", "https://c.example;x/",
	/* numbers that resolvers take for addresses */
	"https://2130706433/", "https://0x7f000001/", "https://017700000001/", "https://127.1/", "https://127.0.1/",
	"https://0x7f.0.0.1/", "https://0177.0.0.1/", "https://127.0.0.01/", "https://127.0.0.1./", "https://256.0.0.1/",
	"https://1.2.3.4.5/", "https://c.0x7f/", "https://c.1/",
	"https://[::1/", "https://[]/", "https://[::1%25lo]/", "https://[fe80::1%eth0]/", "https://[127.0.0.1]/",
	"https://[c.example]/", "https://[1::2::3]/",
	"https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example/",
};

static void a_url_that_may_be_fetched_is_split(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		struct url u;

		row_check(fetch_url_read(a, good[i].text, &u), "%s is refused", good[i].text);
		row_check(same_text(u.host, good[i].host) && same_text(u.path, good[i].path) && u.port == good[i].port &&
		    same_text(u.query, good[i].query), "%s: %s %d %s", good[i].text, u.host, u.port, u.path);
	}
	arena_drop(a);
}

/* CI-02 */
static void other_urls_are_refused(void **state)
{
	struct arena *a = arena_new();
	struct url u;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		row_check(!fetch_url_read(a, bad[i], &u), "%s is taken", bad[i]);
	arena_drop(a);
}

static void a_url_and_a_name_have_a_largest_length(void **state)
{
	char text[FETCH_URL_MAX + 2] = "https://c.example/", host[300] = "";
	struct arena *a = arena_new();
	struct url u;

	(void)state;
	memset(text + strlen(text), 'a', FETCH_URL_MAX - strlen(text));
	text[FETCH_URL_MAX] = '\0';
	assert_true(fetch_url_read(a, text, &u));
	text[FETCH_URL_MAX] = 'a';
	text[FETCH_URL_MAX + 1] = '\0';
	assert_false(fetch_url_read(a, text, &u));
	for (size_t i = 0; i < 253; i++)
		host[i] = i % 4 == 3 ? '.' : 'a';
	assert_true(fetch_url_read(a, arena_printf(a, "https://%s/", host), &u));
	host[253] = 'a';
	assert_false(fetch_url_read(a, arena_printf(a, "https://%s/", host), &u));
	assert_true(fetch_url_read(a, arena_printf(a, "https://%.63s.example/", text + 100), &u));
	arena_drop(a);
}

/* CI-08 */
static void only_json_is_json(void **state)
{
	static const char *const yes[] = {
		"application/json", "APPLICATION/JSON", "application/json;charset=utf-8", "application/json ; a=b, c",
		"application/json;", "application/jwk-set+json", "application/oauth-client+JSON; x=y", "application/a+b+json",
	};
	static const char *const no[] = {
		"", "?", "json", "text/json", "text/html", "text/plain", "application/jsonx", "application/jso", "application/",
		"application/+json", "application/json+", "application/json+x", "application/x-json", "application/json5",
		"application/json, text/html", "application/json text/html", "application /json", "application/ json",
		" application/json", "application/a+json/b", "application/xml", "application/ld-json", "text/a+json",
		"application/javascript", "application/a b+json", "application/json\"", "applicationjson",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(yes); i++)
		row_check(fetch_type_is_json(yes[i]), "%s", yes[i]);
	for (size_t i = 0; i < COUNT(no); i++)
		row_check(!fetch_type_is_json(no[i]), "%s", no[i]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_that_is_nobodys_is_refused),
		cmocka_unit_test(an_address_of_the_internet_is_allowed),
		cmocka_unit_test(loopback_is_allowed_only_when_asked_for),
		cmocka_unit_test(an_address_has_4_or_16_bytes),
		cmocka_unit_test(a_url_that_may_be_fetched_is_split),
		cmocka_unit_test(other_urls_are_refused),
		cmocka_unit_test(a_url_and_a_name_have_a_largest_length),
		cmocka_unit_test(only_json_is_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
