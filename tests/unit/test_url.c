/* SPDX-License-Identifier: ISC */
/*
 * test_url: the examples of RFC 3986 (sections 1.1.2, 3, 5.2.4 and 5.4), every byte through the encoder and
 * the decoder, and the spellings by which a URL is made to look like another.
 */
#include "unit.h"

#include "arena.h"
#include "url.h"

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

static const struct {
	const char *text, *scheme, *host;
	int port;
	const char *path, *query;
	bool authority, userinfo, fragment;
} split[] = {
	/* RFC 3986 section 1.1.2 */
	{ "ftp://ftp.is.co.za/rfc/rfc1808.txt", "ftp", "ftp.is.co.za", -1, "/rfc/rfc1808.txt", NULL, 1, 0, 0 },
	{ "http://www.ietf.org/rfc/rfc2396.txt", "http", "www.ietf.org", -1, "/rfc/rfc2396.txt", NULL, 1, 0, 0 },
	{ "ldap://[2001:db8::7]/c=GB?objectClass?one", "ldap", "[2001:db8::7]", -1, "/c=GB", "objectClass?one", 1, 0,
	  0 },
	{ "mailto:John.Doe@example.com", "mailto", "", -1, "John.Doe@example.com", NULL, 0, 0, 0 },
	{ "news:comp.infosystems.www.servers.unix", "news", "", -1, "comp.infosystems.www.servers.unix", NULL, 0, 0,
	  0 },
	{ "tel:+1-816-555-1212", "tel", "", -1, "+1-816-555-1212", NULL, 0, 0, 0 },
	{ "telnet://192.0.2.16:80/", "telnet", "192.0.2.16", 80, "/", NULL, 1, 0, 0 },
	{ "urn:oasis:names:specification:docbook:dtd:xml:4.1.2", "urn", "", -1,
	  "oasis:names:specification:docbook:dtd:xml:4.1.2", NULL, 0, 0, 0 },
	/* RFC 3986 section 3 */
	{ "foo://example.com:8042/over/there?name=ferret#nose", "foo", "example.com", 8042, "/over/there",
	  "name=ferret",
	  1, 0, 1 },
	{ "urn:example:animal:ferret:nose", "urn", "", -1, "example:animal:ferret:nose", NULL, 0, 0, 0 },
	/* case: scheme and host go down, the rest stays */
	{ "HTTPS://EXAMPLE.Com/Path?Query=A", "https", "example.com", -1, "/Path", "Query=A", 1, 0, 0 },
	{ "http://[2001:DB8::A]:1/", "http", "[2001:db8::a]", 1, "/", NULL, 1, 0, 0 },
	/* what may be empty */
	{ "https://h", "https", "h", -1, "", NULL, 1, 0, 0 },
	{ "https://h?", "https", "h", -1, "", "", 1, 0, 0 },
	{ "https://h#", "https", "h", -1, "", NULL, 1, 0, 1 },
	{ "https://h/?#", "https", "h", -1, "/", "", 1, 0, 1 },
	{ "file:///etc/passwd", "file", "", -1, "/etc/passwd", NULL, 1, 0, 0 },
	{ "https:", "https", "", -1, "", NULL, 0, 0, 0 },
	{ "https:/h/p", "https", "", -1, "/h/p", NULL, 0, 0, 0 },
	{ "com.example.app:/cb", "com.example.app", "", -1, "/cb", NULL, 0, 0, 0 },
	{ "a+b-c.1://x", "a+b-c.1", "x", -1, "", NULL, 1, 0, 0 },
	/* ports */
	{ "http://h:1/", "http", "h", 1, "/", NULL, 1, 0, 0 },
	{ "http://h:80", "http", "h", 80, "", NULL, 1, 0, 0 },
	{ "http://h:65535/", "http", "h", 65535, "/", NULL, 1, 0, 0 },
	{ "http://[::1]:65535?q", "http", "[::1]", 65535, "", "q", 1, 0, 0 },
	/* user information, and what only looks like it */
	{ "http://user@h/", "http", "h", -1, "/", NULL, 1, 1, 0 },
	{ "http://user:password@h:8/", "http", "h", 8, "/", NULL, 1, 1, 0 },
	{ "http://@h/", "http", "h", -1, "/", NULL, 1, 1, 0 },
	{ "https://good.example:443@evil.example/", "https", "evil.example", -1, "/", NULL, 1, 1, 0 },
	{ "https://good.example%2f@evil.example/", "https", "evil.example", -1, "/", NULL, 1, 1, 0 },
	{ "https://h/@good.example", "https", "h", -1, "/@good.example", NULL, 1, 0, 0 },
	{ "https://h?@good.example", "https", "h", -1, "", "@good.example", 1, 0, 0 },
	{ "https://h#@good.example", "https", "h", -1, "", NULL, 1, 0, 1 },
	/* a percent-encoding stays as it is spelled */
	{ "https://h/%41%2e%00?%ff", "https", "h", -1, "/%41%2e%00", "%ff", 1, 0, 0 },
};

static void a_uri_is_split_into_its_parts(void **state)
{
	for (size_t i = 0; i < COUNT(split); i++) {
		const char *text = split[i].text;
		struct url u;

		row_check(url_read(*state, text, &u), "%s is not read", text);
		row_check(same_text(u.scheme, split[i].scheme), "%s: scheme %s", text, shown(u.scheme));
		row_check(same_text(u.host, split[i].host), "%s: host %s", text, shown(u.host));
		row_check(u.port == split[i].port, "%s: port %d", text, u.port);
		row_check(same_text(u.path, split[i].path), "%s: path %s", text, shown(u.path));
		row_check(same_text(u.query, split[i].query), "%s: query %s", text, shown(u.query));
		row_check(u.authority == split[i].authority, "%s: authority %d", text, u.authority);
		row_check(u.userinfo == split[i].userinfo, "%s: userinfo %d", text, u.userinfo);
		row_check(u.fragment == split[i].fragment, "%s: fragment %d", text, u.fragment);
	}
}

static const char *const no_uri[] = {
	"", ":", "/", "/path", "//host/path", "host", "host/path", "?q", "#f", "../x", "1http://h", "-a://h", "+a:b",
	".a:b", "http", "http//h", "ht tp://h", " http://h", "http://h ", "http ://h", "h%74tp://h", "\xc3\xa9://h",
	"ht_tp://h", "http://h/%", "http://h/%4", "http://h/%zz", "http://h/%4g", "http://h/%g4", "http://h/a%",
	"http://%zz/", "x:%", "http://h:/", "http://h:", "http://h:0/", "http://h:00/", "http://h:08/",
	"http://h:080/", "http://h:65536/", "http://h:99999/", "http://h:655350/", "http://h:4294967376/",
	"http://h:18446744073709551696/", "http://h:-1/", "http://h:+80/", "http://h:80a/", "http://h:0x50/",
	"http://h:8%30/", "http://h:80:80/", "http://::1/", "http://[::1", "http://[::1/", "http://[::1]8/",
	"http://[::1]evil/", "http://[::1]:/", "http://[::1]:0/",
};

static void what_is_no_uri_is_refused(void **state)
{
	struct url u;

	for (size_t i = 0; i < COUNT(no_uri); i++)
		row_check(!url_read(*state, no_uri[i], &u), "%s is read", no_uri[i]);
}

/* A second @ must not make anything of what stands before it look like a host. */
static void two_at_signs_do_not_hide_the_user(void **state)
{
	static const char *const row[] = { "http://a@b@c/", "http://good.example@x@evil.example/",
	    "http://a:b@c:d@e/" };
	struct url u;

	for (size_t i = 0; i < COUNT(row); i++)
		row_check(!url_read(*state, row[i], &u) || u.userinfo, "%s", row[i]);
}

/* Every byte in every part of a URI, against the list of the header. */
static void a_byte_that_no_uri_has_is_refused(void **state)
{
	static const char *const place[] = { "http://h?/", "http://h/?", "http://h/?q=?", "http://h/#?", "x:?" };

	for (int c = 1; c < 256; c++) {
		if (c > 0x20 && c < 0x7f && !strchr("\"<>\\^`{|}", c))
			continue;
		for (size_t i = 0; i < COUNT(place); i++) {
			char *text = arena_copy(*state, place[i]);
			struct url u;

			*strrchr(text, '?') = (char)c;
			row_check(!url_read(*state, text, &u), "byte %02x at the last ? of %s", (unsigned)c, place[i]);
		}
	}
}

/* pchar, RFC 3986 section 3.3, stands for itself in a path. */
static void every_byte_of_a_path_is_kept(void **state)
{
	static const char text[] = "http://h/abcXYZ019-._~!$&'()*+,;=:@/%20%2F%ff";
	struct url u;

	assert_true(url_read(*state, text, &u));
	assert_string_equal(u.path, text + 8);
}

static void only_unreserved_characters_are_not_encoded(void **state)
{
	for (int c = 1; c < 256; c++) {
		const char text[] = { (char)c, '\0' };
		struct buf b = buf_new(*state);
		const char *want = arena_printf(*state, "%%%02X", (unsigned)c);

		if (c < 128 && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~", c))
			want = text;
		url_encode(&b, text);
		row_check(strcmp(b.v, want) == 0, "byte %02x: %s", (unsigned)c, b.v);
	}
}

static void encoding_appends(void **state)
{
	struct buf b = buf_new(*state);

	buf_text(&b, "x=");
	url_encode(&b, "a b&c=d/\xe2\x82\xac");
	url_encode(&b, "");
	assert_string_equal(b.v, "x=a%20b%26c%3Dd%2F%E2%82%AC");
}

/* The 256 escapes: NUL and what alone is no UTF-8 are refused. */
static void every_escape_is_decoded_or_refused(void **state)
{
	for (unsigned c = 0; c < 256; c++)
		for (int upper = 0; upper < 2; upper++) {
			const char *text = upper ? arena_printf(*state, "a%%%02Xb", c) : arena_printf(*state, "a%%%02xb", c);
			const char *got = url_decode(*state, text, strlen(text), false);

			if (c == 0 || c >= 0x80)
				row_check(!got, "%s is decoded", text);
			else
				row_check(got && got[0] == 'a' && got[1] == (char)c && strcmp(got + 2, "b") == 0, "%s", text);
		}
}

static void what_is_encoded_can_be_decoded(void **state)
{
	struct buf text = buf_new(*state), b = buf_new(*state);
	const char *got;

	for (int c = 1; c < 128; c++)
		buf_char(&text, (char)c);
	buf_text(&text, "\xc2\x80\xdf\xbf\xe2\x82\xac\xf4\x8f\xbf\xbf");
	url_encode(&b, text.v);
	got = url_decode(*state, b.v, b.len, false);
	assert_non_null(got);
	assert_string_equal(got, text.v);
	got = url_decode(*state, b.v, b.len, true);
	assert_non_null(got);
	assert_string_equal(got, text.v);
}

static const struct {
	const char *text;
	bool plus;
	const char *want;
} decode[] = {
	{ "", false, "" }, { "abc", false, "abc" }, { "a+b", false, "a+b" }, { "a+b", true, "a b" },
	{ "a%2Bb", true, "a+b" },
	{ "a%20b", true, "a b" }, { "%41%62", false, "Ab" }, { "%E2%82%AC", false, "\xe2\x82\xac" },
	{ "\xe2\x82\xac", false, "\xe2\x82\xac" }, { "%2525", false, "%25" }, { "%0d%0a", false, "\r\n" },
	{ "%", false, NULL }, { "%4", false, NULL }, { "a%", false, NULL }, { "%%41", false, NULL },
	{ "%zz", false, NULL },
	{ "%4z", false, NULL }, { "%z4", false, NULL }, { "% 1", false, NULL }, { "%+1", true, NULL },
	{ "%-1", false, NULL },
	{ "%0x", false, NULL }, { "%u0041", false, NULL }, { "%00", false, NULL }, { "a%00b", true, NULL },
	{ "%C0%80", false, NULL }, { "%ED%A0%80", false, NULL }, { "%E2%82", false, NULL },
	{ "\xe2\x82", false, NULL },
	{ "\xff", false, NULL }, { "%e2\x82%ac", false, "\xe2\x82\xac" },
};

static void decoding_refuses_rather_than_guesses(void **state)
{
	for (size_t i = 0; i < COUNT(decode); i++) {
		const char *got = url_decode(*state, decode[i].text, strlen(decode[i].text), decode[i].plus);

		row_check(same_text(got, decode[i].want), "%s: %s", decode[i].text, shown(got));
	}
}

static void decoding_stops_at_its_length(void **state)
{
	assert_string_equal(url_decode(*state, "abcdef", 3, false), "abc");
	assert_null(url_decode(*state, "ab%41", 4, false));
	assert_null(url_decode(*state, "ab%41", 3, false));
	assert_string_equal(url_decode(*state, "x", 0, false), "");
}

static const struct {
	const char *uri, *name, *value, *want;
} add[] = {
	{ "https://c/cb", "code", "x", "https://c/cb?code=x" },
	{ "https://c/cb?a=b", "code", "x", "https://c/cb?a=b&code=x" },
	{ "https://c/cb?", "code", "x", "https://c/cb?code=x" },
	{ "https://c/cb?a=b&", "code", "x", "https://c/cb?a=b&code=x" },
	{ "https://c/cb?a=b?c", "code", "x", "https://c/cb?a=b?c&code=x" },
	{ "com.example.app:/cb", "code", "x", "com.example.app:/cb?code=x" },
	{ "https://c/cb", "state", "a&b=c d#?\r\n\xc3\xa9", "https://c/cb?state=a%26b%3Dc%20d%23%3F%0D%0A%C3%A9" },
	{ "https://c/cb", "state", "", "https://c/cb?state=" },
	{ "https://c/cb", "state", NULL, "https://c/cb" },
	{ "https://c/cb?a=b", "state", NULL, "https://c/cb?a=b" },
};

static void a_parameter_is_added_behind_what_is_there(void **state)
{
	for (size_t i = 0; i < COUNT(add); i++) {
		struct buf b = buf_new(*state);

		buf_text(&b, add[i].uri);
		url_add(&b, add[i].name, add[i].value);
		row_check(same_text(b.v, add[i].want), "%s + %s: %s", add[i].uri, add[i].name, b.v);
	}
}

static void parameters_are_added_one_after_the_other(void **state)
{
	struct buf b = buf_new(*state);

	buf_text(&b, "https://c/cb");
	url_add(&b, "code", "1");
	url_add(&b, "state", NULL);
	url_add(&b, "iss", "https://as.example");
	assert_string_equal(b.v, "https://c/cb?code=1&iss=https%3A%2F%2Fas.example");
}

static void what_is_encoded_already_is_added_as_it_is(void **state)
{
	struct buf b = buf_new(*state);

	buf_text(&b, "https://c/cb?a=b");
	url_add_encoded(&b, "state", "%00%FF+%2B");
	url_add_encoded(&b, "x", NULL);
	url_add_encoded(&b, "y", "1");
	assert_string_equal(b.v, "https://c/cb?a=b&state=%00%FF+%2B&y=1");
}

static const struct {
	const char *text;
	size_t n;
	const char *want;
} recode[] = {
	{ "", 0, "" }, { "abc", 3, "abc" }, { "a b", 3, "a%20b" }, { "a+b", 3, "a%20b" }, { "a%2Bb", 5, "a%2Bb" },
	{ "%41%5f%7e", 9, "A_~" }, { "a%0d%0ab", 8, "a%0D%0Ab" }, { "\"><script>", 10, "%22%3E%3Cscript%3E" },
	{ "%00", 3, "%00" }, { "a\0b", 3, "a%00b" }, { "%ff\xff", 4, "%FF%FF" }, { "%ED%A0%80", 9, "%ED%A0%80" },
	{ "%", 1, "%25" }, { "%4", 2, "%254" }, { "%zz", 3, "%25zz" }, { "%%41", 4, "%25A" },
	{ "100%+", 5, "100%25%20" },
	{ "%2", 2, "%252" }, { "\xf0\x9f\x98\x80", 4, "%F0%9F%98%80" },
};

/* An escape that is cut off by the length is none, even if the digits stand behind it. */
static void bytes_are_spelled_as_our_encoder_does(void **state)
{
	for (size_t i = 0; i < COUNT(recode); i++) {
		const char *got = url_recode(*state, recode[i].text, recode[i].n);

		row_check(same_text(got, recode[i].want), "%s: %s", recode[i].text, got);
		row_check(same_text(url_recode(*state, got, strlen(got)), got), "%s: not stable", recode[i].text);
	}
	assert_string_equal(url_recode(*state, "%41", 2), "%254");
}

static void three_hosts_are_loopback(void **state)
{
	static const char *const yes[] = { "127.0.0.1", "[::1]", "localhost" };
	static const char *const no[] = {
		"", "127.0.0.2", "127.1", "127.0.0.1.", "127.0.0.10", "127.0.0.1.evil.example", "0.0.0.0", "2130706433",
		"0x7f.1", "::1", "[::]", "[::1", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "localhost.", "localhosts",
		"localhost.evil.example", "evil-localhost", "notlocalhost", "ip6-localhost", "127.0.0.1 ", " localhost",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(yes); i++)
		row_check(url_host_is_loopback(yes[i]), "%s", yes[i]);
	for (size_t i = 0; i < COUNT(no); i++)
		row_check(!url_host_is_loopback(no[i]), "%s", no[i]);
}

static const struct {
	const char *target, *want;
} clean[] = {
	{ "/a", "/a" }, { "/a/b", "/a/b" }, { "/a?x=/b", "/a" }, { "/a#x", "/a" }, { "//a", "/a" },
	{ "/a//b", "/a/b" },
	{ "///a///b", "/a/b" }, { "/./a", "/a" }, { "/a/./b", "/a/b" }, { "/.a", "/.a" }, { "/..a", "/..a" },
	{ "/a.", "/a." },
	{ "/a..", "/a.." }, { "/...", "/..." }, { "/.well-known/x", "/.well-known/x" },
	/* RFC 3986 section 5.2.4 */
	{ "/a/b/c/./../../g", "/a/g" }, { "/mid/content=5/../6", "/mid/6" },
	/* RFC 3986 section 5.4, merged with the path of its base /b/c/d;p */
	{ "/b/c/g", "/b/c/g" }, { "/b/c/./g", "/b/c/g" }, { "/b/c/g?y", "/b/c/g" }, { "/b/c/;x", "/b/c/;x" },
	{ "/b/c/g;x?y#s", "/b/c/g;x" }, { "/b/c/../g", "/b/g" }, { "/b/c/../../g", "/g" },
	{ "/b/c/../../../g", "/g" },
	{ "/b/c/../../../../g", "/g" }, { "/./g", "/g" }, { "/../g", "/g" }, { "/b/c/g.", "/b/c/g." },
	{ "/b/c/.g", "/b/c/.g" },
	{ "/b/c/g..", "/b/c/g.." }, { "/b/c/..g", "/b/c/..g" }, { "/b/c/./../g", "/b/g" },
	{ "/b/c/g/./h", "/b/c/g/h" },
	{ "/b/c/g/../h", "/b/c/h" }, { "/b/c/g;x=1/./y", "/b/c/g;x=1/y" }, { "/b/c/g;x=1/../y", "/b/c/y" },
	/* escapes are read before dots are looked for */
	{ "/%61", "/a" }, { "/a/%2e%2e/b", "/b" }, { "/a/.%2E/b", "/b" }, { "/a/%2e/b", "/a/b" },
	{ "/a%2f..%2fb", "/b" },
	{ "/%2e%2e/%2e%2e/a", "/a" }, { "/a+b", "/a+b" }, { "/%C3%A9", "/\xc3\xa9" }, { "/a%3fb", "/a?b" },
	/* absolute-form, RFC 9112 section 3.2.2 */
	{ "http://h/a/../b?x", "/b" }, { "https://h:8443/a", "/a" }, { "http://h//a", "/a" },
	/* no path can be made of these */
	{ "/%", NULL }, { "/%zz", NULL }, { "/%00", NULL }, { "/a%00/b", NULL }, { "/%ff", NULL }, { "/\xff", NULL },
	{ "*", NULL },
	{ "a/b", NULL }, { "h:443", NULL },
};

static void the_path_of_a_target_is_cleaned(void **state)
{
	for (size_t i = 0; i < COUNT(clean); i++) {
		const char *got = url_clean_path(*state, clean[i].target);

		row_check(same_text(got, clean[i].want), "%s: %s", clean[i].target, shown(got));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_uri_is_split_into_its_parts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_uri_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(two_at_signs_do_not_hide_the_user, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_byte_that_no_uri_has_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_byte_of_a_path_is_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_unreserved_characters_are_not_encoded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(encoding_appends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_escape_is_decoded_or_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_encoded_can_be_decoded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(decoding_refuses_rather_than_guesses, set_up, tear_down),
		cmocka_unit_test_setup_teardown(decoding_stops_at_its_length, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_parameter_is_added_behind_what_is_there, set_up, tear_down),
		cmocka_unit_test_setup_teardown(parameters_are_added_one_after_the_other, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_encoded_already_is_added_as_it_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bytes_are_spelled_as_our_encoder_does, set_up, tear_down),
		cmocka_unit_test_setup_teardown(three_hosts_are_loopback, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_path_of_a_target_is_cleaned, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
