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

static void put(struct json_out *out, const struct sample *sample)
{
	json_put_integer(out, "process_count", sample->process_count);
}

const struct collector collect_processes = {.name = "processes", .measure = measure, .put = put};
