/* One line an event on standard error; journald, docker and svlogd add the time. */
#include "common/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>
#include <unistd.h>

#define LINE_MAX_LEN 2048

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

/* Appends `text` to the line with control characters as \xNN, so that data cannot begin a line of its own. */
static size_t append_escaped(char *line, size_t len, size_t size, const char *text)
{
	for (; *text && len + 5 < size; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c != 0x7f)
			line[len++] = *text;
		else
			len += (size_t)snprintf(line + len, size - len, "\\x%02x", c);
	}
	return len;
}

PRINTF_LIKE(3, 0)
static void write_line(enum log_level level, const char *module, const char *format, va_list args)
{
	char message[LINE_MAX_LEN], line[LINE_MAX_LEN + 64];
	size_t len;
	int prefix;

	if (level < threshold)
		return;
	(void)vsnprintf(message, sizeof(message), format, args);
	prefix = snprintf(line, 64, "%s %s: ", NAMES[level], module);
	len = append_escaped(line, prefix < 64 ? (size_t)prefix : 63, sizeof(line) - 1, message);
	line[len++] = '\n';
	/* One write, so that lines of several processes never mix; nobody can be told if it fails. */
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
