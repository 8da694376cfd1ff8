/*
 * JSON log lines: one table of the names that libraries give to an entry's fields. Another library's lines
 * are another row. What is no JSON object, or has no message, is for line.c to show as it stands.
 */
#include "reporter/logs/fields.h"

#include "common/clock.h"
#include "common/limits.h"
#include "reporter/logs/timestamp.h"

#include <math.h>
#include <string.h>

enum entry_field {
	FIELD_TIME,
	FIELD_LEVEL,
	FIELD_LOGGER,
	FIELD_MESSAGE,
	FIELD_MODULE,
	FIELD_FUNCTION,
	FIELD_LINE,
	FIELD_IGNORED, /* of no use to somebody who reads the log of a node */
	FIELD_COUNT
};

/* Of two members for one field the one whose name stands first here counts. */
static const struct {
	enum entry_field field;
	const char *name;
} NAMES[] = {
	{FIELD_TIME, "timestamp"},    {FIELD_TIME, "@timestamp"},
	{FIELD_TIME, "time"},	      {FIELD_TIME, "ts"},
	{FIELD_TIME, "asctime"},      {FIELD_TIME, "datetime"},
	{FIELD_TIME, "@t"},	      {FIELD_LEVEL, "level"},
	{FIELD_LEVEL, "levelname"},   {FIELD_LEVEL, "severity"},
	{FIELD_LEVEL, "lvl"},	      {FIELD_LEVEL, "log.level"},
	{FIELD_LEVEL, "loglevel"},    {FIELD_LEVEL, "level_name"},
	{FIELD_LEVEL, "@l"},	      {FIELD_LOGGER, "logger_name"},
	{FIELD_LOGGER, "logger"},     {FIELD_LOGGER, "log.logger"},
	{FIELD_LOGGER, "name"},	      {FIELD_LOGGER, "channel"},
	{FIELD_MESSAGE, "message"},   {FIELD_MESSAGE, "msg"},
	{FIELD_MESSAGE, "event"},     {FIELD_MESSAGE, "log"},
	{FIELD_MESSAGE, "@m"},	      {FIELD_MODULE, "module"},
	{FIELD_MODULE, "file"},	      {FIELD_MODULE, "filename"},
	{FIELD_MODULE, "caller"},     {FIELD_FUNCTION, "funcName"},
	{FIELD_FUNCTION, "function"}, {FIELD_FUNCTION, "func"},
	{FIELD_LINE, "lineno"},	      {FIELD_LINE, "line"},
	{FIELD_IGNORED, "hostname"},  {FIELD_IGNORED, "host"},
	{FIELD_IGNORED, "pid"},	      {FIELD_IGNORED, "node_id"},
	{FIELD_IGNORED, "seq"},	      {FIELD_IGNORED, "v"},
	{FIELD_IGNORED, "@version"},
};

#define NAMES_COUNT (sizeof(NAMES) / sizeof(NAMES[0]))

/* The field that a member of this name is for, and the row that says so; FIELD_COUNT if there is none. */
static enum entry_field field_of(const char *name, size_t *row)
{
	for (*row = 0; *row < NAMES_COUNT; (*row)++)
		if (strcmp(NAMES[*row].name, name) == 0)
			return NAMES[*row].field;
	return FIELD_COUNT;
}

/* Seconds, milliseconds, micro- or nanoseconds since 1970. Its size tells which, until the year 5138. */
static bool number_time(double value, int64_t *ms)
{
	static const double AS_SECONDS = 1e11, AS_MILLISECONDS = 1e14, AS_MICROSECONDS = 1e17, LARGEST = 1e20;

	if (!(value > 0) || value >= LARGEST)
		return false;
	if (value < AS_SECONDS)
		*ms = (int64_t)llround(value * 1e3);
	else if (value < AS_MILLISECONDS)
		*ms = (int64_t)llround(value);
	else if (value < AS_MICROSECONDS)
		*ms = (int64_t)llround(value / 1e3);
	else
		*ms = (int64_t)llround(value / 1e6);
	return true;
}

static bool read_time(const struct json *value, int64_t now_ms, int64_t *ms)
{
	const char *text = json_text(value);
	struct timestamp time;

	if (!text)
		return json_is_number(value) && number_time(json_number(value), ms);
	if (clock_parse_iso(text, strlen(text), ms) == ERR_NONE)
		return true;
	if (timestamp_match(text, strlen(text), &time) == 0)
		return false;
	*ms = timestamp_to_ms(&time, now_ms);
	return true;
}

/* Words, or pino's and bunyan's numbers: 10 trace, 20 debug, 30 info, 40 warning, 50 error, 60 fatal. */
static bool read_level(const struct json *value, enum level *level)
{
	static const enum level TENS[] = {LEVEL_DEBUG,	 LEVEL_DEBUG, LEVEL_DEBUG,   LEVEL_INFO,
					  LEVEL_WARNING, LEVEL_ERROR, LEVEL_CRITICAL};
	const char *text = json_text(value);
	double number = json_number(value);

	if (text)
		return level_parse(text, strlen(text), level) == ERR_NONE;
	if (!json_is_number(value) || number < 10 || number > 69)
		return false;
	*level = TENS[(int)number / 10];
	return true;
}

/* False, and *out untouched, if the value is not what the member's name says. */
static bool read_field(enum entry_field field, const struct json *value, int64_t now_ms, struct entry *out)
{
	const char **texts[FIELD_COUNT] = {
		[FIELD_LOGGER] = &out->logger_name,
		[FIELD_MESSAGE] = &out->message,
		[FIELD_MODULE] = &out->module,
		[FIELD_FUNCTION] = &out->function,
	};
	double number = json_number(value);

	if (field == FIELD_TIME)
		return read_time(value, now_ms, &out->timestamp_ms);
	if (field == FIELD_LEVEL)
		return read_level(value, &out->level);
	if (field == FIELD_LINE) {
		if (!json_is_number(value) || number < 0 || number > INT32_MAX)
			return false;
		out->line = (int64_t)number;
		return true;
	}
	if (!json_text(value))
		return false;
	*texts[field] = json_text(value);
	return true;
}

/* Text that could not be taken for the next member stands without quotes, all else as JSON. */
static void append_member(struct buf *out, const struct json *member)
{
	const char *text = json_text(member);

	buf_printf(out, " %s=", json_key(member));
	if (text && *text && !strpbrk(text, " \"\n\t="))
		buf_text(out, text);
	else
		json_write(out, member);
}

bool fields_read(const struct json *object, int64_t now_ms, struct buf *scratch, struct entry *out)
{
	const struct json *chosen[FIELD_COUNT] = {0};
	size_t rows[FIELD_COUNT];
	struct entry entry = *out;

	for (const struct json *member = json_first(object); member; member = json_next(member)) {
		size_t row;
		enum entry_field field = field_of(json_key(member), &row);

		if (field == FIELD_COUNT || (chosen[field] && rows[field] <= row))
			continue;
		chosen[field] = member;
		rows[field] = row;
	}
	if (!json_text(chosen[FIELD_MESSAGE]))
		return false;
	for (int field = 0; field < FIELD_IGNORED; field++)
		if (chosen[field] && !read_field((enum entry_field)field, chosen[field], now_ms, &entry))
			chosen[field] = NULL;

	/* What was not chosen follows the message. */
	buf_clear(scratch);
	buf_text(scratch, entry.message);
	for (const struct json *member = json_first(object); member; member = json_next(member)) {
		size_t row;
		enum entry_field field = field_of(json_key(member), &row);

		if (field == FIELD_COUNT || (field != FIELD_IGNORED && chosen[field] != member))
			append_member(scratch, member);
	}
	entry.message = buf_string(scratch);
	entry.message_len = scratch->len;
	*out = entry;
	return true;
}
