/*
 * Layouts of plain log lines: a table of patterns and the small matcher for them. A new layout is a new row.
 * What a line without any of them means is for log_line to say.
 */
#include "reporter/logs/layout.h"

#include "common/limits.h"

#include <ctype.h>
#include <string.h>

/*
 * Fields begin with a percent sign, all else stands for itself, a blank for one or more. What follows is the
 * message. The more telling patterns stand first.
 *
 *   %t  a time (log_time.h), or one of day alone  ·  %s  as syslog daemons write it  ·  %f  with a fraction
 *   %z  a zone that the time did not take for one
 *   %l  a level in any case  ·  %L  in capitals  ·  %k  its first letter  ·  %p  syslog's digit
 *   %n  a logger's name  ·  %q  one that cannot be taken for prose: it has a dot, a slash, a colon or an
 *       underscore  ·  %m  that, or a word in small letters  ·  %c  one of Java's classes, or its method
 *   %d  a number we have no field for  ·  %x  a word that we have none for; in brackets it may have blanks
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
	/* SAMPLE 10:30:00.123 [main] ERROR com.example.App -- cannot open            (Logback 1.3) */
	{"%t [%x] %l %n -- ", false},
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
	{"%t [%x] %x@%x %L: ", false},
	{"%t %z [%x] %L: ", false},
	{"%t %z [%x] %x@%x %L: ", false},
	/* SAMPLE 2025-11-17 10:30:00,123 [ERROR] Service.app: cannot open */
	{"%t [%l] %q: ", false},
	/* SAMPLE 2025/11/17 10:30:00 [error] 31#31: *1 open() failed                (nginx) */
	{"%t [%l] ", false},
	{"[%t] [%l] ", false},
	/* SAMPLE [2025-11-17 10:30:00 +0000] [4711] [ERROR] worker failed           (gunicorn) */
	{"[%t] [%x] [%l] ", false},
	/* SAMPLE 2025-11-17 10:30:00 0 [ERROR] InnoDB: cannot open                  (MariaDB, MySQL) */
	{"%t %d [%l] ", false},
	{"[%t] %l: ", false},
	{"[%t] %L ", false},
	/* SAMPLE 2025-11-17 10:30:00,123 ERROR [org.example.App] cannot open        (JBoss) */
	{"%t %l [%q] ", false},
	/* SAMPLE 17-Nov-2025 10:30:00.123 SEVERE [main] org.example.App.open failed (Tomcat) */
	{"%t %L [%x] %c ", false},
	/* SAMPLE 2025-11-17T10:30:00.123Z ERROR app::store: cannot open             (tracing) */
	{"%t %l %q: ", false},
	{"%t %l: ", false},
	{"%t: %l: ", false},
	{"%t %L ", false},
	/* SAMPLE 2025-11-17 10:30:00,123 app ERROR cannot open                      (Python) */
	{"%f %m %L: ", false},
	{"%f %m %L ", false},
	/* SAMPLE 2025-11-17 10:30:00,123:ERROR:app:cannot open                      (Python) */
	{"%t:%L:%n:", false},
	{"%t:%n:%L:", false},
	{"%t:%L:", false},
	/* SAMPLE E1117 10:30:00.123456    4711 main.go:12] cannot open              (klog) */
	{"%k%t %d %n] ", false},
	/* SAMPLE E, [2025-11-17T10:30:00.123456 #4711] ERROR -- app: cannot open    (Ruby) */
	{"%k, [%t #%d] %l -- : ", false},
	{"%k, [%t #%d] %l -- %n: ", false},
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
	/* SAMPLE <3>cannot open                                                     (sd-daemon(3)) */
	{"<%p>", false},
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

static size_t take_time(struct scan *scan, char field)
{
	size_t left = (size_t)(scan->end - scan->at);

	if (scan->time_at != scan->at) {
		scan->time_at = scan->at;
		scan->time_len = log_time_match(scan->at, left, &scan->time);
		if (scan->time_len == 0)
			scan->time_len = log_time_of_day(scan->at, left, &scan->time);
	}
	if (scan->time_len == 0 || (field == 'f' && !scan->time.has_fraction))
		return 0;
	if (field == 's' &&
	    (scan->time.is_vague || (scan->time.has_year && !(scan->time.has_zone && scan->at[10] == 'T'))))
		return 0;
	scan->head->has_time = true;
	scan->head->time = scan->time;
	return scan->time_len;
}

static size_t word_len(const struct scan *scan, int (*belongs)(int))
{
	size_t len = 0;

	while (scan->at + len < scan->end && belongs((unsigned char)scan->at[len]))
		len++;
	return len;
}

static size_t take_zone(struct scan *scan)
{
	enum level level;

	if (level_parse(scan->at, word_len(scan, isalpha), &level) == ERR_NONE)
		return 0;
	return log_time_zone(scan->at, (size_t)(scan->end - scan->at), &scan->head->time);
}

static size_t take_level(struct scan *scan, bool capitals)
{
	size_t len = word_len(scan, capitals ? isupper : isalpha);

	if (level_parse(scan->at, len, &scan->head->level) != ERR_NONE)
		return 0;
	scan->head->has_level = true;
	return len;
}

static size_t take_level_letter(struct scan *scan)
{
	static const char LETTERS[LEVEL_COUNT] = {'D', 'I', 'W', 'E', 'F'};
	const char *letter = scan->at < scan->end ? memchr(LETTERS, *scan->at, sizeof(LETTERS)) : NULL;

	if (!letter)
		return 0;
	scan->head->level = (enum level)(letter - LETTERS);
	scan->head->has_level = true;
	return 1;
}

static size_t take_severity(struct scan *scan)
{
	if (scan->at == scan->end || *scan->at < '0' || *scan->at > '7')
		return 0;
	scan->head->level = level_of_severity(*scan->at - '0');
	scan->head->has_level = true;
	return 1;
}

static bool is_any(const char *name, size_t len)
{
	(void)name;
	return len > 0;
}

static bool is_qualified(const char *name, size_t len)
{
	return memchr(name, '.', len) || memchr(name, '/', len) || memchr(name, ':', len) ||
	       memchr(name, '_', len);
}

static bool is_module(const char *name, size_t len)
{
	size_t small = 0;

	while (small < len && (islower((unsigned char)name[small]) || isdigit((unsigned char)name[small])))
		small++;
	return is_qualified(name, len) || (small == len && len > 0 && islower((unsigned char)*name));
}

/* A package in small letters, then a class, which has a capital. */
static bool is_class(const char *name, size_t len)
{
	bool found = false;

	if (len == 0 || !islower((unsigned char)*name))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!isalnum((unsigned char)name[i]) && !memchr("._$<>", name[i], 5))
			return false;
		found |= i > 0 && name[i - 1] == '.' && isupper((unsigned char)name[i]);
	}
	return found;
}

static size_t take_logger(struct scan *scan, const char *next, bool (*fits)(const char *, size_t))
{
	size_t len = word_before(scan, next);

	if (!fits(scan->at, len))
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
	case 'f':
		return take_time(scan, field);
	case 'z':
		return take_zone(scan);
	case 'l':
	case 'L':
		return take_level(scan, field == 'L');
	case 'k':
		return take_level_letter(scan);
	case 'p':
		return take_severity(scan);
	case 'n':
		return take_logger(scan, next, is_any);
	case 'q':
		return take_logger(scan, next, is_qualified);
	case 'm':
		return take_logger(scan, next, is_module);
	case 'c':
		return take_logger(scan, next, is_class);
	case 'd':
		return word_len(scan, isdigit);
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

/* A time of day stays in the message unless it stands before a level: the entry has no place for it. */
static bool says_something(const struct log_head *head)
{
	return head->has_level || !head->time.is_vague;
}

bool log_layout_match(const char *line, size_t len, struct log_head *out)
{
	struct scan scan = {.end = line + len, .head = out};

	for (size_t i = 0; i < sizeof(LAYOUTS) / sizeof(LAYOUTS[0]); i++) {
		*out = (struct log_head){0};
		scan.at = line;
		if (matches(&scan, LAYOUTS[i].pattern) && says_something(out)) {
			out->len = LAYOUTS[i].whole || scan.at == scan.end ? 0 : (size_t)(scan.at - line);
			return true;
		}
	}
	return false;
}
