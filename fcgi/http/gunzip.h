/* Decompression of a request's body; zlib's one home in this program. */
#ifndef FCGI_HTTP_GUNZIP_H
#define FCGI_HTTP_GUNZIP_H

#include "common/buf.h"

/*
 * Appends what the gzip data (RFC 1952, one member) holds. ERR_TOO_LARGE as soon as that is more than `max`
 * bytes; ERR_MALFORMED if the data is no gzip, is cut short, or is followed by anything. On failure *out may
 * hold a part, never more than `max` bytes of it.
 */
enum err gunzip(const void *data, size_t len, size_t max, struct buf *out, struct reason *why) MUST_CHECK;

#endif
