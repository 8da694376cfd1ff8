/*
 * The spool's segments: numbered files in a folder. They appear whole, grow at the end of the last one, are
 * read in pieces, and go from the oldest on. Which records stand in them is the spool's concern.
 */
#ifndef REPORTER_SPOOL_SEGMENTS_H
#define REPORTER_SPOOL_SEGMENTS_H

#include "common/buf.h"

#include <stddef.h>
#include <stdint.h>

struct segment {
	uint64_t number;
	uint64_t size;	 /* bytes that hold records */
	int64_t waiting; /* entries in it that are not done; kept by the spool */
};

struct segments {
	char *dir;
	struct segment *items; /* oldest first; the last is the one that is written to */
	size_t count;
	uint64_t bytes; /* of all of them */
	int last_fd;	/* the last segment, open for writing; -1: none is */
};

/*
 * Finds the segments in `dir` and takes their sizes from the file system; opens none. Files with other names
 * are left alone, also a segment that was being made when the process ended. ERR_SYSTEM is logged, here and
 * below.
 */
enum err segments_find(struct segments *segments, const char *dir) MUST_CHECK;

/* Closes and frees what it holds; the files stay. */
void segments_close(struct segments *segments);

/* Begins a new last segment that holds `text` already: it appears with it, or not at all. */
enum err segments_begin(struct segments *segments, const struct buf *text) MUST_CHECK;

/* Opens the last segment, which must be there, for writing, and cuts off what stands behind its `size`. */
enum err segments_resume(struct segments *segments) MUST_CHECK;

/*
 * Writes `text` at the end of the last segment: all of it, or nothing that counts. ERR_SYSTEM with errno,
 * which the caller logs: it knows whether this is the first failure.
 */
enum err segments_append(struct segments *segments, const struct buf *text) MUST_CHECK;

/*
 * Appends `len` bytes from `offset` of a segment to *out, fewer if the segment ends before. On failure *out
 * holds what could be read.
 */
enum err segments_read(const struct segments *segments, const struct segment *segment, uint64_t offset,
		       size_t len, struct buf *out) MUST_CHECK;

/* Removes the oldest segment, of which there must be one. A file that cannot be unlinked is logged and
 * forgotten. */
void segments_remove_first(struct segments *segments);

#endif
