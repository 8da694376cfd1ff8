/*
 * Log entries from systemd's journal, by sd-journal. The library knows the files, their rotation and their
 * vacuum; this file knows which fields make an entry, and how not to lose or repeat one.
 *
 * The problem. journald writes while we read. An entry can be seen before all of its fields can be read, and
 * the library passes over a field out of reach without a word; so an entry may look as if it had no message,
 * or fail to be read at all. And the entry that we know as the last one may be gone when we come back.
 *
 * The idea. The position is the journal's own cursor, which names the entry that was taken last. To go there
 * is to stand on that entry, and the next one is behind it; so the state says whether we stand behind the
 * entry that was taken last or on one that was not taken yet. An entry without a message is believed only
 * when another entry stands behind it, since journald writes one after the other; until then it is tried
 * again at the next change. An entry that cannot be read is tried again for a second and then passed over
 * with a warning: a damaged one must not hold up all that follow.
 *
 * What must stay true. The change notification (its descriptor) is asked for before the journal is
 * positioned, so nothing that is written in between goes unnoticed. The cursor that is given to the sink is
 * the one of the entry that is given with it.
 */
#include "reporter/logs/source.h"

#include "common/limits.h"
#include "common/log.h"
#include "common/mem.h"
#include "reporter/base/journal_match.h"
#include "reporter/logs/journal_fields.h"
#include "reporter/logs/line.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>

#define KEY		"journal"
#define ENTRIES_A_TURN	1000
#define REOPEN_MS	5000
#define AGAIN_MS	20		       /* until an entry that cannot be read is tried again, */
#define TRIES_MAX	50		       /* and how often it is tried */
#define FIELD_MAX_BYTES (LIMIT_MESSAGE + 4096) /* what is longer is cut anyway */

enum state {
	STATE_CLOSED,	/* the journal could not be opened; the timer tries again */
	STATE_BEHIND,	/* stands behind the entry that was taken last */
	STATE_AT_ENTRY, /* stands on an entry that was not taken yet; `cursor` names it, if it is known */
	STATE_COUNT
};

struct source_reader {
	struct loop *loop;
	const struct config_log *config;
	struct source_sink sink;
	enum state state;
	sd_journal *journal;
	struct watch *watch;
	struct timer *reopen, *more;
	char *cursor; /* of the entry that was looked at last; NULL: not known */
	int tries;    /* to read this entry */
	bool paused;  /* its owner told it to wait */
	struct journal_fields fields;
	struct line_parser parser; /* for what stands in messages */
};

static void move(struct source_reader *reader, enum state next)
{
	static const bool LEGAL[STATE_COUNT][STATE_COUNT] = {
		[STATE_CLOSED] = {[STATE_BEHIND] = true, [STATE_AT_ENTRY] = true},
		[STATE_BEHIND] = {[STATE_AT_ENTRY] = true},
		[STATE_AT_ENTRY] = {[STATE_BEHIND] = true},
	};

	assert(LEGAL[reader->state][next]);
	reader->state = next;
}

static void say_trouble(struct source_reader *reader, const char *what, int result)
{
	char message[200];

	snprintf(message, sizeof(message), "cannot %s: %s", what, strerror(-result));
	if (troubles_begin(reader->sink.troubles, TROUBLE_LOG, reader->config->name, message))
		log_warning("source", "cannot %s log=%s error=\"%s\"", what, reader->config->name,
			    strerror(-result));
}

static const char NO_JOURNAL[] = "there is no journal file here that it may read";

/* Opening a journal succeeds also where there is none, or none that we may read. */
static void look_for_files(struct source_reader *reader)
{
	const char *name = reader->config->name;
	uint64_t bytes = 0;

	if (sd_journal_get_usage(reader->journal, &bytes) >= 0 && bytes == 0) {
		if (troubles_begin(reader->sink.troubles, TROUBLE_LOG, name, NO_JOURNAL))
			log_warning("source", "%s log=%s", NO_JOURNAL, name);
		return;
	}
	troubles_end(reader->sink.troubles, TROUBLE_LOG, name, NO_JOURNAL);
}

/* --- entries ------------------------------------------------------------------------------------ */

/* Stands on the cursor's entry or, if that is gone, on the first one after it. 0: there is none. */
static int stand_on(struct source_reader *reader, const char *cursor)
{
	int result = sd_journal_seek_cursor(reader->journal, cursor);

	return result < 0 ? result : sd_journal_next(reader->journal);
}

/*
 * Reads the fields of the entry the journal stands on, and its cursor. 1: the entry may not be whole yet.
 * Less than 0: not all of it could be read.
 */
static int read_entry(struct source_reader *reader)
{
	int result;

	free(reader->cursor);
	reader->cursor = NULL;
	result = sd_journal_get_cursor(reader->journal, &reader->cursor);
	if (result < 0)
		return result;
	result = journal_fields_read(&reader->fields, reader->journal);
	if (result < 0 || reader->fields.kept[JOURNAL_MESSAGE].len > 0)
		return result;
	/* No message: it is whole only if there is another entry behind it. */
	result = sd_journal_next(reader->journal);
	if (result == 0)
		return 1;
	if (result > 0)
		result = stand_on(reader, reader->cursor);
	return result > 0 ? journal_fields_read(&reader->fields, reader->journal) : result;
}

/* Takes the entry the journal stands on. False if that must be tried again, after a change or a while. */
static bool take_entry(struct source_reader *reader)
{
	struct entry entry;
	bool has_message;
	int result = read_entry(reader);

	if (result > 0)
		return false;
	if (result < 0 && ++reader->tries < TRIES_MAX) {
		timer_start(reader->more, AGAIN_MS);
		return false;
	}
	reader->tries = 0;
	if (result < 0)
		say_trouble(reader, "read an entry of the journal", result);
	else
		troubles_end(reader->sink.troubles, TROUBLE_LOG, reader->config->name, NULL);
	if (!reader->cursor)
		return true;
	has_message = reader->fields.kept[JOURNAL_MESSAGE].len > 0;
	if (has_message)
		journal_fields_make(&reader->fields, reader->journal, &reader->parser, &entry);
	reader->sink.take(reader->sink.user, has_message ? &entry : NULL, KEY, reader->cursor);
	return true;
}

/* Stands on the entry to take next. 0: there is none. */
static int stand_on_next(struct source_reader *reader)
{
	int result;

	if (reader->state == STATE_BEHIND) {
		result = sd_journal_next(reader->journal);
		if (result > 0)
			move(reader, STATE_AT_ENTRY);
		return result;
	}
	/* Anew, since the journal's files may have changed since it stood there. */
	result = reader->cursor ? stand_on(reader, reader->cursor) : 1;
	if (result <= 0)
		move(reader, STATE_BEHIND);
	return result;
}

static void read_entries(void *user)
{
	struct source_reader *reader = user;

	for (int i = 0; i < ENTRIES_A_TURN && !reader->paused; i++) {
		int result = stand_on_next(reader);

		if (result < 0)
			say_trouble(reader, "read the journal", result);
		if (result <= 0 || !take_entry(reader))
			return;
		move(reader, STATE_BEHIND);
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

/*
 * Goes to where reading begins: behind the entry of the saved cursor, or on the first one after it if that
 * was vacuumed away; without a saved cursor on the newest entries, as many as the coordinator keeps of a
 * node.
 */
static int seek(struct source_reader *reader)
{
	const char *cursor = reader->sink.position(reader->sink.user, KEY);
	bool at_entry;
	int result;

	if (cursor) {
		result = stand_on(reader, cursor);
		at_entry = result > 0 && sd_journal_test_cursor(reader->journal, cursor) <= 0;
	} else {
		result = sd_journal_seek_tail(reader->journal);
		if (result >= 0)
			result = sd_journal_previous_skip(reader->journal, LIMIT_LOG_ENTRIES_A_NODE);
		at_entry = result > 0;
		if (result == 0)
			result = sd_journal_seek_head(reader->journal);
	}
	if (result < 0)
		return result;
	move(reader, at_entry ? STATE_AT_ENTRY : STATE_BEHIND);
	return 0;
}

static int open_journal(struct source_reader *reader)
{
	const struct config_log *config = reader->config;
	int result;

	if (config->directory)
		result = sd_journal_open_directory(&reader->journal, config->directory, 0);
	else /* without a namespace it is the machine's own journal */
		result =
			sd_journal_open_namespace(&reader->journal, config->namespace, SD_JOURNAL_LOCAL_ONLY);
	if (result < 0)
		return result;
	result = sd_journal_set_data_threshold(reader->journal, FIELD_MAX_BYTES);
	if (result < 0)
		return result;
	result = journal_match_units(reader->journal, config->units.items, config->units.count, true);
	if (result < 0)
		return result;
	/* It notices changes from here on, so what is written while it seeks does not slip by. */
	result = sd_journal_get_fd(reader->journal);
	if (result < 0)
		return result;
	return seek(reader);
}

static void start_reading(void *user)
{
	struct source_reader *reader = user;
	int result = open_journal(reader);

	if (result < 0) {
		say_trouble(reader, "open the journal", result);
		sd_journal_close(reader->journal);
		reader->journal = NULL;
		timer_start(reader->reopen, REOPEN_MS);
		return;
	}
	troubles_end(reader->sink.troubles, TROUBLE_LOG, reader->config->name, NULL);
	reader->watch = loop_watch(reader->loop, sd_journal_get_fd(reader->journal),
				   (uint32_t)sd_journal_get_events(reader->journal), on_change, reader);
	look_for_files(reader);
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
	reader->reopen = loop_timer(loop, start_reading, reader);
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
	if (reader->state == STATE_CLOSED)
		return;
	(void)sd_journal_process(reader->journal);
	look_for_files(reader);
	if (reader->paused)
		return;
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
	watch_free(reader->watch);
	sd_journal_close(reader->journal);
	timer_free(reader->reopen);
	timer_free(reader->more);
	free(reader->cursor);
	journal_fields_free(&reader->fields);
	line_parser_free(&reader->parser);
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
