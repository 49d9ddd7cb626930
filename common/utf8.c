/* SPDX-License-Identifier: ISC */
/* utf8: the table of well-formed byte sequences, RFC 3629 section 4, as arithmetic. */
#include <stdint.h>
#include <string.h>

#include "utf8.h"

size_t utf8_char(const char *s, size_t n)
{
	const unsigned char *u = (const unsigned char *)s;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c;
	size_t len, i;

	if (n == 0)
		return 0;
	if (u[0] < 0x80)
		return 1;
	len = u[0] >= 0xf0 ? 4 : u[0] >= 0xe0 ? 3 : 2;
	if (u[0] < 0xc2 || u[0] > 0xf4 || n < len)
		return 0;
	c = u[0] & (0xffu >> (len + 1));
	for (i = 1; i < len; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (u[i] & 0x3f);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	return len;
}

bool utf8_is(const char *s, size_t n)
{
	uint64_t eight;
	size_t i = 0, len;

	while (i < n) {
		for (; n - i >= sizeof eight; i += sizeof eight) {	/* most text is ASCII */
			memcpy(&eight, s + i, sizeof eight);
			if (eight & UINT64_C(0x8080808080808080))
				break;
		}
		if (i == n)
			break;
		if ((len = utf8_char(s + i, n - i)) == 0)
			return false;
		i += len;
	}
	return true;
}

size_t utf8_count(const char *s, size_t n)
{
	size_t i, count = 0;

	for (i = 0; i < n; i++)
		count += ((unsigned char)s[i] & 0xc0) != 0x80;
	return count;
}
