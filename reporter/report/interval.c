/* The interval between reports, and who has a say in it. Knows neither timers nor reports. */
#include "reporter/report/interval.h"

#include <inttypes.h>

#define FIRST_S	   60 /* until the coordinator says otherwise */
#define LONGEST_S  3600
#define MINUTELY_S 45 /* what is further apart than this was run by cron's minutes, more or less */

static int64_t clamp(int64_t value, int64_t min, int64_t max)
{
	return value < min ? min : value > max ? max : value;
}

static int64_t within_limits(const struct interval *pace, int64_t seconds)
{
	return clamp(seconds, pace->min_s, pace->max_s);
}

struct interval interval_of_daemon(int64_t min_s, int64_t max_s)
{
	return (struct interval){.min_s = min_s, .max_s = max_s, .granted_s = clamp(FIRST_S, min_s, max_s)};
}

struct interval interval_of_cron(int64_t min_s, int64_t max_s, int64_t since_ms)
{
	struct interval pace = {.min_s = min_s, .max_s = max_s, .granted_s = max_s};
	int64_t since_s = since_ms / 1000;

	if (since_ms < 0)
		return pace;
	if (since_s > MINUTELY_S)
		since_s = (since_s + 30) / 60 * 60;
	pace.granted_s = clamp(since_s, min_s, LONGEST_S);
	return pace;
}

int64_t interval_interval_s(const struct interval *pace)
{
	return pace->fixed_s ? pace->fixed_s : pace->granted_s;
}

bool interval_is_fixed(const struct interval *pace)
{
	return pace->fixed_s != 0;
}

void interval_grant(struct interval *pace, double seconds)
{
	if (seconds >= 1 && seconds <= LONGEST_S)
		pace->granted_s = within_limits(pace, (int64_t)seconds);
}

enum err interval_fix(struct interval *pace, int64_t seconds, struct reason *why)
{
	if (seconds && (seconds < pace->min_s || seconds > pace->max_s))
		return reason_set(why, ERR_INVALID,
				  "interval must be %" PRId64 " to %" PRId64 " seconds here", pace->min_s,
				  pace->max_s);
	pace->fixed_s = seconds;
	return ERR_NONE;
}

void interval_recall(struct interval *pace, const struct interval *before)
{
	pace->granted_s = within_limits(pace, before->granted_s);
	pace->fixed_s = before->fixed_s ? within_limits(pace, before->fixed_s) : 0;
}
