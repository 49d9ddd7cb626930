/* SPDX-License-Identifier: ISC */
/*
 * fuzz_form: any body as a form: what is found is text or told as none, and its bytes are in our own
 * spelling.
 */
#include "fuzz.h"

#include "form.h"

static const char *const field[] = { "a", "client_id", "state", "redirect_uri", "code_verifier" };

enum { FIELDS = sizeof field / sizeof *field };

static void check_bytes(const char *bytes)
{
	for (; *bytes; bytes++)
		must((*bytes >= '0' && *bytes <= '9') || (*bytes >= 'A' && *bytes <= 'Z') ||
		    (*bytes >= 'a' && *bytes <= 'z') ||
		    strchr("-._~%", *bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	const char *value[FIELDS];
	const struct fail *no;
	struct form f;

	no = form_scan(a, (const char *)data, size, field, FIELDS, &f);
	must(!no || no == &form_malformed);
	for (size_t i = 0; !no && i < FIELDS; i++) {
		must(!f.value[i] == !f.bytes[i]);
		if (!f.value[i])
			continue;
		must(*f.value[i] && utf8_is(f.value[i], strlen(f.value[i])));
		check_bytes(f.bytes[i]);
	}
	must(no || (f.differing & ~f.repeated) == 0);
	must(no || f.repeated >> FIELDS == 0);
	no = no ? no : f.repeated ? &form_repeated : NULL;
	must(form_read(a, (const char *)data, size, field, FIELDS, value) == no);
	arena_drop(a);
	return 0;
}
