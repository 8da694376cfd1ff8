/*
 * Log entries from systemd's journal, by sd-journal. Rotation and vacuum are the library's business; the
 * position is the journal's own cursor.
 */
#include "reporter/logs/source.h"

#include "common/limits.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/number.h"
#include "reporter/base/journal_match.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>

#define KEY		"journal"
#define ENTRIES_A_TURN	1000
#define RETRY_MS	5000
#define AGAIN_MS	20		       /* until an entry that cannot be read is tried again, */
#define TRIES_MAX	50		       /* and how often it is */
#define FIELD_MAX_BYTES (LIMIT_MESSAGE + 4096) /* what is longer is cut anyway */

enum field {
	FIELD_MESSAGE,
	FIELD_PRIORITY,
	FIELD_LOGGER,
	FIELD_IDENTIFIER,
	FIELD_COMMAND,
	FIELD_UNIT,
	FIELD_FUNCTION,
	FIELD_LINE,
	FIELD_FILE,
	FIELD_COUNT
};

static const char *const FIELD_NAMES[FIELD_COUNT] = {
	[FIELD_MESSAGE] = "MESSAGE",	[FIELD_PRIORITY] = "PRIORITY",
	[FIELD_LOGGER] = "LOGGER",	[FIELD_IDENTIFIER] = "SYSLOG_IDENTIFIER",
	[FIELD_COMMAND] = "_COMM",	[FIELD_UNIT] = "_SYSTEMD_UNIT",
	[FIELD_FUNCTION] = "CODE_FUNC", [FIELD_LINE] = "CODE_LINE",
	[FIELD_FILE] = "CODE_FILE",
};

/* The first of these that an entry has is its logger. */
static const enum field LOGGER_FIELDS[] = {FIELD_LOGGER, FIELD_IDENTIFIER, FIELD_COMMAND, FIELD_UNIT};

struct source_reader {
	struct loop *loop;
	const struct config_log *config;
	struct source_sink sink;
	sd_journal *journal; /* NULL: could not be opened, tried again by the timer */
	struct watch *watch;
	struct timer *retry, *more;
	bool at_entry; /* the journal stands on an entry that was not taken yet, */
	char *cursor;  /* this one; NULL: not known */
	int tries;     /* to read it */
	bool paused;
	bool troubled; /* the failure was logged */
	struct buf fields[FIELD_COUNT];
	struct buf cut;
};

static void say_trouble(struct source_reader *reader, const char *what, int result)
{
	if (!reader->troubled)
		log_warning("source", "cannot %s log=%s error=\"%s\"", what, reader->config->name,
			    strerror(-result));
	reader->troubled = true;
}

/* --- entries ------------------------------------------------------------------------------------ */

static void keep_field(struct source_reader *reader, const char *data, size_t len)
{
	const char *equals = memchr(data, '=', len);
	size_t name_len = equals ? (size_t)(equals - data) : len;

	for (int field = 0; field < FIELD_COUNT; field++) {
		struct buf *kept = &reader->fields[field];

		if (strlen(FIELD_NAMES[field]) != name_len || memcmp(FIELD_NAMES[field], data, name_len) != 0)
			continue;
		/* Of a field given twice the first counts. */
		if (equals && kept->len == 0)
			buf_append(kept, equals + 1, len - name_len - 1);
		return;
	}
}

/* Less than 0: not all of them could be read. */
static int read_fields(struct source_reader *reader)
{
	const void *data;
	size_t len;
	int result;

	for (int field = 0; field < FIELD_COUNT; field++)
		buf_clear(&reader->fields[field]);
	sd_journal_restart_data(reader->journal);
	while ((result = sd_journal_enumerate_available_data(reader->journal, &data, &len)) > 0)
		keep_field(reader, data, len);
	return result;
}

static const char *field_text(const struct source_reader *reader, enum field field)
{
	return buf_string(&reader->fields[field]);
}

static int64_t field_number(const struct source_reader *reader, enum field field, int64_t max,
			    int64_t otherwise)
{
	int64_t value = otherwise;

	return number_parse(field_text(reader, field), 0, max, &value) == ERR_NONE ? value : otherwise;
}

/* The entry the journal stands on, from its fields; false if it has no message. */
static bool make_entry(struct source_reader *reader, struct entry *out)
{
	uint64_t realtime_us = 0;

	if (reader->fields[FIELD_MESSAGE].len == 0)
		return false;
	(void)sd_journal_get_realtime_usec(reader->journal, &realtime_us);
	*out = (struct entry){
		.timestamp_ms = (int64_t)(realtime_us / 1000),
		.level = level_of_severity((int)field_number(reader, FIELD_PRIORITY, 7, -1)),
		.message = field_text(reader, FIELD_MESSAGE),
		.message_len = reader->fields[FIELD_MESSAGE].len,
		.module = field_text(reader, FIELD_FILE),
		.function = field_text(reader, FIELD_FUNCTION),
		.line = field_number(reader, FIELD_LINE, INT32_MAX, 0),
	};
	for (size_t i = 0; i < sizeof(LOGGER_FIELDS) / sizeof(LOGGER_FIELDS[0]); i++)
		if (!out->logger_name && reader->fields[LOGGER_FIELDS[i]].len)
			out->logger_name = field_text(reader, LOGGER_FIELDS[i]);
	entry_cut_message(out, &reader->cut);
	return true;
}

/* Stands on the cursor's entry or, if that is gone, on the first one after it. 0: there is none. */
static int stand_on(struct source_reader *reader, const char *cursor)
{
	int result = sd_journal_seek_cursor(reader->journal, cursor);

	return result < 0 ? result : sd_journal_next(reader->journal);
}

/*
 * Reads the entry the journal stands on. 1: it may not be whole yet. While an entry is written each of its
 * fields is out of reach for a moment, and sd-journal passes over such a field in silence; so an entry
 * without a message is believed only when there is another behind it. Less than 0: not all of it could be
 * read.
 */
static int read_entry(struct source_reader *reader, const char *cursor)
{
	int result = read_fields(reader);

	if (result < 0 || reader->fields[FIELD_MESSAGE].len > 0)
		return result;
	result = sd_journal_next(reader->journal);
	if (result == 0)
		return 1;
	if (result > 0)
		result = stand_on(reader, cursor);
	return result > 0 ? read_fields(reader) : result;
}

/* Takes the entry the journal stands on. False if that must be tried again, after a change or a while. */
static bool take_entry(struct source_reader *reader)
{
	struct entry entry;
	int result;

	free(reader->cursor);
	reader->cursor = NULL;
	result = sd_journal_get_cursor(reader->journal, &reader->cursor);
	if (result >= 0)
		result = read_entry(reader, reader->cursor);
	if (result > 0)
		return false;
	if (result < 0 && ++reader->tries < TRIES_MAX) {
		timer_start(reader->more, AGAIN_MS);
		return false;
	}
	reader->tries = 0;
	if (result < 0)
		say_trouble(reader, "read an entry of the journal", result);
	if (reader->cursor)
		reader->sink.take(reader->sink.user, make_entry(reader, &entry) ? &entry : NULL, KEY,
				  reader->cursor);
	return true;
}

/* Stands on the entry to take next. 0: there is none. */
static int stand_on_next(struct source_reader *reader)
{
	if (!reader->at_entry)
		return sd_journal_next(reader->journal);
	reader->at_entry = false;
	return reader->cursor ? stand_on(reader, reader->cursor) : 1;
}

static void read_entries(void *user)
{
	struct source_reader *reader = user;

	for (int i = 0; i < ENTRIES_A_TURN && !reader->paused; i++) {
		int result = stand_on_next(reader);

		if (result < 0)
			say_trouble(reader, "read the journal", result);
		if (result <= 0)
			return;
		reader->at_entry = !take_entry(reader);
		if (reader->at_entry)
			return;
	}
	if (!reader->paused)
		timer_start(reader->more, 0);
}

static void on_change(void *user, uint32_t events)
{
	struct source_reader *reader = user;

	(void)events;
	if (sd_journal_process(reader->journal) != SD_JOURNAL_NOP && !timer_is_started(reader->more))
		read_entries(reader);
}

/* --- the journal -------------------------------------------------------------------------------- */

/* Stands behind the saved cursor's entry, or, if that was vacuumed away, on the first one after it. */
static int seek_saved(struct source_reader *reader, const char *cursor)
{
	int result = stand_on(reader, cursor);

	if (result > 0)
		reader->at_entry = sd_journal_test_cursor(reader->journal, cursor) <= 0;
	return result;
}

/* Nothing is saved yet: the newest entries, as many as the coordinator keeps of a node. */
static int seek_newest(struct source_reader *reader)
{
	int result = sd_journal_seek_tail(reader->journal);

	if (result >= 0)
		result = sd_journal_previous_skip(reader->journal, LIMIT_LOG_ENTRIES_A_NODE);
	reader->at_entry = result > 0;
	return result == 0 ? sd_journal_seek_head(reader->journal) : result;
}

static int open_journal(struct source_reader *reader)
{
	const char *directory = reader->config->directory,
		   *cursor = reader->sink.position(reader->sink.user, KEY);
	int result = directory ? sd_journal_open_directory(&reader->journal, directory, 0)
			       : sd_journal_open(&reader->journal, SD_JOURNAL_LOCAL_ONLY);

	if (result >= 0)
		result = sd_journal_set_data_threshold(reader->journal, FIELD_MAX_BYTES);
	if (result >= 0)
		result = journal_match_units(reader->journal, reader->config->units.items,
					     reader->config->units.count);
	if (result >= 0)
		result = sd_journal_get_fd(
			reader->journal); /* watches before it seeks, so that nothing slips by */
	if (result >= 0)
		result = cursor ? seek_saved(reader, cursor) : seek_newest(reader);
	return result;
}

static void close_journal(struct source_reader *reader)
{
	watch_free(reader->watch);
	reader->watch = NULL;
	sd_journal_close(reader->journal);
	reader->journal = NULL;
	free(reader->cursor);
	reader->cursor = NULL;
	reader->at_entry = false;
}

static void start_reading(void *user)
{
	struct source_reader *reader = user;
	int result = open_journal(reader);

	if (result < 0) {
		say_trouble(reader, "open the journal", result);
		close_journal(reader);
		timer_start(reader->retry, RETRY_MS);
		return;
	}
	reader->troubled = false;
	reader->watch = loop_watch(reader->loop, sd_journal_get_fd(reader->journal),
				   (uint32_t)sd_journal_get_events(reader->journal), on_change, reader);
	timer_start(reader->more, 0);
}

/* --- the source --------------------------------------------------------------------------------- */

static struct source_reader *journal_open(struct loop *loop, const struct config_log *config,
					  const struct source_sink *sink)
{
	struct source_reader *reader = mem_alloc(1, sizeof(*reader));

	reader->loop = loop;
	reader->config = config;
	reader->sink = *sink;
	reader->retry = loop_timer(loop, start_reading, reader);
	reader->more = loop_timer(loop, read_entries, reader);
	start_reading(reader);
	return reader;
}

static void journal_pause(struct source_reader *reader)
{
	reader->paused = true;
	timer_stop(reader->more);
}

static void journal_sweep(struct source_reader *reader)
{
	if (!reader->journal || reader->paused)
		return;
	(void)sd_journal_process(reader->journal);
	timer_start(reader->more, 0);
}

static void journal_resume(struct source_reader *reader)
{
	reader->paused = false;
	journal_sweep(reader);
}

static void journal_close(struct source_reader *reader)
{
	if (!reader)
		return;
	close_journal(reader);
	timer_free(reader->retry);
	timer_free(reader->more);
	for (int field = 0; field < FIELD_COUNT; field++)
		buf_free(&reader->fields[field]);
	buf_free(&reader->cut);
	free(reader);
}

const struct source source_journal = {
	.name = "journal",
	.open = journal_open,
	.pause = journal_pause,
	.resume = journal_resume,
	.sweep = journal_sweep,
	.close = journal_close,
};
