/*
 * Matches on a journal; reading it is its callers' concern. sd-journal joins matches of one field by "or" and
 * those of several fields by "and", and a disjunction separates two such groups:
 *
 *     (_SYSTEMD_UNIT=a or _SYSTEMD_UNIT=b) or ((UNIT=a or UNIT=b) and _PID=1)
 */
#include "reporter/base/journal_match.h"

#include "common/buf.h"

#define GROUP_PROOFS_MAX 2
#define CORE_DUMP	 "MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1" /* of systemd-coredump */

/* A group names units in a field. The proofs, unless NULL, say who must have written the entry. */
static const struct group {
	const char *field;
	const char *proofs[GROUP_PROOFS_MAX];
	bool of_users;
} GROUPS[] = {
	{"_SYSTEMD_UNIT", {NULL}, false},
	{"_SYSTEMD_SLICE", {NULL}, false}, /* only a slice has such a name */
	{"COREDUMP_UNIT", {CORE_DUMP, "_UID=0"}, false},
	{"UNIT", {"_PID=1"}, false},
	{"OBJECT_SYSTEMD_UNIT", {"_UID=0"}, false},
	{"_SYSTEMD_USER_UNIT", {NULL}, true},
	{"COREDUMP_USER_UNIT", {CORE_DUMP, "_UID=0"}, true},
	{"USER_UNIT", {"_SYSTEMD_USER_UNIT=init.scope"}, true}, /* in which a user's manager runs */
	{"OBJECT_SYSTEMD_USER_UNIT", {"_UID=0"}, true},
};

static int match_group(sd_journal *journal, const struct group *group, char *const *units, size_t count)
{
	struct buf text = {0};
	int result = 0;

	for (size_t i = 0; i < count && result >= 0; i++) {
		buf_clear(&text);
		buf_printf(&text, "%s=%s", group->field, units[i]);
		result = sd_journal_add_match(journal, text.data, text.len);
	}
	for (size_t i = 0; i < GROUP_PROOFS_MAX && result >= 0 && group->proofs[i]; i++)
		result = sd_journal_add_match(journal, group->proofs[i], 0);
	buf_free(&text);
	return result;
}

int journal_match_units(sd_journal *journal, char *const *units, size_t count, bool users_too)
{
	if (count == 0)
		return 0;
	for (size_t i = 0; i < sizeof(GROUPS) / sizeof(GROUPS[0]); i++) {
		int result;

		if (GROUPS[i].of_users && !users_too)
			continue;
		result = match_group(journal, &GROUPS[i], units, count);
		if (result < 0)
			return result;
		result = sd_journal_add_disjunction(journal);
		if (result < 0)
			return result;
	}
	return 0;
}
