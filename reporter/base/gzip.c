/* Bodies are compressed fast rather than well: repetitive JSON shrinks to a tenth at the lowest level. */
#include "reporter/base/gzip.h"

#include <zlib.h>

enum {
	WORTH_IT = 4096,       /* a shorter one is a few packets either way */
	GZIP_WINDOW = 15 + 16, /* zlib.h, deflateInit2: 16 asks for gzip's header */
	MEMORY_LEVEL = 8
};

static bool deflate_whole(z_stream *z, struct buf *out)
{
	out->len = 0;
	buf_reserve(out, deflateBound(z, z->avail_in));
	z->next_out = (unsigned char *)out->data;
	z->avail_out = (unsigned)(out->capacity - 1);
	if (deflate(z, Z_FINISH) != Z_STREAM_END)
		return false;
	out->len = z->total_out;
	return true;
}

bool gzip_body(struct buf *body)
{
	z_stream z = {0};
	struct buf packed = {0};
	bool done;

	if (body->len < WORTH_IT ||
	    deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	z.next_in = (unsigned char *)body->data;
	z.avail_in = (unsigned)body->len;
	done = deflate_whole(&z, &packed) && packed.len < body->len;
	deflateEnd(&z);
	if (!done) {
		buf_free(&packed);
		return false;
	}
	buf_free(body);
	*body = packed;
	return true;
}
