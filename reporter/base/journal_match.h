/* What a journal shows: entries of units. */
#ifndef REPORTER_BASE_JOURNAL_MATCH_H
#define REPORTER_BASE_JOURNAL_MATCH_H

#include <stddef.h>
#include <systemd/sd-journal.h>

/*
 * What the units' processes said, and what systemd (PID 1, which nobody can imitate) said about them. No
 * units: all entries. Negative errno on failure.
 */
int journal_match_units(sd_journal *journal, char *const *units, size_t count);

#endif
