/* How many processes there are: as many as proc has names that are numbers. The directory stays open. */
#include "reporter/metrics/sample.h"

static enum err measure(struct host *host, struct sample *out)
{
	const struct dirent *entry;
	int64_t count = 0;

	if (!host->processes)
		return ERR_SYSTEM;
	rewinddir(host->processes);
	for (entry = readdir(host->processes); entry; entry = readdir(host->processes))
		count += entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
	out->process_count = count;
	return ERR_NONE;
}

const struct collector collect_processes = {.name = "processes", .measure = measure};
