/* SPDX-License-Identifier: ISC */
/*
 * crypto: OpenSSL behind a narrow door.  SHA-256 goes through the low-level calls, deprecated in name only: a fetch
 * by EVP costs a plain-CGI request as much as everything else it does (measured: 0.8 ms against 0.005 ms).
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/sha.h>

#include "crypto.h"
#include "log.h"

enum { PREFIX_TEXT = 5, CHECK_TEXT = 6, SALT_SIZE = 16, SCRYPT_R = 8, SCRYPT_P = 3, LN_MAX = 20, RP_MAX = 64 };

static const char base64url_digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char base64_digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static const char *const prefix[] = {
	[SECRET_ACCESS] = "mcpa_", [SECRET_REFRESH] = "mcpr_", [SECRET_CODE] = "mcpc_", [SECRET_CLIENT] = "mcps_",
	[SECRET_MANAGEMENT] = "mcpm_",
};

/* OpenSSL without its configuration file; only what fetches calls this. */
static void openssl_start(void)
{
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
}

/* As getrandom(2) does it, for kernels before 3.17, which have only the device. */
static ssize_t read_device(void *to, size_t n)
{
	int fd = open("/dev/urandom", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t got = -1;
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISCHR(st.st_mode))
		got = read(fd, to, n);
	if (fd >= 0)
		close(fd);
	return got;
}

void crypto_random(void *to, size_t n)
{
	unsigned char *at = to;
	ssize_t got;

	while (n > 0) {
		got = getrandom(at, n, 0);
		if (got < 0 && errno == ENOSYS)
			got = read_device(at, n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			log_line("no entropy: %s", strerror(errno));
			_exit(71);
		}
		at += got;
		n -= (size_t)got;
	}
}

/* Base64 digits of n bytes, without padding; to has room for them and a NUL.  Returns how many. */
static size_t base64_put(char *to, const unsigned char *from, size_t n, const char *digit)
{
	size_t i, len = 0;
	unsigned bits = 0, have = 0;

	for (i = 0; i < n; i++) {
		bits = (bits & 0xff) << 8 | from[i];
		for (have += 8; have >= 6; have -= 6)
			to[len++] = digit[bits >> (have - 6) & 63];
	}
	if (have)
		to[len++] = digit[bits << (6 - have) & 63];
	to[len] = '\0';
	return len;
}

char *crypto_base64url(struct arena *a, const void *bytes, size_t n)
{
	char *to = arena_take_raw(a, n / 3 * 4 + 5);

	base64_put(to, bytes, n, base64url_digit);
	return to;
}

char *crypto_base64(struct arena *a, const void *bytes, size_t n)
{
	char *to = arena_take_raw(a, n / 3 * 4 + 8);
	size_t len = base64_put(to, bytes, n, base64_digit);

	while (len % 4)
		to[len++] = '=';
	to[len] = '\0';
	return to;
}

/* The bytes of n digits, with a NUL behind them.  NULL: another character, a digit too many, a spare bit that is set. */
static char *base64_take(struct arena *a, const char *text, size_t n, const char *alphabet, size_t *len)
{
	char *to = arena_take_raw(a, n / 4 * 3 + 4);
	unsigned bits = 0, have = 0;
	size_t i, out = 0;

	if (n % 4 == 1)
		return NULL;
	for (i = 0; i < n; i++) {
		const char *digit = text[i] ? strchr(alphabet, text[i]) : NULL;

		if (!digit)
			return NULL;
		bits = (bits << 6 | (unsigned)(digit - alphabet)) & 0xffffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			to[out++] = (char)(bits >> have & 0xff);
		}
	}
	if (bits & ((1u << have) - 1))
		return NULL;
	to[out] = '\0';
	*len = out;
	return to;
}

char *crypto_base64_read(struct arena *a, const char *text, size_t n, size_t *len)
{
	size_t pad = 0;

	if (n % 4)
		return NULL;
	while (pad < 2 && n > 0 && text[n - 1] == '=') {
		n--;
		pad++;
	}
	return base64_take(a, text, n, base64_digit, len);
}

char *crypto_base64url_read(struct arena *a, const char *text, size_t n, size_t *len)
{
	return base64_take(a, text, n, base64url_digit, len);
}

struct random_text crypto_random_text(void)
{
	unsigned char bytes[DIGEST_SIZE];
	struct random_text text;

	crypto_random(bytes, sizeof bytes);
	base64_put(text.v, bytes, sizeof bytes, base64url_digit);
	OPENSSL_cleanse(bytes, sizeof bytes);
	return text;
}

/* CRC-32 of ISO 3309, bit by bit: 48 bytes are not worth a table. */
static uint32_t crc32_of(const char *text, size_t n)
{
	uint32_t crc = 0xffffffff;
	size_t i;
	int bit;

	for (i = 0; i < n; i++) {
		crc ^= (unsigned char)text[i];
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0xedb88320 & (0u - (crc & 1)));
	}
	return ~crc;
}

static void check_put(char *to, const char *text, size_t n)
{
	static const char digit[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	uint32_t crc = crc32_of(text, n);
	int i;

	for (i = CHECK_TEXT - 1; i >= 0; i--, crc /= 62)
		to[i] = digit[crc % 62];
	to[CHECK_TEXT] = '\0';
}

static struct secret secret_make(enum secret_kind kind, const unsigned char bytes[DIGEST_SIZE])
{
	struct secret s;

	memcpy(s.v, prefix[kind], PREFIX_TEXT);
	base64_put(s.v + PREFIX_TEXT, bytes, DIGEST_SIZE, base64url_digit);
	check_put(s.v + PREFIX_TEXT + RANDOM_TEXT, s.v, PREFIX_TEXT + RANDOM_TEXT);
	return s;
}

struct secret crypto_secret(enum secret_kind kind)
{
	unsigned char bytes[DIGEST_SIZE];
	struct secret s;

	crypto_random(bytes, sizeof bytes);
	s = secret_make(kind, bytes);
	OPENSSL_cleanse(bytes, sizeof bytes);
	return s;
}

struct secret crypto_secret_from(enum secret_kind kind, const struct secret *parent, const unsigned char nonce[32])
{
	struct digest d = crypto_hmac(parent->v, SECRET_TEXT, nonce, 32);
	struct secret s = secret_make(kind, d.v);

	OPENSSL_cleanse(&d, sizeof d);
	return s;
}

bool crypto_secret_read(enum secret_kind kind, const char *text, struct secret *s)
{
	char check[CHECK_TEXT + 1];

	if (strnlen(text, SECRET_TEXT + 1) != SECRET_TEXT || memcmp(text, prefix[kind], PREFIX_TEXT) != 0 ||
	    strspn(text + PREFIX_TEXT, base64url_digit) < RANDOM_TEXT)
		return false;
	check_put(check, text, PREFIX_TEXT + RANDOM_TEXT);
	if (memcmp(check, text + PREFIX_TEXT + RANDOM_TEXT, CHECK_TEXT) != 0)
		return false;
	memcpy(s->v, text, sizeof s->v);
	return true;
}

struct digest crypto_sha256(const void *bytes, size_t n)
{
	struct digest d;
	SHA256_CTX ctx;

	SHA256_Init(&ctx);
	SHA256_Update(&ctx, bytes, n);
	SHA256_Final(d.v, &ctx);
	OPENSSL_cleanse(&ctx, sizeof ctx);
	return d;
}

struct digest crypto_digest_secret(const struct secret *s)
{
	return crypto_sha256(s->v, SECRET_TEXT);
}

struct digest crypto_digest_text(const char *text)
{
	return crypto_sha256(text, strlen(text));
}

struct digest crypto_hmac(const void *key, size_t key_len, const void *bytes, size_t n)
{
	struct digest d;
	unsigned len = sizeof d.v;

	openssl_start();
	if (key_len > INT_MAX || !HMAC(EVP_sha256(), key, (int)key_len, bytes, n, d.v, &len)) {
		log_line("HMAC-SHA256 is not available");
		_exit(70);
	}
	return d;
}

bool crypto_equal(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

bool crypto_equal_text(const char *a, const char *b)
{
	size_t n = strlen(a);

	return n == strlen(b) && crypto_equal(a, b, n);
}

bool crypto_challenge_matches(const char *verifier, const char *challenge)
{
	struct digest d = crypto_digest_text(verifier);
	char text[CHALLENGE_TEXT + 1];

	base64_put(text, d.v, sizeof d.v, base64url_digit);
	return crypto_equal_text(text, challenge);
}

/* RFC 7914 by EVP_KDF.  maxmem is set because OpenSSL's default of 32 MiB is too little for ln=15. */
static bool scrypt_derive(const char *password, size_t len, const unsigned char *salt, size_t salt_len, int ln,
    uint32_t r, uint32_t p, unsigned char out[DIGEST_SIZE])
{
	uint64_t n = UINT64_C(1) << ln, maxmem = 128 * (uint64_t)r * (n + p + 2) + 1024 * 1024;
	OSSL_PARAM param[7];
	EVP_KDF_CTX *ctx;
	EVP_KDF *kdf;
	bool good;

	openssl_start();
	param[0] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD, (void *)(uintptr_t)password, len);
	param[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)salt, salt_len);
	param[2] = OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n);
	param[3] = OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r);
	param[4] = OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p);
	param[5] = OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &maxmem);
	param[6] = OSSL_PARAM_construct_end();
	kdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_SCRYPT, NULL);
	ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	good = ctx && EVP_KDF_derive(ctx, out, DIGEST_SIZE, param) > 0;
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	if (!good)
		log_line("scrypt failed (ln=%d r=%u p=%u): out of memory?", ln, r, p);
	return good;
}

char *crypto_password(struct arena *a, const char *password, size_t len, int ln)
{
	unsigned char salt[SALT_SIZE], out[DIGEST_SIZE];
	char *record = NULL;

	crypto_random(salt, sizeof salt);
	if (scrypt_derive(password, len, salt, sizeof salt, ln, SCRYPT_R, SCRYPT_P, out))
		record = arena_printf(a, "$scrypt$ln=%d,r=%d,p=%d$%s$%s", ln, SCRYPT_R, SCRYPT_P,
		    crypto_base64(a, salt, sizeof salt), crypto_base64(a, out, sizeof out));
	OPENSSL_cleanse(out, sizeof out);
	return record;
}

struct record {
	int ln;
	uint32_t r, p;
	const char *salt, *hash;
	size_t salt_len, hash_len;
};

static bool record_read(struct arena *a, const char *text, struct record *x)
{
	char salt[65], hash[129];
	int end = 0;

	if (sscanf(text, "$scrypt$ln=%2d,r=%2u,p=%2u$%64[A-Za-z0-9+/=]$%128[A-Za-z0-9+/=]%n", &x->ln, &x->r, &x->p,
	    salt, hash, &end) != 5 || text[end] != '\0')
		return false;
	if (x->ln < 1 || x->ln > LN_MAX || x->r < 1 || x->r > RP_MAX || x->p < 1 || x->p > RP_MAX ||
	    x->r * x->p > RP_MAX)
		return false;
	x->salt = crypto_base64_read(a, salt, strlen(salt), &x->salt_len);
	x->hash = crypto_base64_read(a, hash, strlen(hash), &x->hash_len);
	return x->salt && x->hash && x->hash_len == DIGEST_SIZE;
}

const struct fail *crypto_password_check(struct arena *a, const char *record, const char *password, size_t len,
    bool *fits)
{
	unsigned char out[DIGEST_SIZE];
	struct record x;

	*fits = false;
	if (!record_read(a, record, &x)) {
		log_line("a password record is not readable");
		return NULL;
	}
	if (!scrypt_derive(password, len, (const unsigned char *)x.salt, x.salt_len, x.ln, x.r, x.p, out))
		return &fail_unavailable;
	*fits = crypto_equal(out, x.hash, DIGEST_SIZE);
	OPENSSL_cleanse(out, sizeof out);
	return NULL;
}
