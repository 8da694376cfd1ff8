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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct log_line_parser {
	enum log_format format;
	const char *logger; /* for lines that name none */

	/* The rest is the parser's own; zero at the start. */
	bool in_traceback; /* the exception's own line is still to come */
	bool has_head;	   /* what follows is the last line's that had a head */
	enum level level;
	int64_t timestamp_ms, read_ms;
	struct buf head_logger;
	struct buf object, message, cut;
	struct json *document;
};

/*
 * Reads one line (without its newline). What it does not say is LEVEL_INFO, `now_ms` and `parser->logger`.
 * Every line is an entry: what seemed to be JSON and is not is a message as it stands. Texts point into
 * `line` and into the parser, until the next call.
 */
void log_line_read(struct log_line_parser *parser, const char *line, size_t len, int64_t now_ms,
		   struct entry *out);

void log_line_parser_free(struct log_line_parser *parser); /* what it holds, not the struct */

#endif
