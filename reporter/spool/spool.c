/*
 * The spool at work: records go in at the end of the last segment, batches come out of the first, and the
 * checkpoint tells how far they got. What a start makes of the files is recovery.c's.
 *
 * The problem: a line must reach the coordinator once, whatever dies in between. Three things could disagree
 * after a crash: which lines were read, which are stored here, which were sent. The idea is to keep the first
 * two in one record, written by one write, so that they cannot disagree; and to fix a batch (its bytes and
 * its name) in the checkpoint before it is first sent, so that a batch that is sent again after a crash is
 * one whose name the coordinator knows, and takes only once.
 *
 * A database would do this too, at the price of a library and of an fsync a commit. We append only, so that a
 * write that a crash cuts short can do harm in one place alone: at the end.
 *
 * What must stay true: a position on disk is never ahead of the entries on disk. Hence a position is written
 * behind the entries that were added before it, and a new segment, which begins with all positions, is begun
 * only after the entries that belong to them are written. And a checkpoint never points at a segment that is
 * not there: it moves on before the segment is removed.
 */
#include "reporter/spool/spool_internal.h"

#include "common/limits.h"
#include "common/log.h"
#include "common/mem.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	BATCH_MAX = LIMIT_BODY - 4096,	  /* leaves room for the request around the entries */
	WINDOW = LIMIT_BODY + 256 * 1024, /* read at once for a batch: any record fits */
	PENDING_MAX = 4 * 1024 * 1024,	  /* kept in memory while the disk is full */
	PENDING_KEPT = PENDING_MAX / 16,  /* a larger buffer is given back after a commit */
};

void spool_save_checkpoint(struct spool *spool)
{
	if (checkpoint_write(spool->checkpoint_fd, &spool->checkpoint) != ERR_NONE)
		log_error("spool",
			  "cannot save how far the log was sent, a restart sends some lines again error=%s",
			  strerror(errno));
}

enum err spool_begin_segment(struct spool *spool)
{
	struct buf text = {0};
	enum err err;

	for (size_t i = 0; i < spool->positions.count; i++) {
		const struct position *position = &spool->positions.items[i];

		if (position->text)
			spool_record_write(&text,
					   &(struct spool_record){position->key, position->text, "", 0});
	}
	err = segments_begin(&spool->segments, &text);
	buf_free(&text);
	if (err != ERR_NONE)
		return err;
	positions_clean(&spool->positions);
	return ERR_NONE;
}

void spool_close(struct spool *spool)
{
	if (!spool)
		return;
	if (spool->segments.last_fd >= 0 && spool_commit(spool) != ERR_NONE)
		log_error("spool", "cannot save the last positions, a restart reads some lines again");
	segments_close(&spool->segments);
	if (spool->checkpoint_fd >= 0)
		close(spool->checkpoint_fd);
	positions_free(&spool->positions);
	buf_free(&spool->pending);
	free(spool);
}

/* --- in ----------------------------------------------------------------------------------------- */

void spool_add(struct spool *spool, const char *key, const char *position, const struct buf *entry)
{
	if (key)
		positions_set(&spool->positions, key, position, !entry);
	if (!entry)
		return;
	if (!key && spool->failing && spool->pending.len > PENDING_MAX) {
		spool->checkpoint.dropped++;
		return;
	}
	spool_record_write(&spool->pending, &(struct spool_record){key ? key : "", key ? position : "",
								   entry->data, entry->len});
	spool->pending_entries++;
}

void spool_forget(struct spool *spool, const char *key)
{
	positions_set(&spool->positions, key, NULL, true);
}

/* The first segment is done, or given up. The checkpoint moves on before the file goes. */
static void remove_first(struct spool *spool)
{
	spool->waiting -= spool->segments.items[0].waiting;
	spool->checkpoint.segment = spool->segments.items[1].number;
	spool->checkpoint.begin = spool->checkpoint.end = 0;
	spool_save_checkpoint(spool);
	segments_remove_first(&spool->segments);
}

/* Makes room for what is pending. The last segment stays: it is the one that is written to. */
static void drop_oldest(struct spool *spool)
{
	while (spool->segments.count > 1 && spool->segments.bytes + spool->pending.len > spool->limit) {
		int64_t lost = spool->segments.items[0].waiting;

		if (lost)
			log_warning("spool", "full, the oldest entries are dropped entries=%" PRId64, lost);
		spool->checkpoint.dropped += (uint64_t)lost;
		remove_first(spool);
	}
}

enum err spool_commit(struct spool *spool)
{
	struct segment *last;

	/* Positions that moved without an entry stand behind the entries, since they were told after them. */
	for (size_t i = 0; i < spool->positions.count; i++) {
		const struct position *position = &spool->positions.items[i];
		const char *text = position->text ? position->text : "";

		if (position->dirty)
			spool_record_write(&spool->pending,
					   &(struct spool_record){position->key, text, "", 0});
	}
	positions_clean(&spool->positions);
	if (!spool->pending.len)
		return ERR_NONE;

	drop_oldest(spool);
	if (segments_append(&spool->segments, &spool->pending) != ERR_NONE) {
		if (!spool->failing)
			log_error("spool",
				  "cannot write, entries wait in memory until it works again error=%s",
				  strerror(errno));
		spool->failing = true;
		return ERR_SYSTEM;
	}
	spool->failing = false;
	last = &spool->segments.items[spool->segments.count - 1];
	last->waiting += spool->pending_entries;
	spool->waiting += spool->pending_entries;
	spool->pending_entries = 0;
	if (spool->pending.capacity > PENDING_KEPT)
		buf_free(&spool->pending);
	buf_clear(&spool->pending);
	/* Only now: a new segment's positions must not be ahead of the entries on disk. */
	return last->size >= spool->segment_size ? spool_begin_segment(spool) : ERR_NONE;
}

size_t spool_pending(const struct spool *spool)
{
	return spool->pending.len;
}

const char *spool_position(struct spool *spool, const char *key)
{
	return positions_get(&spool->positions, key);
}

void spool_positions(struct spool *spool, const char *prefix,
		     void (*each)(void *user, const char *key, const char *position), void *user)
{
	/* `each` may add and forget keys: it gets copies, and no row goes before the next commit. */
	size_t count = spool->positions.count, prefix_len = strlen(prefix);

	for (size_t i = 0; i < count; i++) {
		const struct position *position = &spool->positions.items[i];
		char *key, *text;

		if (!position->text || strncmp(position->key, prefix, prefix_len) != 0)
			continue;
		key = mem_text(position->key + prefix_len);
		text = mem_text(position->text);
		each(user, key, text);
		free(key);
		free(text);
	}
}

/* --- out ---------------------------------------------------------------------------------------- */

/*
 * Appends the entries of the records in `data`; if `bounded`, only as many as a batch may hold. Returns where
 * the records end that it took, those with a position alone included.
 */
static size_t collect(const struct buf *data, bool bounded, struct buf *out, int64_t *count)
{
	size_t at = 0, used, start = out->len;
	struct spool_record record;

	while (at < data->len &&
	       spool_record_read(data->data + at, data->len - at, &record, &used) == ERR_NONE) {
		if (record.entry_len) {
			bool full = *count == LIMIT_ENTRIES_A_BATCH ||
				    (*count && out->len - start + record.entry_len + 1 > BATCH_MAX);

			if (bounded && full)
				break;
			if ((*count)++)
				buf_char(out, ',');
			buf_append(out, record.entry, record.entry_len);
		}
		at += used;
	}
	return at;
}

/*
 * Reads the batch that was cut, or cuts one at the checkpoint. What was cut is never bounded again: an
 * upgrade may have changed the bounds, and the entries between the new end and the old one would be lost.
 *
 * ERR_NOT_FOUND: no entry stood there, and the checkpoint has moved on behind what did.
 */
static enum err read_batch(struct spool *spool, struct buf *out, int64_t *count)
{
	struct checkpoint *checkpoint = &spool->checkpoint;
	const struct segment *first = &spool->segments.items[0];
	bool was_cut = checkpoint->end != checkpoint->begin;
	size_t len = was_cut ? (size_t)(checkpoint->end - checkpoint->begin) : WINDOW, taken;
	struct buf data = {0};
	enum err err;

	if (checkpoint->begin >= first->size)
		return ERR_NOT_FOUND;
	err = segments_read(&spool->segments, first, checkpoint->begin, len, &data);
	if (err != ERR_NONE)
		goto out;
	taken = collect(&data, !was_cut, out, count);
	if (*count == 0) {
		/* Positions only; or not even one record can be read, and so nothing behind it can. */
		checkpoint->begin = checkpoint->end = taken ? checkpoint->begin + taken : first->size;
		err = ERR_NOT_FOUND;
	} else if (!was_cut) {
		checkpoint->end = checkpoint->begin + taken;
		checkpoint->batch++;
		spool_save_checkpoint(spool);
	}
out:
	buf_free(&data);
	return err;
}

bool spool_batch(struct spool *spool, struct buf *out, struct spool_batch *batch)
{
	batch->count = 0;
	while (spool->waiting > 0) {
		enum err err = read_batch(spool, out, &batch->count);

		if (err == ERR_NONE) {
			batch->number = spool->checkpoint.batch;
			snprintf(batch->name, sizeof(batch->name), "%s-%" PRIu64, spool->checkpoint.id,
				 batch->number);
			return true;
		}
		if (err != ERR_NOT_FOUND)
			return false;
		if (spool->checkpoint.begin < spool->segments.items[0].size)
			continue;
		if (spool->segments.count == 1)
			return false;
		remove_first(spool);
	}
	return false;
}

void spool_done(struct spool *spool, const struct spool_batch *batch, bool lost)
{
	struct checkpoint *checkpoint = &spool->checkpoint;

	if (checkpoint->begin == checkpoint->end || checkpoint->batch != batch->number)
		return; /* its segment was dropped while the batch was on its way */
	checkpoint->begin = checkpoint->end;
	checkpoint->dropped += lost ? (uint64_t)batch->count : 0;
	spool->segments.items[0].waiting -= batch->count;
	spool->waiting -= batch->count;
	spool_save_checkpoint(spool);
}

struct spool_level spool_level(const struct spool *spool)
{
	return (struct spool_level){
		.waiting = spool->waiting + spool->pending_entries,
		.dropped = (int64_t)spool->checkpoint.dropped,
		.percent = (unsigned)((spool->segments.bytes + spool->pending.len) * 100 / spool->limit),
	};
}
