/*
 * A log line in logfmt, `level=error msg="disk gone" took=1s`: what Go's slog and logrus write as text, and
 * much that is written in Go.
 */
#ifndef REPORTER_LOGS_LOGFMT_H
#define REPORTER_LOGS_LOGFMT_H

#include "common/buf.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes the line's pairs as a JSON object of texts into *out, for log_fields. False, and *out undefined, if
 * the line does not begin with a pair, a quote is left open, or no pair says a time or a level: then it is
 * rather an assignment or a sentence.
 */
bool log_logfmt_read(const char *line, size_t len, struct buf *out);

#endif
