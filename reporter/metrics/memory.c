/*
 * Memory. Used is what is not available, as free(1) has it since procps 4. "Free" memory would be the wrong
 * measure: the kernel fills it with caches, which it gives back when somebody needs it, and MemAvailable is
 * the kernel's own estimate of how much that is (proc_meminfo(5)).
 *
 * Two things the estimate lacks. Linux before 3.14, and containers that imitate it, have no MemAvailable; we
 * estimate it as 3.14 did. And ZFS keeps its cache (ARC) in memory that the kernel takes for used: what it
 * holds above its minimum it gives back on demand. But where proc/meminfo is lxcfs's it tells of a
 * container's control group, in which the ARC of the machine was never counted.
 */
#include "reporter/metrics/sample.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIB 1024

/*
 * The value in bytes of one line of proc/meminfo, -1 if it is not there or not whole.
 *
 * SAMPLE
 *     MemTotal:        8125312 kB
 *     MemAvailable:    7251724 kB
 */
static int64_t find(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		char *end;
		long long kib;

		if (strncmp(line, name, len) != 0 || line[len] != ':')
			continue;
		kib = strtoll(line + len + 1, &end, 10);
		if (kib < 0 || kib > INT64_MAX / KIB || strncmp(end, " kB\n", 4) != 0)
			return -1;
		return kib * KIB;
	}
	return -1;
}

static int64_t or_none(int64_t value)
{
	return value > 0 ? value : 0;
}

/* The first line of a file that holds one number. 0 if there is none. SAMPLE 67584 */
static int64_t read_number(struct proc_file *file, struct buf *text)
{
	int64_t number;

	if (proc_file_read(file, text, false, NULL) != ERR_NONE ||
	    sscanf(text->data, "%" SCNd64, &number) != 1)
		return 0;
	return or_none(number);
}

/*
 * MemAvailable as Linux 3.14 made it (fs/proc/meminfo.c, commit 34e431b0ae39; si_mem_available() in mm/
 * since): what is free beyond the low watermark, and of the file cache and of reclaimable slabs all but a
 * half or, if that is less, the low watermark. The kernel sums up each zone's low watermark, which is five
 * fourths of its share of min_free_kbytes (mm/page_alloc.c, __setup_per_zone_wmarks). Where the kinds of
 * cache are not told apart, Cached without Shmem stands for the file cache. -1 if the file is cut:
 * SReclaimable is the last line that is needed, and Linux has it since 2.6.19.
 */
static int64_t estimate_available(struct host *host, const char *text)
{
	int64_t unused = find(text, "MemFree"), active = find(text, "Active(file)");
	int64_t inactive = find(text, "Inactive(file)"), slab = find(text, "SReclaimable");
	int64_t low = read_number(&host->memory.min_free, &host->memory.text) * KIB / 4 * 5, cache, available;

	if (unused < 0 || slab < 0)
		return -1;
	if (active >= 0 && inactive >= 0)
		cache = active + inactive;
	else
		cache = or_none(or_none(find(text, "Cached")) + or_none(find(text, "Buffers")) -
				or_none(find(text, "Shmem")));
	available = unused - low;
	available += cache - (cache / 2 < low ? cache / 2 : low);
	available += slab - (slab / 2 < low ? slab / 2 : low);
	return or_none(available);
}

/* Whether proc/meminfo is lxcfs's. SAMPLE lxcfs /proc/meminfo fuse.lxcfs rw,nosuid,nodev,relatime 0 0 */
static bool is_from_lxcfs(struct host *host)
{
	struct memory_side *side = &host->memory;

	if (side->mounts_read && !host->looks_anew)
		return side->from_lxcfs;
	side->mounts_read = true;
	side->from_lxcfs = proc_file_read(&side->mounts, &side->text, false, NULL) == ERR_NONE &&
			   strstr(side->text.data, "/proc/meminfo fuse.lxcfs ");
	return side->from_lxcfs;
}

/*
 * What ZFS would give back of its cache: what it holds above its minimum. 0 without ZFS.
 *
 * SAMPLE
 *     name                            type data
 *     c_min                           4    4217798400
 *     size                            4    65967562640
 */
static int64_t reclaimable_arc(struct host *host)
{
	struct memory_side *side = &host->memory;
	const char *min_line, *size_line;
	int64_t min, size;

	if (proc_file_read(&side->arc, &side->text, false, NULL) != ERR_NONE)
		return 0;
	min_line = strstr(side->text.data, "\nc_min ");
	size_line = strstr(side->text.data, "\nsize ");
	if (!min_line || !size_line || sscanf(min_line, " c_min %*d %" SCNd64, &min) != 1 ||
	    sscanf(size_line, " size %*d %" SCNd64, &size) != 1 || min < 0 || size <= min)
		return 0;
	return is_from_lxcfs(host) ? 0 : size - min;
}

static enum err parse(struct host *host, const char *text, struct sample *out, struct reason *why)
{
	int64_t total = find(text, "MemTotal"), available = find(text, "MemAvailable");

	if (total <= 0)
		return reason_set(why, ERR_MALFORMED, "proc/meminfo has no MemTotal");
	if (available < 0)
		available = estimate_available(host, text);
	if (available < 0)
		return reason_set(why, ERR_MALFORMED,
				  "proc/meminfo has neither MemAvailable nor all it is made of");
	available += reclaimable_arc(host);
	if (available > total) /* an estimate, and in some containers of another total */
		available = total;
	out->memory.total = total;
	out->memory.available = available;
	out->memory.used = total - available;
	out->memory.percent = 100.0 * (double)out->memory.used / (double)total;
	return ERR_NONE;
}

const struct collector collect_memory = {
	.metric = "memory", SAMPLE_PART(memory), .file = "proc/meminfo", .watched = true, .parse = parse};
