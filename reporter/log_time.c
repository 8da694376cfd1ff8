/*
 * Times at the head of log lines: a table of forms and a small matcher for them. Knows nothing of levels,
 * loggers and what else a line holds.
 */
#include "reporter/log_time.h"

#include <stdlib.h>
#include <string.h>

/*
 * Letters stand for fields, all else for itself: Y year, m month, b its English name, d day (a leading blank
 * is allowed), H hour, M minute, S second, f a fraction if there is one, z a zone if there is one, a a
 * weekday's name, T the letter or a blank.
 */
static const char *const forms[] = {
	"Y-m-dTH:M:Sfz", /* 2025-11-17T10:30:00.123Z · 2025-11-17 10:30:00,123 · 2025-11-17 10:30:00.123 UTC
			  */
	"Y/m/d H:M:Sf",	 /* 2025/11/17 10:30:00 (nginx, Go) */
	"b d H:M:S",	 /* Nov  7 10:30:00 (RFC 3164) */
	"a b d H:M:Sf Y", /* Mon Nov 17 10:30:00.123456 2025 (Apache) */
	"d/b/Y:H:M:Sz",	  /* 17/Nov/2025:10:30:00 +0000 (access logs) */
	"d b Y H:M:Sf",	  /* 17 Nov 2025 10:30:00.123 (Redis) */
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

static bool take_day(struct cursor *c, int *out)
{
	struct cursor one = *c;

	if (take_number(c, 2, 1, 31, out))
		return true;
	take_char(&one, ' ');
	if (!take_number(&one, 1, 1, 9, out))
		return false;
	*c = one;
	return true;
}

static bool take_fraction(struct cursor *c, int *milliseconds)
{
	int scale = 100;

	if (c->end - c->at < 2 || (*c->at != '.' && *c->at != ',') || !is_digit(c->at[1]))
		return true;
	for (c->at++; c->at < c->end && is_digit(*c->at); c->at++) {
		*milliseconds += (*c->at - '0') * scale;
		scale /= 10;
	}
	return true;
}

/* `Z`, ` UTC`, `+03:00`, `+0300` or ` +0300`; nothing is fine too. */
static bool take_zone(struct cursor *c, struct log_time *out)
{
	struct cursor rest = *c;
	int hours, minutes, sign;

	if (take_char(&rest, 'Z')) {
		out->has_zone = true;
		*c = rest;
		return true;
	}
	take_char(&rest, ' ');
	if (rest.end - rest.at >= 3 && (memcmp(rest.at, "UTC", 3) == 0 || memcmp(rest.at, "GMT", 3) == 0)) {
		rest.at += 3;
		out->has_zone = true;
		*c = rest;
		return true;
	}
	sign = take_char(&rest, '+') ? 1 : take_char(&rest, '-') ? -1 : 0;
	if (!sign || !take_number(&rest, 2, 0, 23, &hours))
		return true;
	take_char(&rest, ':');
	if (!take_number(&rest, 2, 0, 59, &minutes))
		return true;
	out->has_zone = true;
	out->zone_s = sign * (hours * 3600 + minutes * 60);
	*c = rest;
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
		return take_day(c, &tm->tm_mday);
	case 'H':
		return take_number(c, 2, 0, 23, &tm->tm_hour);
	case 'M':
		return take_number(c, 2, 0, 59, &tm->tm_min);
	case 'S':
		return take_number(c, 2, 0, 60, &tm->tm_sec);
	case 'f':
		return take_fraction(c, &out->milliseconds);
	case 'z':
		return take_zone(c, out);
	case 'T':
		return take_char(c, 'T') || take_char(c, ' ');
	default:
		return take_char(c, field);
	}
}

size_t log_time_match(const char *text, size_t len, struct log_time *out)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct cursor c = {text, text + len};
		const char *field = forms[i];

		*out = (struct log_time){0};
		while (*field && take_field(&c, *field, out))
			field++;
		if (!*field && (c.at == c.end || !is_digit(*c.at)))
			return (size_t)(c.at - text);
	}
	return 0;
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
