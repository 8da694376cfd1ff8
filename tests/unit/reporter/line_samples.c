/* Reads sample lines and compares. */
#include "tests/unit/reporter/line_samples.h"

#include "tests/unit/cm.h"

#include <stdlib.h>
#include <string.h>

int line_samples_set_zone(void **state)
{
	(void)state;
	return setenv("TZ", "UTC", 1);
}

void assert_reads(struct line_parser *parser, const struct line_sample *sample)
{
	struct buf said = {0};
	struct entry entry;

	assert_true(line_read(parser, sample->line, strlen(sample->line), NOW_MS, &entry));
	buf_append(&said, entry.message, entry.message_len);
	if (entry.fields.len) {
		buf_char(&said, ' ');
		buf_append(&said, entry.fields.data, entry.fields.len);
	}
	assert_string_equal(buf_string(&said), sample->message);
	buf_free(&said);
	assert_string_equal(entry.logger_name, sample->logger);
	assert_int_equal(entry.level, sample->level);
	assert_int_equal(entry.timestamp_ms, sample->ms);
}

void assert_all_read(enum log_format format, const struct line_sample *samples, size_t count)
{
	struct line_parser parser = {.format = format, .logger = "app"};

	for (size_t i = 0; i < count; i++)
		assert_reads(&parser, &samples[i]);
	line_parser_free(&parser);
}
