/*
 * The certificates in a file's bytes, as facts for people; OpenSSL's X.509 has its home here. Files and paths
 * are certificates.h's.
 */
#ifndef REPORTER_CERTIFICATES_CERTIFICATE_H
#define REPORTER_CERTIFICATES_CERTIFICATE_H

#include "common/json.h"

#include <stddef.h>
#include <stdint.h>

struct certificate;

/* A zeroed set is empty. */
struct certificate_set {
	struct certificate *items;
	size_t count;
	size_t damaged;	       /* how many call themselves a certificate and cannot be read as one, or have no
				  readable times */
	size_t others;	       /* PEM blocks that do not: keys, parameters, requests */
	const char *container; /* if there is no certificate: what holds some that are not read; else NULL */
};

/*
 * Reads every certificate among PEM blocks, whatever else (keys, parameters, text) stands between them, or
 * one in DER. A certificate whose times cannot be read is counted as damaged: the coordinator takes none
 * without. What *out held before is not freed; the caller frees the new set with certificate_set_free.
 */
void certificate_set_read(const char *data, size_t len, struct certificate_set *out);
void certificate_set_free(struct certificate_set *set); /* leaves an empty set */

/*
 * Writes the contract's object for a path whose certificates cannot be read: `error` is a sentence's end,
 * like "Permission denied", and `since_ms` when it was first so.
 */
void certificate_write_error(struct json_out *out, const char *node, const char *path, const char *error,
			     int64_t since_ms);

/*
 * Writes certificate `index` as the contract's object: names as RFC 2253 has them, in UTF-8; serial and
 * fingerprint as `openssl x509` prints them; `days_left` are whole days, negative once it has expired; `key`
 * is algorithm and size or curve ("RSA 2048", "EC P-256", "ED25519"). What is longer than the coordinator
 * takes is cut and ends with "…".
 */
void certificate_write(struct json_out *out, const struct certificate_set *set, size_t index,
		       const char *node, const char *path, int64_t now_ms);

#endif
