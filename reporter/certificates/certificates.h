/*
 * The X.509 certificates that a worker is configured to look at. A file is read again only when it has
 * changed, and what is wrong with it is logged once until that changes.
 */
#ifndef REPORTER_CERTIFICATES_CERTIFICATES_H
#define REPORTER_CERTIFICATES_CERTIFICATES_H

#include "common/buf.h"
#include "reporter/config/config.h"

#include <stddef.h>
#include <stdint.h>

struct certificates;

/* `paths` (globs) must live as long as the object. Nothing is read yet. */
struct certificates *certificates_new(const struct config_list *paths);
void certificates_free(struct certificates *certificates); /* NULL is nothing */

/*
 * Looks at the files and appends the JSON array of the contract's `certificate` objects: PEM (every
 * certificate of a chain) or DER, in the order of the paths, at most LIMIT_CERTIFICATES_A_NODE; `worker` is
 * `node`. What is no certificate is left out. Returns how many there are.
 */
size_t certificates_write(struct certificates *certificates, struct buf *out, const char *node,
			  int64_t now_ms);

#endif
