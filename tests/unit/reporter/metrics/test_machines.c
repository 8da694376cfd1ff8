/* Machines of several kinds are measured as their files say: the fixtures of tests/fixtures/proc. */
#include "tests/unit/cm.h"
#include "tests/unit/reporter/machine.h"

#include <math.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define KIB 1024LL

static void assert_near(double value, double expected, double tolerance)
{
	if (!(fabs(value - expected) <= tolerance))
		fail_msg("%f is not %f", value, expected);
}

static int tear_down(void **state)
{
	machine_free(*state);
	return 0;
}

static struct machine machine;

static int set_up(void **state)
{
	*state = &machine;
	return 0;
}

static void a_virtual_machine(void **state)
{
	const struct sample *sample;

	(void)state;
	machine_make(&machine, "linux-6.18-vm");
	sample = machine_take(&machine);
	assert_int_equal(sample->cpu.count, 2);
	/* since boot: (238362+3767+142593+6785+5252) of those and 737772+6401 more */
	assert_near(sample->cpu.percent, 34.78, 0.01);
	assert_int_equal(sample->memory.total, 24684084 * KIB);
	assert_int_equal(sample->memory.available, 23541528 * KIB);
	assert_int_equal(sample->memory.used, (24684084 - 23541528) * KIB);
	assert_near(sample->memory.percent, 4.63, 0.01);
	assert_near(sample->load[0], 11.15, 0.001);
	assert_near(sample->load[2], 5.68, 0.001);
	/* vda alone: no loop, no zram */
	assert_int_equal(sample->disk_io.read_count, 572770);
	assert_int_equal(sample->disk_io.read_bytes, 29390242LL * 512);
	assert_int_equal(sample->disk_io.write_count, 1285315);
	assert_int_equal(sample->disk_io.write_bytes, 42901200LL * 512);
	/* eth0, which has a device, alone: no lo, no docker0 */
	assert_int_equal(sample->network.bytes_recv, 2471093100LL);
	assert_int_equal(sample->network.bytes_sent, 3347646);
	assert_int_equal(sample->network.packets_recv, 57617);
	assert_int_equal(sample->network.packets_sent, 36627);
	assert_int_equal(sample->resident_bytes, 5447LL * sysconf(_SC_PAGESIZE));
	assert_int_equal(sample->process_count, 1);
	assert_int_equal(sample->booted_ms, 1795459483000LL);
}

static void a_container_with_lxcfs(void **state)
{
	const struct sample *sample;

	(void)state;
	machine_make(&machine, "lxcfs-5.0-container");
	/* ZFS's statistics are the machine's, also in a container */
	machine_write(&machine, "proc/spl/kstat/zfs/arcstats",
		      "24 1 0x01 148 40256 5856356141 1344751450507729\nname type data\nc_min 4 1\nsize 4 "
		      "1048577\n");
	sample = machine_take(&machine);
	assert_int_equal(sample->memory.total, 24683652 * KIB);
	assert_int_equal(sample->memory.available, 24256840 * KIB);
	/* its own eth0, whose other end is not here */
	assert_int_equal(sample->network.bytes_recv, 3836);
	assert_int_equal(sample->network.bytes_sent, 208618);
	assert_true(sample->disk_io.read_bytes > 0);
	machine_remove(&machine, "proc/self/mounts");
	sampler_free(machine.sampler);
	machine.sampler = NULL;
	sample = machine_take(&machine); /* without lxcfs it is the machine's own */
	assert_int_equal(sample->memory.available, 24256840 * KIB + 1048576);
}

static void a_container_of_openvz(void **state)
{
	const struct sample *sample;

	(void)state;
	machine_make(&machine, "openvz-2.6.32-container");
	sample = machine_take(&machine);
	/* MemFree, Cached and SReclaimable: there are no watermarks to keep free */
	assert_int_equal(sample->memory.available, (262144 + 393216 + 40960) * KIB);
	assert_int_equal(sample->network.bytes_recv, 88215443);
	assert_int_equal(sample->network.bytes_sent, 41200199);
	assert_near(sample->load[1], 0.05, 0.001);
	assert_null(machine_value(&machine, "disk_io", "read_bytes"));
	assert_string_equal(machine_trouble(&machine, "disk_io"),
			    "proc/diskstats: No such file or directory");
	assert_null(machine_trouble(&machine, "memory"));
}

static void an_old_kernel_on_a_smart_array(void **state)
{
	const struct sample *sample;
	long long low = 67584 * 5 / 4;

	(void)state;
	machine_make(&machine, "linux-2.6.32-cciss");
	sample = machine_take(&machine);
	assert_int_equal(sample->memory.available,
			 (412200 - low + 4798600 + 6991024 - low + 920400 - low) * KIB);
	assert_int_equal(sample->disk_io.read_count, 847389 + 86563628);
	assert_int_equal(sample->disk_io.read_bytes, (2982364LL + 655297532) * 512);
	assert_int_equal(sample->disk_io.write_count, 4086174 + 14360980);
	assert_int_equal(sample->disk_io.write_bytes, (12069816LL + 502371162) * 512);
	assert_int_equal(sample->network.bytes_recv, 9912003311LL);
}

static void layers_are_counted_once_and_zfs_gives_back_its_cache(void **state)
{
	const struct sample *sample;

	(void)state;
	machine_make(&machine, "linux-5.15-layers-zfs");
	sample = machine_take(&machine);
	/* eth0 and eth1: no bond, VLAN, bridge, veth or WireGuard */
	assert_int_equal(sample->network.bytes_recv, 4000000);
	assert_int_equal(sample->network.bytes_sent, 2000000);
	/* sda, sdb and nvme0n1: no partition, md, dm, zvol or path of the NVMe disk */
	assert_int_equal(sample->disk_io.read_count, 100 + 100 + 10);
	assert_int_equal(sample->disk_io.write_bytes, (4000 + 4000 + 400) * 512);
	assert_int_equal(sample->memory.available, 6291456 * KIB + 65967562640LL - 4217798400LL);
	assert_near(sample->memory.percent, 49.19, 0.01);
}

static const char HEADING[] = "Inter-|   Receive |  Transmit\n face |bytes packets |bytes packets\n";

/* proc/1/net/dev with interfaces that have received and sent so much; a name of "" is left out. */
static void write_traffic(const char *one, long long one_bytes, const char *other, long long other_bytes)
{
	struct buf text = {0};

	buf_text(&text, HEADING);
	if (*one)
		buf_printf(&text, "%6s: %lld 1 0 0 0 0 0 0 %lld 1 0 0 0 0 0 0\n", one, one_bytes, one_bytes);
	if (*other)
		buf_printf(&text, "%6s: %lld 1 0 0 0 0 0 0 %lld 1 0 0 0 0 0 0\n", other, other_bytes,
			   other_bytes);
	machine_write(&machine, "proc/1/net/dev", text.data);
	buf_free(&text);
}

static void a_sum_never_falls_when_a_device_goes_away(void **state)
{
	(void)state;
	machine_make(&machine, "linux-6.18-vm");
	machine_write(&machine, "sys/class/net/eth1/type", "1\n");
	machine_write(&machine, "sys/class/net/eth1/device/.keep", "");
	write_traffic("eth0", 6000, "eth1", 5000);
	assert_int_equal(machine_take(&machine)->network.bytes_recv, 11000);
	write_traffic("eth0", 6100, "", 0);
	assert_int_equal(machine_take(&machine)->network.bytes_recv, 11100);
	write_traffic("eth0", 6200, "eth1", 5000); /* back, with its counters */
	assert_int_equal(machine_take(&machine)->network.bytes_recv, 11200);
	write_traffic("eth0", 6200, "eth1", 5070);
	assert_int_equal(machine_take(&machine)->network.bytes_recv, 11270);
	write_traffic("eth0", 30, "eth1", 5070); /* its driver began anew */
	assert_int_equal(machine_take(&machine)->network.bytes_recv, 11300);
}

static void counters_beyond_what_a_double_holds_are_exact(void **state)
{
	(void)state;
	machine_make(&machine, "linux-6.18-vm");
	write_traffic("eth0", 9007199254740993LL, "", 0);
	assert_int_equal(machine_take(&machine)->network.bytes_sent, 9007199254740993LL);
	write_traffic("eth0", INT64_MAX - 7, "", 0);
	machine_take(&machine);
	write_traffic("eth0", INT64_MAX - 7, "eth9", 100);
	machine_write(&machine, "proc/1/net/dev",
		      "Inter-| a\n face | b\n  eth0: 18446744073709551615 1 0 0 0 0 0 0 1 1 0\n");
	machine_take(&machine);
	assert_null(machine_value(&machine, "network_io", "bytes_recv"));
	assert_string_equal(machine_trouble(&machine, "network_io"),
			    "proc/net/dev: the counters of eth0 are not whole");
}

/* Hyper-V shows one network card twice, and a switch's ports lie on the card they are reached by. */
static void hardware_below_hardware_counts_once(void **state)
{
	(void)state;
	machine_make(&machine, "linux-6.18-vm");
	machine_write(&machine, "sys/class/net/eth0/lower_enP1s1/.keep", "");
	machine_write(&machine, "sys/class/net/enP1s1/type", "1\n");
	machine_write(&machine, "sys/class/net/enP1s1/device/.keep", "");
	machine_write(&machine, "sys/class/net/enP1s1/master/device/.keep", "");
	write_traffic("eth0", 6000, "enP1s1", 5900);
	assert_int_equal(machine_take(&machine)->network.bytes_recv, 6000);
	machine_free(&machine);
	machine_make(&machine, "linux-6.18-vm");
	machine_write(&machine, "sys/class/net/lan1/type", "1\n");
	machine_write(&machine, "sys/class/net/lan1/device/.keep", "");
	machine_write(&machine, "sys/class/net/lan1/lower_eth0/.keep", "");
	write_traffic("eth0", 6000, "lan1", 5900);
	assert_int_equal(machine_take(&machine)->network.bytes_recv, 6000);
}

static void processes_that_are_hidden_are_not_counted_as_none(void **state)
{
	(void)state;
	machine_make(&machine, "linux-6.18-vm");
	machine_write(&machine, "proc/4711/.keep", "");
	assert_int_equal(machine_take(&machine)->process_count, 2);
	/* hidepid=2: only the reporter's own are there */
	machine_remove(&machine, "proc/1/net/dev");
	machine_remove(&machine, "proc/1/net");
	machine_remove(&machine, "proc/1");
	machine_take(&machine);
	assert_null(machine_value(&machine, "process_count", ""));
	assert_non_null(machine_trouble(&machine, "process_count"));
}

static void disks_with_odd_numbers(void **state)
{
	static const struct {
		struct statvfs fs;
		struct sample_disk expected; /* total -1: refused */
	} cases[] = {
		/* blocks, free, available: as df prints them */
		{{.f_frsize = 4096, .f_blocks = 1000, .f_bfree = 400, .f_bavail = 350},
		 {100.0 * 600 / 950, 4096000, 350 * 4096, 600 * 4096}},
		/* the reserve is used up: available is below zero */
		{{.f_frsize = 1, .f_blocks = 1000, .f_bfree = 40, .f_bavail = UINT64_MAX - 9999},
		 {100, 1000, 0, 960}},
		/* … and free space, too */
		{{.f_frsize = 1, .f_blocks = 1000, .f_bfree = UINT64_MAX, .f_bavail = UINT64_MAX},
		 {100, 1000, 0, 1000}},
		/* 8 EiB, empty */
		{{.f_frsize = 4096, .f_blocks = 1ULL << 51, .f_bfree = 1ULL << 51, .f_bavail = 1ULL << 51},
		 {0, INT64_MAX, INT64_MAX, 0}},
		/* only f_bsize is told */
		{{.f_bsize = 512, .f_blocks = 10, .f_bfree = 5, .f_bavail = 5}, {50, 5120, 2560, 2560}},
		/* no size at all, more free space than space, more than can be */
		{{.f_frsize = 4096}, {.total = -1}},
		{{.f_frsize = 1, .f_blocks = 1000, .f_bfree = 5000, .f_bavail = 5000}, {.total = -1}},
		{{.f_frsize = 1, .f_blocks = 1000, .f_bfree = 500, .f_bavail = 5000}, {.total = -1}},
		{{.f_frsize = 4096, .f_blocks = UINT64_MAX}, {.total = -1}},
	};

	(void)state;
	machine_make(&machine, "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sample_disk disk = {.free = -1, .used = -1};
		struct reason why;
		enum err err = sample_disk_read(&cases[i].fs, &disk, &why);

		if (cases[i].expected.total < 0) {
			assert_int_equal(err, ERR_MALFORMED);
			assert_int_equal(disk.used, -1);
			continue;
		}
		assert_int_equal(err, ERR_NONE);
		assert_near(disk.percent, cases[i].expected.percent, 0.001);
		assert_int_equal(disk.total, cases[i].expected.total);
		assert_int_equal(disk.free, cases[i].expected.free);
		assert_int_equal(disk.used, cases[i].expected.used);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_virtual_machine),
		TEST(a_container_with_lxcfs),
		TEST(a_container_of_openvz),
		TEST(an_old_kernel_on_a_smart_array),
		TEST(layers_are_counted_once_and_zfs_gives_back_its_cache),
		TEST(a_sum_never_falls_when_a_device_goes_away),
		TEST(counters_beyond_what_a_double_holds_are_exact),
		TEST(hardware_below_hardware_counts_once),
		TEST(processes_that_are_hidden_are_not_counted_as_none),
		TEST(disks_with_odd_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
