/*
 * Times at the head of log lines: a table of forms and a small matcher for them. Knows nothing of levels,
 * loggers and what else a line holds.
 */
#include "reporter/logs/timestamp.h"

#include <stdlib.h>
#include <string.h>

enum { ZONE_NAME_MIN = 3, ZONE_NAME_MAX = 5 }; /* MSK, AEDT, CHAST */

/*
 * Letters stand for fields, all else for itself: Y year, m month, b its English name, d day (a leading blank
 * is allowed), H hour, h hour with a leading blank allowed, M minute, S second, f a fraction if there is one,
 * F a fraction, z a zone if there is one, a a weekday's name, T the letter or a blank.
 */
static const char *const forms[] = {
	/* 2025-11-17T10:30:00.123Z · 2025-11-17 10:30:00,123 · 2025-11-17  9:30:00 (MariaDB) */
	"Y-m-dTh:M:Sfz",  "Y/m/d H:M:Sf", /* 2025/11/17 10:30:00 (nginx, Go) */
	"b d H:M:S",			  /* Nov  7 10:30:00 (RFC 3164) */
	"a b d H:M:Sf Y",		  /* Mon Nov 17 10:30:00.123456 2025 (Apache) */
	"d/b/Y:H:M:Sz",			  /* 17/Nov/2025:10:30:00 +0000 (access logs) */
	"d b Y H:M:Sf",			  /* 17 Nov 2025 10:30:00.123 (Redis) */
	"d-b-Y H:M:Sf",			  /* 17-Nov-2025 10:30:00.123 (Tomcat) */
	"md H:M:SF",			  /* 1117 10:30:00.123456 (klog) */
};

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char weekdays[] = "SunMonTueWedThuFriSat";

struct cursor {
	const char *at, *end;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Exactly `digits` digits whose value is in [min, max]. */
static bool take_number(struct cursor *c, int digits, int min, int max, int *out)
{
	int value = 0;

	if (c->end - c->at < digits)
		return false;
	for (int i = 0; i < digits; i++) {
		if (!is_digit(c->at[i]))
			return false;
		value = value * 10 + (c->at[i] - '0');
	}
	if (value < min || value > max)
		return false;
	c->at += digits;
	*out = value;
	return true;
}

static bool take_char(struct cursor *c, char wanted)
{
	if (c->at == c->end || *c->at != wanted)
		return false;
	c->at++;
	return true;
}

/* One of the three-letter names in `names`. */
static bool take_name(struct cursor *c, const char *names, int *out)
{
	if (c->end - c->at < 3)
		return false;
	for (int i = 0; names[i * 3]; i++) {
		if (memcmp(c->at, names + i * 3, 3) == 0) {
			c->at += 3;
			*out = i;
			return true;
		}
	}
	return false;
}

/* Two digits, or a leading blank and one, or one. */
static bool take_padded(struct cursor *c, int min, int max, int *out)
{
	struct cursor one = *c;

	if (take_number(c, 2, min, max, out))
		return true;
	take_char(&one, ' ');
	if (!take_number(&one, 1, min, 9, out))
		return false;
	*c = one;
	return true;
}

static bool take_fraction(struct cursor *c, struct log_time *out)
{
	int scale = 100;

	if (c->end - c->at < 2 || (*c->at != '.' && *c->at != ',') || !is_digit(c->at[1]))
		return false;
	for (c->at++; c->at < c->end && is_digit(*c->at); c->at++) {
		out->milliseconds += (*c->at - '0') * scale;
		scale /= 10;
	}
	out->has_fraction = true;
	return true;
}

/* `+03:00`, `+0300` or, if `hours_alone`, `+03`. */
static bool take_offset(struct cursor *c, bool hours_alone, struct log_time *out)
{
	struct cursor rest = *c, behind_hours;
	int sign = take_char(&rest, '+') ? 1 : take_char(&rest, '-') ? -1 : 0;
	int hours, minutes = 0;

	if (!sign || !take_number(&rest, 2, 0, 23, &hours))
		return false;
	behind_hours = rest;
	take_char(&rest, ':');
	if (!take_number(&rest, 2, 0, 59, &minutes)) {
		rest = behind_hours;
		if (!hours_alone || (rest.at < rest.end && is_digit(*rest.at)))
			return false;
	}
	out->has_zone = true;
	out->zone_s = sign * (hours * 3600 + minutes * 60);
	*c = rest;
	return true;
}

/* `Z`, ` UTC`, `+03:00`, `+0300`, ` +0300` or `+03`; nothing is fine too. */
static bool take_zone(struct cursor *c, struct log_time *out)
{
	struct cursor rest = *c;
	bool blank;

	if (take_char(&rest, 'Z')) {
		out->has_zone = true;
		*c = rest;
		return true;
	}
	blank = take_char(&rest, ' ');
	if (rest.end - rest.at >= 3 && (memcmp(rest.at, "UTC", 3) == 0 || memcmp(rest.at, "GMT", 3) == 0)) {
		rest.at += 3;
		out->has_zone = true;
		*c = rest;
	} else if (take_offset(&rest, !blank, out)) {
		*c = rest;
	}
	return true;
}

static bool take_field(struct cursor *c, char field, struct log_time *out)
{
	struct tm *tm = &out->fields;
	int ignored;

	switch (field) {
	case 'Y':
		if (!take_number(c, 4, 1970, 9999, &tm->tm_year))
			return false;
		tm->tm_year -= 1900;
		out->has_year = true;
		return true;
	case 'm':
		if (!take_number(c, 2, 1, 12, &tm->tm_mon))
			return false;
		tm->tm_mon--;
		return true;
	case 'b':
		return take_name(c, months, &tm->tm_mon);
	case 'a':
		return take_name(c, weekdays, &ignored);
	case 'd':
		return take_padded(c, 1, 31, &tm->tm_mday);
	case 'H':
		return take_number(c, 2, 0, 23, &tm->tm_hour);
	case 'h':
		return take_padded(c, 0, 23, &tm->tm_hour);
	case 'M':
		return take_number(c, 2, 0, 59, &tm->tm_min);
	case 'S':
		return take_number(c, 2, 0, 60, &tm->tm_sec);
	case 'f':
		take_fraction(c, out);
		return true;
	case 'F':
		return take_fraction(c, out);
	case 'z':
		return take_zone(c, out);
	case 'T':
		return take_char(c, 'T') || take_char(c, ' ');
	default:
		return take_char(c, field);
	}
}

static size_t match_form(const char *form, const char *text, size_t len, struct log_time *out)
{
	struct cursor c = {text, text + len};

	*out = (struct log_time){0};
	while (*form && take_field(&c, *form, out))
		form++;
	return !*form && (c.at == c.end || !is_digit(*c.at)) ? (size_t)(c.at - text) : 0;
}

size_t log_time_match(const char *text, size_t len, struct log_time *out)
{
	size_t found = 0;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]) && !found; i++)
		found = match_form(forms[i], text, len, out);
	return found;
}

size_t log_time_of_day(const char *text, size_t len, struct log_time *out)
{
	size_t found = match_form("H:M:Sf", text, len, out);

	out->is_vague = true;
	return found;
}

/*
 * Local time that reads like these seconds if they are taken for UTC. mktime would do, but looks at
 * /etc/localtime with every call; this is for every line.
 */
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

/* Whether local time is called so when it reads like this, which at the end of summer it does twice. */
static bool take_local_name(const char *name, size_t len, struct log_time *time)
{
	static const int TRIES_S[] = {0, -3600, 3600};
	struct tm fields = time->fields;
	time_t guess = from_local(timegm(&fields));

	for (size_t i = 0; i < sizeof(TRIES_S) / sizeof(TRIES_S[0]); i++) {
		time_t seconds = guess + TRIES_S[i];
		struct tm local;

		localtime_r(&seconds, &local);
		if (strlen(local.tm_zone) == len && memcmp(local.tm_zone, name, len) == 0) {
			time->has_zone = true;
			time->zone_s = (int)local.tm_gmtoff;
			return true;
		}
	}
	return false;
}

size_t log_time_zone(const char *text, size_t len, struct log_time *time)
{
	struct cursor c = {text, text + len};
	size_t letters = 0;

	if (take_offset(&c, true, time))
		return (size_t)(c.at - text);
	while (letters < len && text[letters] >= 'A' && text[letters] <= 'Z')
		letters++;
	if (letters < ZONE_NAME_MIN || letters > ZONE_NAME_MAX)
		return 0;
	if (!take_local_name(text, letters, time))
		time->is_vague = true;
	return letters;
}

static int64_t in_year(const struct log_time *time, int year)
{
	struct tm tm = time->fields;
	time_t seconds;

	tm.tm_year = year;
	seconds = timegm(&tm);
	seconds = time->has_zone ? seconds - time->zone_s : from_local(seconds);
	return (int64_t)seconds * 1000 + time->milliseconds;
}

int64_t log_time_ms(const struct log_time *time, int64_t now_ms)
{
	time_t now_s = (time_t)(now_ms / 1000);
	int64_t best, distance;
	struct tm now;

	if (time->is_vague)
		return now_ms;
	if (time->has_year)
		return in_year(time, time->fields.tm_year);
	localtime_r(&now_s, &now);
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
