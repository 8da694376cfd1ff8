/*
 * A node's summary: a flat JSON object as the API stored it, to which the relay adds the status, which
 * changes as time goes by.
 */
#ifndef RELAY_SUMMARY_H
#define RELAY_SUMMARY_H

#include "common/buf.h"
#include "common/node.h"
#include "feed/node_table.h"

/* Appends the whole summary. */
void summary_write(struct buf *out, struct span summary, enum node_status status);

/* Appends an object of the members that are new or other than before; false, and nothing, if there are none.
 */
bool summary_write_changes(struct buf *out, struct span before, enum node_status status_before,
			   struct span after, enum node_status status_after);

#endif
