/* The reporter's own resident memory, so that everybody can see what watching costs. */
#include "reporter/metrics/sample.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * proc_pid_statm(5): size and resident, in pages. The columns behind tell that the file is whole.
 *
 * SAMPLE
 *     4521 1893 1622 38 0 560 0
 */
static enum err parse(struct host *host, const char *text, struct sample *out, struct reason *why)
{
	int64_t resident, shared;

	(void)host;
	if (sscanf(text, "%*u %" SCNd64 " %" SCNd64, &resident, &shared) != 2 || resident <= 0 ||
	    resident > INT64_MAX / sysconf(_SC_PAGESIZE) || !strchr(text, '\n'))
		return reason_set(why, ERR_MALFORMED, "proc/self/statm does not hold a size in pages");
	out->resident_bytes = resident * sysconf(_SC_PAGESIZE);
	return ERR_NONE;
}

const struct collector collect_self = {
	.metric = "memory_usage_mb", SAMPLE_PART(resident_bytes), .file = "proc/self/statm", .parse = parse};
