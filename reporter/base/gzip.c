/*
 * Compresses request bodies, and knows nothing of what is in them. They are compressed fast rather than well:
 * JSON of log lines repeats itself so much that it shrinks to a tenth at zlib's lowest level, and the
 * reporter must not be seen in the machine's CPU time.
 */
#include "reporter/base/gzip.h"

#include <zlib.h>

enum {
	WORTH_IT = 4096,       /* a shorter body is a few packets either way */
	GZIP_WINDOW = 15 + 16, /* zlib.h, deflateInit2: 16 asks for gzip's header */
	MEMORY_LEVEL = 8       /* zlib's default */
};

bool gzip_body(struct buf *body)
{
	z_stream z = {0};
	struct buf packed = {0};
	int result;

	if (body->len < WORTH_IT ||
	    deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	buf_reserve(&packed, deflateBound(&z, body->len));
	z.next_in = (unsigned char *)body->data;
	z.avail_in = (unsigned)body->len;
	z.next_out = (unsigned char *)packed.data;
	z.avail_out = (unsigned)(packed.capacity - 1);
	result = deflate(&z, Z_FINISH); /* in one piece: deflateBound is room enough for any body */
	packed.len = z.total_out;
	deflateEnd(&z);
	if (result != Z_STREAM_END || packed.len >= body->len) {
		buf_free(&packed);
		return false;
	}
	packed.data[packed.len] = '\0'; /* as every buffer ends */
	buf_free(body);
	*body = packed;
	return true;
}
