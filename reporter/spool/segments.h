/* The spool's files: numbered segments in a folder, made whole, read in pieces, removed from the oldest on.
 */
#ifndef REPORTER_SPOOL_SEGMENTS_H
#define REPORTER_SPOOL_SEGMENTS_H

#include "common/buf.h"

#include <stddef.h>
#include <stdint.h>

struct segment {
	uint64_t number;
	uint64_t size;	 /* bytes that hold records */
	int64_t waiting; /* entries in it that are not done */
};

/* Oldest first; the last is the one that is written to. */
struct segments {
	char *dir;
	struct segment *items;
	size_t count;
	uint64_t bytes; /* of all of them */
	int tail;	/* descriptor of the last, -1: none */
};

/* Finds the segments in `dir`, sizes included; nothing is opened. */
enum err segments_find(struct segments *segments, const char *dir) MUST_CHECK;
void segments_close(struct segments *segments);

/* Begins a new last segment that holds `text` already: it appears whole or not at all. */
enum err segments_begin(struct segments *segments, const struct buf *text) MUST_CHECK;

/* Opens the last segment again, and cuts off what is behind its `size`. */
enum err segments_resume(struct segments *segments) MUST_CHECK;

/* Writes at the end of the last segment: all of it, or (ERR_SYSTEM) nothing that counts. */
enum err segments_append(struct segments *segments, const struct buf *text) MUST_CHECK;

/* Appends up to `len` bytes from `offset` of a segment, less only if it ends. */
enum err segments_read(const struct segments *segments, const struct segment *segment, uint64_t offset,
		       size_t len, struct buf *out) MUST_CHECK;

void segments_remove_first(struct segments *segments);

#endif
