/* The reporter's own resident memory, so that everybody can see what watching costs. */
#include "reporter/metrics/sample.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

/*
 * proc_pid_statm(5): size and resident, in pages.
 *
 * SAMPLE
 *     4521 1893 1622 38 0 560 0
 */
static enum err parse(struct host *host, const char *text, struct sample *out)
{
	int64_t resident;

	(void)host;
	if (sscanf(text, "%*u %" SCNd64, &resident) != 1 || resident < 0)
		return ERR_MALFORMED;
	out->resident_bytes = resident * sysconf(_SC_PAGESIZE);
	return ERR_NONE;
}

const struct collector collect_self = {.name = "self", .file = "proc/self/statm", .parse = parse};
