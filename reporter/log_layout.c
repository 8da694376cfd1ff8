/*
 * Layouts of plain log lines: a table of patterns and the small matcher for them. A new layout is a new row.
 * What a line without any of them means is for log_line to say.
 */
#include "reporter/log_layout.h"

#include "common/limits.h"

#include <ctype.h>
#include <string.h>

/*
 * Fields begin with a percent sign, all else stands for itself, a blank for one or more. What follows is the
 * message. %t a time (log_time.h)   %s a time as syslog daemons write it %l a level in any case   %L a level
 * in capitals %n a logger's name       %q one that cannot be taken for prose: it has a dot, a slash, a colon
 * or an underscore %x a word we have no field for; between brackets it may have blanks The more telling
 * patterns stand first.
 */
static const struct layout {
	const char *pattern;
	bool whole; /* the head stays in the message: it says more than time, level and logger */
} LAYOUTS[] = {
	/* SAMPLE 2025-11-17 10:30:00,123 - Service.app - ERROR - cannot open        (Python's usual format) */
	{"%t - %n - %l - ", false},
	{"%t - %l - ", false},
	/* SAMPLE 2025-11-17 10:30:00.123 [main] ERROR com.example.App - cannot open (Logback, Log4j) */
	{"%t [%x] %l %n - ", false},
	/* SAMPLE 2025-11-17T10:30:00.123Z  INFO 4711 --- [main] c.e.App  : started  (Spring Boot) */
	{"%t %l %x --- [%x] %n : ", false},
	/* SAMPLE 2025-11-17 10:30:00.123 | ERROR    | app.views:open:12 - no file   (Loguru) */
	{"%t | %l | %n - ", false},
	/* SAMPLE [2025-11-17T10:30:00.123456+00:00] app.ERROR: cannot open          (Monolog) */
	{"[%t] %n.%l: ", false},
	/* SAMPLE [Mon Nov 17 10:30:00.123456 2025] [core:error] [pid 31] no file     (Apache) */
	{"[%t] [%n:%l] ", false},
	/* SAMPLE [2025-11-17 10:30:00,123: ERROR/MainProcess] task failed           (Celery) */
	{"[%t: %l/%n] ", false},
	/* SAMPLE 2025-11-17 10:30:00.123 UTC [4711] ERROR:  relation does not exist (PostgreSQL) */
	{"%t [%x] %l: ", false},
	/* SAMPLE 2025-11-17 10:30:00,123 [ERROR] Service.app: cannot open */
	{"%t [%l] %q: ", false},
	/* SAMPLE 2025/11/17 10:30:00 [error] 31#31: *1 open() failed                (nginx) */
	{"%t [%l] ", false},
	{"[%t] [%l] ", false},
	{"[%t] %l: ", false},
	{"[%t] %L ", false},
	/* SAMPLE 2025-11-17 10:30:00,123 ERROR [org.example.App] cannot open        (JBoss) */
	{"%t %l [%q] ", false},
	/* SAMPLE 2025-11-17T10:30:00.123Z ERROR app::store: cannot open             (tracing) */
	{"%t %l %q: ", false},
	{"%t %l: ", false},
	{"%t: %l: ", false},
	{"%t %L ", false},
	/* SAMPLE Nov 17 10:30:00 host app[4711]: cannot open                        (syslog files) */
	{"%s %x %n[%x]: ", false},
	{"%s %x %n: ", false},
	/* SAMPLE 192.0.2.1 - - [17/Nov/2025:10:30:00 +0000] "GET / HTTP/1.1" 200 612  (access logs) */
	{"%x %x %x [%t] ", true},
	/* SAMPLE 4711:M 17 Nov 2025 10:30:00.123 * Ready to accept connections      (Redis) */
	{"%x:%x %t ", false},
	/* SAMPLE ERROR:Service.app:cannot open                                      (Python's basicConfig) */
	{"%L:%n:", false},
	{"[%l] ", false},
	{"%l: ", false},
	{"%L ", false},
	{"[%t] ", false},
	{"%t ", false},
};

struct scan {
	const char *at, *end;
	struct log_head *head;
	/* The last place a time was looked for: most patterns look at the same one. */
	const char *time_at;
	size_t time_len;
	struct log_time time;
};

/* The literal part of a pattern up to its next field. NULL if the text at `at` differs, else where it ends.
 */
static const char *after_literal(const char *pattern, const char *at, const char *end)
{
	for (; *pattern && *pattern != '%'; pattern++) {
		if (*pattern != ' ') {
			if (at == end || *at != *pattern)
				return NULL;
			at++;
			continue;
		}
		if (at < end && *at != ' ')
			return NULL;
		while (at < end && *at == ' ')
			at++;
	}
	return at;
}

/* The text up to where the literal `next` begins; empty if it is not there soon. */
static size_t word_before(const struct scan *scan, const char *next)
{
	bool blanks = *next == ']';

	for (const char *p = scan->at; p < scan->end && p - scan->at <= LIMIT_NAME; p++) {
		if (*p == *next && after_literal(next, p, scan->end))
			return (size_t)(p - scan->at);
		if (*p == ' ' && !blanks)
			break;
	}
	return 0;
}

static size_t take_time(struct scan *scan, bool syslog)
{
	if (scan->time_at != scan->at) {
		scan->time_at = scan->at;
		scan->time_len = log_time_match(scan->at, (size_t)(scan->end - scan->at), &scan->time);
	}
	if (syslog && scan->time.has_year && !(scan->time.has_zone && scan->at[10] == 'T'))
		return 0;
	scan->head->has_time = true;
	scan->head->time = scan->time;
	return scan->time_len;
}

static size_t take_level(struct scan *scan, bool capitals)
{
	size_t len = 0;

	while (scan->at + len < scan->end && isalpha((unsigned char)scan->at[len])) {
		if (capitals && !isupper((unsigned char)scan->at[len]))
			return 0;
		len++;
	}
	if (level_parse(scan->at, len, &scan->head->level) != ERR_NONE)
		return 0;
	scan->head->has_level = true;
	return len;
}

static bool is_qualified(const char *name, size_t len)
{
	return memchr(name, '.', len) || memchr(name, '/', len) || memchr(name, ':', len) ||
	       memchr(name, '_', len);
}

static size_t take_logger(struct scan *scan, const char *next, bool qualified)
{
	size_t len = word_before(scan, next);

	if (qualified && !is_qualified(scan->at, len))
		return 0;
	scan->head->logger = scan->at;
	scan->head->logger_len = len;
	return len;
}

/* The length of a field at the scan's place, 0 if it is not there. */
static size_t take_field(struct scan *scan, char field, const char *next)
{
	switch (field) {
	case 't':
	case 's':
		return take_time(scan, field == 's');
	case 'l':
	case 'L':
		return take_level(scan, field == 'L');
	case 'n':
	case 'q':
		return take_logger(scan, next, field == 'q');
	default:
		return word_before(scan, next);
	}
}

static bool matches(struct scan *scan, const char *pattern)
{
	while (*pattern) {
		if (*pattern == '%') {
			size_t len = take_field(scan, pattern[1], pattern + 2);

			if (len == 0)
				return false;
			scan->at += len;
			pattern += 2;
		} else {
			scan->at = after_literal(pattern, scan->at, scan->end);
			if (!scan->at)
				return false;
			while (*pattern && *pattern != '%')
				pattern++;
		}
	}
	return true;
}

bool log_layout_match(const char *line, size_t len, struct log_head *out)
{
	struct scan scan = {.end = line + len, .head = out};

	for (size_t i = 0; i < sizeof(LAYOUTS) / sizeof(LAYOUTS[0]); i++) {
		*out = (struct log_head){0};
		scan.at = line;
		if (matches(&scan, LAYOUTS[i].pattern)) {
			out->len = LAYOUTS[i].whole ? 0 : (size_t)(scan.at - line);
			return true;
		}
	}
	return false;
}
