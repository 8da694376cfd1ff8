/*
 * CPU: the share of all processors' time that was spent working since the sample before. The kernel counts
 * ticks of a hundredth of a second, so the share of a short time is coarse: ten milliseconds more or less of
 * a tenth of a second are ten percent. Therefore samples that follow quickly keep the share of the one
 * before, until enough ticks have gathered. Time in which a disk was waited for (iowait) counts as idle, time
 * that the hypervisor gave to others (steal) as busy: both as top(1) and vmstat(8) have it.
 */
#include "reporter/metrics/sample.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TICKS_MIN_A_CPU = 25 }; /* a quarter of a second, below which a share would be noise */

/*
 * proc_stat(5): user nice system idle iowait irq softirq steal; guest time is part of user's.
 *
 * SAMPLE
 *     cpu  12778 0 8272 403998 1316 0 234 918 0 0
 *     cpu0 5702 0 3208 204262 144 0 20 444 0 0
 */
static enum err parse_ticks(const char *text, struct cpu_ticks *out)
{
	uint64_t user, nice, system, idle, iowait, irq, softirq, steal;

	if (sscanf(text,
		   "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
		   " %" SCNu64,
		   &user, &nice, &system, &idle, &iowait, &irq, &softirq, &steal) != 8)
		return ERR_MALFORMED;
	out->busy = user + nice + system + irq + softirq + steal;
	out->total = out->busy + idle + iowait;
	return ERR_NONE;
}

static int64_t count_processors(const char *text)
{
	int64_t count = 0;

	for (const char *line = strchr(text, '\n'); line && strncmp(line, "\ncpu", 4) == 0;
	     line = strchr(line + 1, '\n'))
		count++;
	return count;
}

static enum err parse(struct host *host, const char *text, struct sample *out)
{
	struct cpu_ticks now;
	uint64_t total, busy;
	double percent;

	(void)host;
	if (parse_ticks(text, &now) != ERR_NONE)
		return ERR_MALFORMED;
	out->cpu_count = count_processors(text);
	if (now.total < out->cpu_since.total) /* a processor was taken away, and its ticks with it */
		out->cpu_since = (struct cpu_ticks){0};
	total = now.total - out->cpu_since.total;
	if (total == 0 || total < (uint64_t)(TICKS_MIN_A_CPU * out->cpu_count))
		return ERR_NONE;
	/* iowait may run backwards (proc_stat(5)), and busy time with it may seem to. */
	busy = now.busy > out->cpu_since.busy ? now.busy - out->cpu_since.busy : 0;
	percent = 100.0 * (double)busy / (double)total;
	out->cpu_percent = percent < 100 ? percent : 100;
	out->cpu_since = now;
	return ERR_NONE;
}

const struct collector collect_cpu = {.name = "cpu", .file = "proc/stat", .watched = true, .parse = parse};
