/*
 * Bounded decompression. A gzip bomb of a kilobyte unpacks to a gigabyte, so the unpacked length is counted
 * chunk by chunk, and a bomb costs no more memory than the limit.
 */
#include "fcgi/http/gunzip.h"

#include <zlib.h>

#define GZIP_WINDOW (MAX_WBITS + 16) /* zlib.h: gzip's header and trailer, and nothing else */
#define CHUNK_SIZE  16384

static enum err inflate_all(z_stream *stream, size_t max, struct buf *out, struct reason *why)
{
	unsigned char chunk[CHUNK_SIZE];
	size_t total = 0;
	int state;

	do {
		size_t len;

		/* cppcheck-suppress autoVariables ; nobody reads it once this returns */
		stream->next_out = chunk;
		stream->avail_out = sizeof(chunk);
		state = inflate(stream, Z_NO_FLUSH);
		if (state != Z_OK && state != Z_STREAM_END)
			return reason_set(why, ERR_MALFORMED, "the body is not complete and valid gzip data");
		len = sizeof(chunk) - stream->avail_out;
		total += len;
		if (total > max)
			return reason_set(why, ERR_TOO_LARGE, "the body is larger than %zu bytes unpacked",
					  max);
		buf_append(out, chunk, len);
	} while (state != Z_STREAM_END);
	if (stream->avail_in)
		return reason_set(why, ERR_MALFORMED, "something follows the body's gzip data");
	return ERR_NONE;
}

enum err gunzip(const void *data, size_t len, size_t max, struct buf *out, struct reason *why)
{
	/* zlib only reads from next_in but asks for a pointer that could be written through. */
	union {
		const void *read;
		unsigned char *zlib;
	} input = {.read = data};
	z_stream stream = {.next_in = input.zlib, .avail_in = (uInt)len};
	enum err err;

	if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
		return reason_set(why, ERR_INTERNAL, "zlib cannot start");
	err = inflate_all(&stream, max, out, why);
	(void)inflateEnd(&stream);
	return err;
}
