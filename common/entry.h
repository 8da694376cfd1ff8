/*
 * A log entry of the wire contract. The reporter writes entries, the API checks and stores them, and both
 * the API and the relay filter stored entries without a full parse.
 */
#ifndef COMMON_ENTRY_H
#define COMMON_ENTRY_H

#include "common/buf.h"
#include "common/id.h"
#include "common/json.h"
#include "common/level.h"
#include "common/span.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * An entry in memory. It owns none of its texts: they point into the document, the buffer or the line that
 * it was read from. A NULL text is written as "".
 */
struct entry {
	int64_t timestamp_ms;
	enum level level;
	const char *logger_name;
	const char *message;
	size_t message_len;
	const char *module;
	const char *function; /* `funcName` on the wire */
	int64_t line;	      /* `lineno`; 0 if unknown */
	struct span fields;   /* what else the line carries, as entry_fields_end gives it; empty if nothing */
};

/*
 * Reads one entry as a worker sends it. `level` and `message` must be there; a missing timestamp becomes
 * `now_ms`. A message longer than LIMIT_MESSAGE is cut, see entry_cut_message. `fields` is made flat, and
 * what goes beyond LIMIT_FIELDS is left out (entry_fields.h). Texts of *out point into `value` or into
 * `scratch`, so both must live as long. ERR_INVALID, with *out untouched, where a field has another type or
 * is too long: the sentence names `path` (e.g. "logs[3]") and the field.
 */
enum err entry_read(const struct json *value, const char *path, int64_t now_ms, struct buf *scratch,
		    struct entry *out, struct reason *why) MUST_CHECK;

/*
 * Cuts a message that would take more than LIMIT_MESSAGE bytes as a JSON string (a control character takes
 * six there). It is cut between two characters and ends in "…[cut]"; entry->message then points into
 * `scratch`, whose earlier contents are gone. A message that fits stays as it is.
 */
void entry_cut_message(struct entry *entry, struct buf *scratch);

/*
 * Appends the entry as a JSON object with its fields in this order: timestamp, node_id, level,
 * logger_name, message, module, funcName, lineno, and fields if there are any. With `node` NULL there is no
 * node_id, as when a worker sends it. With `open` true the closing brace is left out, so that the API's
 * script in Redis can add
 * `,"seq":N}`. Names are cut to LIMIT_NAME bytes, so a written entry can always be read by entry_read. The
 * message is not cut here.
 */
void entry_write(struct buf *out, const struct entry *entry, const char *node, bool open);

/* Which entries somebody asks for. Each member that is not empty must match. */
struct entry_filter {
	char node[ID_NODE_SIZE];
	enum level level;      /* this level and above */
	char logger_name[128]; /* case-insensitive substrings */
	char text[256];	       /* of the message or of a field's `name=value` */
};

/*
 * Whether a stored entry passes the filter. `json` is as entry_write made it, with its node_id and its
 * seq. The substrings are searched in the text that the strings stand for, not in their escapes.
 */
bool entry_matches(const struct entry_filter *filter, const char *json, size_t len);

/* Whether a stored entry's time is `iso` or later; `iso` is as clock_format_iso writes it. */
bool entry_is_since(const char *json, size_t len, const char *iso);

/* The sequence number of a stored entry, which counts from 1; 0 if it has none. */
int64_t entry_seq(const char *json, size_t len);

#endif
