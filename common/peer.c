/* SPDX-License-Identifier: ISC */
/* peer: from the variables of the web server, and the header fields of proxies. */
#include <string.h>
#include <strings.h>

#include "address.h"
#include "conf.h"
#include "fetch_rule.h"
#include "peer.h"

/* Fields by which a proxy can be told from a client. */
static const char *const of_proxies[] = {
	"HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_FORWARDED_HOST", "HTTP_CF_CONNECTING_IP",
};

static const char *remote(const struct request *rq)
{
	const char *value = http_env(rq, "REMOTE_ADDR");

	return value ? value : "";
}

static bool is_trusted(const struct request *rq, const uint8_t address[ADDRESS_BYTES])
{
	return address_is_among(rq->cx.conf->trusted_proxies, address);
}

/* The last element of a list that ends at `end`, without the blanks around it; *end becomes where the rest ends. */
static size_t last_of(const char *list, const char **from, const char **end)
{
	const char *at = *end, *to = *end;

	while (at > list && at[-1] != ',')
		at--;
	*end = at > list ? at - 1 : NULL;
	while (at < to && (*at == ' ' || *at == '\t'))
		at++;
	while (to > at && (to[-1] == ' ' || to[-1] == '\t'))
		to--;
	*from = at;
	return (size_t)(to - at);
}

/*
 * Each proxy adds at the end whom it has heard, so that the list is read from there, as long as those who have written it are
 * trusted.  What is no address ends it: whoever wrote that is as far as we see.
 */
const char *peer_find(const struct request *rq)
{
	const char *list = http_env(rq, "HTTP_X_FORWARDED_FOR"), *end, *from;
	uint8_t address[ADDRESS_BYTES], next[ADDRESS_BYTES];
	const char *said = remote(rq);
	bool moved = false;
	size_t n;

	if (!list || !address_read(said, strlen(said), address))
		return said;
	for (end = list + strlen(list); end && is_trusted(rq, address); moved = true) {
		n = last_of(list, &from, &end);
		if (!address_read(from, n, next))
			break;
		memcpy(address, next, sizeof address);
	}
	return moved ? address_text(rq->cx.arena, address) : said;
}

/* ---- the way ------------------------------------------------------------------------------------------------- */

static bool is(const char *value, const char *word)
{
	return value && strcasecmp(value, word) == 0;
}

/* HTTPS is set to something by every server that has it, and to "off" by some that have not. */
static bool server_says_https(const struct request *rq)
{
	const char *https = http_env(rq, "HTTPS");

	return (https && !is(https, "off") && !is(https, "0")) || is(http_env(rq, "REQUEST_SCHEME"), "https");
}

static bool server_says_http(const struct request *rq)
{
	return http_env(rq, "HTTPS") || is(http_env(rq, "REQUEST_SCHEME"), "http");
}

static bool has_word(const char *list, const char *word)
{
	size_t n, len = strlen(word);

	for (list += strspn(list, ", \t"); *list; list += n + strspn(list + n, ", \t")) {
		n = strcspn(list, ", \t");
		if (n == len && strncasecmp(list, word, n) == 0)
			return true;
	}
	return false;
}

/* Somebody on this machine or this network: a proxy, or a person at home. */
static bool is_near(const uint8_t address[ADDRESS_BYTES])
{
	if (address_is_v4(address))
		return !fetch_address_is_allowed(address + ADDRESS_V4_AT, ADDRESS_BYTES - ADDRESS_V4_AT, false);
	return !fetch_address_is_allowed(address, ADDRESS_BYTES, false);
}

static bool may_be_a_proxy(const struct request *rq, bool known, const uint8_t address[ADDRESS_BYTES])
{
	for (size_t i = 0; i < sizeof of_proxies / sizeof *of_proxies; i++)
		if (http_env(rq, of_proxies[i]))
			return true;
	return !known || is_near(address);
}

bool peer_is_secure(const struct request *rq)
{
	const struct conf *conf = rq->cx.conf;
	const char *proto = http_env(rq, "HTTP_X_FORWARDED_PROTO"), *said = remote(rq);
	uint8_t address[ADDRESS_BYTES];
	bool known = address_read(said, strlen(said), address), strict = conf->require_https == HTTPS_ON;

	if (conf->loopback || conf->require_https == HTTPS_OFF || server_says_https(rq))
		return true;
	if (proto && (!strict || (known && is_trusted(rq, address))))
		return has_word(proto, "https");
	if (strict)
		return false;
	return !server_says_http(rq) || may_be_a_proxy(rq, known, address);
}
