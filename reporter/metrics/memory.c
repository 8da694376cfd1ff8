/*
 * Memory. Used is what is not available, as free(1) has it since procps 4. "Free" memory would be the wrong
 * measure: the kernel fills it with caches, which it gives back when somebody needs it, and MemAvailable is
 * the kernel's own estimate of how much that is (proc_meminfo(5)).
 */
#include "reporter/metrics/sample.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * The value in bytes of one line of proc/meminfo, -1 if it is not there.
 *
 * SAMPLE
 *     MemTotal:        8125312 kB
 *     MemAvailable:    7251724 kB
 */
static int64_t find(const char *text, const char *name)
{
	const char *line = strstr(text, name);
	int64_t kib;

	if (!line || sscanf(line + strlen(name), ": %" SCNd64 " kB", &kib) != 1 || kib < 0)
		return -1;
	return kib * 1024;
}

static enum err parse(struct host *host, const char *text, struct sample *out)
{
	int64_t total = find(text, "MemTotal"), available = find(text, "MemAvailable");

	(void)host;
	if (total <= 0 || available < 0)
		return ERR_MALFORMED;
	if (available > total) /* an estimate, and in some containers of another total */
		available = total;
	out->memory.total = total;
	out->memory.available = available;
	out->memory.used = total - available;
	out->memory.percent = 100.0 * (double)out->memory.used / (double)total;
	return ERR_NONE;
}

const struct collector collect_memory = {
	.name = "memory", .file = "proc/meminfo", .watched = true, .parse = parse};
