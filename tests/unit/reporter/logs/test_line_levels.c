/*
 * The levels of lines as many programs write them. Each line of the fixtures is read by itself; those whose
 * program starts with "Plain: " only talk about errors and must stay INFO.
 */
#include "common/buf.h"
#include "common/clock.h"
#include "common/json.h"
#include "tests/unit/cm.h"
#include "tests/unit/reporter/line_samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES_NOW_MS 1793614804000 /* 2026-11-02T10:20:04Z, five minutes after the lines */

struct tally {
	int right, all;
};

/* "ERROR|CRITICAL" allows both. */
static bool allows(const char *levels, const char *level)
{
	size_t len = strlen(level);

	for (const char *at = levels; at; at = strchr(at, '|')) {
		at += *at == '|';
		if (strncmp(at, level, len) == 0 && (at[len] == '|' || !at[len]))
			return true;
	}
	return false;
}

/* What the sample says of one text, if it says anything. */
static bool text_is(const struct json *sample, const char *key, const char *is, size_t len)
{
	const char *wanted = json_text(json_get(sample, key));

	return !wanted || (strlen(wanted) == len && memcmp(wanted, is, len) == 0);
}

static void read_sample(const struct json *sample, const char *name, struct tally *tally)
{
	struct line_parser parser = {.format = LOG_FORMAT_AUTO, .logger = "app"};
	const char *line = json_text(json_get(sample, "line"));
	char time[CLOCK_ISO_LEN + 1];
	struct entry entry;
	bool right;

	line_read(&parser, line, strlen(line), SAMPLES_NOW_MS, &entry);
	clock_format_iso(entry.timestamp_ms, time);
	right = allows(json_text(json_get(sample, "level")), level_name(entry.level)) &&
		text_is(sample, "time", time, strlen(time)) &&
		text_is(sample, "logger", entry.logger_name, strlen(entry.logger_name)) &&
		text_is(sample, "message", entry.message, entry.message_len);
	if (!right)
		printf("not read right: %s: %s, %s, logger %s, \"%.*s\" of %s\n", name,
		       level_name(entry.level), time, entry.logger_name, (int)entry.message_len,
		       entry.message, line);
	tally->right += right;
	tally->all++;
	line_parser_free(&parser);
}

static void read_samples(const char *path, struct tally *programs, struct tally *prose)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	assert_non_null(file);
	while ((len = getline(&line, &size, file)) > 0) {
		struct json *sample = NULL;
		const char *name;

		assert_int_equal(json_parse(line, (size_t)len, &sample, NULL), ERR_NONE);
		name = json_text(json_get(sample, "program"));
		if (!name)
			name = json_text(json_get(sample, "format"));
		read_sample(sample, name, strncmp(name, "Plain: ", 7) == 0 ? prose : programs);
		json_free(sample);
	}
	free(line);
	fclose(file);
}

static void levels_of_many_programs_are_known(void **state)
{
	struct tally programs = {0}, prose = {0};

	(void)state;
	read_samples("tests/fixtures/log-levels.jsonl", &programs, &prose);
	printf("programs: %d of %d, prose: %d of %d\n", programs.right, programs.all, prose.right, prose.all);
	assert_int_equal(prose.right, prose.all);
	assert_in_range(programs.right * 100, programs.all * 95, programs.all * 100);
}

static void levels_of_reported_lines_are_all_known(void **state)
{
	struct tally programs = {0}, prose = {0};

	(void)state;
	read_samples("tests/fixtures/log-levels-reported.jsonl", &programs, &prose);
	printf("reported: %d of %d\n", programs.right, programs.all);
	assert_int_equal(programs.right, programs.all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_of_many_programs_are_known),
		cmocka_unit_test(levels_of_reported_lines_are_all_known),
	};

	return cmocka_run_group_tests(tests, line_samples_set_zone, NULL);
}
