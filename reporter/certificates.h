/* The X.509 certificates a worker is configured to look at; OpenSSL's home in the reporter. */
#ifndef REPORTER_CERTIFICATES_H
#define REPORTER_CERTIFICATES_H

#include "common/buf.h"
#include "reporter/config.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Appends the JSON array of the contract's `certificate` objects found in the files that `paths` (globs)
 * name, PEM (every certificate of a chain) or DER, in the order of the paths, at most
 * LIMIT_CERTIFICATES_A_NODE; `worker` is `node`. What is no certificate is logged and left out. Returns how
 * many there are.
 */
size_t certificates_write(struct buf *out, const struct config_list *paths, const char *node, int64_t now_ms);

#endif
