/* SPDX-License-Identifier: ISC */
/* schema_number: a number is digits and a power of ten; what is divided are integers. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "schema_number.h"

struct decimal {
	uint64_t digits;
	long exponent;		/* value = digits * 10^exponent; the sign does not matter here */
};

/* Far beyond what a double holds, and far from what a long does not. */
static long clamp(long exponent)
{
	enum { FAR = 1000000 };

	return exponent > FAR ? FAR : exponent < -FAR ? -FAR : exponent;
}

/* False when there are too many digits. */
static bool decimal_read(const char *text, struct decimal *d)
{
	bool fraction = false;

	*d = (struct decimal){ 0 };
	for (text += *text == '-'; *text == '.' || (*text >= '0' && *text <= '9'); text++) {
		if (*text == '.') {
			fraction = true;
			continue;
		}
		if (__builtin_mul_overflow(d->digits, 10, &d->digits) ||
		    __builtin_add_overflow(d->digits, (uint64_t)(*text - '0'), &d->digits))
			return false;
		d->exponent -= fraction;
	}
	if (*text == 'e' || *text == 'E')
		d->exponent += clamp(strtol(text + 1, NULL, 10));
	return true;
}

/* As it was written; json-c keeps the text of a number that is no integer. */
static struct decimal decimal_of(struct json_object *v)
{
	struct decimal d;
	char text[64];

	if (!decimal_read(json_object_get_string(v), &d)) {
		snprintf(text, sizeof text, "%.17g", json_object_get_double(v));
		(void)decimal_read(text, &d);
	}
	while (d.digits && d.digits % 10 == 0) {
		d.digits /= 10;
		d.exponent++;
	}
	return d;
}

static uint64_t multiply(uint64_t a, uint64_t b, uint64_t modulus)
{
	return (uint64_t)((unsigned __int128)a * b % modulus);
}

static uint64_t power_of_ten(unsigned long exponent, uint64_t modulus)
{
	uint64_t result = 1 % modulus, factor = 10 % modulus;

	for (; exponent; exponent >>= 1) {
		if (exponent & 1)
			result = multiply(result, factor, modulus);
		factor = multiply(factor, factor, modulus);
	}
	return result;
}

bool schema_number_is_multiple(struct json_object *number, struct json_object *of)
{
	struct decimal a = decimal_of(number), b = decimal_of(of);

	if (a.digits == 0)
		return true;
	if (b.digits == 0)
		return false;
	if (a.exponent >= b.exponent)
		return multiply(a.digits % b.digits, power_of_ten((unsigned long)(a.exponent - b.exponent), b.digits),
		    b.digits) == 0;
	for (; b.exponent > a.exponent; b.exponent--)		/* ends: what no longer fits is larger than a */
		if (__builtin_mul_overflow(b.digits, 10, &b.digits))
			return false;
	return a.digits % b.digits == 0;
}
