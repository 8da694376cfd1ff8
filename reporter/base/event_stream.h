/*
 * The lines of a text/event-stream (WHATWG HTML, section 9.2.6) as they arrive, in pieces of any size.
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

/* `name` is "message" if the event did not say. */
typedef void (*event_fn)(void *user, const char *name, const char *data, size_t len);

/* A zeroed struct with its first two members set is ready. */
struct event_stream {
	event_fn event;
	void *user;
	struct buf line, name, data;
	bool after_cr;
};

/* Takes the next piece. Returns false if a line or an event is longer than 1 MiB. */
bool event_stream_feed(struct event_stream *stream, const char *piece, size_t len);

/* Forgets an unfinished event: the connection is another one now. */
void event_stream_reset(struct event_stream *stream);
void event_stream_free(struct event_stream *stream);

#endif
