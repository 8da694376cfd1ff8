/* A short look into the journal. Following it is source_journal's business. */
#include "reporter/journal_tail.h"

#include <string.h>
#include <systemd/sd-journal.h>

#define LINE_MAX_BYTES 300

static int match(sd_journal *journal, const char *field, const char *value)
{
	struct buf text = {0};
	int result;

	buf_printf(&text, "%s=%s", field, value);
	result = sd_journal_add_match(journal, text.data, text.len);
	buf_free(&text);
	return result;
}

static void append_message(struct buf *out, sd_journal *journal)
{
	static const char NAME[] = "MESSAGE=";
	const void *data;
	size_t len;

	if (sd_journal_get_data(journal, "MESSAGE", &data, &len) < 0 || len < strlen(NAME))
		return;
	len -= strlen(NAME);
	buf_append(out, (const char *)data + strlen(NAME), len < LINE_MAX_BYTES ? len : LINE_MAX_BYTES);
	buf_char(out, '\n');
}

/* What its processes said, and what systemd (PID 1) said about it. */
static int match_unit(sd_journal *journal, const char *unit)
{
	int result = match(journal, "_SYSTEMD_UNIT", unit);

	if (result >= 0)
		result = sd_journal_add_disjunction(journal);
	if (result >= 0)
		result = match(journal, "UNIT", unit);
	if (result >= 0)
		result = match(journal, "_PID", "1");
	return result;
}

void journal_tail(struct buf *out, const char *unit, int lines)
{
	sd_journal *journal = NULL;

	if (sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY) >= 0 && match_unit(journal, unit) >= 0 &&
	    sd_journal_seek_tail(journal) >= 0 && sd_journal_previous_skip(journal, (uint64_t)lines) > 0) {
		do
			append_message(out, journal);
		while (sd_journal_next(journal) > 0);
	}
	sd_journal_close(journal);
}
