/*
 * The certificates in a file's bytes, as facts for people; OpenSSL's home in the reporter. Files and paths
 * are certificates.h's.
 */
#ifndef REPORTER_CERTIFICATES_CERTIFICATE_H
#define REPORTER_CERTIFICATES_CERTIFICATE_H

#include "common/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct certificate_set;

/*
 * Reads every certificate among PEM blocks, whatever else (keys, parameters, text) stands between them, or
 * one in DER. One whose times cannot be read is passed over: the coordinator takes none without. An empty
 * set if there is none; the caller frees it with certificate_set_free.
 */
struct certificate_set *certificate_set_read(const char *data, size_t len);
void certificate_set_free(struct certificate_set *set); /* NULL is nothing */

size_t certificate_set_count(const struct certificate_set *set); /* NULL has none */

/* How many call themselves a certificate and cannot be read as one, or have times that cannot. */
size_t certificate_set_damaged(const struct certificate_set *set);

/*
 * Writes certificate `index` as the contract's object: names as RFC 2253 has them, in UTF-8; serial and
 * fingerprint as `openssl x509` prints them; `days_left` are whole days, negative once it has expired; `key`
 * is algorithm and size or curve ("RSA 2048", "EC P-256", "ED25519"). What is longer than the coordinator
 * takes is cut and ends with "…".
 */
void certificate_write(struct json_out *out, const struct certificate_set *set, size_t index,
		       const char *node, const char *path, int64_t now_ms);

#endif
