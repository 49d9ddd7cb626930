/* SPDX-License-Identifier: ISC */
/* form: the decoder of RFC 6749 appendix B (which is the URL standard's, for UTF-8). */
#include <string.h>

#include "form.h"
#include "url.h"

enum { PARAMETERS_MAX = 1000 };

const struct fail form_malformed = {
	400, "invalid_request", "A parameter is not properly form-encoded UTF-8", -32600, 0, 0
};
const struct fail form_repeated = {
	400, "invalid_request", "A parameter is given more than once", -32600, 0, 0
};

static void keep(const char *name, const char *value, const char *const *field, size_t n, struct form *f)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (strcmp(field[i], name) != 0)
			continue;
		if (!f->value[i]) {
			f->value[i] = value;
			continue;
		}
		f->repeated |= 1u << i;
		if (strcmp(f->value[i], value) != 0)
			f->differing |= 1u << i;
	}
}

/* "absent" and "empty" are told apart only until the repetitions are known: a=&a=x is a repetition, too. */
static void forget_empty(struct form *f, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (f->value[i] && f->value[i][0] == '\0')
			f->value[i] = NULL;
}

const struct fail *form_scan(struct arena *a, const char *text, size_t len, const char *const *field, size_t n,
    struct form *f)
{
	const char *at = text, *end = text + len;
	int parameters = 0;

	f->value = arena_take(a, n * sizeof *f->value);
	f->repeated = f->differing = 0;
	while (at < end) {
		const char *amp = memchr(at, '&', (size_t)(end - at)), *stop = amp ? amp : end;
		const char *equals = memchr(at, '=', (size_t)(stop - at)), *name_end = equals ? equals : stop;
		const char *name, *value = "";

		if (++parameters > PARAMETERS_MAX)
			return &form_malformed;
		name = url_decode(a, at, (size_t)(name_end - at), true);
		if (equals)
			value = url_decode(a, equals + 1, (size_t)(stop - equals - 1), true);
		if (!name || !value)
			return &form_malformed;
		keep(name, value, field, n, f);
		at = stop + 1;
	}
	forget_empty(f, n);
	return NULL;
}

const struct fail *form_read(struct arena *a, const char *text, size_t len, const char *const *field, size_t n,
    const char **value)
{
	const struct fail *no;
	struct form f;

	if ((no = form_scan(a, text, len, field, n, &f)))
		return no;
	if (f.repeated)
		return &form_repeated;
	memcpy(value, f.value, n * sizeof *value);
	return NULL;
}
