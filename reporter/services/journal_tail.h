/* The last lines a unit wrote to this machine's journal, to explain a failure. */
#ifndef REPORTER_SERVICES_JOURNAL_TAIL_H
#define REPORTER_SERVICES_JOURNAL_TAIL_H

#include "common/buf.h"

/* Appends up to `lines` messages, oldest first, each on a line of its own; none if there is no journal. */
void journal_tail(struct buf *out, const char *unit, int lines);

#endif
