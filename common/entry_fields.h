/*
 * The `fields` of an entry: what a structured line carries beside its message, as one object of scalars of
 * at most LIMIT_FIELDS bytes. Objects within objects are made flat (`request.method`), an array becomes its
 * JSON as a text, and a null is left out.
 */
#ifndef COMMON_ENTRY_FIELDS_H
#define COMMON_ENTRY_FIELDS_H

#include "common/buf.h"
#include "common/json.h"
#include "common/span.h"

#include <stdbool.h>
#include <stddef.h>

/* Fields that are being written behind what is in `out` already. Only `out` and `start` need be set. */
struct entry_fields {
	struct buf *out;
	size_t start; /* where they begin in `out` */
	bool any;     /* something was written: the object is open */
};

/*
 * Adds a member, with all that an object holds. False if not all of it fits any more: what fits is there, and
 * an object's members may be a part of it.
 */
bool entry_fields_add(struct entry_fields *fields, const char *name, const struct json *value);

/* Adds a text. False, and nothing is added, if it does not fit. */
bool entry_fields_add_text(struct entry_fields *fields, const char *name, const char *text, size_t len);

/* Ends the object and returns it; it lives in `out`. An empty span if there are no fields. */
struct span entry_fields_end(struct entry_fields *fields);

/*
 * Writes fields as they are stored as `name=value name=value`, escapes undone, for a search. `out` must have
 * room for fields.len bytes. Returns the length.
 */
size_t entry_fields_plain(struct span fields, char *out);

/* Undoes json_quote's escapes; returns the length of what it wrote to `out`, at most text.len. */
size_t entry_unescape(struct span text, char *out);

#endif
