/*
 * A program's own messages: one line an event on standard error, `LEVEL module: message key=value`. They
 * are for whoever runs the program, and have nothing to do with the log entries that the system collects
 * (entry.h). What a terminal or an editor would obey is escaped (escape.h), so data can never forge a line; a
 * line is cut at about 2000 bytes.
 *
 * Whoever first sees a failure logs it, once, with the values that explain it; callers only pass the error
 * on.
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include "common/err.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

/*
 * Drops messages below `level` from now on; at first those below LOG_LEVEL_INFO. For the whole process,
 * set by main.
 */
void log_set_level(enum log_level level);

/*
 * Reads "debug", "info", "warning" or "error", in any case. ERR_INVALID for any other text; *level is
 * untouched then.
 */
enum err log_parse_level(const char *text, enum log_level *level) MUST_CHECK;

/*
 * `module` names the part of the program that speaks, a file or a room, by the same word in all its
 * messages.
 */
void log_debug(const char *module, const char *format, ...) PRINTF_LIKE(2, 3);
void log_info(const char *module, const char *format, ...) PRINTF_LIKE(2, 3);
void log_warning(const char *module, const char *format, ...) PRINTF_LIKE(2, 3);
void log_error(const char *module, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
