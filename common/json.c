/*
 * Reading JSON: cJSON's one home.
 *
 * cJSON takes documents that the contract refuses: nesting of a thousand levels, anything behind the
 * document, raw control characters in strings, numbers that overflow to infinity. And it fails on input
 * that is common: it ends a string at `\u0000`, and refuses a document for half a surrogate pair. So a
 * document is looked over before cJSON sees it, its bad escapes are replaced in a copy, and the numbers
 * are checked afterwards. What must stay true: after json_parse every value can be used and written again
 * without another look.
 */
#include "common/json.h"

#include "common/limits.h"
#include "common/mem.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ESCAPE_LEN = 6 }; /* of \uXXXX */

/* `struct json` is never defined: a pointer to it is a pointer to cJSON under another name. */
static const cJSON *as_cjson(const struct json *value)
{
	return (const cJSON *)(const void *)value;
}

static const struct json *as_json(const cJSON *value)
{
	return (const struct json *)(const void *)value;
}

/*
 * Refuses two faults that cJSON would let pass: nesting that is too deep, before it recurses into it, and
 * raw control characters in strings. Those are not JSON, and six times as long once they are written as
 * JSON.
 */
static enum err look_over(const char *text, size_t len, struct reason *why)
{
	bool in_string = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (in_string) {
			if ((unsigned char)text[i] < ' ')
				return reason_set(why, ERR_MALFORMED,
						  "a string holds a control character at byte %zu", i);
			if (text[i] == '\\')
				i++;
			else if (text[i] == '"')
				in_string = false;
		} else if (text[i] == '"') {
			in_string = true;
		} else if (text[i] == '{' || text[i] == '[') {
			if (++depth > LIMIT_JSON_DEPTH)
				return reason_set(why, ERR_MALFORMED,
						  "JSON is nested deeper than %d levels at byte %zu",
						  LIMIT_JSON_DEPTH, i);
		} else if (text[i] == '}' || text[i] == ']') {
			depth--;
		}
	}
	return ERR_NONE;
}

/* What the escape `\uXXXX` at `at` stands for, a code unit of UTF-16; -1 if there is no such escape. */
static long code_unit(const char *at, size_t len)
{
	char digits[5] = "";

	if (len < ESCAPE_LEN || at[0] != '\\' || at[1] != 'u')
		return -1;
	memcpy(digits, at + 2, 4);
	return strspn(digits, "0123456789abcdefABCDEF") == 4 ? strtol(digits, NULL, 16) : -1;
}

/*
 * A copy of the text in which `\u0000` and halves of surrogate pairs are `\ufffd`, which is as long; NULL
 * if there is none to replace. Python's json writes half a pair for each byte that is not UTF-8, so they
 * do occur. A pair is a unit from d800 to dbff and one from dc00 to dfff behind it (RFC 8259 section 7).
 */
static char *without_bad_escapes(const char *text, size_t len)
{
	char *copy = NULL;

	for (size_t i = 0; i + 1 < len; i++) {
		long unit;

		if (text[i] != '\\')
			continue;
		unit = code_unit(text + i, len - i);
		if (unit >= 0xd800 && unit <= 0xdbff) {
			long second = code_unit(text + i + ESCAPE_LEN, len - i - ESCAPE_LEN);

			if (second >= 0xdc00 && second <= 0xdfff) {
				i += 2 * ESCAPE_LEN - 1;
				continue;
			}
		}
		if (unit == 0 || (unit >= 0xd800 && unit <= 0xdfff)) {
			if (!copy)
				copy = mem_copy(text, len);
			memcpy(copy + i, "\\ufffd", ESCAPE_LEN);
		}
		i++; /* an escaped backslash begins no escape */
	}
	return copy;
}

/*
 * Refuses numbers like 1e999, which cJSON reads as infinity and would write as null. `value` may be NULL.
 */
static enum err check_numbers(const cJSON *value, struct reason *why)
{
	for (; value; value = value->next) {
		if (cJSON_IsNumber(value) && !isfinite(value->valuedouble))
			return reason_set(why, ERR_MALFORMED, "%s is a number beyond what a double can hold",
					  value->string ? value->string : "an element");
		if (check_numbers(value->child, why) != ERR_NONE)
			return ERR_MALFORMED;
	}
	return ERR_NONE;
}

enum err json_parse(const char *text, size_t len, struct json **out, struct reason *why)
{
	const char *end = NULL, *source;
	cJSON *document = NULL;
	char *copy = NULL;
	enum err err = look_over(text, len, why);

	if (err != ERR_NONE)
		return err;
	copy = without_bad_escapes(text, len);
	source = copy ? copy : text;
	document = cJSON_ParseWithLengthOpts(source, len, &end, false);
	while (document && end < source + len && memchr(" \t\r\n", *end, 4))
		end++;
	if (!document || end < source + len) {
		err = reason_set(why, ERR_MALFORMED, "not valid JSON at byte %zu",
				 end ? (size_t)(end - source) : 0);
		goto out;
	}
	err = check_numbers(document, why);
	if (err != ERR_NONE)
		goto out;
	*out = (struct json *)(void *)document;
	document = NULL;
out:
	cJSON_Delete(document);
	free(copy);
	return err;
}

void json_free(struct json *document)
{
	cJSON_Delete((cJSON *)(void *)document);
}

bool json_is_object(const struct json *value)
{
	return cJSON_IsObject(as_cjson(value));
}

bool json_is_array(const struct json *value)
{
	return cJSON_IsArray(as_cjson(value));
}

bool json_is_null(const struct json *value)
{
	return cJSON_IsNull(as_cjson(value));
}

bool json_is_number(const struct json *value)
{
	return cJSON_IsNumber(as_cjson(value));
}

bool json_is_text(const struct json *value)
{
	return cJSON_IsString(as_cjson(value));
}

bool json_is_bool(const struct json *value)
{
	return cJSON_IsBool(as_cjson(value));
}

bool json_is_true(const struct json *value)
{
	return cJSON_IsTrue(as_cjson(value));
}

const char *json_text(const struct json *value)
{
	return json_is_text(value) ? as_cjson(value)->valuestring : NULL;
}

double json_number(const struct json *value)
{
	return json_is_number(value) ? as_cjson(value)->valuedouble : 0;
}

const struct json *json_get(const struct json *object, const char *key)
{
	return json_is_object(object) ? as_json(cJSON_GetObjectItemCaseSensitive(as_cjson(object), key))
				      : NULL;
}

const struct json *json_first(const struct json *container)
{
	return json_is_object(container) || json_is_array(container) ? as_json(as_cjson(container)->child)
								     : NULL;
}

const struct json *json_next(const struct json *element)
{
	return element ? as_json(as_cjson(element)->next) : NULL;
}

const char *json_key(const struct json *member)
{
	return member ? as_cjson(member)->string : NULL;
}

size_t json_count(const struct json *container)
{
	size_t count = 0;

	for (const struct json *e = json_first(container); e; e = json_next(e))
		count++;
	return count;
}
