/*
 * A command on its way to a worker. The API stores and publishes it as `<expires_at_ms> <JSON object>`;
 * the worker gets the object with `expires_in_ms` put first. So the time that is left is told, not the
 * moment, and the clocks of the coordinator and of the worker need not agree.
 */
#ifndef COMMON_COMMAND_H
#define COMMON_COMMAND_H

#include "common/buf.h"

#include <stdint.h>

/*
 * Appends the stored command as the worker gets it. ERR_NOT_FOUND if it has expired, ERR_MALFORMED if
 * `stored` has another shape; nothing is appended then.
 */
enum err command_write(struct buf *out, const char *stored, size_t len, int64_t now_ms) MUST_CHECK;

#endif
