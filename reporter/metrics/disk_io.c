/*
 * Disk traffic of all whole disks together. Partitions, device-mapper and md devices, loops and zram are left
 * out: their traffic is a disk's already, or no disk's. A whole disk has sys/block/NAME/device.
 */
#include "reporter/metrics/sample.h"

#include "common/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SECTOR = 512, DISKS_MAX = 1024 }; /* the kernel counts in 512 bytes whatever the disk's sectors are */

struct disk {
	char name[32];
	bool whole;
};

static bool has_device(const struct host *host, const char *name)
{
	char path[512];
	int len = snprintf(path, sizeof(path), "%ssys/block/%s/device", host->root, name);

	return len > 0 && len < (int)sizeof(path) && access(path, F_OK) == 0;
}

/* Asks sysfs once a name: a disk stays what it is. */
static bool is_whole(struct host *host, const char *name)
{
	struct disk *disk;

	for (size_t i = 0; i < host->disks_count; i++) {
		if (strcmp(host->disks[i].name, name) == 0)
			return host->disks[i].whole;
	}
	if (host->disks_count == DISKS_MAX)
		return has_device(host, name);
	host->disks = mem_resize(host->disks, host->disks_count + 1, sizeof(*host->disks));
	disk = &host->disks[host->disks_count++];
	snprintf(disk->name, sizeof(disk->name), "%s", name);
	disk->whole = has_device(host, name);
	return disk->whole;
}

/*
 * Documentation/admin-guide/iostats.rst: major, minor, name, reads, reads merged, sectors read, ms, writes,
 * writes merged, sectors written, …
 *
 * SAMPLE
 *      254       0 vda 64504 16603 8295930 73593 90307 26762 4471336 32427 0 20724 108907
 */
static enum err parse(struct host *host, const char *text, struct sample *out)
{
	int64_t reads, sectors_read, writes, sectors_written;
	char name[32];

	memset(&out->disk_io, 0, sizeof(out->disk_io));
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		if (sscanf(line, "%*u %*u %31s %" SCNd64 " %*u %" SCNd64 " %*u %" SCNd64 " %*u %" SCNd64,
			   name, &reads, &sectors_read, &writes, &sectors_written) != 5)
			return ERR_MALFORMED;
		if (!is_whole(host, name))
			continue;
		out->disk_io.read_count += reads;
		out->disk_io.read_bytes += sectors_read * SECTOR;
		out->disk_io.write_count += writes;
		out->disk_io.write_bytes += sectors_written * SECTOR;
	}
	return ERR_NONE;
}

static void put(struct json_out *out, const struct sample *sample)
{
	json_open_member(out, "disk_io", '{');
	json_put_integer(out, "read_bytes", sample->disk_io.read_bytes);
	json_put_integer(out, "write_bytes", sample->disk_io.write_bytes);
	json_put_integer(out, "read_count", sample->disk_io.read_count);
	json_put_integer(out, "write_count", sample->disk_io.write_count);
	json_close(out, '}');
}

const struct collector collect_disk_io = {
	.name = "disk_io", .file = "proc/diskstats", .parse = parse, .put = put};
