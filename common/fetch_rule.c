/* SPDX-License-Identifier: ISC */
/*
 * fetch_rule: the addresses of RFC 6890 and its successors (the IANA registries of special-purpose addresses), the URLs
 * and the media types.
 */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "fetch_child.h"
#include "fetch_rule.h"

/* ---- addresses ----------------------------------------------------------------------------------------------- */

struct range {
	uint8_t prefix[16];
	uint8_t bits;
};

static const struct range forbidden4[] = {
	{ { 0 }, 8 },			/* "this network", RFC 791 */
	{ { 10 }, 8 },			/* private use, RFC 1918 */
	{ { 100, 64 }, 10 },		/* shared with the provider, RFC 6598 */
	{ { 127 }, 8 },			/* loopback, RFC 1122 */
	{ { 168, 63, 129, 16 }, 32 },	/* a virtual machine's host at Microsoft, which it trusts */
	{ { 169, 254 }, 16 },		/* link-local, RFC 3927; the metadata service of most clouds */
	{ { 172, 16 }, 12 },		/* private use */
	{ { 192, 0, 0 }, 24 },		/* IETF protocol assignments, RFC 6890 */
	{ { 192, 0, 2 }, 24 },		/* documentation, RFC 5737 */
	{ { 192, 88, 99 }, 24 },	/* 6to4 relays, RFC 7526 */
	{ { 192, 168 }, 16 },		/* private use */
	{ { 198, 18 }, 15 },		/* benchmarks, RFC 2544 */
	{ { 198, 51, 100 }, 24 },	/* documentation */
	{ { 203, 0, 113 }, 24 },	/* documentation */
	{ { 224 }, 4 },			/* multicast, RFC 5771 */
	{ { 240 }, 4 },			/* reserved, and the limited broadcast */
};

/*
 * Global unicast is 2000::/3 (RFC 4291 section 2.4); of that, what is special.  Everything else is out without being
 * named: ::, ::1, IPv4-mapped, 64:ff9b::/96 and 64:ff9b:1::/48 (NAT64), 100::/64, fc00::/7, fe80::/10, fec0::/10, ff00::/8.
 */
static const struct range unicast6 = { { 0x20 }, 3 };

static const struct range forbidden6[] = {
	{ { 0x20, 0x01, 0x00 }, 23 },			/* IETF protocol assignments: Teredo, benchmarks, ORCHID */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 },		/* documentation, RFC 3849 */
	{ { 0x20, 0x02 }, 16 },				/* 6to4, RFC 3056: an IPv4 address inside */
	{ { 0x3f, 0xff, 0x00 }, 20 },			/* documentation, RFC 9637 */
};

static const struct range loopback4 = { { 127 }, 8 };
static const struct range loopback6 = { { [15] = 1 }, 128 };

static bool is_in(const struct range *r, const uint8_t *address)
{
	size_t whole = r->bits / 8, rest = r->bits % 8;
	uint8_t mask = (uint8_t)(0xff00 >> rest);

	return memcmp(address, r->prefix, whole) == 0 &&
	    (rest == 0 || ((address[whole] ^ r->prefix[whole]) & mask) == 0);
}

static bool is_in_any(const struct range *list, size_t n, const uint8_t *address)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (is_in(&list[i], address))
			return true;
	return false;
}

/* ISATAP, RFC 5214 section 6.1: under any prefix, an IPv4 address behind 0000:5efe or 0200:5efe. */
static bool is_isatap(const uint8_t *address)
{
	return (address[8] & ~2) == 0 && address[9] == 0 && address[10] == 0x5e && address[11] == 0xfe;
}

bool fetch_address_is_allowed(const uint8_t *address, size_t n, bool loopback)
{
	if (n == 4)
		return (loopback && is_in(&loopback4, address)) ||
		    !is_in_any(forbidden4, sizeof forbidden4 / sizeof *forbidden4, address);
	if (n != 16)
		return false;
	if (loopback && is_in(&loopback6, address))
		return true;
	return is_in(&unicast6, address) && !is_isatap(address) &&
	    !is_in_any(forbidden6, sizeof forbidden6 / sizeof *forbidden6, address);
}

/* ---- URLs and media types ------------------------------------------------------------------------------------ */

static bool is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Letters, digits, '-' and '_' in labels of 1..63, 253 in all, the last label not a number in any spelling. */
static bool is_name(const char *host)
{
	const char *label = host, *s;

	if (strlen(host) > 253)
		return false;
	for (s = host;; s++) {
		if (*s && *s != '.') {
			if (!is_alphanumeric(*s) && *s != '-' && *s != '_')
				return false;
			continue;
		}
		if (s == label || s - label > 63)
			return false;
		if (!*s)
			return !is_digit(*label);	/* a resolver reads 0x7f.1 and 2130706433 as addresses */
		label = s + 1;
	}
}

static bool is_host(struct arena *a, const char *host)
{
	struct in6_addr six;
	struct in_addr four;

	if (*host == '[')
		return inet_pton(AF_INET6, arena_text(a, host + 1, strlen(host) - 2), &six) == 1;
	return inet_pton(AF_INET, host, &four) == 1 || is_name(host);
}

bool fetch_url_read(struct arena *a, const char *text, struct url *u)
{
	if (strlen(text) > FETCH_URL_MAX || !url_read(a, text, u) || strcmp(u->scheme, "https") != 0 ||
	    u->userinfo || u->fragment || !is_host(a, u->host))
		return false;
	if (u->port < 0)
		u->port = 443;
	return true;
}

/* The characters of a token, RFC 9110 section 5.6.2. */
#define TOKEN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~"

bool fetch_type_is_json(const char *value)
{
	static const char prefix[] = "application/", suffix[] = "+json";
	const char *subtype, *end;
	size_t n;

	if (strncasecmp(value, prefix, sizeof prefix - 1) != 0)
		return false;
	subtype = value + sizeof prefix - 1;
	n = strspn(subtype, TOKEN);
	end = subtype + n + strspn(subtype + n, " \t");
	if (*end && *end != ';')
		return false;
	if (n == 4)
		return strncasecmp(subtype, "json", 4) == 0;
	return n > sizeof suffix - 1 && strncasecmp(subtype + n - (sizeof suffix - 1), suffix, sizeof suffix - 1) == 0;
}
