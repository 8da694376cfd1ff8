/*
 * From a line to an entry: chooses between JSON, logfmt and plain, fills in what the line does not say, and
 * keeps a stack trace together. Does not read files.
 */
#include "reporter/logs/line.h"

#include "common/json.h"
#include "common/limits.h"
#include "reporter/logs/fields.h"
#include "reporter/logs/layout.h"
#include "reporter/logs/logfmt.h"

#include <ctype.h>
#include <string.h>

#define TRACE_MAX_MS 60000 /* what comes later than this was not written together with the head */
#define PYTHON_TRACE "Traceback (most recent call last):"

/* Unindented lines between the parts of a stack trace. */
static const char *const TRACE_STARTS[] = {
	PYTHON_TRACE,
	"During handling of the above exception",
	"The above exception was the direct cause",
	"Caused by: ",
};

/* What Java says of an exception that nobody caught, in place of a head. */
#define UNCAUGHT "Exception in thread \""

static const char *const EXCEPTION_ENDS[] = {"Exception", "Error", "Throwable"};

static bool starts_with(const char *line, size_t len, const char *start)
{
	return len >= strlen(start) && memcmp(line, start, strlen(start)) == 0;
}

static bool read_fields(struct log_line_parser *parser, const char *text, size_t len, int64_t now_ms,
			struct entry *out)
{
	json_free(parser->document);
	parser->document = NULL;
	return json_parse(text, len, &parser->document, NULL) == ERR_NONE &&
	       log_fields_read(parser->document, now_ms, &parser->message, out);
}

static bool read_json(struct log_line_parser *parser, const char *line, size_t len, int64_t now_ms,
		      struct entry *out)
{
	return parser->format != LOG_FORMAT_PLAIN && len > 0 && *line == '{' &&
	       read_fields(parser, line, len, now_ms, out);
}

static bool read_logfmt(struct log_line_parser *parser, const char *line, size_t len, int64_t now_ms,
			struct entry *out)
{
	return parser->format != LOG_FORMAT_JSON && log_logfmt_read(line, len, &parser->object) &&
	       read_fields(parser, buf_string(&parser->object), parser->object.len, now_ms, out);
}

/* A logger the head names is kept in the parser: it has no NUL in the line, and a stack trace may follow. */
static void begin_head(struct log_line_parser *parser, const char *logger, size_t logger_len, int64_t now_ms,
		       struct entry *out)
{
	buf_clear(&parser->head_logger);
	buf_append(&parser->head_logger, logger ? logger : "", logger_len);
	if (logger)
		out->logger_name = buf_string(&parser->head_logger);
	parser->has_head = true;
	parser->level = out->level;
	parser->timestamp_ms = out->timestamp_ms;
	parser->read_ms = now_ms;
	parser->in_traceback = false;
}

static bool read_plain(struct log_line_parser *parser, const char *line, size_t len, int64_t now_ms,
		       struct entry *out)
{
	struct log_head head;

	if (parser->format == LOG_FORMAT_JSON || !log_layout_match(line, len, &head))
		return false;
	if (head.has_time)
		out->timestamp_ms = log_time_ms(&head.time, now_ms);
	if (head.has_level)
		out->level = head.level;
	out->message = line + head.len;
	out->message_len = len - head.len;
	begin_head(parser, head.logger, head.logger_len, now_ms, out);
	return true;
}

/* An exception that nobody caught is no head's; Python writes of both in the same way. */
static bool read_uncaught(struct log_line_parser *parser, const char *line, size_t len, int64_t now_ms,
			  struct entry *out)
{
	bool python = !parser->has_head && starts_with(line, len, PYTHON_TRACE);

	if (parser->format == LOG_FORMAT_JSON || (!python && !starts_with(line, len, UNCAUGHT)))
		return false;
	out->level = LEVEL_ERROR;
	begin_head(parser, NULL, 0, now_ms, out);
	parser->in_traceback = python;
	return true;
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

/*
 * Whether a line without a head belongs to the entry before it: what is indented, and what stack traces say
 * between. Python's ends with an unindented line that names the exception, Java's begins with one.
 */
static bool continues_trace(struct log_line_parser *parser, const char *line, size_t len)
{
	bool was_in_traceback = parser->in_traceback;

	if (!parser->has_head)
		return false;
	for (size_t i = 0; i < sizeof(TRACE_STARTS) / sizeof(TRACE_STARTS[0]); i++)
		if (starts_with(line, len, TRACE_STARTS[i])) {
			parser->in_traceback = strcmp(TRACE_STARTS[i], PYTHON_TRACE) == 0;
			return true;
		}
	if (len > 0 && (*line == ' ' || *line == '\t'))
		return true;
	parser->in_traceback = false;
	return was_in_traceback || is_exception(line, len);
}

static void take_from_head(const struct log_line_parser *parser, int64_t now_ms, struct entry *out)
{
	out->level = parser->level;
	if (now_ms - parser->read_ms <= TRACE_MAX_MS)
		out->timestamp_ms = parser->timestamp_ms;
	if (parser->head_logger.len)
		out->logger_name = buf_string(&parser->head_logger);
}

void log_line_read(struct log_line_parser *parser, const char *line, size_t len, int64_t now_ms,
		   struct entry *out)
{
	*out = (struct entry){
		.timestamp_ms = now_ms,
		.level = LEVEL_INFO,
		.logger_name = parser->logger,
		.message = line,
		.message_len = len,
	};
	if (read_json(parser, line, len, now_ms, out) || read_logfmt(parser, line, len, now_ms, out))
		parser->has_head = false;
	else if (!read_plain(parser, line, len, now_ms, out) &&
		 !read_uncaught(parser, line, len, now_ms, out) && continues_trace(parser, line, len))
		take_from_head(parser, now_ms, out);
	entry_cut_message(out, &parser->cut);
}

void log_line_parser_free(struct log_line_parser *parser)
{
	json_free(parser->document);
	buf_free(&parser->head_logger);
	buf_free(&parser->object);
	buf_free(&parser->message);
	buf_free(&parser->cut);
}
