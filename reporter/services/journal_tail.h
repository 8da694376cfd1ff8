/* The last lines that a unit wrote to this machine's journal, to explain a failure. */
#ifndef REPORTER_SERVICES_JOURNAL_TAIL_H
#define REPORTER_SERVICES_JOURNAL_TAIL_H

#include "common/buf.h"

/*
 * Appends up to `lines` messages of the unit, and of systemd about it, oldest first, each on a line of its
 * own and cut after 300 bytes. Appends nothing if there is no journal, or none that we may read.
 */
void journal_tail(struct buf *out, const char *unit, int lines);

#endif
