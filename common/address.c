/* SPDX-License-Identifier: ISC */
/* address: inet_pton(3), and what people and proxies write around it. */
#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "address.h"

enum { TEXT_MAX = 80, BITS = 8 * ADDRESS_BYTES, V4_BITS = 32 };

static const uint8_t mapped[ADDRESS_V4_AT] = { [10] = 0xff, [11] = 0xff };

static bool is_port(const char *text)
{
	size_t n = strspn(text, "0123456789");

	return n > 0 && n <= 5 && text[n] == '\0';
}

static bool v4_read(const char *text, uint8_t address[ADDRESS_BYTES])
{
	memcpy(address, mapped, sizeof mapped);
	return inet_pton(AF_INET, text, address + ADDRESS_V4_AT) == 1;
}

/* The zone (RFC 4007 section 11) is a name of this machine's, and no part of the address. */
static bool v6_read(char *text, uint8_t address[ADDRESS_BYTES])
{
	text[strcspn(text, "%")] = '\0';
	return inet_pton(AF_INET6, text, address) == 1;
}

bool address_read(const char *text, size_t n, uint8_t address[ADDRESS_BYTES])
{
	char copy[TEXT_MAX], *colon, *end;

	if (n >= sizeof copy || memchr(text, '\0', n))
		return false;
	memcpy(copy, text, n);
	copy[n] = '\0';
	if (*copy == '[') {
		if (!(end = strchr(copy, ']')) || (end[1] && (end[1] != ':' || !is_port(end + 2))))
			return false;
		*end = '\0';
		return v6_read(copy + 1, address);
	}
	colon = strchr(copy, ':');
	if (colon && strchr(colon + 1, ':'))
		return v6_read(copy, address);
	if (colon && !is_port(colon + 1))
		return false;
	if (colon)
		*colon = '\0';
	return v4_read(copy, address);
}

bool address_is_v4(const uint8_t address[ADDRESS_BYTES])
{
	return memcmp(address, mapped, sizeof mapped) == 0;
}

const char *address_text(struct arena *a, const uint8_t address[ADDRESS_BYTES])
{
	char text[INET6_ADDRSTRLEN];
	bool v4 = address_is_v4(address);

	inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? address + ADDRESS_V4_AT : address, text, sizeof text);
	return arena_copy(a, text);
}

/* ADDRESS or ADDRESS/BITS. */
static bool network_read(const char *word, size_t n, uint8_t network[ADDRESS_BYTES], int *bits)
{
	const char *slash = memchr(word, '/', n);
	size_t len = slash ? (size_t)(slash - word) : n;
	int most;

	if (memchr(word, '[', len) || memchr(word, '%', len) || !address_read(word, len, network))
		return false;
	if (!memchr(word, '.', len))
		most = BITS;
	else if (memchr(word, ':', len))
		return false;		/* a port, or IPv4 in the clothes of IPv6 */
	else
		most = V4_BITS;
	*bits = BITS;
	if (!slash)
		return true;
	len = n - len - 1;
	if (len < 1 || len > 3)
		return false;
	for (*bits = 0; len > 0; len--) {
		if (!isdigit((unsigned char)*++slash))
			return false;
		*bits = *bits * 10 + (*slash - '0');
	}
	return *bits <= most && (*bits += BITS - most, true);
}

static bool is_in(const uint8_t address[ADDRESS_BYTES], const uint8_t network[ADDRESS_BYTES], int bits)
{
	int bytes = bits / 8, rest = bits % 8;

	return memcmp(address, network, (size_t)bytes) == 0 &&
	    (rest == 0 || (address[bytes] ^ network[bytes]) >> (8 - rest) == 0);
}

bool address_is_among(const char *words, const uint8_t address[ADDRESS_BYTES])
{
	uint8_t network[ADDRESS_BYTES];
	size_t n;
	int bits;

	for (words += strspn(words, " "); *words; words += n + strspn(words + n, " ")) {
		n = strcspn(words, " ");
		if (network_read(words, n, network, &bits) && is_in(address, network, bits))
			return true;
	}
	return false;
}

const char *address_words_check(const char *words)
{
	uint8_t network[ADDRESS_BYTES];
	size_t n;
	int bits;

	for (words += strspn(words, " "); *words; words += n + strspn(words + n, " ")) {
		n = strcspn(words, " ");
		if (!network_read(words, n, network, &bits))
			return "must be addresses or networks (ADDRESS/BITS), between blanks";
	}
	return NULL;
}
