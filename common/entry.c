/*
 * Log entries: checked when a worker sends them, written as they are stored, and filtered where they are
 * stored. Knows nothing of where they come from (the reporter's sources) or where they are kept (the API's
 * store).
 *
 * Filters run over every entry of a search, and over every entry of every browser that follows the log, so
 * they do not parse: json_scan steps over the members, and only a string that is searched and has escapes
 * is copied.
 */
#include "common/entry.h"

#include "common/clock.h"
#include "common/entry_fields.h"
#include "common/json_scan.h"
#include "common/limits.h"
#include "common/mem.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

#define CUT_MARK "\xe2\x80\xa6[cut]" /* …[cut] */

void entry_cut_message(struct entry *entry, struct buf *scratch)
{
	const char *message = entry->message;
	size_t len = entry->message_len;

	if (json_quote_fit(message, len, LIMIT_MESSAGE) == len)
		return;
	buf_clear(scratch);
	buf_append(scratch, message, json_quote_fit(message, len, LIMIT_MESSAGE - strlen(CUT_MARK)));
	buf_text(scratch, CUT_MARK);
	entry->message = scratch->data;
	entry->message_len = scratch->len;
}

/* Puts the fields behind a cut message, if there is one, whose memory may move by it. */
static void read_fields(const struct json *object, struct buf *scratch, struct entry *entry)
{
	struct entry_fields fields = {.out = scratch, .start = scratch->len};
	bool is_cut = scratch->len > 0;

	for (const struct json *member = json_first(object); member; member = json_next(member))
		(void)entry_fields_add(&fields, json_key(member), member);
	entry->fields = entry_fields_end(&fields);
	if (is_cut)
		entry->message = scratch->data;
}

enum err entry_read(const struct json *value, const char *path, int64_t now_ms, struct buf *scratch,
		    struct entry *out, struct reason *why)
{
	struct entry entry = {.timestamp_ms = now_ms};
	const struct {
		const char *key, **text;
	} names[] = {{"logger_name", &entry.logger_name},
		     {"module", &entry.module},
		     {"funcName", &entry.function}};
	const char *timestamp = NULL, *level = NULL;
	const struct json *fields;
	enum err err;

	if (!json_is_object(value))
		return reason_set(why, ERR_INVALID, "%s must be an object", path);
	err = json_optional_text(value, path, "timestamp", LIMIT_NAME, &timestamp, why);
	if (err != ERR_NONE)
		return err;
	if (timestamp && clock_parse_iso(timestamp, strlen(timestamp), &entry.timestamp_ms) != ERR_NONE)
		return reason_set(why, ERR_INVALID, "%s.timestamp is not an ISO 8601 time", path);
	err = json_need_text(value, path, "level", LIMIT_NAME, &level, why);
	if (err != ERR_NONE)
		return err;
	if (level_parse(level, strlen(level), &entry.level) != ERR_NONE)
		return reason_set(why, ERR_INVALID,
				  "%s.level must be DEBUG, INFO, WARNING, ERROR or CRITICAL", path);
	err = json_need_text(value, path, "message", LIMIT_BODY, &entry.message, why);
	if (err != ERR_NONE)
		return err;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		err = json_optional_text(value, path, names[i].key, LIMIT_NAME, names[i].text, why);
		if (err != ERR_NONE)
			return err;
	}
	err = json_optional_integer(value, path, "lineno", 0, INT32_MAX, &entry.line, why);
	if (err != ERR_NONE)
		return err;
	fields = json_get(value, "fields");
	if (fields && !json_is_null(fields) && !json_is_object(fields))
		return reason_set(why, ERR_INVALID, "%s.fields must be an object", path);
	entry.message_len = strlen(entry.message);
	buf_clear(scratch);
	entry_cut_message(&entry, scratch);
	read_fields(fields, scratch, &entry);
	*out = entry;
	return ERR_NONE;
}

/*
 * Puts as much of a name as fits into LIMIT_NAME bytes when it is read again: json_quote writes U+FFFD,
 * three bytes, for a byte that is not UTF-8.
 */
static void put_name(struct json_out *json, const char *key, const char *name)
{
	size_t len = name ? strlen(name) : 0, used = 0, written = 0;

	while (used < len) {
		size_t char_len = text_utf8_len(name + used, len - used);

		written += char_len ? char_len : 3;
		if (written > LIMIT_NAME)
			break;
		used += char_len ? char_len : 1;
	}
	json_put_text_len(json, key, name ? name : "", used);
}

void entry_write(struct buf *out, const struct entry *entry, const char *node, bool open)
{
	struct json_out json = {.buf = out};

	json_open(&json, '{');
	json_put_time(&json, "timestamp", entry->timestamp_ms);
	if (node)
		json_put_text(&json, "node_id", node);
	json_put_text(&json, "level", level_name(entry->level));
	put_name(&json, "logger_name", entry->logger_name);
	json_put_text_len(&json, "message", entry->message ? entry->message : "", entry->message_len);
	put_name(&json, "module", entry->module);
	put_name(&json, "funcName", entry->function);
	json_put_integer(&json, "lineno", entry->line);
	if (entry->fields.len)
		json_put_raw(&json, "fields", entry->fields.data, entry->fields.len);
	if (!open)
		json_close(&json, '}');
}

/*
 * Whether the plain text behind a stored string holds `part`. Most strings have no escapes and need no
 * copy.
 */
static bool holds(struct span text, const char *part)
{
	char *plain;
	bool found;

	if (!memchr(text.data, '\\', text.len))
		return text_contains(text.data, text.len, part, strlen(part));
	plain = mem_alloc(text.len, 1);
	found = text_contains(plain, entry_unescape(text, plain), part, strlen(part));
	free(plain);
	return found;
}

static bool member_passes(const struct entry_filter *filter, struct span name, struct span text)
{
	enum level level = LEVEL_CRITICAL;

	if (span_is(name, "node_id"))
		return !*filter->node || span_is(text, filter->node);
	if (span_is(name, "level"))
		return level_parse(text.data, text.len, &level) == ERR_NONE && level >= filter->level;
	if (span_is(name, "logger_name"))
		return !*filter->logger_name || holds(text, filter->logger_name);
	return true;
}

/*
 * Whether the fields hold `part`, each as `name=value`. They are at most LIMIT_FIELDS when they are stored,
 * so they need no memory of their own.
 */
static bool fields_hold(struct span fields, const char *part)
{
	char plain[LIMIT_FIELDS];

	return fields.len <= sizeof(plain) &&
	       text_contains(plain, entry_fields_plain(fields, plain), part, strlen(part));
}

bool entry_matches(const struct entry_filter *filter, const char *json, size_t len)
{
	struct json_scan scan = json_scan_open(json, len);
	struct span name, value;
	bool found = !*filter->text; /* in the message or in the fields */

	while (json_scan_next(&scan, &name, &value)) {
		if (!found && span_is(name, "message"))
			found = holds(json_scan_text(value), filter->text);
		else if (!found && span_is(name, "fields"))
			found = fields_hold(value, filter->text);
		else if (!member_passes(filter, name, json_scan_text(value)))
			return false;
	}
	return found;
}

bool entry_is_since(const char *json, size_t len, const char *iso)
{
	struct json_scan scan = json_scan_open(json, len);
	struct span value;

	if (!json_scan_expect(&scan, "timestamp", &value))
		return false;
	value = json_scan_text(value);
	/* Times of one width in UTC sort as text. */
	return value.len == CLOCK_ISO_LEN && memcmp(value.data, iso, CLOCK_ISO_LEN) >= 0;
}

int64_t entry_seq(const char *json, size_t len)
{
	static const char MARK[] = ",\"seq\":";
	size_t mark_len = sizeof(MARK) - 1, i;

	/* seq is the last member: its digits end at the closing brace, and nothing else need be looked at. */
	if (!len || json[len - 1] != '}')
		return 0;
	for (i = len - 1; i > 0 && json[i - 1] >= '0' && json[i - 1] <= '9'; i--)
		;
	if (i < mark_len || memcmp(json + i - mark_len, MARK, mark_len) != 0)
		return 0;
	return strtoll(json + i, NULL, 10);
}
