/*
 * JSON, read and written. Reading (json.c) wraps cJSON, which is seen nowhere else; json_need.c reads
 * members that must have a type. Writing (json_out.c) goes straight into a buffer, so that ready-made JSON
 * can be spliced in without being parsed. To look into stored JSON without parsing it, see json_scan.h.
 */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include "common/buf.h"
#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>

#define JSON_EXACT_INTEGER 9007199254740992.0 /* 2^53: a double holds every integer up to it */

/* --- reading ------------------------------------------------------------------------------------ */

/*
 * A value inside a document: any of the types below, and its key where it is an object's member. The
 * document owns it.
 */
struct json;

/*
 * Parses a whole document: RFC 8259, with nothing but blanks behind it, at most LIMIT_JSON_DEPTH deep,
 * every number finite. Of two equal keys the first counts. `\u0000` and half a surrogate pair in a string
 * are read as U+FFFD, so that every text is a C string of characters; bytes that are not UTF-8 stay as
 * they are. The caller frees *out with json_free. ERR_MALFORMED with a sentence that says what is wrong
 * and where; *out is untouched then.
 */
enum err json_parse(const char *text, size_t len, struct json **out, struct reason *why) MUST_CHECK;

/* Frees the document and all its values. NULL is nothing. */
void json_free(struct json *document);

/*
 * Questions to a value. All of them take NULL and a value of any type, and answer false, NULL or 0 where
 * the question does not fit, so a path into a document can be walked without a check at each step.
 */
bool json_is_object(const struct json *value);
bool json_is_array(const struct json *value);
bool json_is_null(const struct json *value);
bool json_is_number(const struct json *value);
bool json_is_text(const struct json *value);
bool json_is_bool(const struct json *value);
bool json_is_true(const struct json *value);
const char *json_text(const struct json *value);			 /* a string's text, else NULL */
const struct json *json_get(const struct json *object, const char *key); /* exact key */
const struct json *json_first(const struct json *container);		 /* first element or member */
const struct json *json_next(const struct json *element);
const char *json_key(const struct json *member); /* a member's name */
size_t json_count(const struct json *container);
double json_number(const struct json *value); /* 0 unless a number */

/*
 * Members that must have a type and lie in a range: a text of at most `max_len` bytes, a number or whole
 * number from `min` to `max`. ERR_INVALID with a sentence that names the member. `path` is the name of the
 * object in that sentence ("metrics.memory"; "" at the top). A member that is missing or null is an error
 * to json_need_… ("… is missing"), and none to json_optional_…; *out is untouched in both cases. A text
 * lives as long as the document.
 */
enum err json_need_text(const struct json *object, const char *path, const char *key, size_t max_len,
			const char **out, struct reason *why) MUST_CHECK;
enum err json_need_number(const struct json *object, const char *path, const char *key, double min,
			  double max, double *out, struct reason *why) MUST_CHECK;
enum err json_need_integer(const struct json *object, const char *path, const char *key, int64_t min,
			   int64_t max, int64_t *out, struct reason *why) MUST_CHECK;
enum err json_optional_text(const struct json *object, const char *path, const char *key, size_t max_len,
			    const char **out, struct reason *why) MUST_CHECK;
enum err json_optional_integer(const struct json *object, const char *path, const char *key, int64_t min,
			       int64_t max, int64_t *out, struct reason *why) MUST_CHECK;

/*
 * Appends the value as compact JSON in valid UTF-8, its numbers so that they read back as the same
 * doubles.
 */
void json_write(struct buf *out, const struct json *value);

/* --- writing ------------------------------------------------------------------------------------ */

/*
 * Appends JSON to a buffer and puts the commas. A struct with only `buf` set is ready. Whether brackets
 * match and each value of an object has a key is up to the caller.
 *
 *     struct json_out out = { .buf = &body };
 *     json_open(&out, '{');
 *     json_put_text(&out, "node_id", node);
 *     json_put_raw(&out, "metrics", stored, stored_len);
 *     json_close(&out, '}');
 *
 * `key` is NULL inside an array and at the top. Strings are escaped; invalid UTF-8 becomes U+FFFD.
 */
struct json_out {
	struct buf *buf;
	bool comma; /* the next value needs one before it */
};

void json_open(struct json_out *out, char bracket);			    /* '{' or '[' as an element */
void json_open_member(struct json_out *out, const char *key, char bracket); /* … or as a member */
void json_close(struct json_out *out, char bracket);
void json_put_text(struct json_out *out, const char *key, const char *text); /* NULL text is null */
void json_put_text_len(struct json_out *out, const char *key, const char *text, size_t len);
void json_put_integer(struct json_out *out, const char *key, int64_t value);
void json_put_number(struct json_out *out, const char *key,
		     double value); /* at most two decimals; not finite is null */
void json_put_bool(struct json_out *out, const char *key, bool value);
void json_put_null(struct json_out *out, const char *key);
void json_put_time(struct json_out *out, const char *key, int64_t ms); /* ISO 8601 */
void json_put_value(struct json_out *out, const char *key, const struct json *value);
void json_put_raw(struct json_out *out, const char *key, const char *json, size_t len); /* spliced as it is */

/* How many bytes of `text`, whole characters, json_quote writes into `max` bytes between its quotes. */
size_t json_quote_fit(const char *text, size_t len, size_t max);

/* A JSON string with its quotes; invalid UTF-8 becomes U+FFFD, control characters are escaped. */
void json_quote(struct buf *out, const char *text, size_t len);

#endif
