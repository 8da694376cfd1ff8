/* Log entries: read from a worker, written as stored, and filtered without a full parse. */
#include "common/entry.h"

#include "common/clock.h"
#include "common/json_scan.h"
#include "common/limits.h"
#include "common/mem.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

#define CUT_MARK "\xe2\x80\xa6[cut]" /* …[cut] */

static enum err read_time(const struct json *value, const char *path, int64_t now_ms, int64_t *out,
			  struct reason *why)
{
	const char *text = NULL;
	enum err err = json_optional_text(value, path, "timestamp", LIMIT_NAME, &text, why);

	if (err != ERR_NONE)
		return err;
	*out = now_ms;
	if (text && clock_parse_iso(text, strlen(text), out) != ERR_NONE)
		return reason_set(why, ERR_INVALID, "%s.timestamp is not an ISO 8601 time", path);
	return ERR_NONE;
}

static enum err read_level(const struct json *value, const char *path, enum level *out, struct reason *why)
{
	const char *text = NULL;
	enum err err = json_need_text(value, path, "level", LIMIT_NAME, &text, why);

	if (err != ERR_NONE)
		return err;
	if (level_parse(text, strlen(text), out) != ERR_NONE)
		return reason_set(why, ERR_INVALID,
				  "%s.level must be DEBUG, INFO, WARNING, ERROR or CRITICAL", path);
	return ERR_NONE;
}

static enum err read_message(const struct json *value, const char *path, struct buf *scratch,
			     struct entry *out, struct reason *why)
{
	enum err err = json_need_text(value, path, "message", LIMIT_BODY, &out->message, why);

	if (err != ERR_NONE)
		return err;
	out->message_len = strlen(out->message);
	entry_cut_message(out, scratch);
	return ERR_NONE;
}

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

enum err entry_read(const struct json *value, const char *path, int64_t now_ms, struct buf *scratch,
		    struct entry *out, struct reason *why)
{
	struct entry entry = {0};
	enum err err;

	if (!json_is_object(value))
		return reason_set(why, ERR_INVALID, "%s must be an object", path);
	if ((err = read_time(value, path, now_ms, &entry.timestamp_ms, why)) != ERR_NONE ||
	    (err = read_level(value, path, &entry.level, why)) != ERR_NONE ||
	    (err = read_message(value, path, scratch, &entry, why)) != ERR_NONE ||
	    (err = json_optional_text(value, path, "logger_name", LIMIT_NAME, &entry.logger_name, why)) !=
		    ERR_NONE ||
	    (err = json_optional_text(value, path, "module", LIMIT_NAME, &entry.module, why)) != ERR_NONE ||
	    (err = json_optional_text(value, path, "funcName", LIMIT_NAME, &entry.function, why)) !=
		    ERR_NONE ||
	    (err = json_optional_integer(value, path, "lineno", 0, INT32_MAX, &entry.line, why)) != ERR_NONE)
		return err;
	*out = entry;
	return ERR_NONE;
}

/* As much of a name as fits into LIMIT_NAME once json_quote has put U+FFFD, of three bytes, for what is no
 * UTF-8. */
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
	if (!open)
		json_close(&json, '}');
}

/* Undoes json_quote's escapes, all of which are shorter unescaped. Only \u00XX occurs of the \u forms. */
static size_t unescape(struct span text, char *out)
{
	static const char LETTERS[] = "bfnrt", MEANT[] = "\b\f\n\r\t";
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		const char *letter;

		if (text.data[i] != '\\' || i + 1 == text.len) {
			out[len++] = text.data[i];
			continue;
		}
		letter = strchr(LETTERS, text.data[++i]);
		if (text.data[i] == 'u' && i + 4 < text.len) {
			char hex[3] = {text.data[i + 3], text.data[i + 4], 0};

			out[len++] = (char)strtoul(hex, NULL, 16);
			i += 4;
		} else {
			out[len++] = letter && *letter ? MEANT[letter - LETTERS] : text.data[i];
		}
	}
	return len;
}

/* Whether the plain text behind a stored string holds `part`. Most strings have no escapes and need no copy.
 */
static bool holds(struct span text, const char *part)
{
	char *plain;
	bool found;

	if (!memchr(text.data, '\\', text.len))
		return text_contains(text.data, text.len, part, strlen(part));
	plain = mem_alloc(text.len, 1);
	found = text_contains(plain, unescape(text, plain), part, strlen(part));
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
	if (span_is(name, "message"))
		return !*filter->text || holds(text, filter->text);
	return true;
}

bool entry_matches(const struct entry_filter *filter, const char *json, size_t len)
{
	struct json_scan scan = json_scan_open(json, len);
	struct span name, value;

	while (json_scan_next(&scan, &name, &value))
		if (!member_passes(filter, name, json_scan_text(value)))
			return false;
	return true;
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

	/* seq is the last member: its digits are followed by the closing brace. */
	if (!len || json[len - 1] != '}')
		return 0;
	for (i = len - 1; i > 0 && json[i - 1] >= '0' && json[i - 1] <= '9'; i--)
		;
	if (i < mark_len || memcmp(json + i - mark_len, MARK, mark_len) != 0)
		return 0;
	return strtoll(json + i, NULL, 10);
}
