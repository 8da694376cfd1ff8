/* gzip (RFC 1952) for request bodies; zlib's only home in the reporter. */
#ifndef REPORTER_BASE_GZIP_H
#define REPORTER_BASE_GZIP_H

#include "common/buf.h"

#include <stdbool.h>

/* Replaces *body by its gzip if that is worth it: it is long, and becomes shorter. Says whether it did. */
bool gzip_body(struct buf *body);

#endif
