/*
 * Disk: how full one file system is, with the percentage that df(1) prints. Root keeps a reserve of some
 * percent for itself, so a disk is full for everybody else earlier; df and we count used of used and
 * available, without it.
 *
 * The numbers come from the file system's driver, and drivers do say odd things. Available space below zero
 * (the reserve is used up) comes as a number just below 2^64, and is none. More free space than space leaves
 * nothing to say about use. Network file systems without a size say 0, or 8 EiB, which no signed number
 * holds.
 */
#include "reporter/metrics/sample.h"

#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>

/* In bytes, no more than an int64_t holds: 8 EiB is one byte beyond it. */
static int64_t bytes_of(uint64_t blocks, uint64_t unit)
{
	return blocks > (uint64_t)INT64_MAX / unit ? INT64_MAX : (int64_t)(blocks * unit);
}

enum err sample_disk_read(const struct statvfs *fs, struct sample_disk *out, struct reason *why)
{
	uint64_t unit = fs->f_frsize ? fs->f_frsize : fs->f_bsize, blocks = fs->f_blocks;
	uint64_t unused = fs->f_bfree, available = fs->f_bavail; /* f_bfree has root's reserve in it */

	if (unit == 0 || blocks == 0)
		return reason_set(why, ERR_MALFORMED, "the file system does not say its size");
	if (blocks > (uint64_t)INT64_MAX / unit + 1)
		return reason_set(why, ERR_MALFORMED, "the file system claims more than 8 EiB");
	out->total = bytes_of(blocks, unit);
	if (unused > INT64_MAX)
		unused = 0;
	if (available > INT64_MAX)
		available = 0;
	if (unused > blocks || available > blocks)
		return reason_set(why, ERR_MALFORMED, "the file system claims more free space than it has");
	out->used = bytes_of(blocks - unused, unit);
	out->free = bytes_of(available, unit);
	/* At least one of the two is not 0, or the file system would have no blocks but root's reserve. */
	if (blocks - unused + available > 0)
		out->percent = 100.0 * (double)(blocks - unused) / (double)(blocks - unused + available);
	else
		out->percent = 100;
	return ERR_NONE;
}

static enum err measure(struct host *host, struct sample *out, struct reason *why)
{
	struct statvfs fs;

	if (statvfs(host->disk_path, &fs) < 0)
		return reason_set(why, ERR_SYSTEM, "%s: %s", host->disk_path, strerror(errno));
	return sample_disk_read(&fs, &out->disk, why);
}

const struct collector collect_disk = {.metric = "disk", SAMPLE_PART(disk), .measure = measure};
