/* Load averages over 1, 5 and 15 minutes: how many tasks ran or waited to run (proc_loadavg(5)). */
#include "reporter/metrics/sample.h"

#include <stdio.h>
#include <string.h>

/* SAMPLE 0.34 0.17 0.11 2/142 2811 */
static enum err parse(struct host *host, const char *text, struct sample *out)
{
	double load[3];

	(void)host;
	if (sscanf(text, "%lf %lf %lf", &load[0], &load[1], &load[2]) != 3)
		return ERR_MALFORMED;
	memcpy(out->load, load, sizeof(load));
	return ERR_NONE;
}

const struct collector collect_load = {.name = "load", .file = "proc/loadavg", .parse = parse};
