/* Which entries of a journal are shown: those of units. */
#ifndef REPORTER_BASE_JOURNAL_MATCH_H
#define REPORTER_BASE_JOURNAL_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-journal.h>

/*
 * Restricts the journal to the entries that `journalctl -u` shows of the units (systemd.journal-fields(7)):
 * what their processes said, the core dumps of these, and what PID 1 and programs of root said about the
 * units. With `users_too` also what `journalctl --user-unit` shows of the units of these names that users
 * run. `count` 0 restricts nothing. Returns 0 or more, or a negative errno.
 *
 * Anybody may write an entry with UNIT=. Each group therefore asks for a field too that journald itself adds
 * (their names begin with "_"), so nobody can imitate systemd.
 */
int journal_match_units(sd_journal *journal, char *const *units, size_t count, bool users_too);

#endif
