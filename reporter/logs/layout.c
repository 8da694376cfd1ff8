/*
 * The matcher of patterns for the layouts of plain log lines, which are the table in layouts.c. What a line
 * without any of them means is for line.c to say.
 */
#include "reporter/logs/layout.h"

#include "common/limits.h"
#include "reporter/logs/head.h"
#include "reporter/logs/layouts.h"
#include "reporter/logs/scan.h"

#include <ctype.h>
#include <string.h>

/* A line on its way through the patterns. */
struct match {
	struct scan scan;
	struct line_prefix *prefix;
	/* The last place a time was looked for, and what was found: most patterns look at the same one. */
	const char *time_at;
	size_t time_len;
	struct timestamp time;
	/* The same of the word that may be a level. */
	const char *word_at;
	size_t word_len;
	bool is_level, is_capital;
	enum level level;
};

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	return at;
}

/* Where the literal that the pattern begins with ends in the text; NULL if the text is another. */
static const char *after_literal(const char *pattern, const char *at, const char *end)
{
	for (; *pattern && *pattern != '%'; pattern++) {
		if (*pattern == ' ') {
			if (at < end && *at != ' ' && *at != '\t')
				return NULL;
			at = skip_blanks(at, end);
			continue;
		}
		if (*pattern == ']')
			at = skip_blanks(at, end);
		if (at == end || *at != *pattern)
			return NULL;
		at++;
		if (*pattern == '[' || *pattern == '(')
			at = skip_blanks(at, end);
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
		if ((*p == ' ' || *p == '\t') && !blanks)
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

/* Looks whether a time stands where the scan does. */
static void look_for_time(struct match *match)
{
	const struct scan *scan = &match->scan;

	if (match->time_at == scan->at)
		return;
	match->time_at = scan->at;
	match->time_len = timestamp_match(scan->at, scan_left(scan), &match->time);
	if (match->time_len == 0)
		match->time_len = timestamp_match_time_of_day(scan->at, scan_left(scan), &match->time);
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
	look_for_time(match);
	if (match->time_len == 0 || (field == 'f' && !time->has_fraction))
		return 0;
	/* Syslog daemons write RFC 3164's time without a year, or RFC 5424's with a T and a zone. */
	if (field == 's' && (time->is_vague || (time->has_year && !(time->has_zone && at[10] == 'T'))))
		return 0;
	match->prefix->has_time = true;
	match->prefix->time = *time;
	return match->time_len;
}

/* Looks at the word where the scan stands: is it a level, and in capitals? */
static void look_at_word(struct match *match)
{
	const struct scan *scan = &match->scan;

	if (match->word_at == scan->at)
		return;
	match->word_at = scan->at;
	match->word_len = run_of(scan, isalpha);
	match->is_level = level_parse(scan->at, match->word_len, &match->level) == ERR_NONE;
	match->is_capital = match->is_level && run_of(scan, isupper) == match->word_len;
}

static size_t take_level(struct match *match, char field)
{
	static const char SIGNS[] = ".-*#";
	static const enum level SIGN_LEVELS[] = {LEVEL_DEBUG, LEVEL_INFO, LEVEL_INFO, LEVEL_WARNING};
	const struct scan *scan = &match->scan;
	enum level *level = &match->prefix->level;
	const char *sign;

	if (scan->at == scan->end)
		return 0;
	switch (field) {
	case 'k':
		if (level_parse_letter(*scan->at, level) != ERR_NONE)
			return 0;
		break;
	case 'p':
		if (*scan->at < '0' || *scan->at > '7')
			return 0;
		*level = level_of_severity(*scan->at - '0');
		break;
	case 'r':
		sign = memchr(SIGNS, *scan->at, sizeof(SIGNS) - 1);
		if (!sign)
			return 0;
		*level = SIGN_LEVELS[sign - SIGNS];
		break;
	default:
		look_at_word(match);
		if (field == 'L' ? !match->is_capital : !match->is_level)
			return 0;
		*level = match->level;
		match->prefix->has_level = true;
		return match->word_len;
	}
	match->prefix->has_level = true;
	return 1;
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

	if (field == 'g') {
		enum level level;

		fits = len > 0 && *scan->at != '%' && level_parse(scan->at, len, &level) != ERR_NONE;
	} else if (field == 'q') {
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
	/* Names are filled with blanks to one width: [logstash.agent       ] */
	while (len > 1 && scan->at[len - 1] == ' ')
		len--;
	match->prefix->logger = scan->at;
	match->prefix->logger_len = len;
	return len;
}

/* A host's name or address, which has none of the signs that a tag has. */
static size_t host_len(const struct scan *scan)
{
	size_t len = 0;

	while (scan->at + len < scan->end &&
	       (isalnum((unsigned char)scan->at[len]) || memchr("-._:", scan->at[len], 4)))
		len++;
	return len > 0 && scan->at[len - 1] != ':' ? len : 0;
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
	case 'r':
		return take_level(match, field);
	case 'n':
	case 'q':
	case 'm':
	case 'c':
	case 'g':
		return take_logger(match, field, next);
	case 'h':
		return host_len(&match->scan);
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

/* Whether the line may begin as the pattern does: most rows end here, for every line. */
static bool may_begin(struct match *match, const char *pattern)
{
	const struct scan *scan = &match->scan;
	enum level letter;

	if (*pattern != '%')
		return scan->at < scan->end && *scan->at == *pattern;
	switch (pattern[1]) {
	case 't':
	case 's':
	case 'f':
		look_for_time(match);
		return match->time_len > 0;
	case 'l':
	case 'L':
		look_at_word(match);
		return match->is_level;
	case 'k':
		return scan->at < scan->end && level_parse_letter(*scan->at, &letter) == ERR_NONE;
	default:
		return true;
	}
}

/* Tries rows in order. False, and *out undefined, if the line has none of these layouts. */
static bool match_rows(struct match *match, const struct layout *rows, size_t count, struct line_prefix *out)
{
	const struct scan line = match->scan;

	for (size_t i = 0; i < count; i++) {
		match->scan = line;
		if (!may_begin(match, rows[i].pattern))
			continue;
		/* What a row before this one left behind; clearing all of it would take longer than to match.
		 */
		out->has_time = out->has_level = out->time.is_vague = false;
		out->logger = NULL;
		if (!matches(match, rows[i].pattern))
			continue;
		/* A time of day alone stays in the message: an entry has no place for it. */
		if (out->time.is_vague && !out->has_level)
			continue;
		out->is_whole = rows[i].whole;
		out->len = rows[i].whole || match->scan.at == match->scan.end
				   ? 0
				   : (size_t)(match->scan.at - line.at);
		return true;
	}
	match->scan = line;
	return false;
}

bool layout_match(const char *line, size_t len, bool is_rest, struct line_prefix *out)
{
	struct match match = {.scan = {line, line + len}, .prefix = out};
	struct head head;

	if (match_rows(&match, layouts, layouts_count, out))
		return true;
	if (head_find(line, len, is_rest, &head)) {
		*out = (struct line_prefix){.has_time = head.has_time,
					    .time = head.time,
					    .has_level = true,
					    .level = head.level,
					    .len = head.message < len ? head.message : 0};
		return true;
	}
	return match_rows(&match, layouts_of_times, layouts_of_times_count, out);
}
