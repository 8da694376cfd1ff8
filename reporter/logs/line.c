/*
 * From a line to an entry: chooses between JSON, logfmt and plain text, fills in what the line does not say,
 * and keeps a stack trace together. Does not read files, and does not know a single logger's format: these
 * are tables elsewhere (fields.c, layout.c, timestamp.c).
 *
 * The problem. A program's log is lines, an event is not: a stack trace is dozens of lines, of which only the
 * first says when and how bad. Shown each for itself, all but the first would be INFO lines of now, and a
 * filter for errors would show the one line that does not say what went wrong.
 *
 * The idea. A line that begins with a time or a level is remembered (`first`), and a line that does not begin
 * so takes level, logger and time from it if it looks like a part of a trace: it is indented, or it is one of
 * the few unindented lines that Python and Java write between and around the frames. Python ends a trace with
 * such a line, Java begins one with it; hence the state TRACE_PYTHON. Every line stays an entry of its own:
 * to join them would mean to hold a line back until the next one comes, and the newest line is what people
 * wait for.
 *
 * What must stay true. What only resembles a trace must not be believed for long, since programs print
 * indented lines on their own too: after a minute a line takes the level and logger, but its time is now. And
 * every line is shown, whatever it is: what cannot be read is a message as it stands.
 */
#include "reporter/logs/line.h"

#include "common/json.h"
#include "reporter/logs/fields.h"
#include "reporter/logs/layout.h"
#include "reporter/logs/logfmt.h"

#include <ctype.h>
#include <string.h>

#define TRACE_MAX_MS 60000 /* a trace is written at once, so what comes later is of its own time */
#define PYTHON_TRACE "Traceback (most recent call last):"

/* Unindented lines between the parts of a stack trace. */
static const char *const TRACE_STARTS[] = {
	PYTHON_TRACE,
	"During handling of the above exception",
	"The above exception was the direct cause",
	"Caused by: ",
};

/* What Java says of an exception that nobody caught, where other traces follow a line of the logger's. */
#define UNCAUGHT "Exception in thread \""

static const char *const EXCEPTION_ENDS[] = {"Exception", "Error", "Throwable"};

static bool starts_with(const char *line, size_t len, const char *start)
{
	return len >= strlen(start) && memcmp(line, start, strlen(start)) == 0;
}

/* JSON or logfmt, if the format allows it: both are objects of named values. */
static bool read_object(struct line_parser *parser, const char *line, size_t len, int64_t now_ms,
			struct entry *out)
{
	if (parser->format == LOG_FORMAT_PLAIN || len == 0 || *line != '{') {
		if (parser->format == LOG_FORMAT_JSON || !logfmt_read(line, len, &parser->object))
			return false;
		line = buf_string(&parser->object);
		len = parser->object.len;
	}
	json_free(parser->document);
	parser->document = NULL;
	return json_parse(line, len, &parser->document, NULL) == ERR_NONE &&
	       fields_read(parser->document, now_ms, &parser->message, out);
}

/*
 * Remembers a line for the trace that may follow it. A logger that it names is copied, since it has no NUL in
 * the line and must outlive it.
 */
static void begin_trace(struct line_parser *parser, const char *logger, size_t logger_len, int64_t now_ms,
			struct entry *out)
{
	buf_clear(&parser->first.logger);
	if (logger) {
		buf_append(&parser->first.logger, logger, logger_len);
		out->logger_name = buf_string(&parser->first.logger);
	}
	parser->first.level = out->level;
	parser->first.timestamp_ms = out->timestamp_ms;
	parser->first.read_ms = now_ms;
	parser->trace = TRACE_OPEN;
}

/* SAMPLE java.lang.IllegalStateException: no file */
static bool is_exception(const char *line, size_t len)
{
	size_t name_len = 0;

	while (name_len < len && (isalnum((unsigned char)line[name_len]) || memchr("._$", line[name_len], 3)))
		name_len++;
	if (name_len == 0 || !isalpha((unsigned char)*line) || !memchr(line, '.', name_len) ||
	    (name_len < len && line[name_len] != ':'))
		return false;
	for (size_t i = 0; i < sizeof(EXCEPTION_ENDS) / sizeof(EXCEPTION_ENDS[0]); i++) {
		size_t end_len = strlen(EXCEPTION_ENDS[i]);

		if (name_len > end_len && memcmp(line + name_len - end_len, EXCEPTION_ENDS[i], end_len) == 0)
			return true;
	}
	return false;
}

/* Whether the line is a part of the trace that is open, and what may come after it. */
static bool continues_trace(struct line_parser *parser, const char *line, size_t len)
{
	bool was_python = parser->trace == TRACE_PYTHON;

	if (parser->trace == TRACE_NONE)
		return false;
	for (size_t i = 0; i < sizeof(TRACE_STARTS) / sizeof(TRACE_STARTS[0]); i++) {
		if (starts_with(line, len, TRACE_STARTS[i])) {
			parser->trace =
				strcmp(TRACE_STARTS[i], PYTHON_TRACE) == 0 ? TRACE_PYTHON : TRACE_OPEN;
			return true;
		}
	}
	if (len > 0 && (*line == ' ' || *line == '\t'))
		return true;
	parser->trace = TRACE_OPEN;
	return was_python || is_exception(line, len);
}

/* Plain text: the first line of something, a part of the trace that is open, or a message as it stands. */
static void read_text(struct line_parser *parser, const char *line, size_t len, int64_t now_ms,
		      struct entry *out)
{
	struct line_prefix prefix;
	bool python;

	if (layout_match(line, len, &prefix)) {
		if (prefix.has_time)
			out->timestamp_ms = timestamp_to_ms(&prefix.time, now_ms);
		if (prefix.has_level)
			out->level = prefix.level;
		out->message = line + prefix.len;
		out->message_len = len - prefix.len;
		begin_trace(parser, prefix.logger, prefix.logger_len, now_ms, out);
		return;
	}
	/* An exception that nobody caught. Python begins it as it does a logged one, for which a trace is
	 * open. */
	python = parser->trace == TRACE_NONE && starts_with(line, len, PYTHON_TRACE);
	if (python || starts_with(line, len, UNCAUGHT)) {
		out->level = LEVEL_ERROR;
		begin_trace(parser, NULL, 0, now_ms, out);
		if (python)
			parser->trace = TRACE_PYTHON;
		return;
	}
	if (!continues_trace(parser, line, len))
		return;
	out->level = parser->first.level;
	if (now_ms - parser->first.read_ms <= TRACE_MAX_MS)
		out->timestamp_ms = parser->first.timestamp_ms;
	if (parser->first.logger.len)
		out->logger_name = buf_string(&parser->first.logger);
}

void line_read(struct line_parser *parser, const char *line, size_t len, int64_t now_ms, struct entry *out)
{
	*out = (struct entry){
		.timestamp_ms = now_ms,
		.level = LEVEL_INFO,
		.logger_name = parser->logger,
		.message = line,
		.message_len = len,
	};
	if (read_object(parser, line, len, now_ms, out))
		parser->trace = TRACE_NONE; /* such loggers put a trace into a member */
	else if (parser->format != LOG_FORMAT_JSON)
		read_text(parser, line, len, now_ms, out);
	entry_cut_message(out, &parser->cut);
}

void line_parser_free(struct line_parser *parser)
{
	json_free(parser->document);
	buf_free(&parser->first.logger);
	buf_free(&parser->object);
	buf_free(&parser->message);
	buf_free(&parser->cut);
}
