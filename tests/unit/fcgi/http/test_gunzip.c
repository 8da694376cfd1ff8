/* Bounded decompression. */
#include "fcgi/http/gunzip.h"
#include "tests/unit/cm.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define LIMIT (1024 * 1024)

/* `len` zero bytes as gzip. */
static struct buf zip(size_t len)
{
	unsigned char *plain = calloc(1, len + 1);
	z_stream stream = {.next_in = plain, .avail_in = (uInt)len};
	struct buf out = {0};

	assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
	buf_reserve(&out, deflateBound(&stream, len));
	stream.next_out = (unsigned char *)out.data;
	stream.avail_out = (uInt)deflateBound(&stream, len);
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	out.len = stream.total_out;
	deflateEnd(&stream);
	free(plain);
	return out;
}

static void what_was_zipped_comes_back(void **state)
{
	struct buf zipped = zip(100000), out = {0};
	struct reason why;

	(void)state;
	assert_int_equal(gunzip(zipped.data, zipped.len, LIMIT, &out, &why), ERR_NONE);
	assert_int_equal(out.len, 100000);
	buf_free(&zipped);
	buf_free(&out);
}

static void a_bomb_is_stopped_at_the_limit(void **state)
{
	struct buf zipped = zip((size_t)64 << 20), out = {0};
	struct reason why;

	(void)state;
	assert_true(zipped.len < 100000);
	assert_int_equal(gunzip(zipped.data, zipped.len, LIMIT, &out, &why), ERR_TOO_LARGE);
	assert_true(out.len <= LIMIT);
	buf_free(&zipped);
	buf_free(&out);
}

static void what_is_broken_is_refused(void **state)
{
	struct buf zipped = zip(1000), out = {0};
	struct reason why;

	(void)state;
	assert_int_equal(gunzip("{}", 2, LIMIT, &out, &why), ERR_MALFORMED);
	assert_int_equal(gunzip("", 0, LIMIT, &out, &why), ERR_MALFORMED);
	assert_int_equal(gunzip(zipped.data, zipped.len - 1, LIMIT, &out, &why), ERR_MALFORMED);
	buf_text(&zipped, "more");
	assert_int_equal(gunzip(zipped.data, zipped.len, LIMIT, &out, &why), ERR_MALFORMED);
	buf_free(&zipped);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_zipped_comes_back),
		cmocka_unit_test(a_bomb_is_stopped_at_the_limit),
		cmocka_unit_test(what_is_broken_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
