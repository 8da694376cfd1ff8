/* Cuts an event stream into events. Which events there are is not known here. */
#include "reporter/base/event_stream.h"

#include "common/limits.h"

#include <string.h>

static void dispatch(struct event_stream *stream)
{
	if (stream->data.len) {
		buf_truncate(&stream->data, stream->data.len - 1); /* the last line's end */
		stream->event(stream->user, stream->name.len ? stream->name.data : "message",
			      buf_string(&stream->data), stream->data.len);
	}
	buf_clear(&stream->name);
	buf_clear(&stream->data);
}

/* The field's value if the line is that field: behind its colon and one blank. */
static const char *value_of(const char *line, const char *field)
{
	size_t len = strlen(field);

	if (strncmp(line, field, len) != 0 || (line[len] && line[len] != ':'))
		return NULL;
	line += len + (line[len] == ':');
	return line + (*line == ' ');
}

static bool end_line(struct event_stream *stream)
{
	const char *line = buf_string(&stream->line), *value;

	if (!*line) {
		dispatch(stream);
	} else if ((value = value_of(line, "data"))) {
		buf_text(&stream->data, value);
		buf_char(&stream->data, '\n');
	} else if ((value = value_of(line, "event"))) {
		buf_clear(&stream->name);
		buf_text(&stream->name, value);
	}
	buf_clear(&stream->line);
	return stream->data.len <= LIMIT_BODY;
}

bool event_stream_feed(struct event_stream *stream, const char *piece, size_t len)
{
	const char *end = piece + len;

	while (piece < end) {
		size_t part;

		if (stream->after_cr && *piece == '\n')
			piece++;
		stream->after_cr = false;
		for (part = 0; piece + part < end && piece[part] != '\n' && piece[part] != '\r';)
			part++;
		buf_append(&stream->line, piece, part);
		piece += part;
		if (stream->line.len > LIMIT_BODY)
			return false;
		if (piece < end) {
			stream->after_cr = *piece++ == '\r';
			if (!end_line(stream))
				return false;
		}
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
