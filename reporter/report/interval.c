/* The interval between reports, and who has a say in it. It knows neither timers nor reports. */
#include "reporter/report/interval.h"

#include <inttypes.h>

#define FIRST_S	   60 /* until the coordinator says otherwise */
#define LONGEST_S  3600
#define MINUTELY_S 45 /* runs that are further apart than this are cron's, which counts in minutes */

static int64_t clamp(int64_t value, int64_t min, int64_t max)
{
	return value < min ? min : value > max ? max : value;
}

struct interval interval_of_daemon(int64_t min_s, int64_t max_s)
{
	return (struct interval){.min_s = min_s, .max_s = max_s, .granted_s = clamp(FIRST_S, min_s, max_s)};
}

struct interval interval_of_cron(int64_t min_s, int64_t max_s, int64_t since_ms)
{
	struct interval interval = {.min_s = min_s, .max_s = max_s, .granted_s = max_s};
	int64_t since_s = since_ms / 1000;

	if (since_ms < 0)
		return interval;
	/* A run takes a different time each time, so two of them are never exactly minutes apart. */
	if (since_s > MINUTELY_S)
		since_s = (since_s + 30) / 60 * 60;
	/* max_s does not hold here: if cron comes more rarely, the coordinator must not miss us in between.
	 */
	interval.granted_s = clamp(since_s, min_s, LONGEST_S);
	return interval;
}

int64_t interval_seconds(const struct interval *interval)
{
	return interval->fixed_s ? interval->fixed_s : interval->granted_s;
}

void interval_grant(struct interval *interval, double seconds)
{
	if (seconds >= 1 && seconds <= LONGEST_S)
		interval->granted_s = clamp((int64_t)seconds, interval->min_s, interval->max_s);
}

enum err interval_fix(struct interval *interval, int64_t seconds, struct reason *why)
{
	if (seconds && (seconds < interval->min_s || seconds > interval->max_s))
		return reason_set(why, ERR_INVALID,
				  "interval must be %" PRId64 " to %" PRId64 " seconds here", interval->min_s,
				  interval->max_s);
	interval->fixed_s = seconds;
	return ERR_NONE;
}

void interval_recall(struct interval *interval, const struct interval *before)
{
	interval->granted_s = clamp(before->granted_s, interval->min_s, interval->max_s);
	interval->fixed_s = before->fixed_s ? clamp(before->fixed_s, interval->min_s, interval->max_s) : 0;
}
