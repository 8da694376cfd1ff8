/* The spool: records into the last segment, batches out of the first, the head in between. */
#include "reporter/spool/spool.h"

#include "common/id.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/mem.h"
#include "reporter/base/state_dir.h"
#include "reporter/spool/head.h"
#include "reporter/spool/positions.h"
#include "reporter/spool/record.h"
#include "reporter/spool/segments.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	SEGMENTS_A_SPOOL = 16, /* what is dropped at once is a sixteenth */
	SEGMENT_MAX = 4 * 1024 * 1024,
	BATCH_MAX = LIMIT_BODY - 4096,	  /* leaves room for the request around the entries */
	WINDOW = LIMIT_BODY + 256 * 1024, /* read at once for a batch: any record fits */
	PENDING_MAX = 4 * 1024 * 1024,	  /* kept in memory while the disk is full */
};

#define HEAD "head"

struct spool {
	uint64_t limit, segment_size;
	struct segments segments;
	struct spool_head head;
	int head_file;
	struct positions positions;
	struct buf pending; /* records added and not written */
	int64_t pending_entries;
	int64_t waiting; /* in all segments */
	bool failing;	 /* the last write failed, which was said */
};

/* --- opening ------------------------------------------------------------------------------------ */

/* One segment's records: which positions they hold, how many entries wait, where they end. */
static enum err scan(struct spool *spool, struct segment *segment, uint64_t begin)
{
	struct buf data = {0};
	size_t at = 0, used;
	struct spool_record record;
	enum err err = segments_read(&spool->segments, segment, 0, (size_t)segment->size, &data);

	while (!err && !spool_record_read(data.data + at, data.len - at, &record, &used)) {
		if (*record.key)
			positions_set(&spool->positions, record.key,
				      *record.position ? record.position : NULL, false);
		segment->waiting += at >= begin && record.entry_len;
		at += used;
	}
	if (at < data.len)
		log_warning("spool", "a record was not finished segment=%" PRIu64 " offset=%zu left=%zu",
			    segment->number, at, data.len - at);
	spool->segments.bytes -= segment->size - at;
	segment->size = at;
	spool->waiting += segment->waiting;
	buf_free(&data);
	return err;
}

static void save_head(struct spool *spool)
{
	if (spool_head_write(spool->head_file, &spool->head))
		log_error("spool",
			  "cannot note in state_dir what was sent: after a restart it is sent again error=%s",
			  strerror(errno));
}

/* The head points into the first segment from now on, and not behind its end: the disk may have lost that. */
static void align_head(struct spool *spool)
{
	const struct segment *first = &spool->segments.items[0];
	struct spool_head *head = &spool->head;

	if (head->segment == first->number && head->end <= first->size)
		return;
	if (head->segment != first->number)
		head->begin = 0;
	else if (head->begin > first->size)
		head->begin = first->size;
	head->segment = first->number;
	head->end = head->begin;
	save_head(spool);
}

static enum err open_head(struct spool *spool, const char *dir, struct reason *why)
{
	struct buf path = {0};
	char id[ID_RANDOM_SIZE];

	state_dir_path(dir, HEAD, &path);
	spool->head_file = open(path.data, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	buf_free(&path);
	if (spool->head_file < 0)
		return reason_set(why, ERR_SYSTEM, "the spool %s cannot be opened: %s", dir, strerror(errno));
	if (spool_head_read(spool->head_file, &spool->head)) {
		id_random(id);
		spool->head = (struct spool_head){0};
		memcpy(spool->head.id, id, sizeof(id));
		save_head(spool);
	}
	return ERR_NONE;
}

/* A segment begins with all positions, so that those before it can go. */
static enum err begin_segment(struct spool *spool)
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
	if (!err)
		positions_clean(&spool->positions);
	buf_free(&text);
	return err;
}

static enum err open_segments(struct spool *spool, const char *dir)
{
	struct segments *segments = &spool->segments;
	enum err err = segments_find(segments, dir);

	while (!err && segments->count && segments->items[0].number < spool->head.segment)
		segments_remove_first(segments); /* done, but not removed yet when we ended */
	for (size_t i = 0; !err && i < segments->count; i++) {
		bool first = segments->items[i].number == spool->head.segment;

		err = scan(spool, &segments->items[i], first ? spool->head.begin : 0);
	}
	if (err)
		return err;
	err = segments->count ? segments_resume(segments) : begin_segment(spool);
	if (!err)
		align_head(spool);
	return err;
}

enum err spool_open(const char *dir, uint64_t limit, struct spool **out, struct reason *why)
{
	struct spool *spool = mem_alloc(1, sizeof(*spool));
	enum err err = ERR_NONE;

	spool->limit = limit;
	spool->segment_size = limit / SEGMENTS_A_SPOOL < SEGMENT_MAX ? limit / SEGMENTS_A_SPOOL : SEGMENT_MAX;
	spool->head_file = -1;
	spool->segments.tail = -1;
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		err = reason_set(why, ERR_SYSTEM, "the spool %s cannot be made: %s", dir, strerror(errno));
	if (!err)
		err = open_head(spool, dir, why);
	if (!err && open_segments(spool, dir))
		err = reason_set(why, ERR_SYSTEM, "the spool %s cannot be used: %s", dir, strerror(errno));
	if (err) {
		spool_close(spool);
		return err;
	}
	*out = spool;
	return ERR_NONE;
}

void spool_close(struct spool *spool)
{
	if (!spool)
		return;
	if (spool->segments.tail >= 0 && spool_commit(spool))
		log_error("spool", "the last positions are lost: lines may be read again");
	segments_close(&spool->segments);
	if (spool->head_file >= 0)
		close(spool->head_file);
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
		spool->head.dropped++; /* nobody can hold it for us */
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

/* What moved without an entry goes behind the entries: it was told after them. */
static void add_positions(struct spool *spool)
{
	for (size_t i = 0; i < spool->positions.count; i++) {
		const struct position *position = &spool->positions.items[i];

		if (position->dirty)
			spool_record_write(&spool->pending,
					   &(struct spool_record){position->key,
								  position->text ? position->text : "", "",
								  0});
	}
	positions_clean(&spool->positions);
}

static void remove_first(struct spool *spool)
{
	spool->waiting -= spool->segments.items[0].waiting;
	spool->head.segment = spool->segments.items[1].number;
	spool->head.begin = spool->head.end = 0;
	save_head(spool); /* before the file goes: a head never points at nothing */
	segments_remove_first(&spool->segments);
}

static void make_room(struct spool *spool)
{
	while (spool->segments.count > 1 && spool->segments.bytes + spool->pending.len > spool->limit) {
		int64_t lost = spool->segments.items[0].waiting;

		if (lost)
			log_warning("spool", "full, the oldest entries are dropped entries=%" PRId64, lost);
		spool->head.dropped += (uint64_t)lost;
		remove_first(spool);
	}
}

enum err spool_commit(struct spool *spool)
{
	add_positions(spool);
	if (!spool->pending.len)
		return ERR_NONE;
	make_room(spool);
	if (segments_append(&spool->segments, &spool->pending)) {
		if (!spool->failing)
			log_error("spool", "cannot write, will try again error=%s", strerror(errno));
		spool->failing = true;
		return ERR_SYSTEM;
	}
	spool->failing = false;
	spool->segments.items[spool->segments.count - 1].waiting += spool->pending_entries;
	spool->waiting += spool->pending_entries;
	spool->pending_entries = 0;
	if (spool->pending.capacity > PENDING_MAX / 16)
		buf_free(&spool->pending);
	buf_clear(&spool->pending);
	/* Only now: a new segment's positions must never be ahead of the entries on disk. */
	if (spool->segments.items[spool->segments.count - 1].size >= spool->segment_size)
		return begin_segment(spool);
	return ERR_NONE;
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
	/* `each` may add or forget keys: what it gets are copies, and nothing is removed before a commit. */
	size_t count = spool->positions.count;

	for (size_t i = 0; i < count; i++) {
		const struct position *position = &spool->positions.items[i];
		char *key, *text;

		if (!position->text || strncmp(position->key, prefix, strlen(prefix)) != 0)
			continue;
		key = mem_text(position->key);
		text = mem_text(position->text);
		each(user, key, text);
		free(key);
		free(text);
	}
}

/* --- out ---------------------------------------------------------------------------------------- */

/*
 * Appends the entries of the records in `data`, until a batch is full if one is being cut. Returns where the
 * records that were looked at end.
 */
static size_t collect(const struct buf *data, bool cutting, struct buf *out, int64_t *count)
{
	size_t at = 0, used, start = out->len;
	struct spool_record record;

	while (at < data->len && !spool_record_read(data->data + at, data->len - at, &record, &used)) {
		bool full = *count == LIMIT_ENTRIES_A_BATCH ||
			    (*count && out->len - start + record.entry_len + 1 > BATCH_MAX);

		if (cutting && record.entry_len && full)
			break;
		if (record.entry_len) {
			if ((*count)++)
				buf_char(out, ',');
			buf_append(out, record.entry, record.entry_len);
		}
		at += used;
	}
	return at;
}

/* Reads the batch that was cut, or cuts one from what follows the head. ERR_NOT_FOUND: no entry is left
 * there. */
static enum err read_batch(struct spool *spool, struct buf *out, int64_t *count)
{
	struct spool_head *head = &spool->head;
	const struct segment *first = &spool->segments.items[0];
	bool cutting = head->end == head->begin;
	size_t len = cutting ? WINDOW : (size_t)(head->end - head->begin);
	struct buf data = {0};
	size_t end;
	enum err err;

	if (head->begin >= first->size)
		return ERR_NOT_FOUND;
	err = segments_read(&spool->segments, first, head->begin, len, &data);
	end = err ? 0 : collect(&data, cutting, out, count);
	buf_free(&data);
	if (err || (!cutting && *count))
		return err;
	if (*count) {
		head->end = head->begin + end;
		head->batch++;
		save_head(spool);
		return ERR_NONE;
	}
	/* Positions only; or, where not even one record can be read, nothing that could be. */
	head->begin = head->end = end ? head->begin + end : first->size;
	return ERR_NOT_FOUND;
}

bool spool_batch(struct spool *spool, struct buf *out, struct spool_batch *batch)
{
	batch->count = 0;
	while (spool->waiting > 0) {
		enum err err = read_batch(spool, out, &batch->count);

		if (err == ERR_NONE) {
			snprintf(batch->name, sizeof(batch->name), "%s-%" PRIu64, spool->head.id,
				 spool->head.batch);
			return true;
		}
		if (err != ERR_NOT_FOUND)
			return false;
		if (spool->head.begin < spool->segments.items[0].size)
			continue;
		if (spool->segments.count == 1)
			return false;
		remove_first(spool);
	}
	return false;
}

void spool_done(struct spool *spool, const struct spool_batch *batch, bool lost)
{
	struct spool_head *head = &spool->head;
	char name[SPOOL_BATCH_NAME_SIZE];

	snprintf(name, sizeof(name), "%s-%" PRIu64, head->id, head->batch);
	if (head->begin == head->end || strcmp(name, batch->name) != 0)
		return;
	head->begin = head->end;
	head->dropped += lost ? (uint64_t)batch->count : 0;
	spool->segments.items[0].waiting -= batch->count;
	spool->waiting -= batch->count;
	save_head(spool);
}

struct spool_level spool_level(const struct spool *spool)
{
	return (struct spool_level){
		.waiting = spool->waiting + spool->pending_entries,
		.dropped = (int64_t)spool->head.dropped,
		.percent = (unsigned)((spool->segments.bytes + spool->pending.len) * 100 / spool->limit),
	};
}
