/*
 * From a time as it is written to a moment: years and zones that it does not say, and times that are not
 * believed. Local time is worked out without mktime(3), which looks at /etc/localtime with every call: this
 * runs for every line.
 */
#include "reporter/logs/timestamp.h"

#include <stdlib.h>
#include <string.h>

enum { ZONE_NAME_MIN = 3, ZONE_NAME_MAX = 5 }; /* MSK, AEDT, CHAST */

#define DAY_MS	      INT64_C(86400000)
#define FUTURE_MAX_MS DAY_MS
#define PAST_MAX_MS   (3653 * DAY_MS) /* ten years */

bool timestamp_is_believed(int64_t ms, int64_t now_ms)
{
	return ms <= now_ms + FUTURE_MAX_MS && ms >= now_ms - PAST_MAX_MS;
}

/* The moment at which local time reads as UTC does at `seconds`. */
static time_t from_local(time_t seconds)
{
	time_t guess = seconds;
	struct tm local;

	/* The offset at the wrong moment first; around a change of the clocks it takes a second look. */
	for (int i = 0; i < 2; i++) {
		localtime_r(&guess, &local);
		guess = seconds - local.tm_gmtoff;
	}
	return guess;
}

size_t timestamp_match_zone(const char *text, size_t len, struct timestamp *time)
{
	/* At the end of summer local time reads the same twice, an hour apart, under two names. */
	static const int TRIES_S[] = {0, -3600, 3600};
	size_t offset = timestamp_match_offset(text, len, time);
	struct tm fields = time->fields;
	size_t letters = 0;
	time_t guess;

	if (offset)
		return offset;
	while (letters < len && text[letters] >= 'A' && text[letters] <= 'Z')
		letters++;
	if (letters < ZONE_NAME_MIN || letters > ZONE_NAME_MAX)
		return 0;
	guess = from_local(timegm(&fields));
	for (size_t i = 0; i < sizeof(TRIES_S) / sizeof(TRIES_S[0]); i++) {
		time_t seconds = guess + TRIES_S[i];
		struct tm local;

		localtime_r(&seconds, &local);
		if (strlen(local.tm_zone) == letters && memcmp(local.tm_zone, text, letters) == 0) {
			time->has_zone = true;
			time->zone_s = (int)local.tm_gmtoff;
			return letters;
		}
	}
	time->is_vague = true;
	return letters;
}

/* Milliseconds since 1970 if the time is of this year (less 1900, as in struct tm). */
static int64_t in_year(const struct timestamp *time, int year)
{
	struct tm tm = time->fields;
	time_t seconds;

	tm.tm_year = year;
	seconds = timegm(&tm);
	seconds = time->has_zone ? seconds - time->zone_s : from_local(seconds);
	return (int64_t)seconds * 1000 + time->milliseconds;
}

int64_t timestamp_to_ms(const struct timestamp *time, int64_t now_ms)
{
	time_t now_s = (time_t)(now_ms / 1000);
	int64_t best, distance;
	struct tm now;

	if (time->is_vague)
		return now_ms;
	if (time->has_year)
		return in_year(time, time->fields.tm_year);
	localtime_r(&now_s, &now);
	/* Around New Year the closest one may be last year's or next year's. */
	best = in_year(time, now.tm_year);
	distance = llabs(best - now_ms);
	for (int year = now.tm_year - 1; year <= now.tm_year + 1; year += 2) {
		int64_t other = in_year(time, year);

		if (llabs(other - now_ms) < distance) {
			best = other;
			distance = llabs(other - now_ms);
		}
	}
	return best;
}
