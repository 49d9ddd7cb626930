/* SPDX-License-Identifier: ISC */
/*
 * fuzz_url: any text as a URI, as an escape, as a request target; and everything through the encoder and
 * back.
 */
#include "fuzz.h"

#include <ctype.h>

#include "url.h"

static void check_parts(struct arena *a, const char *text)
{
	struct url u;

	if (!url_read(a, text, &u))
		return;
	must(fuzz_is_printable(text) && !strpbrk(text, " \"<>\\^`{|}"));
	must(isalpha((unsigned char)*u.scheme));
	for (const char *s = u.scheme; *s; s++)
		must(!isupper((unsigned char)*s));
	for (const char *s = u.host; *s; s++)
		must(!isupper((unsigned char)*s) && !strchr("/?#@", *s));
	must(u.port == -1 || (u.port >= 1 && u.port <= 65535));
	must(u.authority || (!*u.host && u.port == -1 && !u.userinfo));
	must(!strpbrk(u.path, "?#"));
	must(!u.query || !strchr(u.query, '#'));
	must(u.fragment == (strchr(text, '#') != NULL));
}

static void check_path(struct arena *a, const char *target)
{
	const char *path = url_clean_path(a, target), *segment;
	size_t n;

	if (!path)
		return;
	must(utf8_is(path, strlen(path)));
	must(*path == '\0' || *path == '/');
	for (segment = path; *segment; segment += n) {
		n = 1 + strcspn(segment + 1, "/");
		must(n != 1 || segment[1] == '\0');
		must(!(n == 2 && segment[1] == '.'));
		must(!(n == 3 && segment[1] == '.' && segment[2] == '.'));
	}
}

static void check_coding(struct arena *a, const char *text, size_t n)
{
	struct buf encoded = buf_new(a), added = buf_new(a);
	const char *recoded = url_recode(a, text, n);

	must(fuzz_is_printable(recoded) && !strpbrk(recoded, " +&=#\"<>"));
	must(strcmp(url_recode(a, recoded, strlen(recoded)), recoded) == 0);
	for (int plus = 0; plus < 2; plus++) {
		const char *decoded = url_decode(a, text, n, plus);

		must(!decoded || utf8_is(decoded, strlen(decoded)));
	}
	if (strlen(text) != n || !utf8_is(text, n))
		return;
	url_encode(&encoded, text);
	must(fuzz_is_printable(encoded.v));
	must(strcmp(url_decode(a, encoded.v, encoded.len, true), text) == 0);
	buf_text(&added, "https://c.example/cb?a=b");
	url_add(&added, "state", text);
	must(strcmp(strrchr(added.v, '=') + 1, encoded.v) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	const char *text = fuzz_text(a, data, size);

	check_parts(a, text);
	check_path(a, text);
	check_coding(a, text, size);
	arena_drop(a);
	return 0;
}
