/*
 * CPU: the share of all processors' time that was spent working since the sample before. The kernel counts
 * ticks of a hundredth of a second, so the share of a short time is coarse: ten milliseconds more or less of
 * a tenth of a second are ten percent. Therefore samples that follow quickly keep the share of the one
 * before, until enough ticks have gathered. Time in which a disk was waited for (iowait) counts as idle, time
 * that the hypervisor gave to others (steal) as busy: both as top(1) and vmstat(8) have it.
 */
#include "reporter/metrics/sample.h"

#include "common/clock.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
	TICKS_MIN_A_CPU = 25,	 /* a quarter of a second, below which a share would be noise */
	STANDS_STILL_MS = 10000, /* if so few ticks came in this time, nobody counts them */
};

/*
 * proc_stat(5): user nice system idle iowait irq softirq steal; guest time is part of user's. Linux
 * before 2.6.11 and some emulations have fewer columns; what is not there is 0.
 *
 * SAMPLE
 *     cpu  12778 0 8272 403998 1316 0 234 918 0 0
 *     cpu0 5702 0 3208 204262 144 0 20 444 0 0
 */
static enum err parse_ticks(const char *text, struct cpu_ticks *out)
{
	uint64_t user, nice, system, idle, iowait = 0, irq = 0, softirq = 0, steal = 0;

	if (!strchr(text, '\n') || sscanf(text,
					  "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
					  " %" SCNu64 " %" SCNu64 " %" SCNu64,
					  &user, &nice, &system, &idle, &iowait, &irq, &softirq, &steal) < 4)
		return ERR_MALFORMED;
	out->busy = user + nice + system + irq + softirq + steal;
	out->total = out->busy + idle + iowait;
	return ERR_NONE;
}

/* How many lines of single processors follow the first. 0 if there is nothing behind them: the file was cut.
 */
static int64_t count_processors(const char *text)
{
	const char *line = strchr(text, '\n');
	int64_t count = 0;

	for (; line && strncmp(line, "\ncpu", 4) == 0; line = strchr(line + 1, '\n'))
		count++;
	return line && line[1] ? count : 0;
}

/* Brings the share up to date if enough ticks have gathered. */
static void count_share(struct host *host, const struct cpu_ticks *now, int64_t cpus)
{
	struct cpu_ticks *since = &host->cpu_since;
	int64_t now_ms = clock_monotonic_ms();
	uint64_t total, busy;

	if (now->total < since->total) /* a processor was taken away, and its ticks with it */
		*since = (struct cpu_ticks){0};
	total = now->total - since->total;
	if (total == 0 || total < (uint64_t)(TICKS_MIN_A_CPU * cpus)) {
		if (host->cpu_since_ms && now_ms - host->cpu_since_ms > STANDS_STILL_MS)
			host->cpu_percent = NAN;
		return;
	}
	/* iowait may run backwards (proc_stat(5)), and busy time with it may seem to. */
	busy = now->busy > since->busy ? now->busy - since->busy : 0;
	host->cpu_percent = fmin(100.0 * (double)busy / (double)total, 100);
	*since = *now;
	host->cpu_since_ms = now_ms;
}

static enum err parse(struct host *host, const char *text, struct sample *out, struct reason *why)
{
	struct cpu_ticks now;
	int64_t cpus;

	if (parse_ticks(text, &now) != ERR_NONE)
		return reason_set(why, ERR_MALFORMED, "proc/stat does not begin with the processors' time");
	cpus = count_processors(text);
	if (cpus == 0)
		return reason_set(why, ERR_MALFORMED,
				  "proc/stat lists no processors, or ends within their list");
	out->cpu.count = cpus;
	count_share(host, &now, cpus);
	out->cpu.percent = host->cpu_percent;
	if (isnan(host->cpu_percent))
		return reason_set(why, ERR_MALFORMED, "the time in proc/stat stands still");
	return ERR_NONE;
}

const struct collector collect_cpu = {
	.metric = "cpu_percent", SAMPLE_PART(cpu), .file = "proc/stat", .watched = true, .parse = parse};
