/*
 * Writes the `fields` of an entry member by member. A member is written first and taken back if the object
 * has become too long by it: that is simpler than to work out beforehand what its escapes will take.
 */
#include "common/entry_fields.h"

#include "common/json_scan.h"
#include "common/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Keeps what was written behind `before` if the object, closed, is still within the limit. */
static bool keep(struct entry_fields *fields, size_t before)
{
	if (fields->out->len + 1 - fields->start > LIMIT_FIELDS) {
		buf_truncate(fields->out, before);
		return false;
	}
	fields->any = true;
	return true;
}

static void put_name(struct entry_fields *fields, const char *name)
{
	buf_char(fields->out, fields->any ? ',' : '{');
	json_quote(fields->out, name, strlen(name));
	buf_char(fields->out, ':');
}

bool entry_fields_add_text(struct entry_fields *fields, const char *name, const char *text, size_t len)
{
	size_t before = fields->out->len;

	if (strlen(name) > LIMIT_NAME || len > LIMIT_FIELDS)
		return false;
	put_name(fields, name);
	json_quote(fields->out, text, len);
	return keep(fields, before);
}

/* The members of an object under their own names behind the object's. */
static bool add_members(struct entry_fields *fields, const char *name, const struct json *object)
{
	bool all = true;

	for (const struct json *member = json_first(object); member; member = json_next(member)) {
		char path[LIMIT_NAME + 2];
		int len = snprintf(path, sizeof(path), "%s.%s", name, json_key(member));

		all &= len <= LIMIT_NAME && entry_fields_add(fields, path, member);
	}
	return all;
}

bool entry_fields_add(struct entry_fields *fields, const char *name, const struct json *value)
{
	size_t before = fields->out->len;
	struct buf array = {0};
	bool added;

	if (json_is_null(value))
		return true;
	if (json_is_object(value))
		return add_members(fields, name, value);
	if (json_is_text(value))
		return entry_fields_add_text(fields, name, json_text(value), strlen(json_text(value)));
	if (json_is_array(value)) {
		json_write(&array, value);
		added = entry_fields_add_text(fields, name, buf_string(&array), array.len);
		buf_free(&array);
		return added;
	}
	if (strlen(name) > LIMIT_NAME)
		return false;
	put_name(fields, name);
	json_write(fields->out, value);
	return keep(fields, before);
}

struct span entry_fields_end(struct entry_fields *fields)
{
	if (!fields->any)
		return (struct span){0};
	buf_char(fields->out, '}');
	return (struct span){fields->out->data + fields->start, fields->out->len - fields->start};
}

/* Of the \u forms only \u00XX occurs: json_quote writes no other. */
size_t entry_unescape(struct span text, char *out)
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

size_t entry_fields_plain(struct span fields, char *out)
{
	struct json_scan scan = json_scan_open(fields.data, fields.len);
	struct span name, value;
	size_t len = 0;

	while (json_scan_next(&scan, &name, &value)) {
		struct span text = json_scan_text(value);

		if (len)
			out[len++] = ' ';
		len += entry_unescape(name, out + len);
		out[len++] = '=';
		len += entry_unescape(*value.data == '"' ? text : value, out + len);
	}
	return len;
}
