/*
 * A line of a log, made into an entry: level, logger, time and fields are found where the line has them. One
 * parser for each followed file, because a stack trace's lines take the level, logger and time of the line
 * they belong to, and because some entries are several lines.
 */
#ifndef REPORTER_LOGS_LINE_H
#define REPORTER_LOGS_LINE_H

#include "common/buf.h"
#include "common/entry.h"
#include "reporter/config/config.h"
#include "reporter/logs/csvlog.h"
#include "reporter/logs/envelope.h"
#include "reporter/logs/fields.h"
#include "reporter/logs/trace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct line_parser {
	enum log_format format;
	const char *logger; /* for lines that name none */

	/* The rest is the parser's own; zero at the start. */
	enum trace_state trace;
	struct {
		enum level level;
		int64_t timestamp_ms;
		int64_t read_ms;   /* when it was read, wall clock */
		struct buf logger; /* empty if it named none */
	} first;		   /* the last line that a trace may follow; see `trace` */
	struct envelope_parts parts;
	struct csvlog csv;
	struct buf plain;	       /* scratch: a line without colours */
	struct buf name;	       /* scratch: a logger's name, with its NUL */
	struct buf object;	       /* scratch: logfmt's pairs as JSON */
	struct fields_scratch scratch; /* an object's message and its other members */
	struct buf cut;		       /* scratch: a message that was too long */
	struct json *document;	       /* the JSON line that the last entry's texts point into */
};

/*
 * Reads one line (without its newline). What it does not say is LEVEL_INFO, `now_ms` and `parser->logger`. A
 * time that cannot be right is `now_ms`, and stands in the fields. What seemed to be JSON and is not is a
 * message as it stands. Texts point into `line` and into the parser, until the next call; the message is
 * within LIMIT_MESSAGE, as entry_cut_message says.
 *
 * False, and *out undefined, if the line is a part of an entry whose end is still to come: a part of a long
 * line in a container's log, or of a record of PostgreSQL's csvlog.
 */
bool line_read(struct line_parser *parser, const char *line, size_t len, int64_t now_ms, struct entry *out);

/* Whether a part was read whose end is to come. */
bool line_is_open(const struct line_parser *parser);

/* The entry of a line whose end will not come. False if there is none (any more). */
bool line_flush(struct line_parser *parser, int64_t now_ms, struct entry *out);

/*
 * The same for a text that came with a time, a logger and perhaps a level of its own (journal, syslog): out
 * has these already, and `has_level` tells whether its level was given. The text adds its fields; its level
 * counts if it is worse, or if none was given.
 */
void line_read_message(struct line_parser *parser, bool has_level, int64_t now_ms, struct entry *out);

/* Frees what it holds, not the struct. */
void line_parser_free(struct line_parser *parser);

#endif
