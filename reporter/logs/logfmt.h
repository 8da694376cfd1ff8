/*
 * A log line in logfmt, `level=error msg="disk gone" took=1s`: what Go's slog and logrus write as text, and
 * many other programs that are written in Go.
 */
#ifndef REPORTER_LOGS_LOGFMT_H
#define REPORTER_LOGS_LOGFMT_H

#include "common/buf.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes the line's pairs into *out as a JSON object of texts, for fields_read. False, and *out undefined, if
 * the line is not pairs from its beginning to its end, a quote is left open, or no key is a time or a level:
 * then it is an assignment or a sentence.
 */
bool logfmt_read(const char *line, size_t len, struct buf *out);

#endif
