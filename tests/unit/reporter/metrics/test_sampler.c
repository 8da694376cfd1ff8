/* Collectors, on /proc trees captured from real kernels and on broken ones. */
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

static void assert_near(double value, double expected, double tolerance)
{
	if (fabs(value - expected) > tolerance)
		fail_msg("%f is not %f", value, expected);
}

static void a_captured_machine_is_measured_as_its_files_say(void **state)
{
	struct sampler *sampler = sampler_new(CAPTURE, "/");
	const struct sample *sample = sampler_take(sampler, SAMPLER_ALL);

	(void)state;
	assert_int_equal(sample->cpu_count, 2);
	/* since boot: (238362+3767+142593+6785+5252) of those and 737772+6401 more */
	assert_near(sample->cpu_percent, 34.78, 0.01);
	assert_int_equal(sample->memory.total, 24684084LL * 1024);
	assert_int_equal(sample->memory.available, 23541528LL * 1024);
	assert_int_equal(sample->memory.used, (24684084LL - 23541528LL) * 1024);
	assert_near(sample->memory.percent, 4.63, 0.01);
	assert_near(sample->load[0], 11.15, 0.001);
	assert_near(sample->load[2], 5.68, 0.001);
	/* vda alone: no loop, no zram */
	assert_int_equal(sample->disk_io.read_count, 572770);
	assert_int_equal(sample->disk_io.read_bytes, 29390242LL * 512);
	assert_int_equal(sample->disk_io.write_count, 1285315);
	assert_int_equal(sample->disk_io.write_bytes, 42901200LL * 512);
	/* eth0 and docker0, not lo */
	assert_int_equal(sample->network.bytes_recv, 2471093100LL + 791714);
	assert_int_equal(sample->network.bytes_sent, 3347646LL + 694502263);
	assert_int_equal(sample->network.packets_recv, 57617 + 9037);
	assert_int_equal(sample->network.packets_sent, 36627 + 15437);
	assert_int_equal(sample->resident_bytes, 5447LL * sysconf(_SC_PAGESIZE));
	assert_int_equal(sample->process_count, 1);
	sampler_free(sampler);
}

static void the_disk_is_as_full_as_df_says(void **state)
{
	struct sampler *sampler = sampler_new("/", "/");
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
	sampler = sampler_new(folder->path, "/");
	assert_near(sampler_take(sampler, SAMPLER_ALL)->cpu_percent, 50, 0.01);
	write_stat(folder, 1030, 1070);
	assert_near(sampler_take(sampler, SAMPLER_WATCHED)->cpu_percent, 30, 0.01);
	write_stat(folder, 1040, 1075); /* a few ticks are noise */
	assert_near(sampler_take(sampler, SAMPLER_ALL)->cpu_percent, 30, 0.01);
	write_stat(folder, 1130, 1070); /* idle time ran backwards: never more than all */
	assert_near(sampler_take(sampler, SAMPLER_ALL)->cpu_percent, 100, 0.01);
	sampler_free(sampler);
}

static void a_saved_sample_is_gone_on_from_in_the_same_boot_only(void **state)
{
	struct folder *folder = *state;
	struct sampler *sampler;
	struct buf saved = {0};
	int64_t later = clock_now_ms() + 60 * 1000;

	write_stat(folder, 1000, 1000);
	sampler = sampler_new(folder->path, "/");
	sampler_take(sampler, SAMPLER_ALL);
	sampler_save(sampler, &saved);
	sampler_free(sampler);
	write_stat(folder, 1090, 1010);
	sampler = sampler_new(folder->path, "/");
	assert_false(sampler_resume(sampler, "nonsense", later));
	assert_false(sampler_resume(sampler, saved.data, later + 3600 * 1000));
	assert_true(sampler_resume(sampler, saved.data, later));
	assert_near(sampler_take(sampler, SAMPLER_ALL)->cpu_percent, 90, 0.01);
	sampler_free(sampler);
	folder_write(folder, "proc/sys/kernel/random/boot_id", "another-boot\n");
	sampler = sampler_new(folder->path, "/");
	assert_false(sampler_resume(sampler, saved.data, later));
	sampler_free(sampler);
	buf_free(&saved);
}

static void what_is_broken_or_missing_keeps_its_value_and_hurts_nothing_else(void **state)
{
	static const char *const broken[] = {"", "garbage", "cpu \n", "cpu  1 2 3\n", "\n\n\n", "Inter-|\n"};
	struct folder *folder = *state;

	write_stat(folder, 1000, 1000);
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct sampler *sampler;
		const struct sample *sample;

		folder_write(folder, "proc/meminfo", broken[i]);
		folder_write(folder, "proc/diskstats", broken[i]);
		folder_write(folder, "proc/net/dev", broken[i]);
		folder_write(folder, "proc/loadavg", broken[i]);
		sampler = sampler_new(folder->path, "/");
		sample = sampler_take(sampler, SAMPLER_ALL);
		assert_near(sample->cpu_percent, 50, 0.01);
		assert_int_equal(sample->memory.total, 0);
		assert_int_equal(sample->network.bytes_recv, 0);
		sampler_free(sampler);
	}
}

static void a_file_that_is_broken_in_the_middle_leaves_the_value_before(void **state)
{
	static const char heading[] = "Inter-|\n face |\n";
	static const char traffic[] = "  eth0: 7 6 0 0 0 0 0 0 5 4 0 0 0 0 0 0\n";
	static const char disk[] = "254 0 vda 9 0 8 0 7 0 6 0 0 0 0\n";
	struct folder *folder = *state;
	struct sampler *sampler;
	const struct sample *sample;
	char text[256];

	write_stat(folder, 1000, 1000);
	assert_int_equal(mkdir(folder_path(folder, "sys/block/vda"), 0700), 0);
	assert_int_equal(mkdir(folder_path(folder, "sys/block/vda/device"), 0700), 0);
	snprintf(text, sizeof(text), "%s%s", heading, traffic);
	folder_write(folder, "proc/net/dev", text);
	folder_write(folder, "proc/diskstats", disk);
	sampler = sampler_new(folder->path, "/");
	sample = sampler_take(sampler, SAMPLER_ALL);
	assert_int_equal(sample->network.bytes_recv, 7);
	assert_int_equal(sample->disk_io.read_count, 9);
	snprintf(text, sizeof(text), "%s%s  eth1: 1 2\n", heading, traffic);
	folder_write(folder, "proc/net/dev", text);
	snprintf(text, sizeof(text), "254 0 vdb 1\n%s", disk);
	folder_write(folder, "proc/diskstats", text);
	sample = sampler_take(sampler, SAMPLER_ALL);
	assert_int_equal(sample->network.bytes_recv, 7);
	assert_int_equal(sample->network.packets_sent, 4);
	assert_int_equal(sample->disk_io.read_count, 9);
	assert_int_equal(sample->disk_io.write_bytes, 6 * 512);
	sampler_free(sampler);
}

static void the_json_has_every_field_of_the_contract(void **state)
{
	static const char *const keys[] = {"cpu_percent",     "cpu_count",    "memory",	 "disk",
					   "memory_usage_mb", "load_average", "disk_io", "network_io",
					   "process_count",   "timestamp"};
	struct sampler *sampler = sampler_new(CAPTURE, "/");
	struct buf text = {0};
	struct json *json;
	struct reason why;
	const struct json *member;

	(void)state;
	sampler_write(sampler_take(sampler, SAMPLER_ALL), &text);
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

	folder_make(folder);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		assert_int_equal(mkdir(folder_path(folder, folders[i]), 0700), 0);
	folder_write(folder, "proc/sys/kernel/random/boot_id", "this-boot\n");
	*state = folder;
	return 0;
}

static int tear_down(void **state)
{
	folder_remove(*state);
	free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_captured_machine_is_measured_as_its_files_say),
		cmocka_unit_test(the_disk_is_as_full_as_df_says),
		cmocka_unit_test_setup_teardown(cpu_is_the_share_since_the_sample_before, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_saved_sample_is_gone_on_from_in_the_same_boot_only, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_broken_or_missing_keeps_its_value_and_hurts_nothing_else, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_file_that_is_broken_in_the_middle_leaves_the_value_before,
						set_up, tear_down),
		cmocka_unit_test(the_json_has_every_field_of_the_contract),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
