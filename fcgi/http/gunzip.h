/* Decompression of a request's body; zlib's one home in this program. */
#ifndef FCGI_HTTP_GUNZIP_H
#define FCGI_HTTP_GUNZIP_H

#include "common/buf.h"

/*
 * Appends what the gzip data (RFC 1952, one member) holds. ERR_TOO_LARGE as soon as it is more than `max`
 * bytes; ERR_MALFORMED if it is no gzip, cut short, or followed by anything.
 */
enum err gunzip(const void *data, size_t len, size_t max, struct buf *out, struct reason *why) MUST_CHECK;

#endif
