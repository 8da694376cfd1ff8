/*
 * A program's own messages: standard error, one line an event, `LEVEL module: message key=value`.
 * Control characters in values are escaped, so data can never forge a line.
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include "common/err.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

/* Messages below `level` are dropped from now on (LOG_LEVEL_INFO at start). Process-wide, set once by main.
 */
void log_set_level(enum log_level level);

/* "debug", "info", "warning" or "error"; ERR_INVALID otherwise. */
enum err log_parse_level(const char *text, enum log_level *level) MUST_CHECK;

void log_debug(const char *module, const char *format, ...) PRINTF_LIKE(2, 3);
void log_info(const char *module, const char *format, ...) PRINTF_LIKE(2, 3);
void log_warning(const char *module, const char *format, ...) PRINTF_LIKE(2, 3);
void log_error(const char *module, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
