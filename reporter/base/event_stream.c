/*
 * Cuts an event stream into events. It knows how an event is written, and no event's name. A line ends with
 * CR, LF or CRLF, and a piece may end between the two; so a CR ends the line at once, and an LF right after
 * it is skipped.
 */
#include "reporter/base/event_stream.h"

#include "common/limits.h"

#include <string.h>

/* The field's value if the line is that field, else NULL: what follows its colon and at most one blank. A
 * line without a colon is a field with an empty value. */
static const char *value_of(const char *line, const char *field)
{
	size_t len = strlen(field);

	if (strncmp(line, field, len) != 0 || (line[len] && line[len] != ':'))
		return NULL;
	line += len + (line[len] == ':');
	return line + (*line == ' ');
}

/* Takes the line that is complete now: an empty one ends the event, another one adds to it. */
static void end_line(struct event_stream *stream)
{
	const char *line = buf_string(&stream->line);
	const char *data = value_of(line, "data"), *name = value_of(line, "event");

	if (data) {
		buf_text(&stream->data, data);
		buf_char(&stream->data, '\n');
	} else if (name) {
		buf_clear(&stream->name);
		buf_text(&stream->name, name);
	} else if (!*line) {
		if (stream->data.len) { /* the specification drops events without data */
			buf_truncate(&stream->data, stream->data.len - 1); /* the last line's end */
			stream->event(stream->user, stream->name.len ? stream->name.data : "message",
				      buf_string(&stream->data), stream->data.len);
		}
		buf_clear(&stream->name);
		buf_clear(&stream->data);
	}
	buf_clear(&stream->line);
}

bool event_stream_feed(struct event_stream *stream, const char *piece, size_t len)
{
	const char *end = piece + len;

	while (piece < end) {
		const char *stop;

		if (stream->after_cr && *piece == '\n')
			piece++;
		stream->after_cr = false;
		for (stop = piece; stop < end && *stop != '\n' && *stop != '\r';)
			stop++;
		buf_append(&stream->line, piece, (size_t)(stop - piece));
		piece = stop;
		if (stream->line.len > LIMIT_BODY)
			return false;
		if (piece == end)
			break;
		stream->after_cr = *piece++ == '\r';
		end_line(stream);
		if (stream->data.len > LIMIT_BODY)
			return false;
	}
	return true;
}

void event_stream_reset(struct event_stream *stream)
{
	buf_clear(&stream->line);
	buf_clear(&stream->name);
	buf_clear(&stream->data);
	stream->after_cr = false;
}

void event_stream_free(struct event_stream *stream)
{
	buf_free(&stream->line);
	buf_free(&stream->name);
	buf_free(&stream->data);
}
