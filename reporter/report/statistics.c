/* Counts reports, and writes the counts for people and for the next run. Why a report failed is told by its
 * caller. */
#include "reporter/report/statistics.h"

#include <inttypes.h>
#include <stdio.h>

void statistics_add(struct statistics *statistics, int64_t now_ms, const char *error)
{
	statistics->total++;
	statistics->successful += !error;
	statistics->last_ms = now_ms;
	statistics->last_successful = !error;
	snprintf(statistics->last_error, sizeof(statistics->last_error), "%s", error ? error : "");
}

/* Rounded down to hundredths, so that it is 100 only if no report failed; 0 before the first. */
static double success_percent(int64_t successful, int64_t total)
{
	int64_t hundredths = total ? successful * 10000 / total : 0;

	return (double)hundredths / 100;
}

void statistics_write(const struct statistics *statistics, struct json_out *out)
{
	int64_t total = statistics->total, successful = statistics->successful;
	char status[sizeof(statistics->last_error) + 16];

	json_open_member(out, "statistics", '{');
	json_put_integer(out, "total_reports", total);
	json_put_integer(out, "successful_reports", successful);
	json_put_integer(out, "failed_reports", total - successful);
	json_put_number(out, "success_rate_percent", success_percent(successful, total));
	json_close(out, '}');
	if (!statistics->last_ms) {
		json_put_null(out, "last_report_time");
		json_put_null(out, "last_report_status");
		return;
	}
	snprintf(status, sizeof(status), "%s%s",
		 statistics->last_successful ? "success" : "failed: ", statistics->last_error);
	json_put_time(out, "last_report_time", statistics->last_ms);
	json_put_text(out, "last_report_status", status);
}

void statistics_save(const struct statistics *statistics, struct buf *out)
{
	buf_printf(out, "%" PRId64 " %" PRId64 " %" PRId64 " %d %s\n", statistics->total,
		   statistics->successful, statistics->last_ms, statistics->last_successful,
		   statistics->last_error);
}

/* SAMPLE 288 287 1764374400000 0 the coordinator answered with status 503 */
void statistics_load(struct statistics *out, const char *saved)
{
	struct statistics loaded = {0};
	int successful;

	if (sscanf(saved, "%" SCNd64 " %" SCNd64 " %" SCNd64 " %d %159[^\n]", &loaded.total,
		   &loaded.successful, &loaded.last_ms, &successful, loaded.last_error) < 4)
		return;
	if (loaded.successful < 0 || loaded.total < loaded.successful)
		return;
	loaded.last_successful = successful != 0;
	*out = loaded;
}
