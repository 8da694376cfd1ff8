/*
 * What a source of log lines is: a table of functions on the loop. A source turns what it reads into entries,
 * and says with each entry where it would go on reading after it.
 *
 * Nothing is lost or repeated because of one rule: an entry and the position behind it are one record of the
 * spool, written by one write. A source never saves anything itself. After a crash it asks for the saved
 * position and reads on from there: what was spooled is behind it, what was not is still in front of it.
 *
 * A position is a text under a key of the source's choice: for example one key for each followed file (its
 * device and inode), or one for the journal. Keys of different [log] sections never meet. A source forgets
 * the keys it no longer needs.
 *
 * A new source is a file with a `struct source`, a row in logs.c's table, and its keys in reporter/config/.
 */
#ifndef REPORTER_LOGS_SOURCE_H
#define REPORTER_LOGS_SOURCE_H

#include "common/entry.h"
#include "reporter/base/loop.h"
#include "reporter/base/troubles.h"
#include "reporter/config/config.h"

#include <stdbool.h>

/* The longest key and position, without their NULs. Both are one line of valid UTF-8. */
#define SOURCE_KEY_MAX	    128
#define SOURCE_POSITION_MAX 1024

/* A saved position; the texts live during the call. */
typedef void (*source_position_fn)(void *user, const char *key, const char *position);

/* Where a source puts what it found. All texts are copied before a function returns. */
struct source_sink {
	void *user;
	struct troubles *troubles; /* where a source says what it cannot do; it outlives the source */

	/*
	 * Takes one entry, in the order it was written, together with the position behind it. The source has
	 * bounded the message (entry_cut_message); entries below the section's level are dropped here, not in
	 * the source.
	 *
	 * `entry` NULL: only the position moved (over blank lines, or lines that were not meant for us).
	 * `key` NULL: this source cannot read anything twice (socket). Everything taken in one turn of the
	 * loop is spooled together at its end.
	 */
	void (*take)(void *user, const struct entry *entry, const char *key, const char *position);

	/* The position under `key`, as last given to `take`, valid until the next call; NULL if there is
	 * none. */
	const char *(*position)(void *user, const char *key);

	/* Calls `each` for every saved key of this section: what to reopen after a restart. */
	void (*positions)(void *user, source_position_fn each, void *each_user);

	/* The key will not be asked for again: its file is read to the end and gone. */
	void (*forget)(void *user, const char *key);
};

struct source_reader; /* one open [log] section; each source has its own */

struct source {
	const char *name; /* the word of `source = NAME`, which the table in config/config.c knows, too */

	/*
	 * `config` outlives the reader, `sink` is copied. It never fails: what is missing or unreadable is
	 * logged once and tried again. Nothing is given to the sink before the loop runs.
	 */
	struct source_reader *(*open)(struct loop *loop, const struct config_log *config,
				      const struct source_sink *sink);

	/*
	 * The spool is nearly full: stop taking until `resume`. NULL for a source whose writers cannot wait
	 * (socket): it goes on, and the oldest lines of the spool are dropped and counted.
	 */
	void (*pause)(struct source_reader *reader);
	void (*resume)(struct source_reader *reader);

	/* Every 60 s: look for what a lost notification hid. Must be there, if only to do nothing. */
	void (*sweep)(struct source_reader *reader);

	/* Gives the sink what the next run could not read any more (datagrams that wait, the open part of an
	 * entry), and frees the reader. NULL is nothing. */
	void (*close)(struct source_reader *reader);
};

extern const struct source source_journal;
extern const struct source source_file;
extern const struct source source_socket;

#endif
