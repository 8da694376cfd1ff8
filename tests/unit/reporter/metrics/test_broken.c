/*
 * Every file that is measured is broken in turn, in every way: what it tells is then null and a trouble that
 * names the metric, never 0 and never what it told before; everything else is measured as ever.
 */
#include "tests/unit/cm.h"
#include "tests/unit/reporter/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct source {
	const char *file;
	const char *metric;  /* as troubles name it */
	const char *keys[5]; /* its members; "" is the metric itself, or `cpu_count` beside it */
} SOURCES[] = {
	{"proc/stat", "cpu_percent", {"", NULL}},
	{"proc/stat", "boot_time", {"", NULL}},
	{"proc/meminfo", "memory", {"percent", "total", "available", "used", NULL}},
	{"proc/self/statm", "memory_usage_mb", {"", NULL}},
	{"proc/loadavg", "load_average", {"", NULL}},
	{"proc/diskstats", "disk_io", {"read_bytes", "write_bytes", "read_count", "write_count", NULL}},
	{"proc/1/net/dev", "network_io", {"bytes_sent", "bytes_recv", "packets_sent", "packets_recv", NULL}},
};
enum { SOURCES_COUNT = sizeof(SOURCES) / sizeof(SOURCES[0]) };

#define FIXTURE "linux-6.18-vm"

static struct machine machine;
static char *whole[SOURCES_COUNT]; /* what the files hold while they are not broken */

static int set_up(void **state)
{
	(void)state;
	machine_make(&machine, FIXTURE);
	for (size_t i = 0; i < SOURCES_COUNT; i++) {
		struct buf text = {0};

		folder_read(&machine.folder, SOURCES[i].file, &text);
		whole[i] = buf_steal(&text);
	}
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < SOURCES_COUNT; i++)
		free(whole[i]);
	machine_free(&machine);
	return 0;
}

/* What the newest sample says of the metric, as text; "null" if any of its members is. */
static void print_metric(const struct source *source, struct buf *out)
{
	for (const char *const *key = source->keys; *key; key++) {
		const struct json *value = machine_value(&machine, source->metric, *key);

		if (!value) {
			buf_clear(out);
			buf_text(out, "null");
			return;
		}
		json_write(out, value);
		buf_char(out, ' ');
	}
}

/* All are as they are on the whole machine, but the broken one (or none) is null and has a trouble. */
static void assert_only_null(const struct source *broken)
{
	for (size_t i = 0; i < SOURCES_COUNT; i++) {
		struct buf text = {0};

		print_metric(&SOURCES[i], &text);
		if (broken && strcmp(SOURCES[i].file, broken->file) == 0) {
			assert_string_equal(text.data, "null");
			assert_non_null(machine_trouble(&machine, SOURCES[i].metric));
		} else {
			assert_string_not_equal(text.data, "null");
			assert_null(machine_trouble(&machine, SOURCES[i].metric));
		}
		buf_free(&text);
	}
	assert_non_null(machine_value(&machine, "timestamp", ""));
}

static void remove_file(const struct source *source)
{
	machine_remove(&machine, source->file);
}

static void empty(const struct source *source)
{
	machine_write(&machine, source->file, "");
}

static void blank(const struct source *source)
{
	machine_write(&machine, source->file, "\n\n  \n");
}

static void fill_with_garbage(const struct source *source)
{
	machine_write(&machine, source->file,
		      "\x01\xff garbage: -1 nan 99999999999999999999999999 \n cpu  \n eth0: x\n");
}

static void fill_with_negatives(const struct source *source)
{
	machine_write(&machine, source->file,
		      "cpu  -1 -1 -1 -1\nMemTotal: -5 kB\n-1 -1 -1 -1/-1 -1\n 254 0 vda -1 -1 -1 -1\n eth0: "
		      "-1 -1 -1\n");
}

static void make_huge(const struct source *source)
{
	char *text = malloc(PROC_FILE_MAX + 100000);

	memset(text, '7', PROC_FILE_MAX + 99998);
	text[PROC_FILE_MAX + 99998] = '\n';
	text[PROC_FILE_MAX + 99999] = '\0';
	machine_write(&machine, source->file, text);
	free(text);
}

static void put_a_folder_there(const struct source *source)
{
	machine_remove(&machine, source->file);
	assert_int_equal(mkdir(folder_path(&machine.folder, source->file), 0700), 0);
}

static void replace_by_nonsense(const struct source *source)
{
	machine_replace(&machine, source->file, "nonsense\n");
}

static const struct way {
	const char *name;
	void (*breaks)(const struct source *source);
} WAYS[] = {
	{"missing", remove_file},
	{"empty", empty},
	{"blank", blank},
	{"garbage", fill_with_garbage},
	{"negative numbers", fill_with_negatives},
	{"huge", make_huge},
	{"a folder", put_a_folder_there},
	{"replaced", replace_by_nonsense},
};
enum { WAYS_COUNT = sizeof(WAYS) / sizeof(WAYS[0]) };

static void a_file_that_is_broken_from_the_start(void **state)
{
	for (size_t i = 0; i < SOURCES_COUNT; i++)
		for (size_t way = 0; way < WAYS_COUNT; way++) {
			print_message("%s: %s\n", SOURCES[i].file, WAYS[way].name);
			WAYS[way].breaks(&SOURCES[i]);
			machine_take(&machine);
			assert_only_null(&SOURCES[i]);
			tear_down(state);
			set_up(state);
		}
}

static void a_file_that_breaks_after_it_worked_and_works_again(void **state)
{
	(void)state;
	machine_take(&machine);
	assert_only_null(NULL);
	for (size_t i = 0; i < SOURCES_COUNT; i++)
		for (size_t way = 0; way < WAYS_COUNT; way++) {
			print_message("%s: %s\n", SOURCES[i].file, WAYS[way].name);
			WAYS[way].breaks(&SOURCES[i]);
			machine_take(&machine);
			assert_only_null(&SOURCES[i]);
			machine_take(&machine); /* and stays so */
			assert_only_null(&SOURCES[i]);
			if (WAYS[way].breaks == put_a_folder_there)
				machine_remove(&machine, SOURCES[i].file);
			machine_replace(&machine, SOURCES[i].file, whole[i]);
			machine_take(&machine);
			assert_only_null(NULL);
		}
}

/* However much of a file is there, what is made of it is right or null. */
static void a_file_that_ends_anywhere_tells_nothing_wrong(void **state)
{
	struct buf right = {0}, text = {0};

	(void)state;
	machine_take(&machine);
	for (size_t i = 0; i < SOURCES_COUNT; i++) {
		size_t len = strlen(whole[i]);

		buf_clear(&right);
		print_metric(&SOURCES[i], &right);
		for (size_t cut = 0; cut <= len; cut += cut < 2000 || cut + 50 > len ? 1 : 37) {
			char last = whole[i][cut];

			whole[i][cut] = '\0';
			machine_write(&machine, SOURCES[i].file, whole[i]);
			whole[i][cut] = last;
			machine_take(&machine);
			buf_clear(&text);
			print_metric(&SOURCES[i], &text);
			if (strcmp(text.data, "null") != 0)
				assert_string_equal(text.data, right.data);
			else
				assert_non_null(machine_trouble(&machine, SOURCES[i].metric));
		}
		machine_take(&machine);
		assert_only_null(NULL);
	}
	buf_free(&right);
	buf_free(&text);
}

static void what_stands_at_the_path_now_is_read(void **state)
{
	(void)state;
	machine_take(&machine);
	machine_replace(&machine, "proc/meminfo",
			"MemTotal:  1000 kB\nMemFree: 1 kB\nMemAvailable:  250 kB\n");
	assert_int_equal(machine_take(&machine)->memory.total, 1000 * 1024);
	machine_replace(&machine, "proc/loadavg", "7.00 8.00 9.00 1/2 3\n");
	assert_true(machine_take(&machine)->load[0] == 7);
}

static void nothing_is_there_at_all(void **state)
{
	(void)state;
	machine_free(&machine);
	machine_make(&machine, "");
	machine_take(&machine);
	for (size_t i = 0; i < SOURCES_COUNT; i++)
		for (const char *const *key = SOURCES[i].keys; *key; key++) {
			assert_null(machine_value(&machine, SOURCES[i].metric, *key));
			assert_non_null(machine_trouble(&machine, SOURCES[i].metric));
		}
	assert_null(machine_value(&machine, "cpu_count", ""));
	assert_null(machine_value(&machine, "process_count", ""));
	assert_non_null(machine_trouble(&machine, "process_count"));
	assert_non_null(machine_value(&machine, "disk", "percent"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_that_is_broken_from_the_start),
		TEST(a_file_that_breaks_after_it_worked_and_works_again),
		TEST(a_file_that_ends_anywhere_tells_nothing_wrong),
		TEST(what_stands_at_the_path_now_is_read),
		TEST(nothing_is_there_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
