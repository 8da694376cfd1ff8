/*
 * A text/event-stream (WHATWG HTML, section 9.2.6) cut into events as it arrives, in pieces of any size. The
 * fields `id` and `retry` are ignored: commands have ids of their own, and our back-off is our own.
 *
 * SAMPLE
 *     : comment, every 15 s
 *
 *     event: command
 *     data: {"id":"…"}
 *
 */
#ifndef REPORTER_BASE_EVENT_STREAM_H
#define REPORTER_BASE_EVENT_STREAM_H

#include "common/buf.h"

#include <stdbool.h>

/* An event with at least one `data` field. `name` is "message" if the event has no `event` field; `data` is
 * its `data` fields, one a line, and ends with a NUL that `len` does not count. Both are valid during the
 * call. */
typedef void (*event_fn)(void *user, const char *name, const char *data, size_t len);

/* A zeroed struct with its first two members set is ready. */
struct event_stream {
	event_fn event;
	void *user;
	struct buf line;       /* the one that has not ended yet */
	struct buf name, data; /* of the event that has not ended yet */
	bool after_cr;	       /* the last byte was a CR: an LF now belongs to it */
};

/* Takes the next piece and calls `event` for each event that it completes. Returns false, and is of no more
 * use until it is reset, if a line or an event is longer than LIMIT_BODY. */
bool event_stream_feed(struct event_stream *stream, const char *piece, size_t len);

/* Forgets an unfinished event, because what follows comes by another connection. */
void event_stream_reset(struct event_stream *stream);

/* Frees what the struct holds; the struct itself is the caller's. */
void event_stream_free(struct event_stream *stream);

#endif
