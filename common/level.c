/*
 * Two tables: the words for the levels, the contract's own first, and the levels of syslog's severities. A
 * word that another logger uses for a level is a row here.
 */
#include "common/level.h"

#include <string.h>
#include <strings.h>

static const char *const NAMES[LEVEL_COUNT] = {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"};

static const struct {
	const char *word;
	enum level level;
} WORDS[] = {
	{"DEBUG", LEVEL_DEBUG},	   {"INFO", LEVEL_INFO},	  {"WARNING", LEVEL_WARNING},
	{"ERROR", LEVEL_ERROR},	   {"CRITICAL", LEVEL_CRITICAL},  {"TRACE", LEVEL_DEBUG},
	{"VERBOSE", LEVEL_DEBUG},  {"NOTICE", LEVEL_INFO},	  {"INFORMATION", LEVEL_INFO},
	{"WARN", LEVEL_WARNING},   {"ERR", LEVEL_ERROR},	  {"SEVERE", LEVEL_ERROR},
	{"CRIT", LEVEL_CRITICAL},  {"FATAL", LEVEL_CRITICAL},	  {"ALERT", LEVEL_CRITICAL},
	{"EMERG", LEVEL_CRITICAL}, {"EMERGENCY", LEVEL_CRITICAL}, {"PANIC", LEVEL_CRITICAL},
};

const char *level_name(enum level level)
{
	return NAMES[level];
}

enum err level_parse(const char *text, size_t len, enum level *out)
{
	for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
		if (strlen(WORDS[i].word) == len && strncasecmp(text, WORDS[i].word, len) == 0) {
			*out = WORDS[i].level;
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
