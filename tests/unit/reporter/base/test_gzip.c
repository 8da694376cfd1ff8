/* Which bodies are compressed, and that they stay what they are. */
#include "reporter/base/gzip.h"
#include "tests/unit/cm.h"

#include <zlib.h>

static void a_long_body_is_compressed_and_a_short_one_is_not(void **state)
{
	struct buf body = {0}, copy = {0};
	unsigned char plain[8192];
	z_stream z = {0};

	(void)state;
	buf_text(&body, "{\"short\":true}");
	assert_false(gzip_body(&body));
	assert_string_equal(body.data, "{\"short\":true}");
	while (body.len < 6000)
		buf_printf(&body, "{\"n\":%zu},", body.len);
	buf_append(&copy, body.data, body.len);
	assert_true(gzip_body(&body));
	assert_true(body.len < copy.len / 2);
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	z.next_in = (unsigned char *)body.data;
	z.avail_in = (unsigned)body.len;
	z.next_out = plain;
	z.avail_out = sizeof(plain);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, copy.len);
	assert_memory_equal(plain, copy.data, copy.len);
	inflateEnd(&z);
	buf_free(&body);
	buf_free(&copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_long_body_is_compressed_and_a_short_one_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
