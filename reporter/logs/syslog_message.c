/*
 * Reads syslog messages. Knows the two RFCs and the habits of logger(1), rsyslog and Python's SysLogHandler;
 * does not know where messages come from nor where they go.
 */
#include "reporter/logs/syslog_message.h"

#include "common/buf.h"
#include "common/level.h"
#include "reporter/logs/scan.h"
#include "reporter/logs/timestamp.h"

#include <ctype.h>
#include <string.h>

#define PRIORITY_MAX	  191
#define TAG_MAX		  128 /* RFC 3164 says 32, RFC 5424 says 48 for APP-NAME; unit names are longer */
#define TIME_TOLERANCE_MS 2000

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* The bytes before the next blank (or the end), which is passed over. Empty for `-`, RFC 5424's field without
 * value. */
static struct syslog_text take_word(struct scan *scan)
{
	const char *blank = memchr(scan->at, ' ', scan_left(scan));
	struct syslog_text word = {scan->at, blank ? (size_t)(blank - scan->at) : scan_left(scan)};

	scan->at = blank ? blank + 1 : scan->end;
	if (word.len == 1 && word.text[0] == '-')
		word.len = 0;
	return word;
}

/* SAMPLE <165> */
static enum err take_priority(struct scan *scan, int *severity)
{
	const char *digits;
	int priority = 0;

	if (!scan_char(scan, '<'))
		return ERR_MALFORMED;
	for (digits = scan->at; scan_is_digit(scan) && scan->at - digits < 3; scan->at++)
		priority = priority * 10 + (*scan->at - '0');
	if (scan->at == digits || priority > PRIORITY_MAX || !scan_char(scan, '>'))
		return ERR_MALFORMED;
	*severity = priority & 7;
	return ERR_NONE;
}

/*
 * STRUCTURED-DATA: `-`, or elements in brackets whose values are quoted and escape `"`, `\` and `]` by a
 * backslash. False if it never ends.
 */
static bool skip_structured_data(struct scan *scan)
{
	bool quoted = false;

	if (scan_left(scan) == 0)
		return false;
	if (scan_char(scan, '-'))
		return true;
	while (scan_char(scan, '[')) {
		for (; scan->at < scan->end && (quoted || *scan->at != ']'); scan->at++) {
			if (quoted && *scan->at == '\\' && scan_left(scan) > 1)
				scan->at++;
			else if (*scan->at == '"')
				quoted = !quoted;
		}
		if (!scan_char(scan, ']'))
			return false;
	}
	return true;
}

/* SAMPLE <165>1 2025-11-17T10:30:00.003Z host app 4711 ID47 [exampleSDID@32473 iut="3"] \xef\xbb\xbfmessage */
static bool read_5424(struct scan scan, int64_t now_ms, struct syslog_message *out)
{
	struct timestamp time;
	struct syslog_text stamp;
	const char *begin;

	if (!scan_char(&scan, '1') || !scan_char(&scan, ' '))
		return false;
	stamp = take_word(&scan);
	if (stamp.len && timestamp_match(stamp.text, stamp.len, &time) != stamp.len)
		return false;
	out->timestamp_ms = stamp.len ? timestamp_to_ms(&time, now_ms) : now_ms;
	take_word(&scan); /* the host: it is this one */
	out->app = take_word(&scan);
	take_word(&scan); /* process id */
	out->id = take_word(&scan);
	begin = scan.at;
	if (!skip_structured_data(&scan))
		return false;
	out->data = (struct syslog_text){begin, *begin == '[' ? (size_t)(scan.at - begin) : 0};
	scan_char(&scan, ' ');
	if (scan_left(&scan) >= strlen(BYTE_ORDER_MARK) &&
	    memcmp(scan.at, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
		scan.at += strlen(BYTE_ORDER_MARK);
	out->text = (struct syslog_text){scan.at, scan_left(&scan)};
	return true;
}

/* What names of programs and units are made of; JSON, quotes and sentences have other signs. */
static bool is_tag_char(char c)
{
	return isalnum((unsigned char)c) || (c & 0x80) || memchr("_-./@()+\\", c, 9);
}

/* `tag:`, `tag[pid]:` or `tag[pid]` and a blank; true if there is one, which is passed over. */
static bool take_tag(struct scan *scan, struct syslog_text *tag)
{
	struct scan rest = *scan;
	const char *name_end;
	enum level level;

	while (rest.at < rest.end && is_tag_char(*rest.at) && rest.at - scan->at < TAG_MAX)
		rest.at++;
	name_end = rest.at;
	/* `error: x` is a message that says its level. */
	if (level_parse(scan->at, (size_t)(name_end - scan->at), &level) == ERR_NONE)
		return false;
	if (name_end < rest.end && !memchr(" :[", *name_end, 3))
		return false;
	if (name_end == scan->at || name_end == rest.end || *name_end == ' ')
		return false;
	if (*name_end == '[') {
		rest.at = memchr(name_end, ']', scan_left(&rest));
		if (!rest.at || rest.at - name_end > TAG_MAX)
			return false;
		rest.at++;
	} else if (scan_left(&rest) > 1 && rest.at[1] != ' ') {
		return false; /* http://… is not a tag */
	}
	scan_char(&rest, ':');
	scan_char(&rest, ' ');
	*tag = (struct syslog_text){scan->at, (size_t)(name_end - scan->at)};
	*scan = rest;
	return true;
}

/*
 * What follows the priority is RFC 3164's, as far as it is there at all.
 *
 * SAMPLE <13>Nov 17 10:30:00 root: hello                        (logger -u)
 * SAMPLE <13>Nov 17 10:30:00 host app[4711]: hello              (rsyslog)
 * SAMPLE <13>2025-11-17T10:30:00.123456+00:00 host app: hello   (rsyslog's ForwardFormat)
 * SAMPLE <14>hello\0                                            (Python)
 */
static void read_3164(struct scan scan, int64_t now_ms, struct syslog_message *out)
{
	struct scan after_host;
	struct timestamp time;
	size_t stamp = timestamp_match(scan.at, scan_left(&scan), &time);

	out->timestamp_ms = now_ms;
	out->app = (struct syslog_text){scan.at, 0};
	if (stamp) {
		int64_t said_ms = timestamp_to_ms(&time, now_ms);
		int64_t off_ms = now_ms - said_ms;

		/* Whole seconds that agree with our clock say less than our clock does. */
		if (time.milliseconds || off_ms < -TIME_TOLERANCE_MS || off_ms > TIME_TOLERANCE_MS)
			out->timestamp_ms = said_ms;
		scan.at += stamp;
		scan_char(&scan, ' ');
	}
	/* Local programs leave the host out, so what looks like a tag is one, and only else a host. */
	after_host = scan;
	if (!take_tag(&scan, &out->app) && stamp) {
		take_word(&after_host);
		if (take_tag(&after_host, &out->app))
			scan = after_host;
	}
	out->text = (struct syslog_text){scan.at, scan_left(&scan)};
}

enum err syslog_message_read(const char *data, size_t len, int64_t now_ms, struct syslog_message *out)
{
	struct syslog_message message = {0};
	struct scan scan = {data, data + len};

	while (scan.end > scan.at && (scan.end[-1] == '\0' || scan.end[-1] == '\n'))
		scan.end--;
	if (take_priority(&scan, &message.severity) != ERR_NONE)
		return ERR_MALFORMED;
	if (!read_5424(scan, now_ms, &message))
		read_3164(scan, now_ms, &message);
	*out = message;
	return ERR_NONE;
}

size_t syslog_message_len(const char *data, size_t len)
{
	const char *end = data + len, *newline = data;
	int severity;

	if (len == 0 || *data != '<')
		return len;
	while ((newline = memchr(newline, '\n', (size_t)(end - newline)))) {
		struct scan next = {newline + 1, end};

		if (take_priority(&next, &severity) == ERR_NONE)
			return (size_t)(newline - data);
		newline++;
	}
	return len;
}

/* A parameter's value, whose opening quote was taken, into `value`. */
static void take_value(struct scan *scan, struct buf *value)
{
	buf_clear(value);
	while (scan->at < scan->end && *scan->at != '"') {
		if (*scan->at == '\\' && scan_left(scan) > 1 && memchr("\"\\]", scan->at[1], 3))
			scan->at++;
		buf_char(value, *scan->at++);
	}
	scan_char(scan, '"');
}

/* SAMPLE [exampleSDID@32473 iut="3" eventSource="App"][other@1 x="y"] */
void syslog_message_each_data(const struct syslog_message *message, syslog_data_fn give, void *user)
{
	struct scan scan = {message->data.text, message->data.text + message->data.len};
	struct buf value = {0};

	while (scan.at < scan.end && scan_char(&scan, '[')) {
		struct syslog_text id = {scan.at, 0};

		while (scan.at < scan.end && *scan.at != ' ' && *scan.at != ']')
			scan.at++;
		id.len = (size_t)(scan.at - id.text);
		while (scan_char(&scan, ' ')) {
			struct syslog_text name = {scan.at, 0};

			while (scan.at < scan.end && *scan.at != '=' && *scan.at != ']')
				scan.at++;
			name.len = (size_t)(scan.at - name.text);
			if (!scan_char(&scan, '=') || !scan_char(&scan, '"'))
				break;
			take_value(&scan, &value);
			give(user, id, name, buf_string(&value), value.len);
		}
		if (!scan_char(&scan, ']'))
			break;
	}
	buf_free(&value);
}
