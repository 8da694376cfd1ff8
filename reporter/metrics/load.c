/* Load averages over 1, 5 and 15 minutes: how many tasks ran or waited to run (proc_loadavg(5)). */
#include "reporter/metrics/sample.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/*
 * The numbers of tasks behind the averages tell that the file is whole.
 *
 * SAMPLE 0.34 0.17 0.11 2/142 2811
 */
static enum err parse(struct host *host, const char *text, struct sample *out, struct reason *why)
{
	double load[3];
	unsigned running;

	(void)host;
	if (sscanf(text, "%lf %lf %lf %u/%*u", &load[0], &load[1], &load[2], &running) != 4 ||
	    !strchr(text, '\n'))
		return reason_set(why, ERR_MALFORMED, "proc/loadavg does not hold three averages");
	for (int i = 0; i < 3; i++)
		if (!isfinite(load[i]) || load[i] < 0)
			return reason_set(why, ERR_MALFORMED, "proc/loadavg holds what is no load");
	memcpy(out->load, load, sizeof(load));
	return ERR_NONE;
}

const struct collector collect_load = {
	.metric = "load_average", SAMPLE_PART(load), .file = "proc/loadavg", .parse = parse};
