/* Journals that systemd-journal-remote writes from exports, read with sd-journal through the loop. */
#include "common/limits.h"
#include "common/mem.h"
#include "tests/unit/cm.h"
#include "tests/unit/reporter/sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WRITER	   "/lib/systemd/systemd-journal-remote"
#define FIRST_US   1763375400123456
#define BOOT_ID	   "0123456789abcdef0123456789abcdef"
#define MACHINE_ID "fedcba9876543210fedcba9876543210"

struct journal_bench {
	char folder[64];
	struct config_log config;
	struct loop *loop;
	struct sink sink;
	struct source_reader *reader;
	struct buf export; /* entries on their way into a journal file */
	int written;
};

static void start(struct journal_bench *bench)
{
	bench->reader = source_journal.open(bench->loop, &bench->config, &bench->sink.source);
}

static void stop(struct journal_bench *bench)
{
	source_journal.close(bench->reader);
	bench->reader = NULL;
	sink_forget_entries(&bench->sink);
}

static int set_up(void **state)
{
	struct journal_bench *bench = mem_alloc(1, sizeof(*bench));
	static char name[] = "journal";

	snprintf(bench->folder, sizeof(bench->folder), "/tmp/p2pdash-journal-XXXXXX");
	assert_non_null(mkdtemp(bench->folder));
	bench->config = (struct config_log){.name = name, .directory = bench->folder};
	bench->loop = loop_new();
	sink_init(&bench->sink);
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct journal_bench *bench = *state;
	char command[96];

	stop(bench);
	sink_free(&bench->sink);
	loop_free(bench->loop);
	buf_free(&bench->export);
	snprintf(command, sizeof(command), "rm -rf %s", bench->folder);
	assert_int_equal(system(command), 0);
	free(bench);
	return 0;
}

/* Adds one entry with these fields, which are lines of NAME=value. */
static void add(struct journal_bench *bench, const char *fields)
{
	int64_t offset_us = bench->written++ * 1000;

	buf_printf(&bench->export,
		   "__REALTIME_TIMESTAMP=%jd\n__MONOTONIC_TIMESTAMP=%jd\n_BOOT_ID=" BOOT_ID
		   "\n_MACHINE_ID=" MACHINE_ID "\n%s\n",
		   (intmax_t)(FIRST_US + offset_us), (intmax_t)(1000000 + offset_us), fields);
}

static void add_numbered(struct journal_bench *bench, int from, int to)
{
	for (int i = from; i <= to; i++) {
		char fields[64];

		snprintf(fields, sizeof(fields), "MESSAGE=line %d\nPRIORITY=6\n", i);
		add(bench, fields);
	}
}

/* Appends the entries that were added to a journal file. */
static void commit(struct journal_bench *bench, const char *journal)
{
	char command[256];
	FILE *writer;

	snprintf(command, sizeof(command), WRITER " --output=%s/%s - >/dev/null 2>&1", bench->folder,
		 journal);
	writer = popen(command, "w");
	assert_non_null(writer);
	assert_int_equal(fwrite(bench->export.data, 1, bench->export.len, writer), bench->export.len);
	assert_int_equal(pclose(writer), 0);
	buf_clear(&bench->export);
}

static void assert_numbered(struct journal_bench *bench, int from, int to)
{
	sink_wait(&bench->sink, bench->loop, (size_t)(to - from + 1));
	sink_settle(&bench->sink, bench->loop);
	assert_int_equal(bench->sink.count, to - from + 1);
	for (int i = from; i <= to; i++) {
		char message[32];

		snprintf(message, sizeof(message), "line %d", i);
		assert_string_equal(bench->sink.entries[i - from].message, message);
	}
}

static void fields_are_mapped_to_the_entry(void **state)
{
	struct journal_bench *bench = *state;
	const struct sink_entry *entry;

	add(bench,
	    "MESSAGE=no file\nPRIORITY=3\nSYSLOG_IDENTIFIER=app\nCODE_FILE=src/main.py\nCODE_FUNC=run\n"
	    "CODE_LINE=42\n_COMM=python3\n");
	add(bench, "MESSAGE=two\nPRIORITY=4\nSYSLOG_IDENTIFIER=app\nLOGGER=Service.app\n");
	add(bench, "MESSAGE=three\n_COMM=sh\n");
	add(bench, "MESSAGE=four\nPRIORITY=nonsense\nCODE_LINE=nonsense\n_SYSTEMD_UNIT=x.service\n");
	commit(bench, "a.journal");
	start(bench);
	sink_wait(&bench->sink, bench->loop, 4);
	entry = bench->sink.entries;
	assert_int_equal(entry[0].timestamp_ms, FIRST_US / 1000);
	assert_int_equal(entry[0].level, LEVEL_ERROR);
	assert_string_equal(entry[0].logger_name, "app");
	assert_string_equal(entry[0].message, "no file");
	assert_string_equal(entry[0].module, "src/main.py");
	assert_string_equal(entry[0].function, "run");
	assert_int_equal(entry[0].line, 42);
	assert_int_equal(entry[1].level, LEVEL_WARNING);
	assert_string_equal(entry[1].logger_name, "Service.app");
	assert_int_equal(entry[2].level, LEVEL_INFO);
	assert_string_equal(entry[2].logger_name, "sh");
	assert_int_equal(entry[3].level, LEVEL_INFO);
	assert_int_equal(entry[3].line, 0);
	assert_string_equal(entry[3].logger_name, "x.service");
}

/* What a service prints is of PRIORITY 6, however bad it is. */
static void a_message_that_says_its_own_level_counts_by_the_worse(void **state)
{
	struct journal_bench *bench = *state;
	const struct sink_entry *entry;

	add(bench,
	    "MESSAGE={\"level\":\"error\",\"msg\":\"no file\",\"n\":1}\nPRIORITY=6\nSYSLOG_IDENTIFIER=a\n");
	add(bench, "MESSAGE=level=warn msg=slow\nPRIORITY=6\nSYSLOG_IDENTIFIER=a\n");
	add(bench,
	    "MESSAGE=2026-11-02 10:15:04,512 ERROR [main] shop: no stock\nPRIORITY=6\nSYSLOG_IDENTIFIER=a\n");
	add(bench, "MESSAGE=\tat shop.Main\nPRIORITY=6\nSYSLOG_IDENTIFIER=a\n");
	add(bench, "MESSAGE=  all is well\nPRIORITY=6\nSYSLOG_IDENTIFIER=b\n");
	add(bench, "MESSAGE=info: no errors\nPRIORITY=3\nSYSLOG_IDENTIFIER=a\n");
	commit(bench, "a.journal");
	start(bench);
	sink_wait(&bench->sink, bench->loop, 6);
	entry = bench->sink.entries;
	assert_int_equal(entry[0].level, LEVEL_ERROR);
	assert_string_equal(entry[0].message, "no file");
	assert_string_equal(entry[0].fields, "{\"n\":1}");
	assert_int_equal(entry[0].timestamp_ms, FIRST_US / 1000);
	assert_int_equal(entry[1].level, LEVEL_WARNING);
	assert_string_equal(entry[1].message, "slow");
	assert_int_equal(entry[2].level, LEVEL_ERROR);
	assert_int_equal(entry[3].level, LEVEL_ERROR);
	assert_int_equal(entry[4].level, LEVEL_INFO);
	assert_int_equal(entry[5].level, LEVEL_ERROR);
}

static void priorities_become_levels(void **state)
{
	static const enum level LEVELS[] = {LEVEL_CRITICAL, LEVEL_CRITICAL, LEVEL_CRITICAL, LEVEL_ERROR,
					    LEVEL_WARNING,  LEVEL_INFO,	    LEVEL_INFO,	    LEVEL_DEBUG};
	struct journal_bench *bench = *state;

	for (int priority = 0; priority < 8; priority++) {
		char fields[64];

		snprintf(fields, sizeof(fields), "MESSAGE=x\nPRIORITY=%d\n", priority);
		add(bench, fields);
	}
	commit(bench, "a.journal");
	start(bench);
	sink_wait(&bench->sink, bench->loop, 8);
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(bench->sink.entries[i].level, LEVELS[i]);
}

static void entries_without_a_message_are_passed_over(void **state)
{
	struct journal_bench *bench = *state;

	add(bench, "PRIORITY=3\n");
	add_numbered(bench, 1, 1);
	commit(bench, "a.journal");
	start(bench);
	assert_numbered(bench, 1, 1);
}

static void new_entries_come_while_it_follows(void **state)
{
	struct journal_bench *bench = *state;

	add_numbered(bench, 1, 3);
	commit(bench, "a.journal");
	start(bench);
	assert_numbered(bench, 1, 3);
	add_numbered(bench, 4, 6);
	commit(bench, "a.journal");
	assert_numbered(bench, 1, 6);
}

static void a_restart_skips_nothing_and_repeats_nothing(void **state)
{
	struct journal_bench *bench = *state;

	add_numbered(bench, 1, 10);
	commit(bench, "a.journal");
	start(bench);
	assert_numbered(bench, 1, 10);
	stop(bench);
	add_numbered(bench, 11, 3010);
	commit(bench, "a.journal");
	start(bench);
	assert_numbered(bench, 11, 3010);
}

static void another_file_of_the_journal_is_read_on(void **state)
{
	struct journal_bench *bench = *state;

	add_numbered(bench, 1, 3);
	commit(bench, "a.journal");
	start(bench);
	assert_numbered(bench, 1, 3);
	add_numbered(bench, 4, 6);
	commit(bench, "b.journal");
	assert_numbered(bench, 1, 6);
}

static void what_was_vacuumed_away_is_gone_and_the_rest_comes(void **state)
{
	struct journal_bench *bench = *state;
	char path[96];

	add_numbered(bench, 1, 3);
	commit(bench, "a.journal");
	start(bench);
	assert_numbered(bench, 1, 3);
	stop(bench);
	snprintf(path, sizeof(path), "%s/a.journal", bench->folder);
	assert_int_equal(unlink(path), 0);
	add_numbered(bench, 4, 6);
	commit(bench, "b.journal");
	start(bench);
	assert_numbered(bench, 4, 6);
}

static void the_first_start_takes_no_more_than_is_kept(void **state)
{
	struct journal_bench *bench = *state;

	add_numbered(bench, 1, LIMIT_LOG_ENTRIES_A_NODE + 50);
	commit(bench, "a.journal");
	start(bench);
	assert_numbered(bench, 51, LIMIT_LOG_ENTRIES_A_NODE + 50);
}

static void units_narrow_it(void **state)
{
	static const char *const SHOWN[] = {
		"_SYSTEMD_UNIT=a.service",
		"_SYSTEMD_UNIT=b.service",
		"_PID=1\nUNIT=a.service",
		"_UID=0\nOBJECT_SYSTEMD_UNIT=b.service",
		"_UID=0\nMESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1\nCOREDUMP_UNIT=a.service",
		"_UID=1000\n_SYSTEMD_UNIT=user@1000.service\n_SYSTEMD_USER_UNIT=a.service",
		"_UID=1000\n_SYSTEMD_USER_UNIT=init.scope\nUSER_UNIT=b.service",
		"_UID=0\nMESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1\nCOREDUMP_USER_UNIT=a.service",
	};
	static const char *const HIDDEN[] = {
		"_SYSTEMD_UNIT=c.service",
		"_PID=1\nUNIT=c.service",
		/* What anybody may write, and what only looks like systemd's. */
		"_PID=99\nUNIT=a.service",
		"_UID=1000\nOBJECT_SYSTEMD_UNIT=a.service",
		"_UID=1000\nMESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1\nCOREDUMP_UNIT=a.service",
		"_UID=0\nCOREDUMP_UNIT=a.service",
		"_UID=1000\n_SYSTEMD_USER_UNIT=evil.service\nUSER_UNIT=a.service",
	};
	static char unit_a[] = "a.service", unit_b[] = "b.service";
	char *units[] = {unit_a, unit_b};
	struct journal_bench *bench = *state;
	struct buf fields = {0};

	bench->config.units = (struct config_list){.items = units, .count = 2};
	for (size_t i = 0; i < sizeof(HIDDEN) / sizeof(HIDDEN[0]); i++) {
		buf_clear(&fields);
		buf_printf(&fields, "MESSAGE=not this\n%s\n", HIDDEN[i]);
		add(bench, fields.data);
	}
	for (size_t i = 0; i < sizeof(SHOWN) / sizeof(SHOWN[0]); i++) {
		buf_clear(&fields);
		buf_printf(&fields, "MESSAGE=line %zu\n%s\n", i + 1, SHOWN[i]);
		add(bench, fields.data);
	}
	buf_free(&fields);
	commit(bench, "a.journal");
	start(bench);
	assert_numbered(bench, 1, sizeof(SHOWN) / sizeof(SHOWN[0]));
}

static void a_journal_without_a_file_is_a_trouble_until_there_is_one(void **state)
{
	struct journal_bench *bench = *state;
	struct troubles *troubles = bench->sink.source.troubles;

	start(bench);
	assert_false(troubles_begin(troubles, TROUBLE_LOG, "journal",
				    "there is no journal file here that it may read"));
	add_numbered(bench, 1, 1);
	commit(bench, "a.journal");
	source_journal.sweep(bench->reader);
	assert_numbered(bench, 1, 1);
	assert_false(troubles_end(troubles, TROUBLE_LOG, "journal", NULL));
}

static void nothing_is_taken_while_paused(void **state)
{
	struct journal_bench *bench = *state;

	add_numbered(bench, 1, 3);
	commit(bench, "a.journal");
	start(bench);
	assert_numbered(bench, 1, 3);
	source_journal.pause(bench->reader);
	add_numbered(bench, 4, 6);
	commit(bench, "a.journal");
	sink_settle(&bench->sink, bench->loop);
	assert_int_equal(bench->sink.count, 3);
	source_journal.resume(bench->reader);
	assert_numbered(bench, 1, 6);
}

static void a_huge_message_is_cut(void **state)
{
	const size_t len = 1024 * 1024;
	struct journal_bench *bench = *state;
	struct buf fields = {0};

	buf_text(&fields, "PRIORITY=3\nMESSAGE=");
	buf_reserve(&fields, len);
	memset(fields.data + fields.len, 'x', len);
	fields.len += len;
	buf_text(&fields, "\n");
	add(bench, fields.data);
	buf_free(&fields);
	commit(bench, "a.journal");
	start(bench);
	sink_wait(&bench->sink, bench->loop, 1);
	assert_int_equal(bench->sink.entries[0].message_len, LIMIT_MESSAGE);
	assert_string_equal(bench->sink.entries[0].message + LIMIT_MESSAGE - 5, "[cut]");
}

static void a_missing_journal_is_no_end(void **state)
{
	static char missing[] = "/nonexistent/journal";
	struct journal_bench *bench = *state;

	bench->config.directory = missing;
	start(bench);
	source_journal.sweep(bench->reader);
	sink_settle(&bench->sink, bench->loop);
	assert_int_equal(bench->sink.count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fields_are_mapped_to_the_entry),
		TEST(a_message_that_says_its_own_level_counts_by_the_worse),
		TEST(priorities_become_levels),
		TEST(entries_without_a_message_are_passed_over),
		TEST(new_entries_come_while_it_follows),
		TEST(a_restart_skips_nothing_and_repeats_nothing),
		TEST(another_file_of_the_journal_is_read_on),
		TEST(what_was_vacuumed_away_is_gone_and_the_rest_comes),
		TEST(the_first_start_takes_no_more_than_is_kept),
		TEST(units_narrow_it),
		TEST(a_journal_without_a_file_is_a_trouble_until_there_is_one),
		TEST(nothing_is_taken_while_paused),
		TEST(a_huge_message_is_cut),
		TEST(a_missing_journal_is_no_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
