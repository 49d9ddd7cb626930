/* SPDX-License-Identifier: ISC */
/* visible: characters that are there and not seen. */
#include <string.h>

#include "utf8.h"
#include "visible.h"

/*
 * Characters that show nothing but change what is shown: C1 controls, U+00AD, U+061C, U+200B, U+200E, U+200F,
 * U+2028..U+202E, U+2060..U+206F, U+FEFF, U+E0000..U+E007F.  A name must not turn a page around or hide in it.
 */
bool visible_is_hidden(const char *s, size_t n)
{
	const unsigned char *u = (const unsigned char *)s;

	if (n == 2)
		return (u[0] == 0xc2 && (u[1] < 0xa0 || u[1] == 0xad)) || (u[0] == 0xd8 && u[1] == 0x9c);
	if (n == 4)
		return u[0] == 0xf3 && u[1] == 0xa0 && (u[2] == 0x80 || u[2] == 0x81);
	if (n != 3)
		return false;
	if (u[0] == 0xef)
		return u[1] == 0xbb && u[2] == 0xbf;
	if (u[0] != 0xe2)
		return false;
	if (u[1] == 0x80)
		return u[2] == 0x8b || u[2] == 0x8e || u[2] == 0x8f || (u[2] >= 0xa8 && u[2] <= 0xae);
	return u[1] == 0x81 && u[2] >= 0xa0 && u[2] <= 0xaf;
}

/* Characters that are written but look like nothing: blanks of all widths, joiners, blank letters. */
static bool is_blank(const char *s, size_t n)
{
	static const char *const blank[] = {
		"\xc2\xa0", "\xc2\xad", "\xe1\x85\x9f", "\xe1\x85\xa0", "\xe2\x80\x8c", "\xe2\x80\x8d", "\xe2\x80\xaf",
		"\xe2\x81\x9f", "\xe2\xa0\x80", "\xe3\x80\x80", "\xe3\x85\xa4", "\xef\xbe\xa0",
	};
	size_t i;

	if (n == 1)
		return *s <= ' ' || *s == 0x7f;
	for (i = 0; i < sizeof blank / sizeof *blank; i++)
		if (strncmp(s, blank[i], n) == 0)
			return true;
	return n == 3 && memcmp(s, "\xe2\x80", 2) == 0 && (unsigned char)s[2] <= 0x8a;
}

bool visible_is(const char *text)
{
	size_t n;

	for (; *text; text += n) {
		n = utf8_char(text, strnlen(text, 4));
		if (n == 0)
			n = 1;
		else if (!is_blank(text, n) && !visible_is_hidden(text, n))
			return true;
	}
	return false;
}
