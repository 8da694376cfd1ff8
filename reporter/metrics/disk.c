/*
 * Disk: how full one file system is, with the percentage that df(1) prints. Root keeps a reserve of some
 * percent for itself, so a disk is full for everybody else earlier; df and we count used of used and
 * available, without it.
 */
#include "reporter/metrics/sample.h"

#include <sys/statvfs.h>

static enum err measure(struct host *host, struct sample *out)
{
	struct statvfs fs;
	int64_t unit, usable;

	if (statvfs(host->disk_path, &fs) < 0)
		return ERR_SYSTEM;
	unit = (int64_t)fs.f_frsize;
	out->disk.total = (int64_t)fs.f_blocks * unit;
	out->disk.used = (int64_t)(fs.f_blocks - fs.f_bfree) * unit;
	out->disk.free = (int64_t)fs.f_bavail * unit; /* f_bfree has root's reserve in it */
	usable = out->disk.used + out->disk.free;
	out->disk.percent = usable > 0 ? 100.0 * (double)out->disk.used / (double)usable : 0;
	return ERR_NONE;
}

const struct collector collect_disk = {.name = "disk", .measure = measure};
