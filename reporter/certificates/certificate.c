/*
 * X.509 certificates, read and told. Trust is not judged here, nor is a private key ever parsed: what is no
 * certificate is passed over.
 */
#include "reporter/certificates/certificate.h"

#include "common/buf.h"
#include "common/limits.h"
#include "common/mem.h"

#include <arpa/inet.h>
#include <assert.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY_MS	      ((int64_t)24 * 3600 * 1000)
#define PATH_MAX_LEN  4096
#define PEM_BEGIN     "-----BEGIN "
#define NAME_MAX_LEN  1024 /* of a subject or an issuer */
#define SAN_MAX_COUNT 100
#define SAN_MAX_LEN   255
#define CUT_MARK      "…"

struct certificate_set {
	X509 **items;
	size_t count;
	size_t damaged;
};

/* --- reading ------------------------------------------------------------------------------------ */

static bool time_ms(const ASN1_TIME *time, int64_t *ms)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(time, &tm) != 1)
		return false;
	*ms = (int64_t)timegm(&tm) * 1000;
	return true;
}

static bool has_times(const X509 *certificate)
{
	int64_t ms;

	return time_ms(X509_get0_notBefore(certificate), &ms) &&
	       time_ms(X509_get0_notAfter(certificate), &ms);
}

static void add(struct certificate_set *set, X509 *certificate)
{
	if (!certificate)
		return;
	if (!has_times(certificate)) {
		set->damaged++;
		X509_free(certificate);
		return;
	}
	set->items = mem_resize(set->items, set->count + 1, sizeof(set->items[0]));
	set->items[set->count++] = certificate;
}

static X509 *decode_plain(const unsigned char *der, long len)
{
	return d2i_X509(NULL, &der, len);
}

static X509 *decode_trusted(const unsigned char *der, long len)
{
	return d2i_X509_AUX(NULL, &der, len);
}

/* The kinds of PEM blocks that hold a certificate, and how it is encoded in them. */
static const struct kind {
	const char *begin;
	X509 *(*decode)(const unsigned char *der, long len);
} KINDS[] = {
	{PEM_BEGIN PEM_STRING_X509 "-----", decode_plain},
	{PEM_BEGIN PEM_STRING_X509_OLD "-----", decode_plain},
	{PEM_BEGIN PEM_STRING_X509_TRUSTED "-----", decode_trusted},
};

static X509 *decode_block(const struct kind *kind, const char *text, size_t len)
{
	BIO *bio = BIO_new_mem_buf(text, (int)len);
	X509 *certificate = NULL;
	char *name, *header;
	unsigned char *data;
	long data_len;

	if (bio && PEM_read_bio(bio, &name, &header, &data, &data_len) == 1) {
		certificate = kind->decode(data, data_len);
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(data);
	}
	BIO_free(bio);
	return certificate;
}

static void read_block(struct certificate_set *set, const char *text, size_t len)
{
	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
		size_t begin_len = strlen(KINDS[i].begin);

		if (len >= begin_len && memcmp(text, KINDS[i].begin, begin_len) == 0) {
			X509 *certificate = decode_block(&KINDS[i], text, len);

			set->damaged += !certificate;
			add(set, certificate);
		}
	}
}

/* Each block is read alone, so that one that is cut off takes none with it. */
static void read_pem(struct certificate_set *set, const char *text, size_t len)
{
	const char *end = text + len, *block = memmem(text, len, PEM_BEGIN, strlen(PEM_BEGIN)), *next;

	for (; block && set->count < LIMIT_CERTIFICATES_A_NODE; block = next) {
		next = memmem(block + 1, (size_t)(end - block) - 1, PEM_BEGIN, strlen(PEM_BEGIN));
		read_block(set, block, (size_t)((next ? next : end) - block));
	}
}

struct certificate_set *certificate_set_read(const char *data, size_t len)
{
	struct certificate_set *set = mem_alloc(1, sizeof(*set));

	if (len > 0 && len <= INT32_MAX) {
		read_pem(set, data, len);
		if (set->count == 0)
			add(set, decode_plain((const unsigned char *)data, (long)len));
		ERR_clear_error();
	}
	return set;
}

void certificate_set_free(struct certificate_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->count; i++)
		X509_free(set->items[i]);
	free(set->items);
	free(set);
}

size_t certificate_set_count(const struct certificate_set *set)
{
	return set ? set->count : 0;
}

size_t certificate_set_damaged(const struct certificate_set *set)
{
	return set->damaged;
}

/* --- writing ------------------------------------------------------------------------------------ */

/* Cut to what is taken of it, and marked where it is. Counted as it stands in JSON, so never too long. */
static void put_bounded(struct json_out *out, const char *key, const char *text, size_t len, size_t max)
{
	struct buf cut = {0};

	if (json_quote_fit(text, len, max) == len) {
		json_put_text_len(out, key, text, len);
		return;
	}
	buf_append(&cut, text, json_quote_fit(text, len, max - strlen(CUT_MARK)));
	buf_text(&cut, CUT_MARK);
	json_put_text_len(out, key, cut.data, cut.len);
	buf_free(&cut);
}

static void put_name(struct json_out *out, const char *key, const X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long len;

	if (!bio ||
	    X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) < 0) {
		json_put_text(out, key, "");
	} else {
		len = BIO_get_mem_data(bio, &text);
		put_bounded(out, key, text, (size_t)len, NAME_MAX_LEN);
	}
	BIO_free(bio);
}

static void put_serial(struct json_out *out, const X509 *certificate)
{
	BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
	char *hex = number ? BN_bn2hex(number) : NULL;

	put_bounded(out, "serial", hex ? hex : "", hex ? strlen(hex) : 0, LIMIT_NAME);
	OPENSSL_free(hex);
	BN_free(number);
}

static void put_times(struct json_out *out, const X509 *certificate, int64_t now_ms)
{
	int64_t from = 0, until = 0, left;
	bool readable = time_ms(X509_get0_notBefore(certificate), &from) &&
			time_ms(X509_get0_notAfter(certificate), &until);

	assert(readable); /* or it would not be in the set */
	left = until - now_ms;
	json_put_time(out, "not_before", from);
	json_put_time(out, "not_after", until);
	json_put_integer(out, "days_left", left >= 0 ? left / DAY_MS : -((-left + DAY_MS - 1) / DAY_MS));
}

static void put_address(struct json_out *out, const ASN1_OCTET_STRING *address)
{
	int len = ASN1_STRING_length(address);
	int family = len == 4 ? AF_INET : len == 16 ? AF_INET6 : AF_UNSPEC;
	char text[INET6_ADDRSTRLEN];

	if (family != AF_UNSPEC && inet_ntop(family, ASN1_STRING_get0_data(address), text, sizeof(text)))
		json_put_text(out, NULL, text);
}

static void put_alternative_name(struct json_out *out, const GENERAL_NAME *name)
{
	int type;
	const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &type);
	const char *text;

	if (type == GEN_IPADD) {
		put_address(out, value);
	} else if (type == GEN_DNS || type == GEN_EMAIL || type == GEN_URI) {
		text = (const char *)ASN1_STRING_get0_data(value);
		put_bounded(out, NULL, text, (size_t)ASN1_STRING_length(value), SAN_MAX_LEN);
	}
}

static void put_alternative_names(struct json_out *out, const X509 *certificate)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	int count = names ? sk_GENERAL_NAME_num(names) : 0;

	json_open_member(out, "sans", '[');
	for (int i = 0; i < count && i < SAN_MAX_COUNT; i++)
		put_alternative_name(out, sk_GENERAL_NAME_value(names, i));
	json_close(out, ']');
	GENERAL_NAMES_free(names);
}

static void put_fingerprint(struct json_out *out, const X509 *certificate)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char text[EVP_MAX_MD_SIZE * 3 + 1] = "";
	unsigned len = 0;

	if (X509_digest(certificate, EVP_sha256(), digest, &len) == 1)
		for (unsigned i = 0; i < len; i++)
			snprintf(text + i * 3, 4, "%02X%s", digest[i], i + 1 < len ? ":" : "");
	json_put_text(out, "fingerprint_sha256", text);
}

/* "EC P-256"; the curve's own name where NIST has none for it. */
static void describe_curve(const EVP_PKEY *key, char *out, size_t size)
{
	char curve[64] = "";
	const char *nist = NULL;

	if (EVP_PKEY_get_group_name(key, curve, sizeof(curve), NULL) == 1)
		nist = EC_curve_nid2nist(OBJ_sn2nid(curve));
	snprintf(out, size, "EC %s", nist ? nist : curve);
}

static void put_key(struct json_out *out, const X509 *certificate)
{
	const EVP_PKEY *key = X509_get0_pubkey(certificate);
	const char *algorithm = key ? EVP_PKEY_get0_type_name(key) : NULL;
	char text[128];

	if (!algorithm)
		snprintf(text, sizeof(text), "unknown");
	else if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC)
		describe_curve(key, text, sizeof(text));
	else if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA || EVP_PKEY_get_base_id(key) == EVP_PKEY_DSA)
		snprintf(text, sizeof(text), "%s %d", algorithm, EVP_PKEY_get_bits(key));
	else
		snprintf(text, sizeof(text), "%s", algorithm);
	json_put_text(out, "key", text);
}

void certificate_write(struct json_out *out, const struct certificate_set *set, size_t index,
		       const char *node, const char *path, int64_t now_ms)
{
	const X509 *certificate = set->items[index];

	json_open(out, '{');
	json_put_text(out, "worker", node);
	put_bounded(out, "path", path, strlen(path), PATH_MAX_LEN);
	put_name(out, "subject", X509_get_subject_name(certificate));
	put_name(out, "issuer", X509_get_issuer_name(certificate));
	put_serial(out, certificate);
	put_times(out, certificate, now_ms);
	put_alternative_names(out, certificate);
	put_fingerprint(out, certificate);
	put_key(out, certificate);
	json_close(out, '}');
	ERR_clear_error();
}
