/* Which entries of a journal are shown: those of units. */
#ifndef REPORTER_BASE_JOURNAL_MATCH_H
#define REPORTER_BASE_JOURNAL_MATCH_H

#include <stddef.h>
#include <systemd/sd-journal.h>

/*
 * Restricts the journal to what the units' processes said and to what systemd said about the units (systemd.
 * journal-fields(7)). `count` 0 restricts nothing. Anybody may write an entry with UNIT=, but only PID 1's
 * has _PID=1, which journald itself adds; so nobody can imitate systemd. Returns 0 or more, or a negative
 * errno.
 */
int journal_match_units(sd_journal *journal, char *const *units, size_t count);

#endif
