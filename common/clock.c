/*
 * The two clocks, and times as text. Both directions are done by hand: libc's need a broken-down time, a
 * locale and a time zone, and a time is written for every log line and every sample. The only time zones
 * are the offsets in the text.
 */
#include "common/clock.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#define MS_A_SECOND   1000
#define SECONDS_A_DAY 86400
#define FIRST_MS      (-62167219200000) /* 0000-01-01T00:00:00.000Z */
#define LAST_MS	      253402300799999	/* 9999-12-31T23:59:59.999Z */

static int64_t read_clock(clockid_t which)
{
	struct timespec now = {0};
	int failed = clock_gettime(which, &now);

	assert(!failed);
	return (int64_t)now.tv_sec * MS_A_SECOND + now.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_monotonic_ms(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

/*
 * Days from 1970-01-01 of a date of the proleptic Gregorian calendar, and back: Howard Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms", days_from_civil and civil_from_days.
 */
static int64_t days_from_civil(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static void civil_from_days(int64_t days, int *year, int *month, int *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = (int)(yoe + era * 400 + (*month <= 2));
}

/* Writes `value` in decimal, with zeros in front to fill `width`. */
static void put_digits(char *out, int width, int64_t value)
{
	while (width-- > 0) {
		out[width] = (char)('0' + value % 10);
		value /= 10;
	}
}

void clock_format_iso(int64_t ms, char out[CLOCK_ISO_SIZE])
{
	int64_t clamped = ms < FIRST_MS ? FIRST_MS : ms > LAST_MS ? LAST_MS : ms;
	int64_t since_first = clamped - FIRST_MS;
	int64_t in_day = since_first % ((int64_t)SECONDS_A_DAY * MS_A_SECOND);
	int64_t days = (clamped - in_day) / ((int64_t)SECONDS_A_DAY * MS_A_SECOND);
	int year, month, day;

	civil_from_days(days, &year, &month, &day);
	for (int i = 0; i < CLOCK_ISO_SIZE; i++)
		out[i] = "0000-00-00T00:00:00.000Z"[i];
	put_digits(out, 4, year);
	put_digits(out + 5, 2, month);
	put_digits(out + 8, 2, day);
	put_digits(out + 11, 2, in_day / 3600000);
	put_digits(out + 14, 2, in_day / 60000 % 60);
	put_digits(out + 17, 2, in_day / 1000 % 60);
	put_digits(out + 20, 3, in_day % 1000);
}

/* How far a text is read. Each take_ function below steps over what it names, or returns false. */
struct cursor {
	const char *at, *end;
};

static bool take_digits(struct cursor *cursor, int width, int64_t min, int64_t max, int64_t *out)
{
	int64_t value = 0;

	for (int i = 0; i < width; i++, cursor->at++) {
		if (cursor->at == cursor->end || *cursor->at < '0' || *cursor->at > '9')
			return false;
		value = value * 10 + (*cursor->at - '0');
	}
	*out = value;
	return value >= min && value <= max;
}

static bool take_one_of(struct cursor *cursor, const char *set)
{
	if (cursor->at == cursor->end)
		return false;
	for (; *set; set++)
		if (*cursor->at == *set) {
			cursor->at++;
			return true;
		}
	return false;
}

/* SAMPLE Z +03:00 -0330 or nothing */
static bool take_offset_s(struct cursor *cursor, int64_t *seconds)
{
	int64_t hours, minutes, sign;

	*seconds = 0;
	if (cursor->at == cursor->end || take_one_of(cursor, "Zz"))
		return true;
	sign = *cursor->at == '-' ? -1 : 1;
	if (!take_one_of(cursor, "+-") || !take_digits(cursor, 2, 0, 23, &hours))
		return false;
	(void)take_one_of(cursor, ":");
	if (!take_digits(cursor, 2, 0, 59, &minutes))
		return false;
	*seconds = sign * (hours * 3600 + minutes * 60);
	return true;
}

/* SAMPLE 2025-11-17 ; *days since 1970. False also for a day that the month does not have. */
static bool take_date(struct cursor *cursor, int64_t *days)
{
	static const int64_t DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t year, month, day;
	bool leap;

	if (!take_digits(cursor, 4, 0, 9999, &year) || !take_one_of(cursor, "-") ||
	    !take_digits(cursor, 2, 1, 12, &month) || !take_one_of(cursor, "-"))
		return false;
	leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	if (!take_digits(cursor, 2, 1, month == 2 && leap ? 29 : DAYS[month - 1], &day))
		return false;
	*days = days_from_civil(year, month, day);
	return true;
}

/* SAMPLE 10:30:00.123 ; *ms since the day began. A 60th second is a leap second and counts as the next minute's first. */
static bool take_time(struct cursor *cursor, int64_t *ms)
{
	int64_t hour, minute, second, weight = 100;

	if (!take_digits(cursor, 2, 0, 23, &hour) || !take_one_of(cursor, ":") ||
	    !take_digits(cursor, 2, 0, 59, &minute) || !take_one_of(cursor, ":") ||
	    !take_digits(cursor, 2, 0, 60, &second))
		return false;
	*ms = (hour * 3600 + minute * 60 + second) * MS_A_SECOND;
	if (!take_one_of(cursor, ".,"))
		return true;
	if (cursor->at == cursor->end || *cursor->at < '0' || *cursor->at > '9')
		return false;
	for (; cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9'; cursor->at++) {
		*ms += (*cursor->at - '0') * weight;
		weight /= 10;
	}
	return true;
}

enum err clock_parse_iso(const char *text, size_t len, int64_t *ms)
{
	struct cursor cursor = {text, text + len};
	int64_t days, in_day_ms, offset_s;

	if (!take_date(&cursor, &days) || !take_one_of(&cursor, "Tt ") || !take_time(&cursor, &in_day_ms) ||
	    !take_offset_s(&cursor, &offset_s) || cursor.at != cursor.end)
		return ERR_MALFORMED;
	*ms = (days * SECONDS_A_DAY - offset_s) * MS_A_SECOND + in_day_ms;
	return ERR_NONE;
}
