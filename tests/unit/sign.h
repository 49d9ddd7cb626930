/* SPDX-License-Identifier: ISC */
/*
 * sign: the other side, for tests: keys made at run time, what their owner shows of them (RFC 7517), and texts signed
 * with them (RFC 7515).  With the vectors of RFC 7515 appendix A.2 and A.3, whose private keys are not needed.
 */
#ifndef SIGN_H
#define SIGN_H

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "crypto.h"

/* The claims of both vectors. */
#define VECTOR_CLAIMS "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

/* RFC 7515 appendix A.2 */
#define RS256_TEXT "eyJhbGciOiJSUzI1NiJ9." VECTOR_CLAIMS
#define RS256_SIGNATURE \
	"cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CU" \
	"Ar7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_d" \
	"O--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0ig" \
	"cN_IoypGlUPQGe77Rw"
#define RS256_N \
	"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZ" \
	"S-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2" \
	"R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcD" \
	"TW9gb54h4FRWyuXpoQ"
#define RS256_E "AQAB"

/* RFC 7515 appendix A.3 */
#define ES256_TEXT "eyJhbGciOiJFUzI1NiJ9." VECTOR_CLAIMS
#define ES256_SIGNATURE "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
#define ES256_X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define ES256_Y "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"

/* One of the numbers that a key is made of, as base64url of so many bytes; 0: as few as it takes. */
static inline const char *key_number(struct arena *a, const EVP_PKEY *key, const char *name, int size)
{
	unsigned char bytes[1200];
	BIGNUM *number = NULL;
	int n;

	if (!EVP_PKEY_get_bn_param(key, name, &number))
		abort();
	n = size ? size : BN_num_bytes(number);
	if (n > (int)sizeof bytes || BN_bn2binpad(number, bytes, n) != n)
		abort();
	BN_free(number);
	return crypto_base64url(a, bytes, (size_t)n);
}

/* The public key as JWK; more is members behind it: `,"kid":"one"`. */
static inline const char *key_jwk(struct arena *a, const EVP_PKEY *key, const char *more)
{
	if (EVP_PKEY_is_a(key, "RSA"))
		return arena_printf(a, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"%s}", key_number(a, key, OSSL_PKEY_PARAM_RSA_N, 0),
		    key_number(a, key, OSSL_PKEY_PARAM_RSA_E, 0), more);
	return arena_printf(a, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"%s}",
	    key_number(a, key, OSSL_PKEY_PARAM_EC_PUB_X, 32), key_number(a, key, OSSL_PKEY_PARAM_EC_PUB_Y, 32), more);
}

/* A signature as OpenSSL writes it: DER when the key is on a curve.  padding 0: the key's own. */
static inline unsigned char *sign_raw(struct arena *a, EVP_PKEY *key, const char *hash, int padding, const char *text,
    size_t *len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char *to = arena_take(a, 2048);
	EVP_PKEY_CTX *how;

	*len = 2048;
	if (!ctx || EVP_DigestSignInit_ex(ctx, &how, hash, NULL, NULL, key, NULL) <= 0 ||
	    (padding && EVP_PKEY_CTX_set_rsa_padding(how, padding) <= 0) ||
	    EVP_DigestSign(ctx, to, len, (const unsigned char *)text, strlen(text)) <= 0)
		abort();
	EVP_MD_CTX_free(ctx);
	return to;
}

/* A signature as RFC 7518 sections 3.3 and 3.4 want it. */
static inline unsigned char *sign(struct arena *a, EVP_PKEY *key, const char *text, size_t *len)
{
	unsigned char *to = sign_raw(a, key, "SHA256", 0, text, len);
	const unsigned char *der = to;
	ECDSA_SIG *pair;

	if (EVP_PKEY_is_a(key, "RSA"))
		return to;
	pair = d2i_ECDSA_SIG(NULL, &der, (long)*len);
	*len = 64;
	if (!pair || BN_bn2binpad(ECDSA_SIG_get0_r(pair), to, 32) != 32 || BN_bn2binpad(ECDSA_SIG_get0_s(pair), to + 32, 32) != 32)
		abort();
	ECDSA_SIG_free(pair);
	return to;
}

/* Header and claims in base64url, with a period between. */
static inline char *sign_input(struct arena *a, const char *header, const char *claims)
{
	return arena_printf(a, "%s.%s", crypto_base64url(a, header, strlen(header)), crypto_base64url(a, claims, strlen(claims)));
}

/* The compact serialisation. */
static inline char *sign_compact(struct arena *a, EVP_PKEY *key, const char *header, const char *claims)
{
	const char *input = sign_input(a, header, claims);
	size_t len;
	unsigned char *signature = sign(a, key, input, &len);

	return arena_printf(a, "%s.%s", input, crypto_base64url(a, signature, len));
}

#endif
