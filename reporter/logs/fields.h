/*
 * A log line that is a JSON object, whatever its library calls the fields: Python, Go (slog, zap, logrus),
 * Node (pino, bunyan, winston), Java, .NET, Docker's json-file.
 */
#ifndef REPORTER_LOGS_FIELDS_H
#define REPORTER_LOGS_FIELDS_H

#include "common/entry.h"
#include "common/json.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Fills what the object says into *out and leaves the rest of *out alone. Members that an entry has no field
 * for, or whose value is not what their name says, follow the message as ` name=value`: nothing that the
 * program wrote is lost. False, and *out untouched, if `object` is no object or has no message. Texts point
 * into `object` or `scratch`, which is overwritten. `now_ms` is for a time that does not say its year.
 */
bool fields_read(const struct json *object, int64_t now_ms, struct buf *scratch, struct entry *out);

#endif
