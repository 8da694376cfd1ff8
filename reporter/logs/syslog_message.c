/*
 * Reading of syslog messages. Knows the two RFCs and the habits of logger(1), rsyslog and Python's
 * SysLogHandler; does not know where messages come from nor where they go.
 */
#include "reporter/logs/syslog_message.h"

#include "reporter/logs/timestamp.h"

#include <ctype.h>
#include <string.h>

#define PRIORITY_MAX	  191
#define TAG_MAX		  128 /* RFC 3164 says 32, RFC 5424 says 48 for APP-NAME; unit names are longer */
#define TIME_TOLERANCE_MS 2000

struct cursor {
	const char *at, *end;
};

static size_t left(const struct cursor *c)
{
	return (size_t)(c->end - c->at);
}

/* The bytes before the next blank (or the end), which is passed over. */
static struct syslog_text take_word(struct cursor *c)
{
	const char *blank = memchr(c->at, ' ', left(c));
	struct syslog_text word = {c->at, blank ? (size_t)(blank - c->at) : left(c)};

	c->at = blank ? blank + 1 : c->end;
	return word;
}

/* RFC 5424 writes `-` for a field that is not there. */
static struct syslog_text nil_or(struct syslog_text word)
{
	if (word.len == 1 && word.text[0] == '-')
		word.len = 0;
	return word;
}

static enum err take_priority(struct cursor *c, int *severity)
{
	int priority = 0;
	size_t digits = 0;

	if (left(c) < 3 || *c->at != '<')
		return ERR_MALFORMED;
	for (c->at++; c->at < c->end && isdigit((unsigned char)*c->at) && digits < 3; c->at++, digits++)
		priority = priority * 10 + (*c->at - '0');
	if (digits == 0 || priority > PRIORITY_MAX || c->at == c->end || *c->at != '>')
		return ERR_MALFORMED;
	c->at++;
	*severity = priority & 7;
	return ERR_NONE;
}

/*
 * STRUCTURED-DATA: `-` or elements in brackets whose values are quoted and escape `"`, `\` and `]` by a
 * backslash. False if it never ends.
 */
static bool skip_structured_data(struct cursor *c)
{
	bool quoted = false;

	if (c->at < c->end && *c->at == '-') {
		c->at++;
		return true;
	}
	while (c->at < c->end && *c->at == '[') {
		for (c->at++; c->at < c->end && (quoted || *c->at != ']'); c->at++) {
			if (quoted && *c->at == '\\' && left(c) > 1)
				c->at++;
			else if (*c->at == '"')
				quoted = !quoted;
		}
		if (c->at == c->end)
			return false;
		c->at++;
	}
	return true;
}

/* SAMPLE <165>1 2025-11-17T10:30:00.003Z host app 4711 ID47 [exampleSDID@32473 iut="3"] \xef\xbb\xbfmessage */
static bool read_5424(struct cursor c, int64_t now_ms, struct syslog_message *out)
{
	struct log_time time;
	struct syslog_text stamp;

	if (left(&c) < 2 || c.at[0] != '1' || c.at[1] != ' ')
		return false;
	c.at += 2;
	stamp = nil_or(take_word(&c));
	if (stamp.len && log_time_match(stamp.text, stamp.len, &time) != stamp.len)
		return false;
	out->timestamp_ms = stamp.len ? log_time_ms(&time, now_ms) : now_ms;
	take_word(&c); /* the host: it is this one */
	out->app = nil_or(take_word(&c));
	take_word(&c); /* process id */
	take_word(&c); /* message id */
	if (!skip_structured_data(&c))
		return false;
	if (c.at < c.end && *c.at == ' ')
		c.at++;
	if (left(&c) >= 3 && memcmp(c.at, "\xef\xbb\xbf", 3) == 0)
		c.at += 3;
	out->text = (struct syslog_text){c.at, left(&c)};
	return true;
}

/* `tag:`, `tag[pid]:` or `tag[pid]` and a blank; true if there is one, which is passed over. */
static bool take_tag(struct cursor *c, struct syslog_text *tag)
{
	const char *at = c->at, *name_end;

	while (at < c->end && *at != ' ' && *at != ':' && *at != '[' && at - c->at < TAG_MAX)
		at++;
	name_end = at;
	if (at == c->at || at == c->end || *at == ' ')
		return false;
	if (*at == '[') {
		at = memchr(at, ']', (size_t)(c->end - at));
		if (!at || at - name_end > TAG_MAX)
			return false;
		at++;
	} else if (at + 1 < c->end && at[1] != ' ') {
		return false; /* http://… is not a tag */
	}
	if (at < c->end && *at == ':')
		at++;
	if (at < c->end && *at == ' ')
		at++;
	*tag = (struct syslog_text){c->at, (size_t)(name_end - c->at)};
	c->at = at;
	return true;
}

/*
 * SAMPLE <13>Nov 17 10:30:00 root: hello                        (logger -u)
 * SAMPLE <13>Nov 17 10:30:00 host app[4711]: hello              (rsyslog)
 * SAMPLE <13>2025-11-17T10:30:00.123456+00:00 host app: hello   (rsyslog's ForwardFormat)
 * SAMPLE <14>hello\0                                            (Python)
 */
static void read_3164(struct cursor c, int64_t now_ms, struct syslog_message *out)
{
	struct cursor after_host;
	struct log_time time;
	size_t stamp = log_time_match(c.at, left(&c), &time);

	out->timestamp_ms = now_ms;
	out->app = (struct syslog_text){c.at, 0};
	if (stamp) {
		int64_t said_ms = log_time_ms(&time, now_ms);
		int64_t off_ms = now_ms - said_ms;

		if (time.milliseconds || off_ms < -TIME_TOLERANCE_MS || off_ms > TIME_TOLERANCE_MS)
			out->timestamp_ms = said_ms;
		c.at += stamp;
		if (c.at < c.end && *c.at == ' ')
			c.at++;
	}
	after_host = c;
	if (!take_tag(&c, &out->app) && stamp) {
		take_word(&after_host);
		if (take_tag(&after_host, &out->app))
			c = after_host;
	}
	out->text = (struct syslog_text){c.at, left(&c)};
}

enum err syslog_message_read(const char *data, size_t len, int64_t now_ms, struct syslog_message *out)
{
	struct syslog_message message = {0};
	struct cursor c = {data, data + len};

	while (c.end > c.at && (c.end[-1] == '\0' || c.end[-1] == '\n'))
		c.end--;
	if (take_priority(&c, &message.severity))
		return ERR_MALFORMED;
	if (!read_5424(c, now_ms, &message))
		read_3164(c, now_ms, &message);
	*out = message;
	return ERR_NONE;
}
