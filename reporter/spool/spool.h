/*
 * Log entries on disk between their sources and the coordinator. Entries and the positions behind them are
 * appended together; they are taken out in batches whose content and name stay until the batch is done.
 *
 * A process that is killed loses and repeats nothing: what was written is in the kernel's hands. Nothing is
 * forced to the disk itself, so after a power failure the last seconds may be read and sent again.
 *
 * On disk: `head` (spool_head.h) and segments of records (spool_record.h), each beginning with all positions,
 * so that older segments can go. What does not fit in `limit` is dropped, oldest segment first, and counted.
 */
#ifndef REPORTER_SPOOL_SPOOL_H
#define REPORTER_SPOOL_SPOOL_H

#include "common/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct spool;

/* Opens or makes the folder `dir`. ERR_SYSTEM with a sentence that names it. */
enum err spool_open(const char *dir, uint64_t limit, struct spool **out, struct reason *why) MUST_CHECK;
void spool_close(struct spool *spool); /* writes positions that moved */

/* --- in ----------------------------------------------------------------------------------------- */

/*
 * Adds an entry (JSON without its node) and the position behind it. `key` NULL: no position. `entry` NULL:
 * the position only moved, which is written together with something else, or by spool_close. Nothing is on
 * disk before spool_commit.
 */
void spool_add(struct spool *spool, const char *key, const char *position, const struct buf *entry);
void spool_forget(struct spool *spool, const char *key);

/* Writes what was added, at once. ERR_SYSTEM (disk full): it is kept, and written by a later commit. */
enum err spool_commit(struct spool *spool) MUST_CHECK;

/* How many bytes were added and not written yet. */
size_t spool_pending(const struct spool *spool);

/* As last added; NULL if there is none. */
const char *spool_position(struct spool *spool, const char *key);
/* Calls `each` for every key that begins with `prefix`. */
void spool_positions(struct spool *spool, const char *prefix,
		     void (*each)(void *user, const char *key, const char *position), void *user);

/* --- out ---------------------------------------------------------------------------------------- */

enum { SPOOL_BATCH_NAME_SIZE = 64 };

struct spool_batch {
	char name[SPOOL_BATCH_NAME_SIZE]; /* the same for the same entries, also after a restart */
	int64_t count;
};

/*
 * The oldest entries, as many as one request may hold, appended to *out with commas between them. The same
 * again until spool_done. False if nothing waits.
 */
bool spool_batch(struct spool *spool, struct buf *out, struct spool_batch *batch);

/* The batch was taken, or (`lost`) never will be; one that was dropped meanwhile is ignored. */
void spool_done(struct spool *spool, const struct spool_batch *batch, bool lost);

struct spool_level {
	int64_t waiting;  /* entries */
	int64_t dropped;  /* entries, since the spool was made */
	unsigned percent; /* how full it is */
};
struct spool_level spool_level(const struct spool *spool);

#endif
