/*
 * Levels of log entries: the five of the wire contract, and how the words and numbers that other programs
 * use are mapped to them.
 */
#ifndef COMMON_LEVEL_H
#define COMMON_LEVEL_H

#include "common/err.h"

#include <stddef.h>

/* By severity, so that "this level and above" is a comparison. */
enum level { LEVEL_DEBUG, LEVEL_INFO, LEVEL_WARNING, LEVEL_ERROR, LEVEL_CRITICAL, LEVEL_COUNT };

/* "DEBUG" … "CRITICAL", as the contract writes them; static storage. */
const char *level_name(enum level level);

#define LEVEL_WORD_MAX 13 /* bytes of the longest word for a level */

/*
 * Reads text[0..len), in any case: the contract's five words, those of syslog and systemd (emerg, alert,
 * crit, err, notice …), and common ones of other loggers (WARN, FTL, SEVERE, TRACE, DPANIC …), also with
 * slog's distance (ERROR+2). ERR_INVALID for any other word; *out is untouched then.
 */
enum err level_parse(const char *text, size_t len, enum level *out) MUST_CHECK;

/* Reads the one capital letter that some loggers write for a level. ERR_INVALID if it stands for none. */
enum err level_parse_letter(char letter, enum level *out) MUST_CHECK;

/*
 * Reads a level that is a number and does not say on which scale: syslog's (0-7), the tens of bunyan, pino
 * and Python, Monolog's hundreds, or Java's. ERR_INVALID if it is on none of them.
 */
enum err level_of_number(double number, enum level *out) MUST_CHECK;

/*
 * The level of a syslog severity, 0-7 (RFC 5424 section 6.2.1, table 2), which is also the journal's
 * PRIORITY. Notice (5) counts as INFO, and so does a number outside the range.
 */
enum level level_of_severity(int severity);

#endif
