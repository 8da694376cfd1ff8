/*
 * From a line to an entry: chooses between JSON, logfmt and plain text, fills in what the line does not say,
 * and keeps a stack trace together. Does not read files, and does not know a single logger's format: these
 * are tables elsewhere (field_names.c, layout.c, timestamp.c, trace.c).
 *
 * The problem. A program's log is lines, an event is not: a stack trace is dozens of lines, of which only the
 * first says when and how bad. Shown each for itself, all but the first would be INFO lines of now, and a
 * filter for errors would show the one line that does not say what went wrong.
 *
 * The idea. A line that begins with a time or a level is remembered (`first`), and a line that does not begin
 * so takes level, logger and time from it if it looks like a part of a trace (trace.h). Every line stays an
 * entry of its own: to join them would mean to hold a line back until the next one comes, and the newest line
 * is what people wait for. Only what is cut at a place without meaning is joined: the parts of a container's
 * long line, and the lines of a quoted cell.
 *
 * Lines stand in lines: a container's runtime, a supervisor or syslog puts its own time and name before what
 * the program wrote, which has a level, and perhaps a time and a name again. So what follows a prefix without
 * a level is read like a line, with what is known already. What is outside knows the time and the program
 * best; the level is what stands inside.
 *
 * What must stay true. What only resembles a trace must not be believed for long, since programs print
 * indented lines on their own too: after a minute a line takes the level and logger, but its time is now. And
 * every line is shown, whatever it is: what cannot be read is a message as it stands.
 */
#include "reporter/logs/line.h"

#include "common/clock.h"
#include "common/entry_fields.h"
#include "common/json.h"
#include "reporter/logs/ansi.h"
#include "reporter/logs/layout.h"
#include "reporter/logs/logfmt.h"

#include <string.h>

#define TRACE_MAX_MS 60000	  /* a trace is written at once, so what comes later is of its own time */
#define JOINED_MAX   (256 * 1024) /* bytes of an entry that is several lines */
#define DEPTH_MAX    4		  /* prefixes before prefixes, objects within objects */

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* What a prefix or an envelope has said already. The same thing in the text behind it is then not taken. */
struct known {
	bool time, logger;
	int depth;
};

static void read_content(struct line_parser *parser, const char *line, size_t len, int64_t now_ms,
			 struct known known, struct entry *out);

/* Adds a field to those that the entry has, which are in the parser's scratch. */
static void add_field(struct line_parser *parser, const char *name, const char *text, size_t len,
		      struct entry *out)
{
	struct buf *members = &parser->scratch.members;
	struct entry_fields fields = {.out = members, .any = out->fields.len > 0};

	if (fields.any)
		buf_truncate(members, members->len - 1); /* the closing brace */
	else
		buf_clear(members);
	(void)entry_fields_add_text(&fields, name, text, len);
	out->fields = entry_fields_end(&fields);
}

/* Puts the whole line of an envelope into *out. */
static void read_envelope(struct line_parser *parser, const struct envelope *envelope, int64_t now_ms,
			  struct known known, struct entry *out)
{
	const char *stream = stream_name(envelope->stream);

	out->timestamp_ms = envelope->timestamp_ms;
	known.time = true;
	known.depth++;
	read_content(parser, envelope->text, envelope->len, now_ms, known, out);
	add_field(parser, "stream", stream, strlen(stream), out);
}

enum object { OBJECT_NONE, OBJECT_READ, OBJECT_PART };

/*
 * JSON or logfmt, if the format allows it: both are objects of named values. Docker's json-file is an object
 * around a line.
 */
static enum object read_object(struct line_parser *parser, const char *line, size_t len, int64_t now_ms,
			       struct known known, struct entry *out)
{
	struct envelope envelope;
	struct entry entry = *out;

	if (parser->format == LOG_FORMAT_PLAIN || len == 0 || *line != '{') {
		if (parser->format == LOG_FORMAT_JSON || !logfmt_read(line, len, &parser->object))
			return OBJECT_NONE;
		line = buf_string(&parser->object);
		len = parser->object.len;
	}
	json_free(parser->document);
	parser->document = NULL;
	if (json_parse(line, len, &parser->document, NULL) != ERR_NONE)
		return OBJECT_NONE;
	if (known.depth == 0 && envelope_read_docker(parser->document, now_ms, &envelope)) {
		if (!envelope_join(&parser->parts, &envelope, JOINED_MAX))
			return OBJECT_PART;
		read_envelope(parser, &envelope, now_ms, known, out);
		return OBJECT_READ;
	}
	if (!fields_read(parser->document, now_ms, &parser->scratch, &entry))
		return OBJECT_NONE;
	if (known.time)
		entry.timestamp_ms = out->timestamp_ms;
	if (known.logger && entry.logger_name != out->logger_name) {
		add_field(parser, "logger", entry.logger_name, strlen(entry.logger_name), &entry);
		entry.logger_name = out->logger_name;
	}
	*out = entry;
	parser->trace = TRACE_NONE; /* such loggers put a trace into a member */
	return OBJECT_READ;
}

/* Remembers the entry for the trace that may follow it. */
static void begin_trace(struct line_parser *parser, int64_t now_ms, bool has_logger, const struct entry *out)
{
	buf_clear(&parser->first.logger);
	if (has_logger)
		buf_append(&parser->first.logger, parser->name.data, parser->name.len);
	parser->first.level = out->level;
	parser->first.timestamp_ms = out->timestamp_ms;
	parser->first.read_ms = now_ms;
	parser->trace = TRACE_OPEN;
}

/* Takes over what the first line of the trace has said. */
static void join_trace(struct line_parser *parser, int64_t now_ms, struct known known, struct entry *out)
{
	out->level = parser->first.level;
	if (!known.time && now_ms - parser->first.read_ms <= TRACE_MAX_MS)
		out->timestamp_ms = parser->first.timestamp_ms;
	if (!known.logger && parser->first.logger.len)
		out->logger_name = buf_string(&parser->first.logger);
}

/* Whether the trace that is open is of the same logger: lines of others come between a program's in syslog.
 */
static bool is_same_logger(const struct line_parser *parser, struct known known)
{
	const struct buf *first = &parser->first.logger, *name = &parser->name;

	return !known.logger || (first->len == name->len &&
				 (first->len == 0 || memcmp(first->data, name->data, first->len) == 0));
}

/* A line, or what is left of one, that begins with nothing known. */
static void read_unprefixed(struct line_parser *parser, const char *line, size_t len, int64_t now_ms,
			    struct known known, struct entry *out)
{
	bool recent = parser->trace != TRACE_NONE && now_ms - parser->first.read_ms <= TRACE_MAX_MS;
	bool same = is_same_logger(parser, known);
	struct trace_start start;

	out->message = line;
	out->message_len = len;
	/* A traceback belongs to the line that a logger wrote before it, unless that told of nothing bad. */
	if (trace_begins(line, len, &start) &&
	    !(start.may_belong && recent && same && parser->first.level >= LEVEL_WARNING)) {
		out->level = start.level;
		begin_trace(parser, now_ms, known.logger, out);
		parser->trace = start.next;
	} else if (same && trace_continues(&parser->trace, line, len)) {
		join_trace(parser, now_ms, known, out);
	} else if (trace_is_named_error(line, len, &out->level) || known.depth > 0) {
		begin_trace(parser, now_ms, known.logger, out);
	}
}

/* Takes a time that a prefix has. One that cannot be right is now, and can be read in the fields. */
static void take_time(struct line_parser *parser, const struct line_prefix *prefix, int64_t now_ms,
		      struct known *known, struct entry *out)
{
	int64_t ms = timestamp_to_ms(&prefix->time, now_ms);

	if (known->time || prefix->time.is_vague)
		return;
	if (timestamp_is_believed(ms, now_ms)) {
		out->timestamp_ms = ms;
		/* What stands further in counts only if it is more exact. */
		known->time = prefix->time.has_fraction;
	} else {
		char text[CLOCK_ISO_LEN + 1];

		clock_format_iso(ms, text);
		add_field(parser, "time", text, strlen(text), out);
	}
}

/* Reads a line, or what is left of one behind a prefix. */
static void read_content(struct line_parser *parser, const char *line, size_t len, int64_t now_ms,
			 struct known known, struct entry *out)
{
	struct line_prefix prefix;
	const char *rest;

	out->message = line;
	out->message_len = len;
	if (known.depth > 0 && read_object(parser, line, len, now_ms, known, out) == OBJECT_READ)
		return;
	if (parser->format == LOG_FORMAT_JSON)
		return;
	if (len == 0 || !layout_match(line, len, known.depth > 0, &prefix)) {
		read_unprefixed(parser, line, len, now_ms, known, out);
		return;
	}
	rest = line + prefix.len;
	out->message = rest;
	out->message_len = len - prefix.len;
	if (prefix.has_time)
		take_time(parser, &prefix, now_ms, &known, out);
	if (prefix.logger && !known.logger) {
		buf_clear(&parser->name);
		buf_append(&parser->name, prefix.logger, prefix.logger_len);
		out->logger_name = buf_string(&parser->name);
		known.logger = true;
	}
	if (prefix.has_level)
		out->level = prefix.level;
	if (prefix.has_level || prefix.is_whole || prefix.len == 0 || known.depth == DEPTH_MAX) {
		begin_trace(parser, now_ms, known.logger, out);
		return;
	}
	/* A blank more than the prefix has belongs to the rest: it may be a frame of a trace. */
	if (prefix.len > 1 && (rest[-1] == '\t' || rest[-2] == ' ')) {
		rest--;
		if (is_same_logger(parser, known) && trace_continues(&parser->trace, rest, 1)) {
			join_trace(parser, now_ms, known, out);
			return;
		}
		rest++;
	}
	known.depth++;
	read_content(parser, rest, len - prefix.len, now_ms, known, out);
}

/* Puts a record of csvlog into *out. False if it is none: then it is text. */
static bool read_csv(struct line_parser *parser, int64_t now_ms, struct entry *out)
{
	const struct buf *record = &parser->csv.record;
	struct csvlog_record csv;
	int64_t ms;

	if (!csvlog_read(&parser->csv, buf_string(record), record->len, &csv))
		return false;
	ms = timestamp_to_ms(&csv.time, now_ms);
	if (timestamp_is_believed(ms, now_ms))
		out->timestamp_ms = ms;
	out->level = csv.level;
	out->message = csv.message;
	out->message_len = csv.message_len;
	for (int i = 0; i < CSVLOG_CELLS; i++)
		if (*csv.cells[i])
			add_field(parser, csvlog_names[i], csv.cells[i], strlen(csv.cells[i]), out);
	parser->trace = TRACE_NONE;
	return true;
}

/* Text in which colours were found is copied without them. */
static void strip_colours(struct buf *plain, const char **text, size_t *len)
{
	if (!memchr(*text, '\x1b', *len))
		return;
	buf_clear(plain);
	buf_append(plain, *text, *len);
	buf_truncate(plain, ansi_strip(plain->data, plain->len, plain->data));
	*text = plain->data;
	*len = plain->len;
}

static void begin_entry(const struct line_parser *parser, const char *line, size_t len, int64_t now_ms,
			struct entry *out)
{
	*out = (struct entry){
		.timestamp_ms = now_ms,
		.level = LEVEL_INFO,
		.logger_name = parser->logger,
		.message = line,
		.message_len = len,
	};
}

/* A line that is not held back. False if it is a part of one. */
static bool read_line(struct line_parser *parser, const char *line, size_t len, int64_t now_ms,
		      struct entry *out)
{
	const struct known known = {.depth = 0};
	struct envelope envelope;

	begin_entry(parser, line, len, now_ms, out);
	if (envelope_read_cri(line, len, now_ms, &envelope)) {
		if (!envelope_join(&parser->parts, &envelope, JOINED_MAX))
			return false;
		read_envelope(parser, &envelope, now_ms, known, out);
		return true;
	}
	switch (read_object(parser, line, len, now_ms, known, out)) {
	case OBJECT_PART:
		return false;
	case OBJECT_READ:
		return true;
	default:
		read_content(parser, line, len, now_ms, known, out);
		return true;
	}
}

bool line_read(struct line_parser *parser, const char *line, size_t len, int64_t now_ms, struct entry *out)
{
	if (len >= strlen(BYTE_ORDER_MARK) && memcmp(line, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0) {
		line += strlen(BYTE_ORDER_MARK);
		len -= strlen(BYTE_ORDER_MARK);
	}
	strip_colours(&parser->plain, &line, &len);
	if (parser->format != LOG_FORMAT_JSON && csvlog_takes(&parser->csv, line, len)) {
		if (!csvlog_add(&parser->csv, line, len, JOINED_MAX))
			return false;
		line = buf_string(&parser->csv.record);
		len = parser->csv.record.len;
		begin_entry(parser, line, len, now_ms, out);
		if (read_csv(parser, now_ms, out)) {
			entry_cut_message(out, &parser->cut);
			return true;
		}
	}
	if (!read_line(parser, line, len, now_ms, out))
		return false;
	entry_cut_message(out, &parser->cut);
	return true;
}

bool line_is_open(const struct line_parser *parser)
{
	return parser->csv.open || envelope_is_open(&parser->parts);
}

bool line_flush(struct line_parser *parser, int64_t now_ms, struct entry *out)
{
	const struct known known = {.depth = 1};
	struct envelope envelope;

	if (parser->csv.open) {
		parser->csv.open = false;
		begin_entry(parser, buf_string(&parser->csv.record), parser->csv.record.len, now_ms, out);
		(void)read_csv(parser, now_ms, out);
	} else if (envelope_flush(&parser->parts, &envelope)) {
		begin_entry(parser, envelope.text, envelope.len, now_ms, out);
		read_content(parser, envelope.text, envelope.len, now_ms, known, out);
	} else {
		return false;
	}
	entry_cut_message(out, &parser->cut);
	return true;
}

void line_read_message(struct line_parser *parser, bool has_level, int64_t now_ms, struct entry *out)
{
	const struct known known = {.time = true, .logger = out->logger_name != NULL, .depth = 1};
	struct entry inner;

	strip_colours(&parser->plain, &out->message, &out->message_len);
	buf_clear(&parser->name);
	if (known.logger)
		buf_text(&parser->name, out->logger_name);
	inner = *out;
	if (read_object(parser, out->message, out->message_len, now_ms, known, &inner) == OBJECT_READ) {
		out->message = inner.message;
		out->message_len = inner.message_len;
		out->fields = inner.fields;
	} else {
		/* Only for its level: a text stays as it was given, since the outer time and logger are
		 * another's. */
		read_content(parser, out->message, out->message_len, now_ms, known, &inner);
	}
	if (!has_level || inner.level > out->level)
		out->level = inner.level;
	entry_cut_message(out, &parser->cut);
}

void line_parser_free(struct line_parser *parser)
{
	json_free(parser->document);
	buf_free(&parser->first.logger);
	envelope_parts_free(&parser->parts);
	csvlog_free(&parser->csv);
	buf_free(&parser->plain);
	buf_free(&parser->name);
	buf_free(&parser->object);
	fields_scratch_free(&parser->scratch);
	buf_free(&parser->cut);
}
