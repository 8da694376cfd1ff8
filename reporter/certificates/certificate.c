/*
 * X.509 certificates, read and told. Trust is not judged here, nor is a private key ever parsed: whatever is
 * no certificate is passed over.
 *
 * A chain's file is often edited by hand, so one block that is cut off or damaged must not take those behind
 * it along. That is why each PEM block is given to OpenSSL alone, from its BEGIN to the next one, and not the
 * whole file.
 */
#include "reporter/certificates/certificate.h"

#include "common/buf.h"
#include "common/limits.h"
#include "common/mem.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY_MS	      ((int64_t)24 * 3600 * 1000)
#define PATH_MAX_LEN  4096
#define PEM_BEGIN     "-----BEGIN "
#define NAME_MAX_LEN  1024 /* of a subject or an issuer */
#define ERROR_MAX_LEN LIMIT_TROUBLE
#define SAN_MAX_COUNT 100
#define SAN_MAX_LEN   255
#define CUT_MARK      "…"

struct certificate {
	X509 *x509;
	int64_t from_ms, until_ms; /* when it is valid */
};

/* --- reading ------------------------------------------------------------------------------------ */

static bool read_time(const ASN1_TIME *time, int64_t *ms)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(time, &tm) != 1)
		return false;
	*ms = (int64_t)timegm(&tm) * 1000;
	return true;
}

/* Takes the certificate over; NULL is a damaged one. */
static void add(struct certificate_set *set, X509 *x509)
{
	struct certificate certificate = {.x509 = x509};

	if (!x509 || !read_time(X509_get0_notBefore(x509), &certificate.from_ms) ||
	    !read_time(X509_get0_notAfter(x509), &certificate.until_ms)) {
		set->damaged++;
		X509_free(x509);
		return;
	}
	set->items = mem_resize(set->items, set->count + 1, sizeof(set->items[0]));
	set->items[set->count++] = certificate;
}

/* The kinds of PEM blocks that hold a certificate, and how it is encoded in them. */
static const struct kind {
	const char *begin;
	X509 *(*decode)(X509 **, const unsigned char **der, long len);
} KINDS[] = {
	{PEM_BEGIN PEM_STRING_X509 "-----", d2i_X509},
	{PEM_BEGIN PEM_STRING_X509_OLD "-----", d2i_X509},
	{PEM_BEGIN PEM_STRING_X509_TRUSTED "-----", d2i_X509_AUX},
};

/* One PEM block, which may hold something else, or be cut off. */
static void read_block(struct certificate_set *set, const char *text, size_t len)
{
	const struct kind *kind = NULL;
	X509 *certificate = NULL;
	const unsigned char *der;
	unsigned char *data;
	char *name, *header;
	long data_len;
	BIO *bio;

	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
		size_t begin_len = strlen(KINDS[i].begin);

		if (len >= begin_len && memcmp(text, KINDS[i].begin, begin_len) == 0)
			kind = &KINDS[i];
	}
	if (!kind) {
		set->others++;
		return;
	}
	bio = BIO_new_mem_buf(text, (int)len);
	if (bio && PEM_read_bio(bio, &name, &header, &data, &data_len) == 1) {
		der = data;
		certificate = kind->decode(NULL, &der, data_len);
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(data);
	}
	BIO_free(bio);
	add(set, certificate);
}

/* Which kind of container the bytes are, in DER or PEM; NULL if none. They may need a password, so they are
 * not opened. */
static const char *container_of(const char *data, size_t len)
{
	static const char PEM_7[] = PEM_BEGIN PEM_STRING_PKCS7 "-----",
			  PEM_CMS[] = PEM_BEGIN PEM_STRING_CMS "-----";
	const unsigned char *der = (const unsigned char *)data;
	PKCS12 *pkcs12 = d2i_PKCS12(NULL, &der, (long)len);
	PKCS7 *pkcs7;
	bool is_pkcs7;

	PKCS12_free(pkcs12);
	if (pkcs12)
		return "a PKCS#12 container (.p12)";
	der = (const unsigned char *)data;
	pkcs7 = d2i_PKCS7(NULL, &der, (long)len);
	is_pkcs7 = pkcs7 || memmem(data, len, PEM_7, strlen(PEM_7)) ||
		   memmem(data, len, PEM_CMS, strlen(PEM_CMS));
	PKCS7_free(pkcs7);
	return is_pkcs7 ? "a PKCS#7 container (.p7b)" : NULL;
}

void certificate_set_read(const char *data, size_t len, struct certificate_set *out)
{
	const char *end = data + len, *block;

	*out = (struct certificate_set){0};
	if (len == 0 || len > INT32_MAX)
		return;
	block = memmem(data, len, PEM_BEGIN, strlen(PEM_BEGIN));
	while (block && out->count < LIMIT_CERTIFICATES_A_NODE) {
		const char *next = memmem(block + 1, (size_t)(end - block) - 1, PEM_BEGIN, strlen(PEM_BEGIN));

		read_block(out, block, (size_t)((next ? next : end) - block));
		block = next;
	}
	if (out->count == 0) {
		const unsigned char *der = (const unsigned char *)data;
		X509 *certificate = d2i_X509(NULL, &der, (long)len);

		if (certificate) /* or it was never meant to be one */
			add(out, certificate);
	}
	if (out->count == 0 && out->damaged == 0)
		out->container = container_of(data, len);
	ERR_clear_error();
}

void certificate_set_free(struct certificate_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		X509_free(set->items[i].x509);
	free(set->items);
	*set = (struct certificate_set){0};
}

/* --- writing ------------------------------------------------------------------------------------ */

/* Cut to what the coordinator takes, and marked if it is. Counted as it stands in JSON, so never too long. */
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
	const unsigned long flags = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;

	if (bio && X509_NAME_print_ex(bio, name, 0, flags) >= 0) {
		long len = BIO_get_mem_data(bio, &text);

		put_bounded(out, key, text, (size_t)len, NAME_MAX_LEN);
	} else {
		json_put_text(out, key, "");
	}
	BIO_free(bio);
}

/* Addresses, names of hosts, mail and URIs; other kinds of alternative names are left out. */
static void put_alternative_names(struct json_out *out, const X509 *x509)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
	int count = names ? sk_GENERAL_NAME_num(names) : 0;

	json_open_member(out, "sans", '[');
	for (int i = 0; i < count && i < SAN_MAX_COUNT; i++) {
		int type;
		const ASN1_STRING *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);
		char address[INET6_ADDRSTRLEN];

		if (type == GEN_DNS || type == GEN_EMAIL || type == GEN_URI) {
			put_bounded(out, NULL, (const char *)ASN1_STRING_get0_data(value),
				    (size_t)ASN1_STRING_length(value), SAN_MAX_LEN);
		} else if (type == GEN_IPADD) {
			int len = ASN1_STRING_length(value);
			int family = len == 4 ? AF_INET : len == 16 ? AF_INET6 : AF_UNSPEC;

			if (inet_ntop(family, ASN1_STRING_get0_data(value), address, sizeof(address)))
				json_put_text(out, NULL, address);
		}
	}
	json_close(out, ']');
	GENERAL_NAMES_free(names);
}

/* "RSA 2048", "ED25519", or "EC P-256" with the curve's own name where NIST has none for it. */
static void put_key(struct json_out *out, const X509 *x509)
{
	const EVP_PKEY *key = X509_get0_pubkey(x509);
	const char *algorithm = key ? EVP_PKEY_get0_type_name(key) : NULL, *nist = NULL;
	int kind = key ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE;
	char text[128], curve[64] = "";

	if (!algorithm) {
		snprintf(text, sizeof(text), "unknown");
	} else if (kind == EVP_PKEY_EC) {
		if (EVP_PKEY_get_group_name(key, curve, sizeof(curve), NULL) == 1)
			nist = EC_curve_nid2nist(OBJ_sn2nid(curve));
		snprintf(text, sizeof(text), "EC %s", nist ? nist : curve);
	} else if (kind == EVP_PKEY_RSA || kind == EVP_PKEY_DSA) {
		snprintf(text, sizeof(text), "%s %d", algorithm, EVP_PKEY_get_bits(key));
	} else {
		snprintf(text, sizeof(text), "%s", algorithm);
	}
	json_put_text(out, "key", text);
}

void certificate_write_error(struct json_out *out, const char *node, const char *path, const char *error,
			     int64_t since_ms)
{
	json_open(out, '{');
	json_put_text(out, "worker", node);
	put_bounded(out, "path", path, strlen(path), PATH_MAX_LEN);
	put_bounded(out, "error", error, strlen(error), ERROR_MAX_LEN);
	json_put_time(out, "since", since_ms);
	json_close(out, '}');
}

void certificate_write(struct json_out *out, const struct certificate_set *set, size_t index,
		       const char *node, const char *path, int64_t now_ms)
{
	const struct certificate *certificate = &set->items[index];
	const X509 *x509 = certificate->x509;
	int64_t left_ms = certificate->until_ms - now_ms;
	BIGNUM *serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x509), NULL);
	char *hex = serial ? BN_bn2hex(serial) : NULL;
	unsigned char digest[EVP_MAX_MD_SIZE];
	char fingerprint[EVP_MAX_MD_SIZE * 3 + 1] = "";
	unsigned len = 0;

	json_open(out, '{');
	json_put_text(out, "worker", node);
	put_bounded(out, "path", path, strlen(path), PATH_MAX_LEN);
	put_name(out, "subject", X509_get_subject_name(x509));
	put_name(out, "issuer", X509_get_issuer_name(x509));
	put_bounded(out, "serial", hex ? hex : "", hex ? strlen(hex) : 0, LIMIT_NAME);
	json_put_time(out, "not_before", certificate->from_ms);
	json_put_time(out, "not_after", certificate->until_ms);
	json_put_integer(out, "days_left",
			 left_ms >= 0 ? left_ms / DAY_MS : -((-left_ms + DAY_MS - 1) / DAY_MS));
	put_alternative_names(out, x509);
	if (X509_digest(x509, EVP_sha256(), digest, &len) != 1)
		len = 0;
	for (unsigned i = 0; i < len; i++)
		snprintf(fingerprint + (size_t)i * 3, 4, "%02X%s", digest[i], i + 1 < len ? ":" : "");
	json_put_text(out, "fingerprint_sha256", fingerprint);
	put_key(out, x509);
	json_close(out, '}');
	OPENSSL_free(hex);
	BN_free(serial);
	ERR_clear_error();
}
