/* The sampler: what a sample is from one time to the next, and how it is written. */
#include "common/clock.h"
#include "common/json.h"
#include "common/mem.h"
#include "reporter/metrics/sampler.h"
#include "tests/unit/cm.h"
#include "tests/unit/reporter/folder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define CAPTURE "tests/fixtures/proc/linux-6.18-vm"

static struct troubles *troubles; /* of every sampler here */

static void assert_near(double value, double expected, double tolerance)
{
	if (fabs(value - expected) > tolerance)
		fail_msg("%f is not %f", value, expected);
}

static void the_disk_is_as_full_as_df_says(void **state)
{
	struct sampler *sampler = sampler_new("/", "/", troubles);
	const struct sample *sample = sampler_take(sampler, SAMPLER_ALL);
	struct statvfs fs;
	double used, usable;

	(void)state;
	assert_int_equal(statvfs("/", &fs), 0);
	used = (double)(fs.f_blocks - fs.f_bfree);
	usable = used + (double)fs.f_bavail;
	assert_near(sample->disk.percent, 100 * used / usable, 0.5);
	assert_int_equal(sample->disk.total, (int64_t)(fs.f_blocks * fs.f_frsize));
	sampler_free(sampler);
}

static void write_stat(struct folder *folder, int busy, int idle)
{
	char text[128];

	snprintf(text, sizeof(text), "cpu  %d 0 0 %d 0 0 0 0 0 0\ncpu0 %d 0 0 %d 0 0 0 0 0 0\nintr 0\n", busy,
		 idle, busy, idle);
	folder_write(folder, "proc/stat", text);
}

static void cpu_is_the_share_since_the_sample_before(void **state)
{
	struct folder *folder = *state;
	struct sampler *sampler;

	write_stat(folder, 1000, 1000);
	sampler = sampler_new(folder->path, "/", troubles);
	assert_near(sampler_take(sampler, SAMPLER_ALL)->cpu.percent, 50, 0.01);
	write_stat(folder, 1030, 1070);
	assert_near(sampler_take(sampler, SAMPLER_WATCHED)->cpu.percent, 30, 0.01);
	write_stat(folder, 1040, 1075); /* a few ticks are noise */
	assert_near(sampler_take(sampler, SAMPLER_ALL)->cpu.percent, 30, 0.01);
	write_stat(folder, 1130, 1070); /* idle time ran backwards: never more than all */
	assert_near(sampler_take(sampler, SAMPLER_ALL)->cpu.percent, 100, 0.01);
	sampler_free(sampler);
}

static void a_saved_sample_is_gone_on_from_in_the_same_boot_only(void **state)
{
	struct folder *folder = *state;
	struct sampler *sampler;
	struct buf saved = {0};
	int64_t later = clock_now_ms() + 60 * 1000;

	write_stat(folder, 1000, 1000);
	sampler = sampler_new(folder->path, "/", troubles);
	sampler_take(sampler, SAMPLER_ALL);
	sampler_save(sampler, &saved);
	sampler_free(sampler);
	write_stat(folder, 1090, 1010);
	sampler = sampler_new(folder->path, "/", troubles);
	assert_false(sampler_resume(sampler, "nonsense", later));
	assert_false(sampler_resume(sampler, saved.data, later + 3600 * 1000));
	assert_true(sampler_resume(sampler, saved.data, later));
	assert_near(sampler_take(sampler, SAMPLER_ALL)->cpu.percent, 90, 0.01);
	sampler_free(sampler);
	folder_write(folder, "proc/sys/kernel/random/boot_id", "another-boot\n");
	sampler = sampler_new(folder->path, "/", troubles);
	assert_false(sampler_resume(sampler, saved.data, later));
	sampler_free(sampler);
	buf_free(&saved);
}

static void the_json_has_every_field_of_the_contract(void **state)
{
	static const char *const keys[] = {"cpu_percent",     "cpu_count",    "memory",	  "disk",
					   "memory_usage_mb", "load_average", "disk_io",  "network_io",
					   "process_count",   "boot_time",    "timestamp"};
	struct sampler *sampler = sampler_new(CAPTURE, "/", troubles);
	struct buf text = {0};
	struct json *json;
	struct reason why;
	const struct json *member;

	(void)state;
	sample_write(sampler_take(sampler, SAMPLER_ALL), &text);
	assert_int_equal(json_parse(text.data, text.len, &json, &why), ERR_NONE);
	member = json_first(json);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++, member = json_next(member))
		assert_string_equal(json_key(member), keys[i]);
	assert_null(member);
	json_free(json);
	buf_free(&text);
	sampler_free(sampler);
}

static int set_up(void **state)
{
	struct folder *folder = mem_alloc(1, sizeof(*folder));
	static const char *const folders[] = {
		"proc", "proc/net", "proc/sys", "proc/sys/kernel", "proc/sys/kernel/random",
		"sys",	"sys/block"};

	troubles = troubles_new();
	folder_make(folder);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		assert_int_equal(mkdir(folder_path(folder, folders[i]), 0700), 0);
	folder_write(folder, "proc/sys/kernel/random/boot_id", "this-boot\n");
	*state = folder;
	return 0;
}

static int tear_down(void **state)
{
	troubles_free(troubles);
	folder_remove(*state);
	free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_disk_is_as_full_as_df_says, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cpu_is_the_share_since_the_sample_before, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_saved_sample_is_gone_on_from_in_the_same_boot_only, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(the_json_has_every_field_of_the_contract, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
