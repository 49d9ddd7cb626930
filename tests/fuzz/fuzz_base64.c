/* SPDX-License-Identifier: ISC */
/*
 * fuzz_base64: bytes come back through base64, a text that can be read is the only spelling of its bytes; and
 * secrets.
 */
#include "fuzz.h"

#include "crypto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	const char *base64 = crypto_base64(a, data, size), *text = fuzz_text(a, data, size);
	char *read;
	size_t len;

	read = crypto_base64_read(a, base64, strlen(base64), &len);
	must(read && len == size && memcmp(read, data, size) == 0 && read[len] == '\0');
	base64 = crypto_base64url(a, data, size);
	must(strlen(base64) == (size * 8 + 5) / 6);
	read = crypto_base64url_read(a, base64, strlen(base64), &len);
	must(read && len == size && memcmp(read, data, size) == 0 && read[len] == '\0');
	read = crypto_base64url_read(a, (const char *)data, size, &len);
	must(!read || (strlen(text) == size && strcmp(crypto_base64url(a, read, len), text) == 0));
	read = crypto_base64_read(a, (const char *)data, size, &len);
	must(!read || (strlen(text) == size && strcmp(crypto_base64(a, read, len), text) == 0));
	for (enum secret_kind kind = SECRET_ACCESS; kind <= SECRET_CLIENT; kind++) {
		struct secret s;

		must(!crypto_secret_read(kind, text, &s) || (strcmp(s.v, text) == 0 && strlen(text) == SECRET_TEXT));
	}
	arena_drop(a);
	return 0;
}
