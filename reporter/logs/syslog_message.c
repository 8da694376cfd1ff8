/*
 * Reads syslog messages. Knows the two RFCs and the habits of logger(1), rsyslog and Python's SysLogHandler;
 * does not know where messages come from nor where they go.
 */
#include "reporter/logs/syslog_message.h"

#include "reporter/logs/scan.h"
#include "reporter/logs/timestamp.h"

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

	if (!scan_char(&scan, '1') || !scan_char(&scan, ' '))
		return false;
	stamp = take_word(&scan);
	if (stamp.len && timestamp_match(stamp.text, stamp.len, &time) != stamp.len)
		return false;
	out->timestamp_ms = stamp.len ? timestamp_to_ms(&time, now_ms) : now_ms;
	take_word(&scan); /* the host: it is this one */
	out->app = take_word(&scan);
	take_word(&scan); /* process id */
	take_word(&scan); /* message id */
	if (!skip_structured_data(&scan))
		return false;
	scan_char(&scan, ' ');
	if (scan_left(&scan) >= strlen(BYTE_ORDER_MARK) &&
	    memcmp(scan.at, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
		scan.at += strlen(BYTE_ORDER_MARK);
	out->text = (struct syslog_text){scan.at, scan_left(&scan)};
	return true;
}

/* `tag:`, `tag[pid]:` or `tag[pid]` and a blank; true if there is one, which is passed over. */
static bool take_tag(struct scan *scan, struct syslog_text *tag)
{
	struct scan rest = *scan;
	const char *name_end;

	while (rest.at < rest.end && !memchr(" :[", *rest.at, 3) && rest.at - scan->at < TAG_MAX)
		rest.at++;
	name_end = rest.at;
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
