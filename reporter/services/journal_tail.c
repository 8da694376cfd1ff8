/*
 * A short look into the journal, when somebody has to be told why an action failed. Following the journal for
 * the log is reporter/logs/source_journal.c's business.
 */
#include "reporter/services/journal_tail.h"

#include "common/mem.h"
#include "reporter/base/journal_match.h"

#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>

#define LINE_MAX_BYTES 300

void journal_tail(struct buf *out, const char *unit, int lines)
{
	static const char NAME[] = "MESSAGE=";
	char *const units[] = {mem_text(unit)};
	sd_journal *journal = NULL;
	const void *data;
	size_t len;

	if (sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY) < 0 ||
	    journal_match_units(journal, units, 1, false) < 0 || sd_journal_seek_tail(journal) < 0 ||
	    sd_journal_previous_skip(journal, (uint64_t)lines) <= 0)
		goto out;
	do {
		if (sd_journal_get_data(journal, "MESSAGE", &data, &len) < 0 || len < strlen(NAME))
			continue;
		len -= strlen(NAME);
		buf_append(out, (const char *)data + strlen(NAME),
			   len < LINE_MAX_BYTES ? len : LINE_MAX_BYTES);
		buf_char(out, '\n');
	} while (sd_journal_next(journal) > 0);
out:
	sd_journal_close(journal);
	free(units[0]);
}
