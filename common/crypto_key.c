/* SPDX-License-Identifier: ISC */
/*
 * crypto_key: keys by EVP_PKEY_fromdata, signatures by EVP_DigestVerify; nothing else of OpenSSL is needed.  Sizes are
 * checked before OpenSSL sees a number: what a check costs grows with the cube of the modulus and with the exponent.
 */
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/params.h>

#include "crypto.h"
#include "crypto_key.h"

enum { RSA_BITS_MIN = 2048, RSA_BITS_MAX = 8192, RSA_E_BITS_MAX = 32, P256_SIZE = 32, P256_DER_MAX = 72 };

struct crypto_key {
	EVP_PKEY *pkey;
	bool p256;
};

/* Bytes out of base64url, most significant first. */
struct number {
	const unsigned char *v;
	size_t len;
};

static bool number_read(struct arena *a, const char *text, struct number *x)
{
	x->v = text ? (unsigned char *)crypto_base64url_read(a, text, strlen(text), &x->len) : NULL;
	return x->v != NULL;
}

/* How many bits it has.  Zero octets before the number are no part of it: some libraries write one. */
static size_t number_bits(struct number *x)
{
	size_t bits;
	unsigned first;

	while (x->len > 0 && x->v[0] == 0) {
		x->v++;
		x->len--;
	}
	if (x->len == 0)
		return 0;
	for (bits = (x->len - 1) * 8, first = x->v[0]; first; first >>= 1)
		bits++;
	return bits;
}

static bool number_is_odd(const struct number *x)
{
	return x->len > 0 && (x->v[x->len - 1] & 1);
}

static void pkey_drop(void *pkey)
{
	EVP_PKEY_free(pkey);
}

/* The parameters as a key; NULL when OpenSSL does not want them.  Without OpenSSL's configuration file. */
static struct crypto_key *key_make(struct arena *a, const char *type, bool p256, OSSL_PARAM *param)
{
	struct crypto_key *k = arena_take(a, sizeof *k);
	EVP_PKEY_CTX *ctx;

	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	if (ctx && EVP_PKEY_fromdata_init(ctx) > 0)
		(void)EVP_PKEY_fromdata(ctx, &k->pkey, EVP_PKEY_PUBLIC_KEY, param);
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	if (!k->pkey)
		return NULL;
	k->p256 = p256;
	arena_defer(a, pkey_drop, k->pkey);
	return k;
}

static struct crypto_key *rsa_make(struct arena *a, const struct number *n, const struct number *e)
{
	BIGNUM *bn = BN_bin2bn(n->v, (int)n->len, NULL), *be = BN_bin2bn(e->v, (int)e->len, NULL);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	struct crypto_key *k = NULL;
	OSSL_PARAM *param = NULL;

	if (bn && be && build && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, bn) &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, be))
		param = OSSL_PARAM_BLD_to_param(build);
	if (param)
		k = key_make(a, "RSA", false, param);
	OSSL_PARAM_free(param);
	OSSL_PARAM_BLD_free(build);
	BN_free(bn);
	BN_free(be);
	return k;
}

const char *crypto_key_rsa(struct arena *a, const char *n, const char *e, struct crypto_key **k)
{
	struct number modulus, exponent;
	size_t bits;

	*k = NULL;
	if (!number_read(a, n, &modulus) || !number_read(a, e, &exponent))
		return "the n or e of an RSA key is missing or no base64url";
	bits = number_bits(&modulus);
	if (bits < RSA_BITS_MIN)
		return "an RSA key has fewer than 2048 bits";
	if (bits > RSA_BITS_MAX)
		return "an RSA key has more than 8192 bits";
	bits = number_bits(&exponent);
	if (bits < 2 || bits > RSA_E_BITS_MAX || !number_is_odd(&exponent) || !number_is_odd(&modulus))
		return "the n or e of an RSA key is even, or its e is 1 or longer than 32 bits";
	*k = rsa_make(a, &modulus, &exponent);
	return *k ? NULL : "OpenSSL refuses an RSA key";
}

const char *crypto_key_p256(struct arena *a, const char *x, const char *y, struct crypto_key **k)
{
	static char group[] = "prime256v1";
	unsigned char point[1 + 2 * P256_SIZE] = { 4 };		/* uncompressed, SEC 1 section 2.3.3 */
	struct number one, two;
	OSSL_PARAM param[3];

	*k = NULL;
	if (!number_read(a, x, &one) || !number_read(a, y, &two))
		return "the x or y of an EC key is missing or no base64url";
	if (one.len != P256_SIZE || two.len != P256_SIZE)
		return "the x or y of a P-256 key has not 32 bytes";
	memcpy(point + 1, one.v, P256_SIZE);
	memcpy(point + 1 + P256_SIZE, two.v, P256_SIZE);
	param[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
	param[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point);
	param[2] = OSSL_PARAM_construct_end();
	*k = key_make(a, "EC", true, param);
	return *k ? NULL : "the point of a P-256 key is not on the curve";
}

static bool verify(EVP_PKEY *pkey, const void *bytes, size_t n, const unsigned char *signature, size_t len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good;

	good = ctx && EVP_DigestVerifyInit_ex(ctx, NULL, "SHA256", NULL, NULL, pkey, NULL) > 0 &&
	    EVP_DigestVerify(ctx, signature, len, bytes, n) == 1;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

/* r and s as the DER that OpenSSL reads.  Returns its length, 0 for none. */
static size_t p256_der(const unsigned char *raw, unsigned char der[P256_DER_MAX])
{
	BIGNUM *r = BN_bin2bn(raw, P256_SIZE, NULL), *s = BN_bin2bn(raw + P256_SIZE, P256_SIZE, NULL);
	ECDSA_SIG *pair = ECDSA_SIG_new();
	int len = 0;

	if (pair && r && s && !BN_is_zero(r) && !BN_is_zero(s) && ECDSA_SIG_set0(pair, r, s)) {
		r = s = NULL;		/* the pair's from now on */
		len = i2d_ECDSA_SIG(pair, &der);
	}
	ECDSA_SIG_free(pair);
	BN_free(r);
	BN_free(s);
	return len > 0 ? (size_t)len : 0;
}

bool crypto_key_verify(const struct crypto_key *k, const void *bytes, size_t n, const void *signature, size_t len)
{
	unsigned char der[P256_DER_MAX];

	if (!k->p256)
		return verify(k->pkey, bytes, n, signature, len);
	if (len != 2 * P256_SIZE)
		return false;
	len = p256_der(signature, der);
	return len > 0 && verify(k->pkey, bytes, n, der, len);
}
