/* SPDX-License-Identifier: ISC */
/* password: length is what counts (NIST SP 800-63B section 5.1.1.2), and that a form can send it. */
#include <string.h>

#include "conf.h"
#include "crypto.h"
#include "password.h"
#include "slot.h"
#include "utf8.h"

enum { CHARACTERS_MIN = 12, BYTES_MAX = 1024 };

const char *password_fault(const char *password, size_t n)
{
	size_t i;

	if (n > BYTES_MAX)
		return "has more than 1024 bytes";
	if (!utf8_is(password, n))
		return "is not UTF-8";
	for (i = 0; i < n; i++)
		if ((unsigned char)password[i] < 0x20 || password[i] == 0x7f)
			return "has a control character in it, which no form can send";
	return utf8_count(password, n) < CHARACTERS_MIN ? "has fewer than 12 characters" : NULL;
}

const struct fail *password_record(struct context *cx, const char *password, const char **record)
{
	const struct fail *no;
	int slot;

	if ((no = slot_take(cx->arena, cx->conf->database, &slot)))
		return no;
	*record = crypto_password(cx->arena, password, strlen(password), (int)cx->conf->password_ln);
	slot_drop(slot);
	return *record ? NULL : &fail_unavailable;
}
