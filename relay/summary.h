/*
 * A node's summary: a flat JSON object as the API stored it, to which the relay adds the status, which
 * changes as time goes by.
 */
#ifndef RELAY_SUMMARY_H
#define RELAY_SUMMARY_H

#include "common/buf.h"
#include "common/node.h"
#include "feed/node_table.h"

/* Appends the whole summary, with the status as its first member. */
void summary_write(struct buf *out, struct span summary, enum node_status status);

/* Appends an object of the members that are new or have another value than before. False, and nothing
 * appended, if there are none. A member that is gone cannot be told: the API always writes the same ones. */
bool summary_write_changes(struct buf *out, struct span before, enum node_status status_before,
			   struct span after, enum node_status status_after);

#endif
