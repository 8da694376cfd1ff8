/* Matches on a journal. Reading it is for others. */
#include "reporter/base/journal_match.h"

#include "common/buf.h"

static int match(sd_journal *journal, const char *field, const char *value)
{
	struct buf text = {0};
	int result;

	buf_printf(&text, "%s=%s", field, value);
	result = sd_journal_add_match(journal, text.data, text.len);
	buf_free(&text);
	return result;
}

static int match_each(sd_journal *journal, const char *field, char *const *units, size_t count)
{
	int result = 0;

	for (size_t i = 0; i < count && result >= 0; i++)
		result = match(journal, field, units[i]);
	return result;
}

int journal_match_units(sd_journal *journal, char *const *units, size_t count)
{
	int result = match_each(journal, "_SYSTEMD_UNIT", units, count);

	if (count == 0 || result < 0)
		return result;
	result = sd_journal_add_disjunction(journal);
	if (result >= 0)
		result = match_each(journal, "UNIT", units, count);
	return result >= 0 ? match(journal, "_PID", "1") : result;
}
