/*
 * Disk traffic of all whole disks together. Partitions, device-mapper and md devices, loops and zram are left
 * out: their traffic is a disk's already, or no disk's. A whole disk is one with a device behind it, which
 * sysfs shows as sys/block/NAME/device, unless it is hidden: the paths of an NVMe disk that has several.
 */
#include "reporter/metrics/sample.h"

#include "reporter/metrics/columns.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	SECTOR = 512, /* bytes: the kernel counts in these, whatever the disk's own sectors are */
	RANK_WHOLE = 1,
};

/* In the order of struct sample_disk_io. */
enum counter { READ_BYTES, WRITE_BYTES, READ_COUNT, WRITE_COUNT };

/* Whether sys/block/NAME/`file` is there or, with `content` not 0, begins with it. */
static bool sysfs_has(const struct host *host, const char *name, const char *file, char content)
{
	char path[512], slashes[DEVICE_NAME_SIZE], first = 0;
	int len, fd;

	snprintf(slashes, sizeof(slashes), "%s", name);
	for (char *slash = strchr(slashes, '/'); slash; slash = strchr(slash, '/'))
		*slash = '!'; /* SAMPLE cciss/c0d0 is sys/block/cciss!c0d0 */
	len = snprintf(path, sizeof(path), "%ssys/block/%s/%s", host->root, slashes, file);
	if (len < 0 || len >= (int)sizeof(path))
		return false;
	if (!content)
		return access(path, F_OK) == 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = (int)read(fd, &first, 1);
	close(fd);
	return len == 1 && first == content;
}

/*
 * Reads one line's counters. False if it is not whole.
 *
 * Documentation/admin-guide/iostats.rst: major, minor, name, reads, reads merged, sectors read, ms, writes,
 * writes merged, sectors written, …
 *
 * SAMPLE
 *      254       0 vda 64504 16603 8295930 73593 90307 26762 4471336 32427 0 20724 108907
 */
static bool read_counters(const char *line, uint64_t out[DEVICE_COUNTERS])
{
	uint64_t columns[8];

	if (!columns_read(line, 8, columns) || columns[2] > INT64_MAX / SECTOR ||
	    columns[6] > INT64_MAX / SECTOR)
		return false;
	out[READ_BYTES] = columns[2] * SECTOR;
	out[WRITE_BYTES] = columns[6] * SECTOR;
	out[READ_COUNT] = columns[0];
	out[WRITE_COUNT] = columns[4];
	return true;
}

/* What kind of disk it is: looked up in sysfs once, and now and then again. */
static int rank_of(const struct host *host, const char *name)
{
	if (!sysfs_has(host, name, "device", 0) || sysfs_has(host, name, "hidden", '1'))
		return RANK_NONE;
	return RANK_WHOLE;
}

static enum err parse(struct host *host, const char *text, struct sample *out, struct reason *why)
{
	struct devices *disks = &host->disks;
	struct sample_disk_io *io = &out->disk_io;
	int64_t *const sums[DEVICE_COUNTERS] = {&io->read_bytes, &io->write_bytes, &io->read_count,
						&io->write_count};
	const char *end;

	devices_begin(disks, host->looks_anew);
	for (const char *line = text; *line; line = end + 1) {
		const char *name = line + strspn(line, " 0123456789"); /* behind major and minor */
		size_t len = strcspn(name, " \n");
		struct device *disk;

		end = strchr(line, '\n');
		if (!end || name == line || len == 0)
			return reason_set(why, ERR_MALFORMED, "proc/diskstats has a line that is no disk's");
		disk = devices_find(disks, name, len);
		if (disk->rank == RANK_UNKNOWN)
			disk->rank = rank_of(host, disk->name);
		if (disk->rank == RANK_WHOLE && !read_counters(name + len, disk->now))
			return reason_set(why, ERR_MALFORMED,
					  "proc/diskstats: the counters of %s are not whole", disk->name);
	}
	if (devices_commit(disks) == RANK_NONE && !disks->begun)
		return reason_set(why, ERR_MALFORMED, "no whole disk is in proc/diskstats and sys/block");
	return sample_sums(disks, sums, why);
}

const struct collector collect_disk_io = {
	.metric = "disk_io", SAMPLE_PART(disk_io), .file = "proc/diskstats", .parse = parse};
