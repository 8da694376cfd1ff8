/* The fields of a journal's entry (systemd.journal-fields(7)) that make a log entry. */
#ifndef REPORTER_LOGS_JOURNAL_FIELDS_H
#define REPORTER_LOGS_JOURNAL_FIELDS_H

#include "common/buf.h"
#include "common/entry.h"
#include "reporter/logs/line.h"

#include <systemd/sd-journal.h>

enum journal_field {
	JOURNAL_MESSAGE,
	JOURNAL_PRIORITY,
	JOURNAL_LOGGER,
	JOURNAL_IDENTIFIER,
	JOURNAL_COMMAND,
	JOURNAL_UNIT,
	JOURNAL_FUNCTION,
	JOURNAL_LINE,
	JOURNAL_FILE,
	JOURNAL_FIELD_COUNT
};

/* Those of one entry, as they were read. A zeroed struct has none. */
struct journal_fields {
	struct buf kept[JOURNAL_FIELD_COUNT];
};

/* Reads those of the entry the journal stands on. Less than 0: not all of them could be read. */
int journal_fields_read(struct journal_fields *fields, sd_journal *journal);

/* Makes an entry of the fields that were read. Its texts point into them and into the parser. */
void journal_fields_make(const struct journal_fields *read, sd_journal *journal, struct line_parser *parser,
			 struct entry *out);

/* Frees what it holds, not the struct. */
void journal_fields_free(struct journal_fields *fields);

#endif
