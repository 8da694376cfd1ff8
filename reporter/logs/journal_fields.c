/* Which fields of a journal's entry are read, and what becomes of them. Where the journal stands is its
 * reader's concern. */
#include "reporter/logs/journal_fields.h"

#include "common/level.h"
#include "common/number.h"

#include <string.h>

static const char *const FIELD_NAMES[JOURNAL_FIELD_COUNT] = {
	[JOURNAL_MESSAGE] = "MESSAGE",	  [JOURNAL_PRIORITY] = "PRIORITY",
	[JOURNAL_LOGGER] = "LOGGER",	  [JOURNAL_IDENTIFIER] = "SYSLOG_IDENTIFIER",
	[JOURNAL_COMMAND] = "_COMM",	  [JOURNAL_UNIT] = "_SYSTEMD_UNIT",
	[JOURNAL_FUNCTION] = "CODE_FUNC", [JOURNAL_LINE] = "CODE_LINE",
	[JOURNAL_FILE] = "CODE_FILE",
};

/* The first of these fields that an entry has names its logger. */
static const enum journal_field LOGGER_FIELDS[] = {JOURNAL_LOGGER, JOURNAL_IDENTIFIER, JOURNAL_COMMAND,
						   JOURNAL_UNIT};

int journal_fields_read(struct journal_fields *fields, sd_journal *journal)
{
	const void *data;
	size_t len;
	int result;

	for (int field = 0; field < JOURNAL_FIELD_COUNT; field++)
		buf_clear(&fields->kept[field]);
	sd_journal_restart_data(journal);
	/* SAMPLE SYSLOG_IDENTIFIER=sshd */
	while ((result = sd_journal_enumerate_available_data(journal, &data, &len)) > 0) {
		const char *equals = memchr(data, '=', len);
		size_t name_len = equals ? (size_t)(equals - (const char *)data) : 0;

		for (int field = 0; equals && field < JOURNAL_FIELD_COUNT; field++) {
			struct buf *kept = &fields->kept[field];

			/* Of a field given twice the first counts. */
			if (kept->len == 0 && strlen(FIELD_NAMES[field]) == name_len &&
			    memcmp(FIELD_NAMES[field], data, name_len) == 0)
				buf_append(kept, equals + 1, len - name_len - 1);
		}
	}
	return result;
}

void journal_fields_make(const struct journal_fields *read, sd_journal *journal, struct line_parser *parser,
			 struct entry *out)
{
	const struct buf *fields = read->kept;
	uint64_t realtime_us = 0;
	int64_t severity, line;

	(void)sd_journal_get_realtime_usec(journal, &realtime_us);
	/* What is no number, or missing, is not known. */
	if (number_parse(buf_string(&fields[JOURNAL_PRIORITY]), 0, 7, &severity) != ERR_NONE)
		severity = -1;
	if (number_parse(buf_string(&fields[JOURNAL_LINE]), 0, INT32_MAX, &line) != ERR_NONE)
		line = 0;
	*out = (struct entry){
		.timestamp_ms = (int64_t)(realtime_us / 1000),
		.level = level_of_severity((int)severity),
		.message = buf_string(&fields[JOURNAL_MESSAGE]),
		.message_len = fields[JOURNAL_MESSAGE].len,
		.module = buf_string(&fields[JOURNAL_FILE]),
		.function = buf_string(&fields[JOURNAL_FUNCTION]),
		.line = line,
	};
	for (size_t i = 0; i < sizeof(LOGGER_FIELDS) / sizeof(LOGGER_FIELDS[0]); i++)
		if (!out->logger_name && fields[LOGGER_FIELDS[i]].len)
			out->logger_name = buf_string(&fields[LOGGER_FIELDS[i]]);
	/* A program whose output the journal takes says its level, if at all, in its own words. */
	line_read_message(parser, severity >= 0, out->timestamp_ms, out);
}

void journal_fields_free(struct journal_fields *fields)
{
	for (int field = 0; field < JOURNAL_FIELD_COUNT; field++)
		buf_free(&fields->kept[field]);
}
