/*
 * Reads the two envelopes and joins their parts. What stands in them is an ordinary line, which line.c reads.
 */
#include "reporter/logs/envelope.h"

#include "common/clock.h"
#include "reporter/logs/timestamp.h"

#include <string.h>

#define CRI_TIME_MIN 20 /* 2025-11-17T10:30:00Z */

static const char *const STREAMS[STREAM_COUNT] = {"stdout", "stderr"};

const char *stream_name(enum stream stream)
{
	return STREAMS[stream];
}

/* Whether `text` begins with a stream's name and a blank; *stream is which. */
static bool starts_with_stream(const char *text, size_t len, enum stream *stream)
{
	const size_t name_len = strlen(STREAMS[0]);

	for (int i = 0; i < STREAM_COUNT; i++) {
		if (len > name_len && text[name_len] == ' ' && memcmp(text, STREAMS[i], name_len) == 0) {
			*stream = (enum stream)i;
			return true;
		}
	}
	return false;
}

/* SAMPLE 2025-11-17T10:30:00.123456789Z stderr P the beginning of a long line */
bool envelope_read_cri(const char *line, size_t len, int64_t now_ms, struct envelope *out)
{
	const char *end = line + len, *at = memchr(line, ' ', len);
	struct envelope envelope = {0};
	struct timestamp time;
	int64_t ms;

	if (!at || at - line < CRI_TIME_MIN || line[10] != 'T')
		return false;
	if (!starts_with_stream(at + 1, (size_t)(end - at - 1), &envelope.stream))
		return false;
	if (timestamp_match(line, (size_t)(at - line), &time) != (size_t)(at - line))
		return false;
	at += 1 + strlen(STREAMS[0]) + 1;
	/* More tags may follow the first behind a colon. */
	if (at == end || (*at != 'F' && *at != 'P') || (at + 1 < end && at[1] != ' ' && at[1] != ':'))
		return false;
	envelope.partial = *at == 'P';
	at = memchr(at, ' ', (size_t)(end - at));
	at = at ? at + 1 : end;
	ms = timestamp_to_ms(&time, now_ms);
	envelope.timestamp_ms = timestamp_is_believed(ms, now_ms) ? ms : now_ms;
	envelope.text = at;
	envelope.len = (size_t)(end - at);
	*out = envelope;
	return true;
}

/* SAMPLE {"log":"a line\n","stream":"stdout","time":"2025-11-17T10:30:00.123456789Z"} */
bool envelope_read_docker(const struct json *object, int64_t now_ms, struct envelope *out)
{
	const char *text = json_text(json_get(object, "log"));
	const char *stream = json_text(json_get(object, "stream"));
	const char *time = json_text(json_get(object, "time"));
	struct envelope envelope = {.text = text};
	int64_t ms;

	if (!text || !stream || !time)
		return false;
	envelope.stream = strcmp(stream, STREAMS[STREAM_STDERR]) == 0 ? STREAM_STDERR : STREAM_STDOUT;
	if (strcmp(stream, STREAMS[envelope.stream]) != 0)
		return false;
	if (clock_parse_iso(time, strlen(time), &ms) != ERR_NONE || !timestamp_is_believed(ms, now_ms))
		ms = now_ms;
	envelope.timestamp_ms = ms;
	envelope.len = strlen(text);
	envelope.partial = envelope.len == 0 || text[envelope.len - 1] != '\n';
	while (envelope.len > 0 && (text[envelope.len - 1] == '\n' || text[envelope.len - 1] == '\r'))
		envelope.len--;
	*out = envelope;
	return true;
}

bool envelope_join(struct envelope_parts *parts, struct envelope *envelope, size_t max)
{
	struct buf *text = &parts->streams[envelope->stream].text;
	bool *open = &parts->streams[envelope->stream].open;
	size_t room;

	if (!*open)
		buf_clear(text);
	room = max - text->len;
	buf_append(text, envelope->text, envelope->len < room ? envelope->len : room);
	*open = envelope->partial;
	envelope->text = buf_string(text);
	envelope->len = text->len;
	return !envelope->partial;
}

bool envelope_is_open(const struct envelope_parts *parts)
{
	return parts->streams[STREAM_STDOUT].open || parts->streams[STREAM_STDERR].open;
}

bool envelope_flush(struct envelope_parts *parts, struct envelope *out)
{
	for (int i = 0; i < STREAM_COUNT; i++) {
		if (!parts->streams[i].open)
			continue;
		parts->streams[i].open = false;
		*out = (struct envelope){.stream = (enum stream)i,
					 .text = buf_string(&parts->streams[i].text),
					 .len = parts->streams[i].text.len};
		return true;
	}
	return false;
}

void envelope_parts_free(struct envelope_parts *parts)
{
	for (int i = 0; i < STREAM_COUNT; i++)
		buf_free(&parts->streams[i].text);
}
