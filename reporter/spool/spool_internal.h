/* What spool.c and recovery.c share: the open spool. Nobody else includes this. */
#ifndef REPORTER_SPOOL_SPOOL_INTERNAL_H
#define REPORTER_SPOOL_SPOOL_INTERNAL_H

#include "reporter/spool/checkpoint.h"
#include "reporter/spool/positions.h"
#include "reporter/spool/record.h"
#include "reporter/spool/segments.h"
#include "reporter/spool/spool.h"

#include <stdbool.h>

struct spool {
	uint64_t limit;	       /* bytes that all segments may take */
	uint64_t segment_size; /* a segment that has grown to this size is the last no longer */
	struct segments segments;
	struct checkpoint checkpoint; /* points into the first segment, and not behind its end */
	int checkpoint_fd;
	struct positions positions;
	struct buf pending; /* records that were added and not written yet */
	int64_t pending_entries;
	int64_t waiting; /* entries in all segments that are not done */
	bool failing;	 /* the last write failed, which was logged */
};

/* Writes the checkpoint. A failure is logged and costs only that entries are sent twice after a restart. */
void spool_save_checkpoint(struct spool *spool);

/* Begins a new last segment. It holds all positions, so that the segments before it can go. */
enum err spool_begin_segment(struct spool *spool) MUST_CHECK;

#endif
