/*
 * A node's summary as delta clients get it: the flat JSON object that the API stored, to which is added what
 * changes as time goes by (node_write_summary).
 */
#ifndef RELAY_SUMMARY_H
#define RELAY_SUMMARY_H

#include "common/buf.h"
#include "common/node.h"
#include "common/span.h"

#include <stdint.h>

/* A summary as it is shown at a moment. */
struct shown_summary {
	struct span summary; /* as it is stored */
	struct node_head head;
	struct node_presence presence;
	int64_t at_ms;
};

/* Appends the whole summary. */
void summary_write(struct buf *out, const struct shown_summary *shown);

/* Appends an object of the members that are new or have another value than before. False, and nothing
 * appended, if there are none. A member that is gone cannot be told: the API always writes the same ones. */
bool summary_write_changes(struct buf *out, const struct shown_summary *before,
			   const struct shown_summary *after);

#endif
