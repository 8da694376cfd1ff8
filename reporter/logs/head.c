/*
 * Looks for a level among the first tokens of a plain line.
 *
 * The problem. There are more loggers than rows in a table of layouts, and everybody sets up their own
 * pattern. Yet a level cannot be looked for anywhere: "an error budget of 0.1 %" and "GET /error/critical
 * 200" only speak of it.
 *
 * The idea. What loggers write before a message is not prose: times, numbers, paths, classes, `name=value`,
 * brackets, bars. The line is read token by token while it is such. A token that is a level is believed if
 * its shape says so: in brackets, in capitals, before a colon, between bars or tabs. The second plain word
 * ends the search, and so does the first one for all but the strongest shapes.
 *
 * What must stay true. Without a time, a bracket or a qualified name before it, a bare word is not a level
 * here: the few such lines that loggers write are rows of layout.c.
 */
#include "reporter/logs/head.h"

#include "reporter/logs/fields.h"
#include "reporter/logs/scan.h"

#include <ctype.h>
#include <string.h>

#define TOKENS_MAX 16
#define BYTES_MAX  256 /* of the line that are looked at */
#define GROUP_MAX  96  /* bytes between two brackets */

/* A line on its way through its tokens. */
struct walk {
	struct scan scan;
	struct head *head;
	const char *after_time; /* where the line goes on behind its time; its beginning without one */
	bool is_rest;		/* a prefix stood before the text */
	bool timed;		/* a time, or a prefix, stands before */
	bool qualified;		/* a time, a bracket or a name that is no prose was seen */
	bool bar;		/* a bar or a tab stands before this token */
	bool only_time;		/* nothing but a time was seen */
	int words;		/* of prose that were seen */
};

static bool is_separator(char c)
{
	return c == ' ' || c == '\t' || c == '|' || c == ',' || c == ';';
}

static void skip_separators(struct walk *walk)
{
	struct scan *scan = &walk->scan;

	walk->bar = false;
	for (; scan->at < scan->end; scan->at++) {
		bool dash = *scan->at == '-' && (scan_left(scan) == 1 || is_separator(scan->at[1]));

		if (!is_separator(*scan->at) && !dash && *scan->at != ':')
			return;
		walk->bar |= *scan->at == '|' || *scan->at == '\t';
	}
}

/* The level is known: the message begins behind `end` if nothing but a time stands before it. */
static bool found(struct walk *walk, enum level level, const char *end)
{
	struct head *head = walk->head;

	head->level = level;
	walk->scan.at = walk->only_time ? end : walk->after_time;
	while (walk->scan.at < walk->scan.end && (is_separator(*walk->scan.at) || *walk->scan.at == ':'))
		walk->scan.at++;
	return true;
}

/* Takes a time, or a time of day, with the zone's name behind it. */
static bool take_time(struct walk *walk)
{
	struct scan *scan = &walk->scan;
	struct timestamp time;
	size_t len = timestamp_match(scan->at, scan_left(scan), &time), letters = 0;
	enum level level;

	if (len == 0)
		len = timestamp_match_time_of_day(scan->at, scan_left(scan), &time);
	if (len == 0)
		return false;
	scan->at += len;
	if (!walk->head->has_time || walk->head->time.is_vague) {
		walk->head->time = time;
		walk->head->has_time = true;
		walk->timed = true;
	}
	if (scan_left(scan) > 1 && *scan->at == ' ' && isupper((unsigned char)scan->at[1])) {
		const char *zone = scan->at + 1;

		while (zone + letters < scan->end && isupper((unsigned char)zone[letters]))
			letters++;
		if (letters >= 3 && letters <= 5 && zone + letters < scan->end && zone[letters] == ' ' &&
		    level_parse(zone, letters, &level) != ERR_NONE)
			scan->at = zone + letters;
	}
	if (walk->only_time)
		walk->after_time = scan->at;
	walk->qualified = true;
	return true;
}

/* A level alone in brackets, or beside a name or a time: [warn], [E], [ssl:warn], [main/WARN], [10:30:00
 * WRN]. */
static bool level_in_group(const struct walk *walk, const char *text, size_t len, enum level *level)
{
	bool strict = walk->words > 0; /* behind a word only capitals count */
	const char *end;

	while (len > 0 && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	end = text + len;
	if (!strict && level_parse(text, len, level) == ERR_NONE)
		return true;
	if (len == 1)
		return !strict && walk->timed && level_parse_letter(*text, level) == ERR_NONE;
	/* Its last piece, and then its pieces in capitals. */
	for (const char *piece = end; piece > text; piece--) {
		if (strchr("/:.", piece[-1]) && !strict &&
		    level_parse(piece, (size_t)(end - piece), level) == ERR_NONE)
			return true;
		if (strchr("/:. ", piece[-1]))
			break;
	}
	for (const char *piece = text; piece < end;) {
		size_t capitals = 0;

		while (piece + capitals < end && isupper((unsigned char)piece[capitals]))
			capitals++;
		if (capitals > 2 && (piece + capitals == end || strchr("/: ", piece[capitals])) &&
		    level_parse(piece, capitals, level) == ERR_NONE)
			return true;
		while (piece < end && !strchr("/: ", *piece))
			piece++;
		while (piece < end && strchr("/: ", *piece))
			piece++;
	}
	return false;
}

enum taken { TAKEN_NOTHING, TAKEN_TOKEN, TAKEN_LEVEL };

/* Takes brackets with what stands between them, or a quoted cell of a table. */
static enum taken take_group(struct walk *walk)
{
	static const char OPEN[] = "[<{(\"", CLOSE[] = "]>})\"";
	struct scan *scan = &walk->scan;
	const char *kind = memchr(OPEN, *scan->at, sizeof(OPEN) - 1), *text = scan->at + 1, *close;
	size_t room = scan_left(scan) - 1;
	enum level level;
	struct timestamp time;

	if (!kind)
		return TAKEN_NOTHING;
	close = memchr(text, CLOSE[kind - OPEN], room < GROUP_MAX ? room : GROUP_MAX);
	if (!close)
		return TAKEN_NOTHING;
	scan->at = close + 1;
	if (*kind == '[' || *kind == '<') {
		if (!walk->head->has_time && timestamp_match(text, (size_t)(close - text), &time)) {
			walk->head->time = time;
			walk->head->has_time = true;
			walk->timed = true;
		}
		if (walk->words < 2 && level_in_group(walk, text, (size_t)(close - text), &level)) {
			found(walk, level, scan->at);
			return TAKEN_LEVEL;
		}
		if (walk->head->has_time && walk->only_time &&
		    timestamp_match(text, (size_t)(close - text), &time) == (size_t)(close - text)) {
			walk->after_time = scan->at;
			walk->qualified = true;
			return TAKEN_TOKEN;
		}
	} else if (walk->words == 0) {
		bool cell = *kind == '"' && scan->at < scan->end && *scan->at == ',';
		bool capitals =
			*kind == '(' && isupper((unsigned char)*text) && isupper((unsigned char)close[-1]);

		if ((cell || capitals) && level_parse(text, (size_t)(close - text), &level) == ERR_NONE) {
			found(walk, level, scan->at);
			return TAKEN_LEVEL;
		}
	}
	walk->only_time = false;
	walk->qualified = true;
	return TAKEN_TOKEN;
}

/* The level that a token of letters is, by what stands around it. */
static bool level_of_word(const struct walk *walk, const char *word, size_t len, enum level *level)
{
	const char *after = word, *end = walk->scan.end;
	size_t letters = 0, capitals = 0;
	bool colon, late_colon, bar;

	while (letters < len && isalpha((unsigned char)word[letters]))
		letters++;
	while (capitals < letters && isupper((unsigned char)word[capitals]))
		capitals++;
	if (letters < 3 || level_parse(word, letters, level) != ERR_NONE)
		return false;
	after += letters;
	colon = after < end && *after == ':';
	if (letters < len && !colon && *after != '[')
		return false;
	late_colon = end - after > 2 && after[0] == ' ' && after[1] == ':' && after[2] == ' ';
	while (after < end && *after == ' ')
		after++;
	bar = after == end || *after == '|' || *after == '\t';
	if (walk->words > 0) /* TLS Error: */
		return walk->words == 1 && capitals > 0 && colon && walk->timed;
	if (!walk->qualified)
		return false;
	return capitals == letters || colon || (late_colon && walk->timed) ||
	       (bar && walk->bar && walk->timed);
}

/* A letter for a level, which only a time with a fraction makes likely: `W | etcdserver`, `E STORAGE`, `E!`.
 */
static bool level_of_letter(const struct walk *walk, const char *word, size_t len, enum level *level)
{
	const char *after = word + len;

	if (!walk->timed || walk->words > 0)
		return false;
	if (len == 2 && word[1] == '!')
		return level_parse_letter(*word, level) == ERR_NONE;
	while (after < walk->scan.end && *after == ' ')
		after++;
	return len == 1 && walk->head->time.has_fraction && after < walk->scan.end &&
	       (isupper((unsigned char)*after) || *after == '|' || *after == '[') &&
	       level_parse_letter(*word, level) == ERR_NONE;
}

/* A level in capitals at the end of a name: production.ERROR:, GLib-CRITICAL **:, ==4711==ERROR: */
static bool level_of_last_piece(const struct walk *walk, const char *word, size_t len, enum level *level)
{
	bool colon = len > 0 && word[len - 1] == ':';
	const char *end = word + len - colon, *piece = end;

	if (!colon && !(walk->scan.end - end > 3 && memcmp(end, " **", 3) == 0))
		return false;
	while (piece > word && isupper((unsigned char)piece[-1]))
		piece--;
	return piece > word && strchr(".-=/", piece[-1]) &&
	       level_parse(piece, (size_t)(end - piece), level) == ERR_NONE;
}

/*
 * `level=error`, and heroku's `at=error`, behind a prefix: with it the line may be logfmt as a whole, which
 * says more. And Cisco's %LINK-3-UPDOWN.
 */
static bool level_of_pair(const struct walk *walk, const char *word, size_t len, enum level *level)
{
	const char *equals = memchr(word, '=', len), *value;
	size_t value_len;

	if (*word == '%' && len > 4) {
		const char *dash = memchr(word, '-', len);

		if (!dash || dash + 2 >= word + len || dash[2] != '-' || dash[1] < '0' || dash[1] > '7')
			return false;
		*level = level_of_severity(dash[1] - '0');
		return true;
	}
	if (!equals || !walk->is_rest || walk->words > 0)
		return false;
	value = equals + 1;
	value_len = (size_t)(word + len - value);
	if (value_len > 1 && *value == '"' && value[value_len - 1] == '"') {
		value++;
		value_len -= 2;
	}
	if (equals - word == 2 && memcmp(word, "at", 2) == 0)
		return level_parse(value, value_len, level) == ERR_NONE;
	return fields_level_of_pair(word, (size_t)(equals - word), value, value_len, level);
}

/* DeprecationWarning: and ValueError: behind a place or a time. */
static bool level_of_name(const struct walk *walk, const char *word, size_t len, enum level *level)
{
	if (walk->words > 0 || !walk->qualified || len < 8 || word[len - 1] != ':')
		return false;
	for (size_t i = 0; i + 1 < len; i++)
		if (!isalpha((unsigned char)word[i]) && word[i] != '.')
			return false;
	if (memcmp(word + len - 8, "Warning:", 8) == 0)
		*level = LEVEL_WARNING;
	else if (memcmp(word + len - 6, "Error:", 6) == 0)
		*level = LEVEL_ERROR;
	else
		return false;
	return true;
}

/* Whether a token can stand before a level and is no prose. */
static bool is_qualified(const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (isdigit((unsigned char)word[i]) || memchr("._/:#@=$%*", word[i], 10))
			return true;
	return false;
}

/* Whether the word that was taken stands alone between two bars. */
static bool is_cell(const struct walk *walk)
{
	const char *after = walk->scan.at;

	while (after < walk->scan.end && *after == ' ')
		after++;
	return walk->bar && walk->timed && after < walk->scan.end && *after == '|';
}

/* Takes a word up to a separator or a bracket. */
static enum taken take_word(struct walk *walk)
{
	static bool (*const SHAPES[])(const struct walk *, const char *, size_t, enum level *) = {
		level_of_word, level_of_letter, level_of_last_piece, level_of_pair, level_of_name,
	};
	struct scan *scan = &walk->scan;
	const char *word = scan->at;
	enum level level;
	size_t len;

	while (scan->at < scan->end && !is_separator(*scan->at) && !strchr("[<({", *scan->at))
		scan->at++;
	len = (size_t)(scan->at - word);
	if (len == 0)
		return TAKEN_NOTHING;
	for (size_t i = 0; i < sizeof(SHAPES) / sizeof(SHAPES[0]); i++) {
		if (SHAPES[i](walk, word, len, &level)) {
			found(walk, level,
			      SHAPES[i] == level_of_word || len < 3 ? word + len : walk->after_time);
			return TAKEN_LEVEL;
		}
	}
	walk->only_time = false;
	if (is_qualified(word, len) || is_cell(walk) || (scan->at < scan->end && strchr("[<(", *scan->at)))
		walk->qualified = true;
	else
		walk->words++;
	return TAKEN_TOKEN;
}

bool head_find(const char *line, size_t len, bool is_rest, struct head *out)
{
	struct walk walk = {.scan = {line, line + (len < BYTES_MAX ? len : BYTES_MAX)},
			    .head = out,
			    .after_time = line,
			    .is_rest = is_rest,
			    .timed = is_rest,
			    .qualified = is_rest,
			    .only_time = true};
	enum taken taken = TAKEN_TOKEN;

	*out = (struct head){.level = LEVEL_INFO};
	for (int i = 0; i < TOKENS_MAX && taken == TAKEN_TOKEN; i++) {
		skip_separators(&walk);
		if (walk.scan.at == walk.scan.end)
			return false;
		if (walk.words == 0 && take_time(&walk))
			continue;
		taken = take_group(&walk);
		if (taken == TAKEN_NOTHING)
			taken = take_word(&walk);
		if (walk.words > 1)
			return false;
	}
	out->message = (size_t)(walk.scan.at - line);
	return taken == TAKEN_LEVEL;
}
