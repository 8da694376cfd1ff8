/*
 * A log line that is a JSON object, whatever its library calls the fields: Python, Go (slog, zap, logrus),
 * Node (pino, bunyan, winston), Java, .NET, PHP, Rust, GELF, OpenTelemetry, journalctl.
 */
#ifndef REPORTER_LOGS_FIELDS_H
#define REPORTER_LOGS_FIELDS_H

#include "common/entry.h"
#include "common/json.h"

#include <stdbool.h>
#include <stdint.h>

/* Memory that the texts of an entry may point into, besides the object itself. */
struct fields_scratch {
	struct buf message, members;
};

/*
 * Fills what the object says into *out and leaves the rest of *out alone. Members that an entry has no field
 * for, or whose value is not what their name says, become `fields`; those that do not fit there follow the
 * message as ` name=value`, so nothing that the program wrote is lost. An object that has a level or a time
 * and no message leaves out->message as it is, which is the line itself.
 *
 * False, and *out untouched, if `object` is no object, or has neither a message nor a level nor a time. Texts
 * point into `object` or `scratch`, which is overwritten. `now_ms` is for a time that does not say its year,
 * and to tell what cannot be a time.
 */
bool fields_read(const struct json *object, int64_t now_ms, struct fields_scratch *scratch,
		 struct entry *out);

/* The level in the value of a pair `name=value`, if that is a name for a level. False if not. */
bool fields_level_of_pair(const char *name, size_t name_len, const char *value, size_t value_len,
			  enum level *level);

void fields_scratch_free(struct fields_scratch *scratch);

#endif
