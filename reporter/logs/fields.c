/*
 * From an object of named values to an entry. What the names mean is a table (field_names.c). What is no JSON
 * object, or says nothing of what an entry is made of, is for line.c to show as it stands.
 *
 * Of several members for one field the one whose name stands first in the table counts, among those whose
 * value can be read; a level that is a word goes before one that is a number, which may be on any scale.
 */
#include "reporter/logs/fields.h"

#include "common/clock.h"
#include "common/entry_fields.h"
#include "common/limits.h"
#include "common/number.h"
#include "reporter/logs/ansi.h"
#include "reporter/logs/field_names.h"
#include "reporter/logs/timestamp.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 3  /* objects within objects that are looked into */
#define VALUE_MAX 64 /* of a level's word or a time, colours included */

/* An object on its way into an entry. */
struct reading {
	int64_t now_ms;
	struct entry entry;
	bool has_level, has_time;
	int milliseconds; /* of FIELD_NANOSECONDS; -1 if there are none */
	/* What was read last for each field, and its rank: the least is best. */
	const struct json *chosen[FIELD_COUNT];
	size_t ranks[FIELD_COUNT];
	struct entry_fields members;
	struct buf *message; /* takes what does not fit into `members` */
};

/* --- values ------------------------------------------------------------------------------------- */

/* Seconds, milliseconds, micro- or nanoseconds since 1970. Its size tells which, until the year 5138. */
static bool number_time(double value, int64_t *ms)
{
	static const double AS_SECONDS = 1e11, AS_MILLISECONDS = 1e14, AS_MICROSECONDS = 1e17, LARGEST = 1e20;

	if (!(value > 0) || value >= LARGEST)
		return false;
	if (value < AS_SECONDS)
		*ms = (int64_t)floor(value * 1e3 + 1e-3);
	else if (value < AS_MILLISECONDS)
		*ms = (int64_t)value;
	else if (value < AS_MICROSECONDS)
		*ms = (int64_t)(value / 1e3);
	else
		*ms = (int64_t)(value / 1e6);
	return true;
}

static bool read_time(const struct json *value, int64_t now_ms, int64_t *out)
{
	const char *text = json_text(value);
	struct timestamp time;
	char *end = NULL;
	int64_t ms;

	if (!text) {
		if (!json_is_number(value) || !number_time(json_number(value), &ms))
			return false;
	} else if (*text && strspn(text, "0123456789.") == strlen(text)) {
		if (strlen(text) >= VALUE_MAX || !number_time(strtod(text, &end), &ms) || *end)
			return false;
	} else if (clock_parse_iso(text, strlen(text), &ms) != ERR_NONE) {
		if (timestamp_match(text, strlen(text), &time) == 0)
			return false;
		ms = timestamp_to_ms(&time, now_ms);
	}
	if (!timestamp_is_believed(ms, now_ms))
		return false;
	*out = ms;
	return true;
}

/* A word, or a letter (`E`, MongoDB's `D1`), in any colour. */
static bool level_of_text(const char *text, size_t len, enum level *level)
{
	char plain[VALUE_MAX];

	if (len == 0 || len >= sizeof(plain))
		return false;
	len = ansi_strip(text, len, plain);
	while (len > 0 && plain[len - 1] == ' ')
		len--;
	if (level_parse(plain, len, level) == ERR_NONE)
		return true;
	return (len == 1 || (len == 2 && isdigit((unsigned char)plain[1]))) &&
	       level_parse_letter(*plain, level) == ERR_NONE;
}

bool fields_level_of_pair(const char *name, size_t name_len, const char *value, size_t value_len,
			  enum level *level)
{
	char path[FIELD_NAME_SIZE] = "";
	size_t row;

	return field_name_add(path, name, name_len) && field_name_find(path, &row) == FIELD_LEVEL &&
	       level_of_text(value, value_len, level);
}

/* OpenTelemetry's severity: 1 trace, 5 debug, 9 info, 13 warning, 17 error, 21 fatal, four numbers each. */
static bool level_of_severity_number(double number, enum level *level)
{
	static const enum level FOURS[] = {LEVEL_DEBUG,	  LEVEL_DEBUG, LEVEL_INFO,
					   LEVEL_WARNING, LEVEL_ERROR, LEVEL_CRITICAL};

	if (number < 1 || number > 24)
		return false;
	*level = FOURS[((int)number - 1) / 4];
	return true;
}

/* Reads a level. *rank grows by what makes it less certain. */
static bool read_level(enum entry_field field, const struct json *value, enum level *level, size_t *rank)
{
	const char *text = json_text(value);
	double number = json_number(value);
	int64_t digits = 0;

	if (text && level_of_text(text, strlen(text), level))
		return true;
	*rank += FIELD_RANKS;
	if (text) {
		if (number_parse(text, 0, INT32_MAX, &digits) != ERR_NONE)
			return false;
		number = (double)digits;
	} else if (!json_is_number(value)) {
		return false;
	}
	if (field == FIELD_SEVERITY_NUMBER)
		return level_of_severity_number(number, level);
	if (field == FIELD_LEVEL)
		return level_of_number(number, level) == ERR_NONE;
	if (number < 0 || number >= LEVEL_COUNT) /* 0 verbose to 4 critical, as the enum is */
		return false;
	*level = (enum level)number;
	return true;
}

/* --- members ------------------------------------------------------------------------------------ */

/* False, and the entry untouched, if the value is not what the member's name says. */
static bool read_field(struct reading *reading, enum entry_field field, const struct json *value)
{
	struct entry *entry = &reading->entry;
	const char **texts[FIELD_COUNT] = {
		[FIELD_LOGGER] = &entry->logger_name,
		[FIELD_MESSAGE] = &entry->message,
		[FIELD_MODULE] = &entry->module,
		[FIELD_FUNCTION] = &entry->function,
	};
	double number = json_number(value);

	if (field == FIELD_LINE || field == FIELD_NANOSECONDS) {
		if (!json_is_number(value) || number < 0 || number > INT32_MAX)
			return false;
		if (field == FIELD_LINE)
			entry->line = (int64_t)number;
		else
			reading->milliseconds = (int)(number / 1e6);
		return true;
	}
	if (!texts[field] || !json_text(value))
		return false;
	*texts[field] = json_text(value);
	return true;
}

/* Takes a member for a field of the entry if nothing better was taken for it. */
static void consider(struct reading *reading, const char *path, const struct json *value)
{
	size_t rank = 0;
	enum entry_field field = field_name_find(path, &rank), slot = field;
	enum level level = LEVEL_INFO;
	int64_t ms = 0;

	if (field == FIELD_COUNT)
		return;
	if (field == FIELD_SEVERITY_NUMBER || field == FIELD_SEVERITY_LEVEL)
		slot = FIELD_LEVEL;
	if (slot == FIELD_LEVEL && !read_level(field, value, &level, &rank))
		return;
	if (slot == FIELD_TIME && !read_time(value, reading->now_ms, &ms))
		return;
	if (reading->chosen[slot] && reading->ranks[slot] <= rank)
		return;
	if (slot == FIELD_LEVEL) {
		reading->entry.level = level;
		reading->has_level = true;
	} else if (slot == FIELD_TIME) {
		reading->entry.timestamp_ms = ms;
		reading->has_time = true;
	} else if (!read_field(reading, slot, value)) {
		return;
	}
	reading->chosen[slot] = value;
	reading->ranks[slot] = rank;
}

/* Looks at all members, those of objects within the object too. */
static void choose(struct reading *reading, const struct json *object, const char *above, int depth)
{
	for (const struct json *member = json_first(object); member; member = json_next(member)) {
		char path[FIELD_NAME_SIZE];

		snprintf(path, sizeof(path), "%s", above);
		if (!field_name_add(path, json_key(member), strlen(json_key(member))))
			continue;
		if (!json_is_object(member))
			consider(reading, path, member);
		else if (depth < DEPTH_MAX)
			choose(reading, member, path, depth + 1);
	}
}

static bool is_chosen(const struct reading *reading, const struct json *member)
{
	for (int field = 0; field < FIELD_COUNT; field++)
		if (reading->chosen[field] == member)
			return true;
	return false;
}

/* Text that could not be taken for the next member stands without quotes, all else as JSON. */
static void append_member(struct buf *out, const char *name, const struct json *member)
{
	const char *text = json_text(member);

	buf_printf(out, " %s=", name);
	if (text && *text && !strpbrk(text, " \"\n\t="))
		buf_text(out, text);
	else
		json_write(out, member);
}

/* Keeps the members that no field was made of. */
static void keep_rest(struct reading *reading, const struct json *object, const char *above, int depth)
{
	for (const struct json *member = json_first(object); member; member = json_next(member)) {
		const char *key = json_key(member);
		char name[LIMIT_NAME + 1];

		if (is_chosen(reading, member) || (depth == 0 && field_name_is_ignored(key)))
			continue;
		if (snprintf(name, sizeof(name), "%s%s%s", above, *above ? "." : "", key) >=
		    (int)sizeof(name))
			append_member(reading->message, key, member);
		else if (json_is_object(member) && depth < DEPTH_MAX)
			/* `fields` is what its members are, so its name says nothing. */
			keep_rest(reading, member, strcmp(name, "fields") == 0 ? "" : name, depth + 1);
		else if (!entry_fields_add(&reading->members, name, member))
			append_member(reading->message, name, member);
	}
}

/* Whether it is an entry as the contract writes it: then its message is meant as it stands. */
static bool is_own_form(const struct reading *reading)
{
	const char *level = json_text(reading->chosen[FIELD_LEVEL]);

	return level && strcmp(level, level_name(reading->entry.level)) == 0 &&
	       strcmp(json_key(reading->chosen[FIELD_MESSAGE]), "message") == 0;
}

bool fields_read(const struct json *object, int64_t now_ms, struct fields_scratch *scratch, struct entry *out)
{
	struct reading reading = {.now_ms = now_ms,
				  .entry = *out,
				  .milliseconds = -1,
				  .members = {.out = &scratch->members},
				  .message = &scratch->message};
	struct entry *entry = &reading.entry;

	choose(&reading, object, "", 0);
	if (!reading.chosen[FIELD_MESSAGE] && !reading.has_level && !reading.has_time)
		return false;
	if (reading.has_time && reading.milliseconds >= 0 && entry->timestamp_ms % 1000 == 0)
		entry->timestamp_ms += reading.milliseconds;
	if (!reading.chosen[FIELD_MESSAGE]) {
		*out = *entry;
		return true;
	}
	buf_clear(&scratch->members);
	buf_clear(&scratch->message);
	buf_text(&scratch->message, entry->message);
	if (strchr(buf_string(&scratch->message), '\x1b') && !is_own_form(&reading))
		buf_truncate(&scratch->message,
			     ansi_strip(scratch->message.data, scratch->message.len, scratch->message.data));
	keep_rest(&reading, object, "", 0);
	entry->fields = entry_fields_end(&reading.members);
	entry->message = buf_string(&scratch->message);
	entry->message_len = scratch->message.len;
	*out = *entry;
	return true;
}

void fields_scratch_free(struct fields_scratch *scratch)
{
	buf_free(&scratch->message);
	buf_free(&scratch->members);
}
