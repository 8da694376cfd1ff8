/* The sequences by which programs colour their lines for a terminal (ECMA-48), which nobody wants in a log.
 */
#ifndef REPORTER_LOGS_ANSI_H
#define REPORTER_LOGS_ANSI_H

#include <stddef.h>

/*
 * Copies the text without its escape sequences and returns the new length. `out` has room for `len` bytes,
 * and may be `text` itself.
 */
size_t ansi_strip(const char *text, size_t len, char *out);

#endif
