/* SPDX-License-Identifier: ISC */
/*
 * test_http: CGI variables as a program sees them, cookies (RFC 6265), media types (RFC 9110 section 8.3),
 * the places of Authorization; and an answer in which no value can begin a line of its own.
 */
#include "unit.h"

#include "arena.h"
#include "http.h"

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

static struct request asked(struct arena *a, char *const *env)
{
	return (struct request){ .cx = { .arena = a }, .env = env, .query = "", .body = "" };
}

/* A request with one variable, or none if its value is NULL. */
static struct request asked_with(struct arena *a, const char *name, const char *value)
{
	char **env = arena_take(a, 2 * sizeof *env);

	if (value)
		env[0] = arena_printf(a, "%s=%s", name, value);
	return asked(a, env);
}

static struct response answering(struct arena *a)
{
	return (struct response){ .arena = a, .status = 200, .body = buf_new(a) };
}

static size_t count_of(const struct response *rs, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < rs->headers; i++)
		n += strcasecmp(rs->header[i].name, name) == 0;
	return n;
}

static const char *value_of(const struct response *rs, const char *name)
{
	for (size_t i = 0; i < rs->headers; i++)
		if (strcasecmp(rs->header[i].name, name) == 0)
			return rs->header[i].value;
	return NULL;
}

/* ---- the request --------------------------------------------------------------------------------------- */

static void a_variable_is_found_by_its_whole_name(void **state)
{
	char *env[] = { "HTTP_ORIGIN_X=no", "XHTTP_ORIGIN=no", "http_origin=no", "HTTP_ORIGIN=https://a=b", "EMPTY=",
	    "BARE", NULL };
	struct request rq = asked(*state, env);

	assert_string_equal(http_env(&rq, "HTTP_ORIGIN"), "https://a=b");
	assert_null(http_env(&rq, "HTTP_ORIGI"));
	assert_null(http_env(&rq, "HTTP_HOST"));
	assert_null(http_env(&rq, "BARE"));
}

static void an_empty_variable_is_absent(void **state)
{
	char *env[] = { "EMPTY=", NULL };
	struct request rq = asked(*state, env);

	assert_null(http_env(&rq, "EMPTY"));
}

#define H "HTTP_AUTHORIZATION="
#define R "REDIRECT_HTTP_AUTHORIZATION="
#define RR "REDIRECT_REDIRECT_HTTP_AUTHORIZATION="

static void authorization_is_found_wherever_it_is(void **state)
{
	static const struct { const char *env[4], *want; } row[] = {
		{ { NULL }, NULL },
		{ { H "Bearer 1" }, "Bearer 1" },
		{ { R "Bearer 2" }, "Bearer 2" },
		{ { RR "Bearer 3" }, "Bearer 3" },
		{ { RR "Bearer 3", R "Bearer 2", H "Bearer 1" }, "Bearer 1" },
		{ { RR "Bearer 3", R "Bearer 2" }, "Bearer 2" },
		{ { H, R "Bearer 2" }, "Bearer 2" },
		{ { H, R, RR "Bearer 3" }, "Bearer 3" },
		{ { H, R, RR }, NULL },
		{ { "AUTHORIZATION=Bearer 4" }, NULL },
		{ { "HTTP_X_AUTHORIZATION=Bearer 5" }, NULL },
		{ { "HTTP_PROXY_AUTHORIZATION=Bearer 6" }, NULL },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		char *env[4] = { NULL };
		struct request rq = asked(*state, env);

		for (size_t k = 0; k < 4 && row[i].env[k]; k++)
			env[k] = arena_copy(*state, row[i].env[k]);
		row_check(same_text(http_authorization(&rq), row[i].want), "%zu: %s", i, shown(http_authorization(&rq)));
	}
}

static void a_field_is_found_by_its_own_name(void **state)
{
	char *env[] = { "HTTP_X_MCP_AUTHORIZATION=Bearer 1", "X_MCP_AUTHORIZATION=Bearer 2", "HTTP_X_EMPTY=", "HTTP_X=Bearer 3", NULL };
	struct request rq = asked(*state, env);

	assert_string_equal(http_field(&rq, "X-MCP-Authorization"), "Bearer 1");
	assert_string_equal(http_field(&rq, "x-mcp-authorization"), "Bearer 1");
	assert_null(http_field(&rq, "X-MCP"));
	assert_null(http_field(&rq, "MCP-Authorization"));
	assert_null(http_field(&rq, "X-Empty"));
	assert_null(http_authorization(&rq));
}

static void a_media_type_is_one_media_type(void **state)
{
	static const struct { const char *value; bool json; } row[] = {
		{ NULL, false }, { "", false }, { "application/json", true }, { "APPLICATION/JSON", true },
		{ "Application/Json", true },
		{ "application/json; charset=utf-8", true }, { "application/json;charset=UTF-8", true },
		{ "application/json ; charset=utf-8", true }, { "application/json\t;a=b", true },
		{ "application/json;", true },
		{ "application/json; profile=\"x;y\"", true }, { "application/jso", false }, { "application/jsonp", false },
		{ "application/json-rpc", false }, { "application/json/x", false }, { "application/problem+json", false },
		{ "json", false }, { "text/json", false }, { "text/plain", false },
		{ "application/x-www-form-urlencoded", false },
		{ "application/json, text/plain", false }, { "application/json,text/plain", false },
		{ "text/plain, application/json", false }, { "application/json; a=b, text/plain", false },
		{ "application/json text/plain", false }, { "text/plain; application/json", false },
		{ "xapplication/json", false },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct request rq = asked_with(*state, "CONTENT_TYPE", row[i].value);

		row_check(http_content_type_is(&rq, "application/json") == row[i].json, "%s", shown(row[i].value));
	}
}

static void cookies_are_found_by_name(void **state)
{
	static const struct { const char *header, *name, *want; } row[] = {
		{ NULL, "SID", NULL },
		/* RFC 6265 section 3.1 */
		{ "SID=31d4d96e407aad42", "SID", "31d4d96e407aad42" },
		{ "SID=31d4d96e407aad42; lang=en-US", "SID", "31d4d96e407aad42" },
		{ "SID=31d4d96e407aad42; lang=en-US", "lang", "en-US" },
		{ "lang=en-US; __Host-mcp_s=abc-_9", "__Host-mcp_s", "abc-_9" },
		{ "__Host-mcp_s=1", "mcp_s", NULL }, { "mcp_s=1", "__Host-mcp_s", NULL },
		{ "a=1", "A", NULL }, { "A=1", "a", NULL }, { "ab=1", "a", NULL }, { "ab=1", "b", NULL },
		{ "a=1", "ab", NULL },
		{ "a", "a", NULL }, { "a; b=1", "b", "1" }, { "b=a=1", "a", NULL }, { "a=b=c", "a", "b=c" },
		{ "a=", "a", "" },
		{ "a=; b=1", "b", "1" }, { "b=1, a=2", "a", NULL }, { "=1; a=2", "a", "2" }, { "b=\"; a=1\"", "a", "1\"" },
		/* twice is none: which of them the browser trusts more nobody knows */
		{ "a=1; a=2", "a", NULL }, { "a=1; a=1", "a", NULL }, { "a=1; b=2; a=3", "a", NULL },
		{ "a=; a=1", "a", NULL },
		{ "a=1; a=", "a", NULL }, { "a=1; a=2; a=3", "a", NULL }, { "a=1; a=2", "b", NULL },
		{ "a=1; A=2", "a", "1" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct request rq = asked_with(*state, "HTTP_COOKIE", row[i].header);
		const char *got = http_cookie(&rq, row[i].name);

		row_check(same_text(got, row[i].want), "%s in %s: %s", row[i].name, shown(row[i].header), shown(got));
	}
}

/* ---- the answer ---------------------------------------------------------------------------------------- */

static void a_header_is_written_and_replaced(void **state)
{
	struct response rs = answering(*state);

	http_header(&rs, "Allow", "GET");
	http_header(&rs, "Vary", "Origin");
	http_header(&rs, "Allow", "POST");
	assert_int_equal(rs.status, 200);
	assert_int_equal(rs.headers, 2);
	assert_string_equal(value_of(&rs, "Allow"), "POST");
	assert_string_equal(value_of(&rs, "Vary"), "Origin");
}

/* RFC 9110 section 5.1: field names are the same in any case. */
static void a_header_is_replaced_in_any_case(void **state)
{
	struct response rs = answering(*state);

	http_header(&rs, "Content-Type", "text/html");
	http_header(&rs, "content-type", "application/json");
	assert_int_equal(count_of(&rs, "Content-Type"), 1);
	assert_string_equal(value_of(&rs, "Content-Type"), "application/json");
}

static void cookies_are_added(void **state)
{
	struct response rs = answering(*state);

	http_header(&rs, "Set-Cookie", "a=1");
	http_header(&rs, "Set-Cookie", "b=2");
	http_header(&rs, "Set-Cookie", "a=1");
	assert_int_equal(rs.status, 200);
	assert_int_equal(count_of(&rs, "Set-Cookie"), 3);
}

static void a_value_with_a_control_character_is_never_written(void **state)
{
	static const char *const name[] = { "Location", "Set-Cookie", "WWW-Authenticate" };

	for (int c = 1; c < 256; c++)
		for (size_t i = 0; i < COUNT(name); i++) {
			const char value[] = { 'a', (char)c, 'b', '\0' };
			bool control = c < 0x20 || c == 0x7f;
			struct response rs = answering(*state);

			buf_text(&rs.body, "the page");
			http_header(&rs, "Vary", "Origin");
			http_header(&rs, name[i], value);
			row_check((rs.status == 500) == control, "%s with %02x: %d", name[i], (unsigned)c, rs.status);
			row_check(!value_of(&rs, name[i]) == control, "%s with %02x: %s", name[i], (unsigned)c,
			    shown(value_of(&rs, name[i])));
			row_check(!control || rs.body.len == 0, "%s with %02x: the body stayed", name[i], (unsigned)c);
		}
}

static void a_header_cannot_be_split(void **state)
{
	static const char *const value[] = {
		"x\r\nSet-Cookie: a=b", "\r\n\r\n<script>", "x\nLocation: https://evil.example/", "x\ry", "\n", "x\r\n",
	};

	for (size_t i = 0; i < COUNT(value); i++) {
		struct response rs = answering(*state);

		http_redirect(&rs, METHOD_GET, value[i]);
		row_check(rs.status == 500, "%zu: %d", i, rs.status);
		for (size_t k = 0; k < rs.headers; k++)
			row_check(!strpbrk(rs.header[k].value, "\r\n"), "%zu: header %zu", i, k);
		row_check(!value_of(&rs, "Location"), "%zu: Location", i);
	}
}

/* One replaced by a bad one must not stay either. */
static void a_bad_value_does_not_leave_the_old_one(void **state)
{
	struct response rs = answering(*state);

	http_header(&rs, "Location", "https://good.example/");
	http_header(&rs, "Location", "bad\r\n");
	assert_int_equal(rs.status, 500);
	assert_null(value_of(&rs, "Location"));
}

static void more_headers_than_there_is_room_for_are_a_500(void **state)
{
	struct response rs = answering(*state);

	for (size_t i = 0; i < HEADERS_MAX; i++)
		http_header(&rs, "Set-Cookie", "a=b");
	assert_int_equal(rs.status, 200);
	assert_int_equal(rs.headers, HEADERS_MAX);
	http_header(&rs, "Set-Cookie", "a=b");
	assert_int_equal(rs.status, 500);
	assert_true(rs.headers <= HEADERS_MAX);
}

static void an_answer_has_its_type_and_is_not_stored(void **state)
{
	struct response rs = answering(*state);

	buf_text(&rs.body, "from before");
	http_answer(&rs, 201, "application/json");
	assert_int_equal(rs.status, 201);
	assert_string_equal(value_of(&rs, "Content-Type"), "application/json");
	assert_string_equal(value_of(&rs, "Cache-Control"), "no-store");
	assert_int_equal(rs.body.len, 0);
	http_answer(&rs, 400, "text/html");
	assert_int_equal(rs.status, 400);
	assert_int_equal(count_of(&rs, "Content-Type"), 1);
	assert_string_equal(value_of(&rs, "Content-Type"), "text/html");
}

/* Never 307, which would send a password along. */
static void a_redirect_after_post_is_a_303(void **state)
{
	static const struct { enum method method; int status; } row[] = {
		{ METHOD_POST, 303 }, { METHOD_GET, 302 }, { METHOD_HEAD, 302 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct response rs = answering(*state);

		buf_text(&rs.body, "from before");
		http_redirect(&rs, row[i].method, "https://c.example/cb?code=x");
		row_check(rs.status == row[i].status, "%zu: %d", i, rs.status);
		assert_string_equal(value_of(&rs, "Location"), "https://c.example/cb?code=x");
		assert_int_equal(rs.body.len, 0);
	}
}

static void allow_is_a_list_of_methods(void **state)
{
	assert_string_equal(http_allow(*state, METHOD_GET | METHOD_HEAD | METHOD_OPTIONS), "GET, HEAD, OPTIONS");
	assert_string_equal(http_allow(*state, METHOD_POST | METHOD_OPTIONS), "POST, OPTIONS");
	assert_string_equal(http_allow(*state, METHOD_POST), "POST");
	assert_string_equal(http_allow(*state, METHOD_GET | METHOD_HEAD | METHOD_POST), "GET, HEAD, POST");
	assert_string_equal(http_allow(*state, METHOD_DELETE | METHOD_PUT | METHOD_GET | METHOD_OPTIONS), "GET, PUT, DELETE, OPTIONS");
}

static void a_status_has_its_phrase(void **state)
{
	static const struct { int status; const char *phrase; } row[] = {
		{ 200, "OK" }, { 201, "Created" }, { 202, "Accepted" }, { 204, "No Content" }, { 302, "Found" },
		{ 303, "See Other" },
		{ 400, "Bad Request" }, { 401, "Unauthorized" }, { 403, "Forbidden" }, { 404, "Not Found" },
		{ 405, "Method Not Allowed" }, { 408, "Request Timeout" }, { 413, "Content Too Large" },
		{ 414, "URI Too Long" }, { 415, "Unsupported Media Type" }, { 429, "Too Many Requests" },
		{ 500, "Internal Server Error" }, { 503, "Service Unavailable" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++)
		assert_string_equal(http_phrase(row[i].status), row[i].phrase);
	assert_true(strlen(http_phrase(299)) > 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_variable_is_found_by_its_whole_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_empty_variable_is_absent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(authorization_is_found_wherever_it_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_field_is_found_by_its_own_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_media_type_is_one_media_type, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_field_is_found_by_its_own_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_media_type_is_one_media_type, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cookies_are_found_by_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_header_is_written_and_replaced, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_header_is_replaced_in_any_case, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cookies_are_added, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_value_with_a_control_character_is_never_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_header_cannot_be_split, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_bad_value_does_not_leave_the_old_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(more_headers_than_there_is_room_for_are_a_500, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_answer_has_its_type_and_is_not_stored, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_redirect_after_post_is_a_303, set_up, tear_down),
		cmocka_unit_test_setup_teardown(allow_is_a_list_of_methods, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_status_has_its_phrase, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
