/* The stream gives the same events however it is cut into pieces. */
#include "reporter/base/event_stream.h"
#include "common/buf.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

static void on_event(void *user, const char *name, const char *data, size_t len)
{
	struct buf *events = user;

	buf_printf(events, "%s:%zu:", name, len);
	buf_append(events, data, len);
}

static void feed(struct buf *events, const char *text, size_t len, size_t piece_len)
{
	struct event_stream stream = {.event = on_event, .user = events};

	for (size_t i = 0; i < len; i += piece_len) {
		size_t rest = len - i;

		if (!event_stream_feed(&stream, text + i, rest < piece_len ? rest : piece_len))
			break;
	}
	event_stream_free(&stream);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	struct buf whole = {0}, pieces = {0};

	feed(&whole, (const char *)data, len, len ? len : 1);
	feed(&pieces, (const char *)data, len, 1);
	if (strcmp(buf_string(&whole), buf_string(&pieces)) != 0)
		abort();
	buf_free(&whole);
	buf_free(&pieces);
	return 0;
}
