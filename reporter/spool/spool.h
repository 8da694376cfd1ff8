/*
 * Log entries on disk between their sources and the coordinator. An entry and the position behind it are
 * added together. Entries come out in batches, oldest first; a batch keeps its content and its name until it
 * is done.
 *
 * On disk: `head` (checkpoint.h) says what was sent, and segments (segments.h) hold the records (record.h).
 * The spool takes `limit` bytes; what does not fit is dropped, oldest segment first, and counted.
 *
 * A process that is killed loses and repeats nothing that was committed: it is in the kernel's hands. Nothing
 * is forced to the disk, so after a power failure the last seconds may be read and sent again.
 */
#ifndef REPORTER_SPOOL_SPOOL_H
#define REPORTER_SPOOL_SPOOL_H

#include "common/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct spool;

/*
 * Opens the spool in the folder `dir`, which is made if it is missing, with what the last run left there.
 * `limit` is in bytes. ERR_SYSTEM, with a sentence that names the folder. The caller must be its only user.
 */
enum err spool_open(const char *dir, uint64_t limit, struct spool **out, struct reason *why) MUST_CHECK;

/* Commits once more and closes; NULL is nothing. */
void spool_close(struct spool *spool);

/* --- in ----------------------------------------------------------------------------------------- */

/*
 * Adds an entry (JSON without its node) and the position behind it. Nothing is on disk before spool_commit.
 *
 * `key` NULL: the source has no positions. While the disk refuses everything, such an entry is dropped and
 * counted once 4 MiB wait in memory, since nobody can hold it for us. `entry` NULL: only the position moved.
 */
void spool_add(struct spool *spool, const char *key, const char *position, const struct buf *entry);

/* Removes the key and its position, at the next commit on disk too. */
void spool_forget(struct spool *spool, const char *key);

/* Writes what was added, at once. ERR_SYSTEM (disk full): it is kept, and a later commit writes it. */
enum err spool_commit(struct spool *spool) MUST_CHECK;

/* How many bytes of entries were added and not written yet. */
size_t spool_pending(const struct spool *spool);

/* As last added, valid until the key is added to again; NULL if there is none. */
const char *spool_position(struct spool *spool, const char *key);

/*
 * Calls `each` for every key that begins with `prefix`, with what follows the prefix. The texts are copies:
 * `each` may add and forget keys.
 */
void spool_positions(struct spool *spool, const char *prefix,
		     void (*each)(void *user, const char *key, const char *position), void *user);

/* --- out ---------------------------------------------------------------------------------------- */

enum { SPOOL_BATCH_NAME_SIZE = 64 };

struct spool_batch {
	char name[SPOOL_BATCH_NAME_SIZE]; /* the same for the same entries, also after a restart */
	uint64_t number;		  /* what the name ends with */
	int64_t count;			  /* entries in it */
};

/*
 * Appends the oldest entries to *out, as many as one request may hold, with commas between them. It is the
 * same batch again until spool_done. False, and *out as it was, if nothing waits or nothing can be read.
 */
bool spool_batch(struct spool *spool, struct buf *out, struct spool_batch *batch);

/*
 * The coordinator took the batch, or (`lost`) never will, and its entries count as dropped. A batch that the
 * limit dropped meanwhile is ignored.
 */
void spool_done(struct spool *spool, const struct spool_batch *batch, bool lost);

struct spool_level {
	int64_t waiting;  /* entries that are not done */
	int64_t dropped;  /* entries, since the spool was made */
	unsigned percent; /* of the limit that is taken; a full disk can bring it over 100 */
};
struct spool_level spool_level(const struct spool *spool);

#endif
