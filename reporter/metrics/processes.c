/*
 * How many processes there are: as many as proc has names that are numbers. The directory stays open.
 *
 * Where proc is mounted with hidepid=2 (proc(5)), it shows only the processes that the reader may trace,
 * which is no number of anything. Process 1 is always there, so if it is not among the names, others are
 * hidden as well.
 */
#include "reporter/metrics/sample.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static enum err measure(struct host *host, struct sample *out, struct reason *why)
{
	const struct dirent *entry;
	int64_t count = 0;
	bool has_first = false;

	if (!host->processes) {
		struct buf path = {0};

		buf_printf(&path, "%sproc", host->root);
		host->processes = opendir(path.data);
		buf_free(&path);
		if (!host->processes)
			return reason_set(why, ERR_SYSTEM, "proc: %s", strerror(errno));
	}
	rewinddir(host->processes);
	errno = 0;
	for (entry = readdir(host->processes); entry; entry = readdir(host->processes)) {
		count += entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
		has_first |= strcmp(entry->d_name, "1") == 0;
	}
	if (errno || count == 0) {
		enum err err = reason_set(why, ERR_SYSTEM, "proc: %s",
					  errno ? strerror(errno) : "no process is listed");

		closedir(host->processes);
		host->processes = NULL;
		return err;
	}
	if (!has_first)
		return reason_set(why, ERR_SYSTEM,
				  "proc hides processes from the reporter (hidepid); let its unit be in the "
				  "group that may see "
				  "them");
	out->process_count = count;
	return ERR_NONE;
}

const struct collector collect_processes = {
	.metric = "process_count", SAMPLE_PART(process_count), .measure = measure};
