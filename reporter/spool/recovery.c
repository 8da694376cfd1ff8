/*
 * Opening the spool: what a start makes of what the last run left on disk. A crash can have left
 *
 * - a last record that was not written whole: its checksum fails, and the segment is cut off before it. The
 * source's position behind it is lost with it, so the source reads that line again;
 * - a segment that was sent but not removed: the checkpoint points behind it, and it is removed now;
 * - a segment under its unfinished name: it is not looked at, and written over when its number comes;
 * - after a power failure, a checkpoint that points behind what the disk kept: it goes back to the end of
 * that.
 *
 * Every segment begins with all positions of its time and the records behind them carry newer ones, so
 * reading the segments in their order ends with the newest position of each key.
 */
#include "reporter/spool/spool_internal.h"

#include "common/log.h"
#include "common/mem.h"
#include "reporter/base/state_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

enum {
	SEGMENTS_A_SPOOL = 16, /* so what is dropped at once is a sixteenth */
	SEGMENT_MAX = 4 * 1024 * 1024,
};

/* The file's name is older than ours for it, and stays: an upgraded reporter must find it. */
#define CHECKPOINT_FILE "head"

static enum err open_checkpoint(struct spool *spool, const char *dir, struct reason *why)
{
	struct buf path = {0};
	char id[ID_RANDOM_SIZE];

	state_dir_path(dir, CHECKPOINT_FILE, &path);
	spool->checkpoint_fd = open(path.data, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	buf_free(&path);
	if (spool->checkpoint_fd < 0)
		return reason_set(why, ERR_SYSTEM, "the spool %s cannot be opened: %s", dir, strerror(errno));
	if (checkpoint_read(spool->checkpoint_fd, &spool->checkpoint) != ERR_NONE) {
		id_random(id);
		spool->checkpoint = (struct checkpoint){0};
		memcpy(spool->checkpoint.id, id, sizeof(id));
		spool_save_checkpoint(spool);
	}
	return ERR_NONE;
}

/*
 * Reads a segment whole: its positions, how many entries wait behind the byte `begin`, and where its last
 * whole record ends, which is its size from now on.
 */
static enum err scan(struct spool *spool, struct segment *segment, uint64_t begin)
{
	struct buf data = {0};
	size_t at = 0, used;
	struct spool_record record;
	enum err err = segments_read(&spool->segments, segment, 0, (size_t)segment->size, &data);

	if (err != ERR_NONE)
		goto out;
	while (spool_record_read(data.data + at, data.len - at, &record, &used) == ERR_NONE) {
		if (*record.key)
			positions_set(&spool->positions, record.key,
				      *record.position ? record.position : NULL, false);
		segment->waiting += at >= begin && record.entry_len;
		at += used;
	}
	if (at < data.len)
		log_warning("spool",
			    "cut off a record that was not written whole segment=%" PRIu64
			    " offset=%zu left=%zu",
			    segment->number, at, data.len - at);
	spool->segments.bytes -= segment->size - at;
	segment->size = at;
	spool->waiting += segment->waiting;
out:
	buf_free(&data);
	return err;
}

/* Moves a checkpoint that does not point into the first segment there, and one behind its end back to the
 * end. */
static void align_checkpoint(struct spool *spool)
{
	const struct segment *first = &spool->segments.items[0];
	struct checkpoint *checkpoint = &spool->checkpoint;

	if (checkpoint->segment == first->number && checkpoint->end <= first->size)
		return;
	if (checkpoint->segment != first->number)
		checkpoint->begin = 0;
	else if (checkpoint->begin > first->size)
		checkpoint->begin = first->size;
	checkpoint->segment = first->number;
	checkpoint->end = checkpoint->begin;
	spool_save_checkpoint(spool);
}

static enum err open_segments(struct spool *spool, const char *dir)
{
	struct segments *segments = &spool->segments;
	enum err err = segments_find(segments, dir);

	if (err != ERR_NONE)
		return err;
	while (segments->count && segments->items[0].number < spool->checkpoint.segment)
		segments_remove_first(segments);
	for (size_t i = 0; i < segments->count; i++) {
		bool first = segments->items[i].number == spool->checkpoint.segment;

		err = scan(spool, &segments->items[i], first ? spool->checkpoint.begin : 0);
		if (err != ERR_NONE)
			return err;
	}
	err = segments->count ? segments_resume(segments) : spool_begin_segment(spool);
	if (err != ERR_NONE)
		return err;
	align_checkpoint(spool);
	return ERR_NONE;
}

enum err spool_open(const char *dir, uint64_t limit, struct spool **out, struct reason *why)
{
	struct spool *spool;
	enum err err;

	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return reason_set(why, ERR_SYSTEM, "the spool %s cannot be made: %s", dir, strerror(errno));
	spool = mem_alloc(1, sizeof(*spool));
	spool->limit = limit;
	spool->segment_size = limit / SEGMENTS_A_SPOOL < SEGMENT_MAX ? limit / SEGMENTS_A_SPOOL : SEGMENT_MAX;
	spool->checkpoint_fd = -1;
	spool->segments.last_fd = -1;
	err = open_checkpoint(spool, dir, why);
	if (err != ERR_NONE)
		goto close_spool;
	if (open_segments(spool, dir) != ERR_NONE) {
		err = reason_set(why, ERR_SYSTEM, "the spool %s cannot be used: %s", dir, strerror(errno));
		goto close_spool;
	}
	*out = spool;
	return ERR_NONE;

close_spool:
	spool_close(spool);
	return err;
}
