/* What the uplink is made of: the event stream, back-off, gzip, the token's file. */
#include "common/mem.h"
#include "reporter/base/backoff.h"
#include "reporter/base/event_stream.h"
#include "reporter/base/gzip.h"
#include "reporter/config/credential.h"
#include "reporter/uplink/private.h"
#include "tests/unit/cm.h"
#include "tests/unit/reporter/folder.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

static void on_event(void *user, const char *name, const char *data, size_t len)
{
	struct buf *seen = user;

	assert_int_equal(strlen(data), len);
	buf_printf(seen, "%s=%s|", name, data);
}

static void events_are_the_same_in_pieces_of_any_size(void **state)
{
	static const char text[] = ": hello\n\nevent: command\ndata: {\"id\":1}\n\n"
				   "data: a\ndata: b\n\nevent:x\rdata:y\r\r: ping\r\n\r\nid: 7\ndata\n\n"
				   "event: lost\n\nevent: command\r\ndata: last\r\n\r\n"
				   "data: unfinished\n";
	static const char expected[] = "command={\"id\":1}|message=a\nb|x=y|message=|command=last|";

	(void)state;
	for (size_t size = 1; size <= sizeof(text); size++) {
		struct buf seen = {0};
		struct event_stream stream = {.event = on_event, .user = &seen};

		for (size_t at = 0; at < sizeof(text) - 1; at += size) {
			size_t left = sizeof(text) - 1 - at;

			assert_true(event_stream_feed(&stream, text + at, left < size ? left : size));
		}
		assert_string_equal(buf_string(&seen), expected);
		event_stream_free(&stream);
		buf_free(&seen);
	}
}

static void an_endless_line_ends_the_stream(void **state)
{
	struct buf seen = {0};
	struct event_stream stream = {.event = on_event, .user = &seen};
	char piece[4096];
	bool fine = true;

	(void)state;
	memset(piece, 'x', sizeof(piece));
	for (int i = 0; i < 300 && fine; i++)
		fine = event_stream_feed(&stream, piece, sizeof(piece));
	assert_false(fine);
	event_stream_free(&stream);
	buf_free(&seen);
}

static void waiting_doubles_up_to_its_bound_and_is_spread(void **state)
{
	struct backoff backoff = {.min_ms = 1000, .max_ms = 60000};
	int64_t ceiling = 1000;
	bool spread = false;

	(void)state;
	for (int i = 0; i < 20; i++) {
		int64_t delay = backoff_next(&backoff);

		assert_in_range(delay, ceiling / 2, ceiling);
		spread |= delay != ceiling / 2 && delay != ceiling;
		ceiling = ceiling * 2 > 60000 ? 60000 : ceiling * 2;
	}
	assert_true(spread);
	backoff_reset(&backoff);
	assert_in_range(backoff_next(&backoff), 500, 1000);
}

static void nobody_can_make_us_wait_for_ever(void **state)
{
	(void)state;
	assert_int_equal(uplink_retry_after_ms(-1), -1);
	assert_int_equal(uplink_retry_after_ms(0), 0);
	assert_int_equal(uplink_retry_after_ms(7), 7000);
	assert_int_equal(uplink_retry_after_ms(86400), 300000);
	assert_int_equal(uplink_retry_after_ms(INT64_MAX), 300000);
}

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

static void assert_no_token(struct folder *folder, const char *text, mode_t mode, const char *expected)
{
	const char *path = folder_write(folder, "token", text);
	struct buf token = {0};
	struct reason why;

	assert_int_equal(chmod(path, mode), 0);
	assert_int_not_equal(credential_read(path, &token, &why), ERR_NONE);
	assert_non_null(strstr(why.text, expected));
	assert_null(strstr(why.text, "secret"));
	assert_int_equal(token.len, 0);
}

static void only_a_token_that_is_kept_secret_is_taken(void **state)
{
	struct folder folder;
	struct buf token = {0};
	struct reason why;

	(void)state;
	folder_make(&folder);
	assert_int_equal(credential_read(folder_write(&folder, "token", " eyJh.b-c_.d\r\n"), &token, &why),
			 ERR_NONE);
	assert_string_equal(token.data, "eyJh.b-c_.d");
	buf_free(&token);
	assert_no_token(&folder, "secret", 0644, "can be read by others");
	assert_no_token(&folder, "secret", 0640, "can be read by others");
	assert_no_token(&folder, "", 0600, "holds no token");
	assert_no_token(&folder, "secret\r\nX-Evil: yes", 0600, "holds no token");
	assert_int_equal(credential_read(folder.path, &token, &why), ERR_INVALID);
	assert_int_equal(credential_read("/nowhere/token", &token, &why), ERR_SYSTEM);
	folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_are_the_same_in_pieces_of_any_size),
		cmocka_unit_test(an_endless_line_ends_the_stream),
		cmocka_unit_test(waiting_doubles_up_to_its_bound_and_is_spread),
		cmocka_unit_test(nobody_can_make_us_wait_for_ever),
		cmocka_unit_test(a_long_body_is_compressed_and_a_short_one_is_not),
		cmocka_unit_test(only_a_token_that_is_kept_secret_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
