/*
 * Tables: the words for the levels, the contract's own first, the letters, the scales of numbers, and the
 * levels of syslog's severities. A word that another logger uses for a level is a row here.
 */
#include "common/level.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const char *const NAMES[LEVEL_COUNT] = {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"};

#define ROW(word, level)                              \
	{                                             \
		word, sizeof(word) - 1, LEVEL_##level \
	}

static const struct {
	const char *word;
	size_t len;
	enum level level;
} WORDS[] = {
	ROW("DEBUG", DEBUG),	    ROW("INFO", INFO),	       ROW("WARNING", WARNING),
	ROW("ERROR", ERROR),	    ROW("CRITICAL", CRITICAL), ROW("TRACE", DEBUG),
	ROW("VERBOSE", DEBUG),	    ROW("NOTICE", INFO),       ROW("INFORMATION", INFO),
	ROW("INFORMATIONAL", INFO), ROW("WARN", WARNING),      ROW("ERR", ERROR),
	ROW("SEVERE", ERROR),	    ROW("CRIT", CRITICAL),     ROW("FATAL", CRITICAL),
	ROW("ALERT", CRITICAL),	    ROW("EMERG", CRITICAL),    ROW("EMERGENCY", CRITICAL),
	ROW("PANIC", CRITICAL),	    ROW("DPANIC", CRITICAL),   ROW("TRC", DEBUG),
	ROW("TRCE", DEBUG),	    ROW("VRB", DEBUG),	       ROW("DBG", DEBUG),
	ROW("DBUG", DEBUG),	    ROW("DEBU", DEBUG),	       ROW("FINE", DEBUG),
	ROW("FINER", DEBUG),	    ROW("FINEST", DEBUG),      ROW("SILLY", DEBUG),
	ROW("INF", INFO),	    ROW("SUCCESS", INFO),      ROW("WRN", WARNING),
	ROW("WARNI", WARNING),	    ROW("EROR", ERROR),	       ROW("ERRO", ERROR),
	ROW("FAIL", ERROR),	    ROW("FTL", CRITICAL),      ROW("FATA", CRITICAL),
	ROW("PANI", CRITICAL),	    ROW("CRT", CRITICAL),      ROW("EMRG", CRITICAL),
	ROW("ALRT", CRITICAL),
};

/* What klog, logcat, MongoDB and others write for a level. */
static const char LETTERS[] = "DTVINWECF";
static const enum level LETTER_LEVELS[] = {LEVEL_DEBUG, LEVEL_DEBUG,	LEVEL_DEBUG,
					   LEVEL_INFO,	LEVEL_INFO,	LEVEL_WARNING,
					   LEVEL_ERROR, LEVEL_CRITICAL, LEVEL_CRITICAL};

/* Scales of numbers that do not meet: each row holds up to `to`. */
static const struct {
	int from, to;
	enum level level;
} NUMBERS[] = {
	/* slog's ERROR */
	{8, 8, LEVEL_ERROR},
	/* bunyan, pino, Python: tens */
	{10, 29, LEVEL_DEBUG},
	{30, 39, LEVEL_INFO},
	{40, 49, LEVEL_WARNING},
	{50, 59, LEVEL_ERROR},
	{60, 69, LEVEL_CRITICAL},
	/* Monolog */
	{100, 199, LEVEL_DEBUG},
	{200, 299, LEVEL_INFO},
	{300, 399, LEVEL_WARNING},
	{400, 499, LEVEL_ERROR},
	{500, 600, LEVEL_CRITICAL},
	/* java.util.logging */
	{700, 899, LEVEL_INFO},
	{900, 999, LEVEL_WARNING},
	{1000, 1000, LEVEL_ERROR},
	/* Logback, Log4j */
	{5000, 19999, LEVEL_DEBUG},
	{20000, 29999, LEVEL_INFO},
	{30000, 39999, LEVEL_WARNING},
	{40000, 49999, LEVEL_ERROR},
	{50000, 50000, LEVEL_CRITICAL},
};

const char *level_name(enum level level)
{
	return NAMES[level];
}

/* The length without slog's distance from a level: ERROR+2, DEBUG-4. */
static size_t without_distance(const char *text, size_t len)
{
	size_t digits = len;

	while (digits > 0 && isdigit((unsigned char)text[digits - 1]))
		digits--;
	return digits < len && digits > 1 && (text[digits - 1] == '+' || text[digits - 1] == '-') ? digits - 1
												  : len;
}

enum err level_parse(const char *text, size_t len, enum level *out)
{
	int first;

	len = without_distance(text, len);
	if (len < 3 || len > LEVEL_WORD_MAX)
		return ERR_INVALID;
	/* This runs several times for each log line, so most words are refused by their length and beginning.
	 */
	first = toupper((unsigned char)*text);
	for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
		if (WORDS[i].len == len && WORDS[i].word[0] == first &&
		    strncasecmp(text, WORDS[i].word, len) == 0) {
			*out = WORDS[i].level;
			return ERR_NONE;
		}
	return ERR_INVALID;
}

enum err level_parse_letter(char letter, enum level *out)
{
	const char *at = memchr(LETTERS, letter, sizeof(LETTERS) - 1);

	if (!at)
		return ERR_INVALID;
	*out = LETTER_LEVELS[at - LETTERS];
	return ERR_NONE;
}

enum err level_of_number(double number, enum level *out)
{
	if (number >= 0 && number <= 7) {
		*out = level_of_severity((int)number);
		return ERR_NONE;
	}
	for (size_t i = 0; i < sizeof(NUMBERS) / sizeof(NUMBERS[0]); i++)
		if (number >= NUMBERS[i].from && number <= NUMBERS[i].to) {
			*out = NUMBERS[i].level;
			return ERR_NONE;
		}
	return ERR_INVALID;
}

enum level level_of_severity(int severity)
{
	static const enum level LEVELS[] = {LEVEL_CRITICAL, LEVEL_CRITICAL, LEVEL_CRITICAL, LEVEL_ERROR,
					    LEVEL_WARNING,  LEVEL_INFO,	    LEVEL_INFO,	    LEVEL_DEBUG};

	return severity < 0 || severity > 7 ? LEVEL_INFO : LEVELS[severity];
}
