/* gzip (RFC 1952) for request bodies; zlib's only home in the reporter. */
#ifndef REPORTER_BASE_GZIP_H
#define REPORTER_BASE_GZIP_H

#include "common/buf.h"

#include <stdbool.h>

/*
 * Replaces *body by its gzip if that is worth it: if it has 4096 bytes or more and becomes shorter. Returns
 * whether it did; the caller then sends it with `Content-Encoding: gzip`. Otherwise *body is untouched.
 */
bool gzip_body(struct buf *body);

#endif
