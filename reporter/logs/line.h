/*
 * A line of a log file, made into an entry: level, logger and time are found where the line has them. One
 * parser for each followed file, because a stack trace's lines take the level, logger and time of the line
 * they belong to.
 */
#ifndef REPORTER_LOGS_LINE_H
#define REPORTER_LOGS_LINE_H

#include "common/buf.h"
#include "common/entry.h"
#include "reporter/config/config.h"

#include <stddef.h>
#include <stdint.h>

/* What a line without a level, logger and time of its own belongs to. */
enum trace_state {
	TRACE_NONE,   /* to nothing: it is an entry of its own */
	TRACE_OPEN,   /* to `first`, if it is indented or a trace's unindented line */
	TRACE_PYTHON, /* the same, and the unindented line with the exception's name is still to come */
};

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
	struct buf object;	   /* scratch: logfmt's pairs as JSON */
	struct buf message;	   /* scratch: a JSON line's message and its other members */
	struct buf cut;		   /* scratch: a message that was too long */
	struct json *document;	   /* the JSON line that the last entry's texts point into */
};

/*
 * Reads one line (without its newline). What it does not say is LEVEL_INFO, `now_ms` and `parser->logger`.
 * Every line is an entry: what seemed to be JSON and is not is a message as it stands. Texts point into
 * `line` and into the parser, until the next call; the message is within LIMIT_MESSAGE, as entry_cut_message
 * says.
 */
void line_read(struct line_parser *parser, const char *line, size_t len, int64_t now_ms, struct entry *out);

/* Frees what it holds, not the struct. */
void line_parser_free(struct line_parser *parser);

#endif
