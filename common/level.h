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

/*
 * Reads text[0..len), in any case: the contract's five words, those of syslog and systemd (emerg, alert,
 * crit, err, notice …), and common ones of other loggers (WARN, FATAL, SEVERE, TRACE, PANIC …).
 * ERR_INVALID for any other word; *out is untouched then.
 */
enum err level_parse(const char *text, size_t len, enum level *out) MUST_CHECK;

/*
 * The level of a syslog severity, 0-7 (RFC 5424 section 6.2.1, table 2), which is also the journal's
 * PRIORITY. Notice (5) counts as INFO, and so does a number outside the range.
 */
enum level level_of_severity(int severity);

#endif
