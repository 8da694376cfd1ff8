/*
 * Layouts of plain log lines: a table of patterns and the small matcher for them. A new layout is a new row;
 * what a line without any of them means is for line.c to say.
 *
 * The order of the rows is the design. A line that people write may begin like one that a logger writes
 * ("Error opening a file"), so a row asks for as much as its loggers always write, rows that ask for more
 * stand first, and rows that ask for little accept only what prose hardly has: capitals, brackets, a fraction
 * of a second. Where a line could be either, it is better to show it whole than to take a word away from it.
 */
#include "reporter/logs/layout.h"

#include "common/limits.h"
#include "reporter/logs/scan.h"

#include <ctype.h>
#include <string.h>

/*
 * Fields begin with a percent sign, all else stands for itself, a blank for one or more. What follows is the
 * message.
 *
 *   %t  a time (timestamp.h), or one of day alone  ·  %s  as syslog daemons write it  ·  %f  with a fraction
 *   %z  a zone that the time did not take for one
 *   %l  a level in any case  ·  %L  in capitals  ·  %k  its first letter  ·  %p  syslog's digit
 *   %n  a logger's name  ·  %q  one that cannot be taken for prose: it has a dot, a slash, a colon or an
 *       underscore  ·  %m  that, or a word in small letters  ·  %c  one of Java's classes, or its method
 *   %d  a number that an entry has no field for  ·  %x  such a word; in brackets it may have blanks
 */
static const struct layout {
	const char *pattern;
	bool whole; /* the prefix stays in the message: it says more than time, level and logger */
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

/* A line on its way through the patterns. */
struct match {
	struct scan scan;
	struct line_prefix *prefix;
	/* The last place a time was looked for, and what was found: most patterns look at the same one. */
	const char *time_at;
	size_t time_len;
	struct timestamp time;
};

/* Where the literal that the pattern begins with ends in the text; NULL if the text is another. */
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

/* The length of the word before the literal `next`; 0 if that does not follow soon. */
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

/* How many of the next characters `belongs`, one of ctype.h's, takes. */
static size_t run_of(const struct scan *scan, int (*belongs)(int))
{
	size_t len = 0;

	while (scan->at + len < scan->end && belongs((unsigned char)scan->at[len]))
		len++;
	return len;
}

/* A time, or the zone behind a time that was taken. */
static size_t take_time(struct match *match, char field)
{
	const struct timestamp *time = &match->time;
	const char *at = match->scan.at;
	size_t left = scan_left(&match->scan);
	enum level level;

	if (field == 'z') {
		/* ERROR could be a zone's name. */
		if (level_parse(at, run_of(&match->scan, isalpha), &level) == ERR_NONE)
			return 0;
		return timestamp_match_zone(at, left, &match->prefix->time);
	}
	if (match->time_at != at) {
		match->time_at = at;
		match->time_len = timestamp_match(at, left, &match->time);
		if (match->time_len == 0)
			match->time_len = timestamp_match_time_of_day(at, left, &match->time);
	}
	if (match->time_len == 0 || (field == 'f' && !time->has_fraction))
		return 0;
	/* Syslog daemons write RFC 3164's time without a year, or RFC 5424's with a T and a zone. */
	if (field == 's' && (time->is_vague || (time->has_year && !(time->has_zone && at[10] == 'T'))))
		return 0;
	match->prefix->has_time = true;
	match->prefix->time = *time;
	return match->time_len;
}

static size_t take_level(struct match *match, char field)
{
	static const char LETTERS[LEVEL_COUNT] = {'D', 'I', 'W', 'E', 'F'};
	const struct scan *scan = &match->scan;
	enum level *level = &match->prefix->level;
	const char *letter;
	size_t len = 1;

	if (scan->at == scan->end)
		return 0;
	if (field == 'k') {
		letter = memchr(LETTERS, *scan->at, sizeof(LETTERS));
		if (!letter)
			return 0;
		*level = (enum level)(letter - LETTERS);
	} else if (field == 'p') {
		if (*scan->at < '0' || *scan->at > '7')
			return 0;
		*level = level_of_severity(*scan->at - '0');
	} else {
		len = run_of(scan, field == 'L' ? isupper : isalpha);
		if (level_parse(scan->at, len, level) != ERR_NONE)
			return 0;
	}
	match->prefix->has_level = true;
	return len;
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

/* Whether the name has a dot, a slash, a colon or an underscore: prose seldom does. */
static bool is_qualified(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (memchr("./:_", name[i], 4))
			return true;
	return false;
}

static size_t take_logger(struct match *match, char field, const char *next)
{
	const struct scan *scan = &match->scan;
	size_t len = word_before(scan, next), small = 0;
	bool fits = len > 0;

	if (field == 'q') {
		fits = is_qualified(scan->at, len);
	} else if (field == 'c') {
		fits = is_class(scan->at, len);
	} else if (field == 'm' && !is_qualified(scan->at, len)) {
		while (small < len &&
		       (islower((unsigned char)scan->at[small]) || isdigit((unsigned char)scan->at[small])))
			small++;
		fits = len > 0 && small == len && islower((unsigned char)*scan->at);
	}
	if (!fits)
		return 0;
	match->prefix->logger = scan->at;
	match->prefix->logger_len = len;
	return len;
}

/* The length of a field where the scan stands; 0 if it is not there. `next` is the literal behind it. */
static size_t take_field(struct match *match, char field, const char *next)
{
	switch (field) {
	case 't':
	case 's':
	case 'f':
	case 'z':
		return take_time(match, field);
	case 'l':
	case 'L':
	case 'k':
	case 'p':
		return take_level(match, field);
	case 'n':
	case 'q':
	case 'm':
	case 'c':
		return take_logger(match, field, next);
	case 'd':
		return run_of(&match->scan, isdigit);
	default:
		return word_before(&match->scan, next);
	}
}

/* Steps over what the pattern stands for, from the line's beginning. */
static bool matches(struct match *match, const char *pattern)
{
	struct scan *scan = &match->scan;

	while (*pattern) {
		if (*pattern == '%') {
			size_t len = take_field(match, pattern[1], pattern + 2);

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

bool layout_match(const char *line, size_t len, struct line_prefix *out)
{
	struct match match = {.scan = {line, line + len}, .prefix = out};

	for (size_t i = 0; i < sizeof(LAYOUTS) / sizeof(LAYOUTS[0]); i++) {
		const struct scan *scan = &match.scan;

		*out = (struct line_prefix){0};
		match.scan.at = line;
		if (!matches(&match, LAYOUTS[i].pattern))
			continue;
		/* A time of day alone stays in the message: an entry has no place for it. */
		if (out->time.is_vague && !out->has_level)
			continue;
		out->len = LAYOUTS[i].whole || scan->at == scan->end ? 0 : (size_t)(scan->at - line);
		return true;
	}
	return false;
}
