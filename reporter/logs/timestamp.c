/*
 * Times at the beginning of log lines: a table of forms and a small matcher for them. Knows nothing of
 * levels, loggers and what else a line holds.
 *
 * strptime(3) would do for most of them, but it has no fractions, follows the process's locale, and cannot
 * say how a time without a year or a zone is meant.
 */
#include "reporter/logs/timestamp.h"

#include "reporter/logs/scan.h"

#include <string.h>

enum { EPOCH_DIGITS = 10 }; /* until the year 2286 */
enum { TAI64N_LEN = 25 };

/*
 * Letters stand for fields, all else for itself: Y year, y its last two digits, m month, o month with one or
 * two digits, b its English name, d day (a leading blank is allowed), H hour, h hour with a leading blank
 * allowed, M minute, S second, f a fraction if there is one, F a fraction, p AM or PM, z a zone if there is
 * one, a a weekday's name, T the letter or a blank, U seconds since 1970, N those of TAI64N, _ itself and
 * that it is UTC. A new form is a new row.
 */
static const char *const DIGIT_FORMS[] = {
	/* 2025-11-17T10:30:00.123Z · 2025-11-17 10:30:00,123 · 2025-11-17  9:30:00 (MariaDB) */
	"Y-m-dTh:M:Sfz",
	"Y-m-d_H:M:Sf",	  /* 2025-11-17_10:30:00.12345 (svlogd, s6-log) */
	"Y/m/d H:M:Sfz",  /* 2025/11/17 10:30:00 (nginx, Go) */
	"Y.m.d H:M:Sf",	  /* 2025.11.17 10:30:00.123456 (ClickHouse) */
	"d/b/Y:H:M:Sz",	  /* 17/Nov/2025:10:30:00 +0000 (access logs) */
	"d/b/Y H:M:S",	  /* 17/Nov/2025 10:30:00 (Django) */
	"d b Y H:M:Sf",	  /* 17 Nov 2025 10:30:00.123 (Redis) */
	"d-b-Y H:M:Sfz",  /* 17-Nov-2025 10:30:00.123 (Tomcat, BIND, PHP) */
	"d-b-Y::H:M:Sf",  /* 17-Nov-2025::10:30:00.123456 (Erlang) */
	"YmdTH:M:Sfz",	  /* 20251117 10:30:00.123456 (glog) */
	"ymd H:M:SF",	  /* 251117 10:30:00.123456 (CockroachDB) */
	"md H:M:SF",	  /* 1117 10:30:00.123456 (klog) */
	"m-d H:M:SF",	  /* 11-17 10:30:00.123 (logcat) */
	"m-d|H:M:SF",	  /* 11-17|10:30:00.123 (geth) */
	"y/m/d H:M:S",	  /* 25/11/17 10:30:00 (Spark) */
	"o/d/Y, h:M:S p", /* 11/17/2025, 10:30:00 AM (NestJS) */
	"o/d/Y h:M:S p",  /* 11/17/2025 10:30:00 AM */
	"d/o/Y -- H:M:S", /* 17/11/2025 -- 10:30:00 (Suricata) */
	"U",		  /* 1763375400 · 1763375400.123 (Mosquitto, Unbound) */
	"N",		  /* @40000000691afcb21e8b5a3c (multilog) */
};
static const char *const NAME_FORMS[] = {
	"b d H:M:Sf",	    /* Nov  7 10:30:00 (RFC 3164) */
	"b d, Y h:M:S p",   /* Nov 17, 2025 10:30:00 AM (java.util.logging) */
	"a b d H:M:Sf Y",   /* Mon Nov 17 10:30:00.123456 2025 (Apache) */
	"a, d b Y H:M:Sfz", /* Mon, 17 Nov 2025 10:30:00 +0000 (RFC 5322) */
};

static const char MONTHS[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char WEEKDAYS[] = "SunMonTueWedThuFriSat";

/* Exactly `digits` digits whose value is in [min, max]. */
static bool take_number(struct scan *scan, int digits, int min, int max, int *out)
{
	struct scan rest = *scan;
	int value = 0;

	for (int i = 0; i < digits; i++) {
		if (!scan_is_digit(&rest))
			return false;
		value = value * 10 + (*rest.at++ - '0');
	}
	if (value < min || value > max)
		return false;
	*scan = rest;
	*out = value;
	return true;
}

/* Two digits, or a leading blank and one, or one. */
static bool take_padded(struct scan *scan, int min, int max, int *out)
{
	struct scan one = *scan;

	if (take_number(scan, 2, min, max, out))
		return true;
	scan_char(&one, ' ');
	if (!take_number(&one, 1, min, 9, out))
		return false;
	*scan = one;
	return true;
}

/* One of the three-letter names in `names`; *out is its number. */
static bool take_name(struct scan *scan, const char *names, int *out)
{
	if (scan_left(scan) < 3)
		return false;
	for (int i = 0; names[i * 3]; i++) {
		if (memcmp(scan->at, names + i * 3, 3) == 0) {
			scan->at += 3;
			*out = i;
			return true;
		}
	}
	return false;
}

/* A point or a comma, and digits; those beyond the milliseconds are passed over. */
static bool take_fraction(struct scan *scan, struct timestamp *out)
{
	struct scan rest = *scan;
	int scale = 100;

	if ((!scan_char(&rest, '.') && !scan_char(&rest, ',')) || !scan_is_digit(&rest))
		return false;
	for (; scan_is_digit(&rest); rest.at++) {
		out->milliseconds += (*rest.at - '0') * scale;
		scale /= 10;
	}
	out->has_fraction = true;
	*scan = rest;
	return true;
}

/* `+03:00`, `+0300` or, if `hours_alone`, `+03`. */
static bool take_offset(struct scan *scan, bool hours_alone, struct timestamp *out)
{
	struct scan rest = *scan, behind_hours;
	int sign = scan_char(&rest, '+') ? 1 : scan_char(&rest, '-') ? -1 : 0;
	int hours, minutes = 0;

	if (!sign || !take_number(&rest, 2, 0, 23, &hours))
		return false;
	behind_hours = rest;
	scan_char(&rest, ':');
	if (!take_number(&rest, 2, 0, 59, &minutes)) {
		rest = behind_hours;
		if (!hours_alone || scan_is_digit(&rest))
			return false;
	}
	out->has_zone = true;
	out->zone_s = sign * (hours * 3600 + minutes * 60);
	*scan = rest;
	return true;
}

/* `Z`, ` UTC`, `+03:00`, `+0300`, ` +0300` or `+03`, if one of them stands there. */
static void take_zone(struct scan *scan, struct timestamp *out)
{
	struct scan rest = *scan;
	bool blank;

	if (scan_char(scan, 'Z')) {
		out->has_zone = true;
		return;
	}
	blank = scan_char(&rest, ' ');
	if (scan_left(&rest) >= 3 && (memcmp(rest.at, "UTC", 3) == 0 || memcmp(rest.at, "GMT", 3) == 0)) {
		rest.at += 3;
		out->has_zone = true;
		*scan = rest;
	} else if (take_offset(&rest, !blank, out)) { /* behind a blank, hours alone may be anything */
		*scan = rest;
	}
}

/* A moment that is a count of seconds since 1970. */
static void set_epoch(int64_t seconds, struct timestamp *out)
{
	time_t time = (time_t)seconds;

	gmtime_r(&time, &out->fields);
	out->has_year = true;
	out->has_zone = true;
}

/* SAMPLE 1763375400 · 1763375400.123 */
static bool take_epoch(struct scan *scan, struct timestamp *out)
{
	struct scan rest = *scan;
	int64_t seconds = 0;

	for (int i = 0; i < EPOCH_DIGITS; i++) {
		if (!scan_is_digit(&rest))
			return false;
		seconds = seconds * 10 + (*rest.at++ - '0');
	}
	if (seconds < 1000000000)
		return false;
	set_epoch(seconds, out);
	take_fraction(&rest, out);
	*scan = rest;
	return true;
}

/* SAMPLE @40000000691afcb21e8b5a3c: TAI64N as multilog writes it, ten seconds ahead of UTC's count */
static bool take_tai64n(struct scan *scan, struct timestamp *out)
{
	static const char START[] = "@40000000", DIGITS[] = "0123456789abcdef";
	uint64_t value = 0;

	if (scan_left(scan) < TAI64N_LEN || memcmp(scan->at, START, sizeof(START) - 1) != 0)
		return false;
	for (size_t i = sizeof(START) - 1; i < TAI64N_LEN; i++) {
		const char *digit = memchr(DIGITS, scan->at[i], sizeof(DIGITS) - 1);

		if (!digit)
			return false;
		value = value * 16 + (uint64_t)(digit - DIGITS);
	}
	set_epoch((int64_t)(value >> 32) - 10, out);
	out->milliseconds = (int)((value & 0xffffffff) / 1000000 % 1000);
	out->has_fraction = true;
	scan->at += TAI64N_LEN;
	return true;
}

/* AM or PM: the hour before it is of twelve. */
static bool take_half(struct scan *scan, struct timestamp *out)
{
	int *hour = &out->fields.tm_hour;
	bool after_noon;

	if (scan_left(scan) < 2 || scan->at[1] != 'M' || (*scan->at != 'A' && *scan->at != 'P') || *hour > 12)
		return false;
	after_noon = *scan->at == 'P';
	*hour = *hour % 12 + (after_noon ? 12 : 0);
	scan->at += 2;
	return true;
}

/* One letter of a form. */
static bool take_field(struct scan *scan, char field, struct timestamp *out)
{
	struct tm *tm = &out->fields;
	int ignored;

	switch (field) {
	case 'Y':
		if (!take_number(scan, 4, 1970, 9999, &tm->tm_year))
			return false;
		tm->tm_year -= 1900;
		out->has_year = true;
		return true;
	case 'y':
		if (!take_number(scan, 2, 0, 99, &tm->tm_year))
			return false;
		tm->tm_year += 100;
		out->has_year = true;
		return true;
	case 'm':
	case 'o':
		if (field == 'm' ? !take_number(scan, 2, 1, 12, &tm->tm_mon)
				 : !take_padded(scan, 1, 12, &tm->tm_mon))
			return false;
		tm->tm_mon--;
		return true;
	case 'b':
		return take_name(scan, MONTHS, &tm->tm_mon);
	case 'a':
		return take_name(scan, WEEKDAYS, &ignored);
	case 'd':
		return take_padded(scan, 1, 31, &tm->tm_mday);
	case 'H':
		return take_number(scan, 2, 0, 23, &tm->tm_hour);
	case 'h':
		return take_padded(scan, 0, 23, &tm->tm_hour);
	case 'M':
		return take_number(scan, 2, 0, 59, &tm->tm_min);
	case 'S':
		return take_number(scan, 2, 0, 60, &tm->tm_sec);
	case 'f':
		take_fraction(scan, out);
		return true;
	case 'F':
		return take_fraction(scan, out);
	case 'z':
		take_zone(scan, out);
		return true;
	case 'p':
		return take_half(scan, out);
	case 'U':
		return take_epoch(scan, out);
	case 'N':
		return take_tai64n(scan, out);
	case '_':
		out->has_zone = true;
		return scan_char(scan, '_');
	case 'T':
		return scan_char(scan, 'T') || scan_char(scan, ' ');
	default:
		return scan_char(scan, field);
	}
}

/* The length of the time that `text` begins with if it has this form. A digit that follows would be its part.
 */
static size_t match_form(const char *form, const char *text, size_t len, struct timestamp *out)
{
	struct scan scan = {text, text + len};

	*out = (struct timestamp){0};
	while (*form && take_field(&scan, *form, out))
		form++;
	return !*form && !scan_is_digit(&scan) ? (size_t)(scan.at - text) : 0;
}

size_t timestamp_match(const char *text, size_t len, struct timestamp *out)
{
	bool is_name = len > 0 && *text >= 'A' && *text <= 'Z';
	const char *const *forms = is_name ? NAME_FORMS : DIGIT_FORMS;
	size_t count = is_name ? sizeof(NAME_FORMS) / sizeof(*forms) : sizeof(DIGIT_FORMS) / sizeof(*forms);
	size_t found = 0;

	/* Most lines that begin with no time end here. */
	if (len < EPOCH_DIGITS || (!is_name && (*text < '0' || *text > '9') && *text != '@' && *text != ' '))
		return 0;
	if (is_name && text[3] != ' ' && text[3] != ',')
		return 0;
	for (size_t i = 0; i < count && !found; i++)
		found = match_form(forms[i], text, len, out);
	return found;
}

size_t timestamp_match_time_of_day(const char *text, size_t len, struct timestamp *out)
{
	size_t found = 0;

	if (len == 0 || *text < '0' || *text > '9')
		return 0;
	found = match_form("H:M:Sf", text, len, out);
	if (!found)
		found = match_form("h:Mp", text, len, out);
	out->is_vague = true;
	return found;
}

size_t timestamp_match_offset(const char *text, size_t len, struct timestamp *out)
{
	struct scan scan = {text, text + len};

	return take_offset(&scan, true, out) ? (size_t)(scan.at - text) : 0;
}
