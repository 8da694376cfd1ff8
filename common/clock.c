/* The two clocks and RFC 3339 times; no time zones but the offsets in the text, no locale. */
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

/* Days from 1970-01-01 of a date of the proleptic Gregorian calendar, and back: Howard Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms", days_from_civil and civil_from_days. */
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

/* SAMPLE .123456 -> 123 ; nothing -> 0 */
static bool take_fraction_ms(struct cursor *cursor, int64_t *ms)
{
	int64_t weight = 100;
	const char *first;

	*ms = 0;
	if (!take_one_of(cursor, ".,"))
		return true;
	for (first = cursor->at; cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9';
	     cursor->at++) {
		*ms += (*cursor->at - '0') * weight;
		weight /= 10;
	}
	return cursor->at > first;
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

static int64_t days_in_month(int64_t year, int64_t month)
{
	static const int64_t DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : DAYS[month - 1];
}

enum err clock_parse_iso(const char *text, size_t len, int64_t *ms)
{
	struct cursor cursor = {text, text + len};
	int64_t year, month, day, hour, minute, second, fraction, offset;

	if (!take_digits(&cursor, 4, 0, 9999, &year) || !take_one_of(&cursor, "-") ||
	    !take_digits(&cursor, 2, 1, 12, &month) || !take_one_of(&cursor, "-") ||
	    !take_digits(&cursor, 2, 1, days_in_month(year, month), &day))
		return ERR_MALFORMED;
	if (!take_one_of(&cursor, "Tt ") || !take_digits(&cursor, 2, 0, 23, &hour) ||
	    !take_one_of(&cursor, ":") || !take_digits(&cursor, 2, 0, 59, &minute) ||
	    !take_one_of(&cursor, ":") || !take_digits(&cursor, 2, 0, 60, &second)) /* 60: a leap second */
		return ERR_MALFORMED;
	if (!take_fraction_ms(&cursor, &fraction) || !take_offset_s(&cursor, &offset) ||
	    cursor.at != cursor.end)
		return ERR_MALFORMED;
	*ms = ((days_from_civil(year, month, day) * SECONDS_A_DAY + hour * 3600 + minute * 60 + second -
		offset) *
	       MS_A_SECOND) +
	      fraction;
	return ERR_NONE;
}
