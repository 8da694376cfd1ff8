/* CPU: how much of all processors' time was spent working since the sample before. */
#include "reporter/metrics/sample.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A share of fewer ticks (a quarter of a second) would be noise: the earlier one stands then. */
enum { TICKS_MIN_A_CPU = 25 };

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

static double share(const struct cpu_ticks *from, const struct cpu_ticks *to)
{
	/* iowait may run backwards, and busy time with it may seem to. */
	uint64_t busy = to->busy > from->busy ? to->busy - from->busy : 0;
	double percent = 100.0 * (double)busy / (double)(to->total - from->total);

	return percent < 100 ? percent : 100;
}

static enum err parse(struct host *host, const char *text, struct sample *out)
{
	struct cpu_ticks now;

	(void)host;
	if (parse_ticks(text, &now))
		return ERR_MALFORMED;
	out->cpu_count = count_processors(text);
	if (now.total < out->cpu_since.total)
		out->cpu_since = (struct cpu_ticks){0};
	if (now.total - out->cpu_since.total < (uint64_t)(TICKS_MIN_A_CPU * out->cpu_count) ||
	    now.total == out->cpu_since.total)
		return ERR_NONE;
	out->cpu_percent = share(&out->cpu_since, &now);
	out->cpu_since = now;
	return ERR_NONE;
}

static void put(struct json_out *out, const struct sample *sample)
{
	json_put_number(out, "cpu_percent", sample->cpu_percent);
	json_put_integer(out, "cpu_count", sample->cpu_count);
}

const struct collector collect_cpu = {
	.name = "cpu", .file = "proc/stat", .watched = true, .parse = parse, .put = put};
