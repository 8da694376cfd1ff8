/*
 * A log entry of the wire contract: read from what a worker sends, written as it is stored and served, and
 * looked at again (for filters) without a full parse. Shared by the reporter (writes), the API (checks,
 * stores) and the relay (filters).
 */
#ifndef COMMON_ENTRY_H
#define COMMON_ENTRY_H

#include "common/buf.h"
#include "common/id.h"
#include "common/json.h"

#include <stdbool.h>
#include <stdint.h>

enum level { LEVEL_DEBUG, LEVEL_INFO, LEVEL_WARNING, LEVEL_ERROR, LEVEL_CRITICAL, LEVEL_COUNT };

const char *level_name(enum level level); /* "DEBUG" … "CRITICAL" */

/* Any case; also WARN, ERR, FATAL, CRIT, ALERT, EMERG, EMERGENCY, PANIC, NOTICE, TRACE and syslog's words. */
enum err level_parse(const char *text, size_t len, enum level *out) MUST_CHECK;

/* syslog severity 0-7 (RFC 5424 table 2), which is also the journal's PRIORITY. */
enum level level_of_severity(int severity);

/* Texts point into memory of whoever filled the struct; a NULL text is written as "". */
struct entry {
	int64_t timestamp_ms;
	enum level level;
	const char *logger_name;
	const char *message;
	size_t message_len;
	const char *module;
	const char *function; /* `funcName` on the wire */
	int64_t line;	      /* `lineno`; 0 if unknown */
};

/*
 * Reads one entry as a worker sends it. `level` and `message` must be there; a missing timestamp becomes
 * `now_ms`. Types are checked (ERR_INVALID names `path`, e.g. "logs[3]", and the field); a longer message
 * than LIMIT_MESSAGE is cut. Texts point into `value` or into `scratch`, which must live as long as *out.
 */
enum err entry_read(const struct json *value, const char *path, int64_t now_ms, struct buf *scratch,
		    struct entry *out, struct reason *why) MUST_CHECK;

/*
 * A message that would take more than LIMIT_MESSAGE bytes in JSON, where a control character takes six, is
 * cut at a character and marked; it then stands in `scratch`.
 */
void entry_cut_message(struct entry *entry, struct buf *scratch);

/*
 * Appends the entry as JSON. Fields stand in this order: timestamp, node_id, level, logger_name, message,
 * module, funcName, lineno. With `node` NULL there is no node_id (what a worker sends); the closing brace is
 * left out when `open` is true, so that `,"seq":N}` can follow. Names are cut to LIMIT_NAME, so that what is
 * written can always be read.
 */
void entry_write(struct buf *out, const struct entry *entry, const char *node, bool open);

/* What a viewer asks for. Empty texts match everything. */
struct entry_filter {
	char node[ID_NODE_SIZE];
	enum level level;      /* this level and above */
	char logger_name[128]; /* case-insensitive substrings */
	char text[256];
};

/* Whether a stored entry (as entry_write made it, with seq) passes; strings are unescaped before they are
 * searched. */
bool entry_matches(const struct entry_filter *filter, const char *json, size_t len);

/* Whether a stored entry's timestamp is this moment, as clock_format_iso writes it, or later. */
bool entry_is_since(const char *json, size_t len, const char *iso);

/* The seq of a stored entry, 0 if it has none. */
int64_t entry_seq(const char *json, size_t len);

#endif
