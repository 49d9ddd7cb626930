/* SPDX-License-Identifier: ISC */
/* address: an address of the internet as a program is told it, and whether it is one of a list. */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

enum { ADDRESS_BYTES = 16, ADDRESS_V4_AT = 12 };

/*
 * Reads n bytes as REMOTE_ADDR and X-Forwarded-For have them: IPv4 (with a port or not), IPv6 (in brackets, with a port
 * and with a zone or not).  IPv4 becomes the IPv6 address that it is mapped to (RFC 4291 section 2.5.5.2), so that both
 * spellings of it are one.
 */
bool address_read(const char *text, size_t n, uint8_t address[ADDRESS_BYTES]) __attribute__((nonnull, warn_unused_result));

/* Is it IPv4, spelled either way?  Then its four bytes are at ADDRESS_V4_AT. */
bool address_is_v4(const uint8_t address[ADDRESS_BYTES]) __attribute__((nonnull));

/* As it is written. */
const char *address_text(struct arena *a, const uint8_t address[ADDRESS_BYTES]) __attribute__((nonnull, returns_nonnull));

/* Is it, or the network that it is in, one of the words: ADDRESS or ADDRESS/BITS? */
bool address_is_among(const char *words, const uint8_t address[ADDRESS_BYTES]) __attribute__((nonnull));

/* Are these such words?  NULL, or what they must be. */
const char *address_words_check(const char *words) __attribute__((nonnull, warn_unused_result));

#endif
