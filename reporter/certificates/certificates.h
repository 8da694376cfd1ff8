/*
 * The X.509 certificates that a worker is configured to look at. A file is read again only when it has
 * changed. What is wrong with one is said as a trouble, and in the list.
 */
#ifndef REPORTER_CERTIFICATES_CERTIFICATES_H
#define REPORTER_CERTIFICATES_CERTIFICATES_H

#include "common/buf.h"
#include "reporter/config/config.h"

#include <stddef.h>
#include <stdint.h>

struct certificates;
struct troubles;

/* `paths` (globs) and `troubles` must live as long as the object. Nothing is read yet. */
struct certificates *certificates_new(const struct config_list *paths, struct troubles *troubles);
void certificates_free(struct certificates *certificates); /* NULL is nothing */

/*
 * Looks at the files and appends the JSON array of the contract's `certificate` objects: PEM (every
 * certificate of a chain) or DER, in the order of the paths, at most LIMIT_CERTIFICATES_A_NODE; `worker` is
 * `node`. A path that cannot be read, or not whole, is there with `error` and `since`. Returns how many
 * objects there are.
 */
size_t certificates_write(struct certificates *certificates, struct buf *out, const char *node,
			  int64_t now_ms);

#endif
