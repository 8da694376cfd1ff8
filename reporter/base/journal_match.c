/*
 * Matches on a journal; reading it is its callers' concern. sd-journal joins matches of one field by "or" and
 * those of several fields by "and", and a disjunction separates two such terms:
 *
 *     (_SYSTEMD_UNIT=a or _SYSTEMD_UNIT=b) or ((UNIT=a or UNIT=b) and _PID=1)
 */
#include "reporter/base/journal_match.h"

#include "common/buf.h"

static int match_each(sd_journal *journal, const char *field, char *const *values, size_t count)
{
	struct buf text = {0};
	int result = 0;

	for (size_t i = 0; i < count && result >= 0; i++) {
		buf_clear(&text);
		buf_printf(&text, "%s=%s", field, values[i]);
		result = sd_journal_add_match(journal, text.data, text.len);
	}
	buf_free(&text);
	return result;
}

int journal_match_units(sd_journal *journal, char *const *units, size_t count)
{
	int result;

	if (count == 0)
		return 0;
	result = match_each(journal, "_SYSTEMD_UNIT", units, count);
	if (result < 0)
		return result;
	result = sd_journal_add_disjunction(journal);
	if (result < 0)
		return result;
	result = match_each(journal, "UNIT", units, count);
	if (result < 0)
		return result;
	return sd_journal_add_match(journal, "_PID=1", 0);
}
