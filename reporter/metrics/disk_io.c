/*
 * Disk traffic of all whole disks together. Partitions, device-mapper and md devices, loops and zram are left
 * out: their traffic is a disk's already, or no disk's. A whole disk is one with a device behind it, which
 * sysfs shows as sys/block/NAME/device.
 *
 * That is asked once for each name and remembered: a disk stays what it is, and a sample is to open nothing.
 */
#include "reporter/metrics/sample.h"

#include "common/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	SECTOR = 512,	  /* bytes: the kernel counts in these, whatever the disk's own sectors are */
	DISKS_MAX = 1024, /* names that are remembered */
};

struct disk {
	char name[32]; /* as the kernel has it (DISK_NAME_LEN) */
	bool whole;
};

static bool is_whole(struct host *host, const char *name)
{
	struct disk *disk;
	char path[512];
	int len;
	bool whole;

	for (size_t i = 0; i < host->disks_count; i++) {
		if (strcmp(host->disks[i].name, name) == 0)
			return host->disks[i].whole;
	}
	len = snprintf(path, sizeof(path), "%ssys/block/%s/device", host->root, name);
	whole = len > 0 && len < (int)sizeof(path) && access(path, F_OK) == 0;
	if (host->disks_count < DISKS_MAX) {
		host->disks = mem_resize(host->disks, host->disks_count + 1, sizeof(*host->disks));
		disk = &host->disks[host->disks_count++];
		snprintf(disk->name, sizeof(disk->name), "%s", name);
		disk->whole = whole;
	}
	return whole;
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
	struct disk_traffic sum = {0};
	int64_t reads, sectors_read, writes, sectors_written;
	char name[32];

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		if (sscanf(line, "%*u %*u %31s %" SCNd64 " %*u %" SCNd64 " %*u %" SCNd64 " %*u %" SCNd64,
			   name, &reads, &sectors_read, &writes, &sectors_written) != 5)
			return ERR_MALFORMED;
		if (!is_whole(host, name))
			continue;
		sum.read_count += reads;
		sum.read_bytes += sectors_read * SECTOR;
		sum.write_count += writes;
		sum.write_bytes += sectors_written * SECTOR;
	}
	out->disk_io = sum;
	return ERR_NONE;
}

const struct collector collect_disk_io = {.name = "disk_io", .file = "proc/diskstats", .parse = parse};
