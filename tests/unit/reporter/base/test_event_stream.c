/* Events out of a stream that comes in pieces. */
#include "reporter/base/event_stream.h"
#include "tests/unit/cm.h"

#include <string.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_are_the_same_in_pieces_of_any_size),
		cmocka_unit_test(an_endless_line_ends_the_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
