/* SPDX-License-Identifier: ISC */
/* test_doctor_mend: there are words for everything on every web server, with the paths of the installation in them. */
#include "unit.h"

#include "arena.h"
#include "doctor_mend.h"

static const struct doctor_place place = {
	.programs = "/opt/programs", .path = "/team/tools", .origin = "https://example.org", .bytes = 4194305,
};

static size_t count(const char *text, const char *word)
{
	size_t n = 0;

	for (; (text = strstr(text, word)); text++)
		n++;
	return n;
}

/* Is there a word in braces, or a place that is not of this installation? */
static bool has_other_place(const char *text)
{
	for (const char *at = text; (at = strchr(at, '{')); at++)
		if (at[1] >= 'a' && at[1] <= 'z')
			return true;
	return strstr(text, "/usr/lib") || count(text, "/mcp") != count(text, "/mcp-") + count(text, "/opt/programs/mcp");
}

static void there_are_words_for_everything(void **state)
{
	struct arena *a = *state;
	const char *text;

	for (int what = 0; what < DOCTOR_MENDS; what++)
		for (int server = 0; server < DOCTOR_SERVERS; server++) {
			text = doctor_mend(a, (enum doctor_mend)what, (enum doctor_server)server, &place);
			assert_true(strlen(text) > 10);
			row_check(!has_other_place(text), "%s", text);
			assert_int_not_equal(text[strlen(text) - 1], '\n');
		}
}

static void places_are_filled_in(void **state)
{
	struct arena *a = *state;

	assert_non_null(strstr(doctor_mend(a, MEND_BODY, SERVER_APACHE, &place), "FcgidMaxRequestLen 4194305\n"));
	assert_string_equal(doctor_mend(a, MEND_BODY, SERVER_LIGHTTPD, &place), "server.max-request-size = 4097");
	assert_non_null(strstr(doctor_mend(a, MEND_AUTHORIZATION, SERVER_APACHE, &place), "<Directory \"/opt/programs\">: CGIPassAuth On"));
	assert_non_null(strstr(doctor_mend(a, MEND_STREAM, SERVER_APACHE, &place), "Request_URI \"^/team/tools\" no-gzip=1"));
	assert_string_equal(doctor_mend(a, MEND_PLAIN, SERVER_APACHE, &place),
	    "in <VirtualHost *:80>: Redirect permanent / https://example.org/");
	assert_string_equal(doctor_mend(a, MEND_HEAD, SERVER_NGINX, &place),
	    "limit_except GET POST DELETE OPTIONS { deny all; }   # GET includes HEAD");
}

static void servers_are_known_by_their_field(void **state)
{
	static const struct { const char *field; enum doctor_server server; } known[] = {
		{ "Apache", SERVER_APACHE }, { "Apache/2.4.62 (Debian)", SERVER_APACHE }, { "LiteSpeed", SERVER_APACHE },
		{ "lighttpd/1.4.69", SERVER_LIGHTTPD }, { "nginx", SERVER_NGINX }, { "NGINX/1.22.1", SERVER_NGINX },
		{ "openresty", SERVER_NGINX }, { "cloudflare", SERVER_OTHER }, { "", SERVER_OTHER }, { NULL, SERVER_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		assert_int_equal(doctor_server_of(known[i].field), known[i].server);
}

static int begin(void **state)
{
	*state = arena_new();
	return 0;
}

static int end(void **state)
{
	arena_drop(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(there_are_words_for_everything, begin, end),
		cmocka_unit_test_setup_teardown(places_are_filled_in, begin, end),
		cmocka_unit_test_setup_teardown(servers_are_known_by_their_field, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
