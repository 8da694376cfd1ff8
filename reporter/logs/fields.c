/*
 * JSON log lines: one table of the names libraries give to an entry's fields. What is no JSON object, or has
 * no message, is somebody else's.
 */
#include "reporter/logs/fields.h"

#include "common/clock.h"
#include "common/limits.h"
#include "reporter/logs/timestamp.h"

#include <math.h>
#include <string.h>

enum field {
	FIELD_TIME,
	FIELD_LEVEL,
	FIELD_LOGGER,
	FIELD_MESSAGE,
	FIELD_MODULE,
	FIELD_FUNCTION,
	FIELD_LINE,
	FIELD_IGNORED, /* says nothing to a reader that the node's name does not say */
	FIELD_COUNT
};

/* Of two members for one field the one whose name stands first counts. */
static const struct {
	enum field field;
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

static size_t rank_of(const char *name)
{
	size_t rank = 0;

	while (rank < NAMES_COUNT && strcmp(NAMES[rank].name, name) != 0)
		rank++;
	return rank;
}

/* Seconds, milliseconds, micro- or nanoseconds since 1970: which of them, its size tells until the year 5138.
 */
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
	struct log_time time;

	if (!text)
		return json_is_number(value) && number_time(json_number(value), ms);
	if (clock_parse_iso(text, strlen(text), ms) == ERR_NONE)
		return true;
	if (log_time_match(text, strlen(text), &time) == 0)
		return false;
	*ms = log_time_ms(&time, now_ms);
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

static bool read_line(const struct json *value, int64_t *line)
{
	double number = json_number(value);

	if (!json_is_number(value) || number < 0 || number > INT32_MAX)
		return false;
	*line = (int64_t)number;
	return true;
}

static bool read_text(const struct json *value, const char **text)
{
	if (!json_text(value))
		return false;
	*text = json_text(value);
	return true;
}

/* False if the member's value is not what its name says: it is shown with the others then. */
static bool read_field(enum field field, const struct json *value, int64_t now_ms, struct entry *out)
{
	switch (field) {
	case FIELD_TIME:
		return read_time(value, now_ms, &out->timestamp_ms);
	case FIELD_LEVEL:
		return read_level(value, &out->level);
	case FIELD_LOGGER:
		return read_text(value, &out->logger_name);
	case FIELD_MESSAGE:
		return read_text(value, &out->message);
	case FIELD_MODULE:
		return read_text(value, &out->module);
	case FIELD_FUNCTION:
		return read_text(value, &out->function);
	case FIELD_LINE:
		return read_line(value, &out->line);
	case FIELD_IGNORED:
	case FIELD_COUNT:
		break;
	}
	return true;
}

static void append_member(struct buf *out, const struct json *member)
{
	const char *text = json_text(member);

	buf_printf(out, " %s=", json_key(member));
	if (text && *text && !strpbrk(text, " \"\n\t="))
		buf_text(out, text);
	else
		json_write(out, member);
}

bool log_fields_read(const struct json *object, int64_t now_ms, struct buf *scratch, struct entry *out)
{
	const struct json *chosen[FIELD_COUNT] = {0};
	size_t ranks[FIELD_COUNT];
	struct entry entry = *out;

	for (const struct json *member = json_first(object); member; member = json_next(member)) {
		size_t rank = rank_of(json_key(member));

		if (rank == NAMES_COUNT || (chosen[NAMES[rank].field] && ranks[NAMES[rank].field] <= rank))
			continue;
		chosen[NAMES[rank].field] = member;
		ranks[NAMES[rank].field] = rank;
	}
	if (!json_text(chosen[FIELD_MESSAGE]))
		return false;
	for (int field = 0; field < FIELD_IGNORED; field++)
		if (chosen[field] && !read_field((enum field)field, chosen[field], now_ms, &entry))
			chosen[field] = NULL;

	buf_clear(scratch);
	buf_text(scratch, entry.message);
	for (const struct json *member = json_first(object); member; member = json_next(member)) {
		size_t rank = rank_of(json_key(member));
		enum field field = rank == NAMES_COUNT ? FIELD_COUNT : NAMES[rank].field;

		if (field != FIELD_IGNORED && (field == FIELD_COUNT || chosen[field] != member))
			append_member(scratch, member);
	}
	entry.message = buf_string(scratch);
	entry.message_len = scratch->len;
	*out = entry;
	return true;
}
