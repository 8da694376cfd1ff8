/*
 * One line an event on standard error, without the time: journald, docker and svlogd add it. Nothing is
 * allocated, and a line is one write, so lines of several processes on one descriptor never mix.
 */
#include "common/log.h"

#include "common/escape.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define LINE_MAX_LEN 2048
#define PREFIX_SIZE  64

static const char *const NAMES[] = {"DEBUG", "INFO", "WARNING", "ERROR"};

/* The one knob of the process; every other state is passed by pointer. */
static enum log_level threshold = LOG_LEVEL_INFO;

void log_set_level(enum log_level level)
{
	threshold = level;
}

enum err log_parse_level(const char *text, enum log_level *level)
{
	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
		if (strcasecmp(text, NAMES[i]) == 0) {
			*level = (enum log_level)i;
			return ERR_NONE;
		}
	return ERR_INVALID;
}

PRINTF_LIKE(3, 0)
static void write_line(enum log_level level, const char *module, const char *format, va_list args)
{
	char message[LINE_MAX_LEN], line[LINE_MAX_LEN + PREFIX_SIZE];
	size_t len;
	int prefix;

	if (level < threshold)
		return;
	(void)vsnprintf(message, sizeof(message), format, args);
	prefix = snprintf(line, PREFIX_SIZE, "%s %s: ", NAMES[level], module);
	len = prefix < PREFIX_SIZE ? (size_t)prefix : PREFIX_SIZE - 1;
	/* The newline behind the message must still fit. */
	len += escape_text(line + len, sizeof(line) - len - 1, message, strlen(message));
	line[len++] = '\n';
	/* Nobody can be told if it fails. */
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}

#define DEFINE_LEVEL(name, level)                              \
	void name(const char *module, const char *format, ...) \
	{                                                      \
		va_list args;                                  \
                                                               \
		va_start(args, format);                        \
		write_line(level, module, format, args);       \
		va_end(args);                                  \
	}

DEFINE_LEVEL(log_debug, LOG_LEVEL_DEBUG)
DEFINE_LEVEL(log_info, LOG_LEVEL_INFO)
DEFINE_LEVEL(log_warning, LOG_LEVEL_WARNING)
DEFINE_LEVEL(log_error, LOG_LEVEL_ERROR)
