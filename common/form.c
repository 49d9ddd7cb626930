/* SPDX-License-Identifier: ISC */
/* form: the decoder of RFC 6749 appendix B (which is the URL standard's, for UTF-8). */
#include <string.h>

#include "form.h"
#include "url.h"

enum { PARAMETERS_MAX = 1000 };

const struct fail form_malformed = FAIL(400, "invalid_request", "There are too many parameters");
const struct fail form_repeated = FAIL(400, "invalid_request", "A parameter is given more than once");

/* The value as text. */
static const char *text_of(struct arena *a, const char *from, size_t n)
{
	const char *text = url_decode(a, from, n, true);

	return text ? text : FORM_NO_TEXT;
}

static void keep(struct arena *a, size_t i, const char *from, size_t n, struct form *f)
{
	const char *bytes = url_recode(a, from, n);

	if (!f->value[i]) {
		f->value[i] = text_of(a, from, n);
		f->bytes[i] = bytes;
		return;
	}
	f->repeated |= 1u << i;
	if (strcmp(f->bytes[i], bytes) != 0)
		f->differing |= 1u << i;
}

static void read_parameter(struct arena *a, const char *from, const char *stop, const char *const *field, size_t n,
    struct form *f)
{
	const char *equals = memchr(from, '=', (size_t)(stop - from)), *name_end = equals ? equals : stop;
	const char *name = text_of(a, from, (size_t)(name_end - from)), *value = equals ? equals + 1 : stop;
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(field[i], name) == 0)
			keep(a, i, value, (size_t)(stop - value), f);
}

/* "absent" and "empty" are told apart only until the repetitions are known: a=&a=x is a repetition, too. */
static void forget_empty(struct form *f, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (f->value[i] && f->value[i][0] == '\0')
			f->value[i] = f->bytes[i] = NULL;
}

const struct fail *form_scan(struct arena *a, const char *text, size_t len, const char *const *field, size_t n,
    struct form *f)
{
	const char *at, *stop, *end = text + len;
	int parameters = 0;

	f->value = arena_take(a, n * sizeof *f->value);
	f->bytes = arena_take(a, n * sizeof *f->bytes);
	f->repeated = f->differing = 0;
	for (at = text; at < end; at = stop + 1) {
		stop = memchr(at, '&', (size_t)(end - at));
		if (!stop)
			stop = end;
		if (++parameters > PARAMETERS_MAX)
			return &form_malformed;
		read_parameter(a, at, stop, field, n, f);
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
