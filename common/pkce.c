/* SPDX-License-Identifier: ISC */
/* pkce: lengths and alphabets. */
#include <string.h>

#include "pkce.h"

#define ALNUM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

bool pkce_is_challenge(const char *text)
{
	return strlen(text) == 43 && strspn(text, ALNUM "-_") == 43;
}

bool pkce_is_verifier(const char *text)
{
	size_t n = strlen(text);

	return n >= 43 && n <= 128 && strspn(text, ALNUM "-._~") == n;
}
