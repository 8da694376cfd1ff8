/*
 * A command on its way to a worker. It waits in Redis and is published as `<expires_at_ms> <JSON object>`;
 * the worker gets the object with `expires_in_ms` put first, so that clocks need not agree.
 */
#ifndef COMMON_COMMAND_H
#define COMMON_COMMAND_H

#include "common/buf.h"

#include <stdint.h>

/*
 * Appends the command as the worker gets it. ERR_NOT_FOUND if it has expired (nothing is appended then);
 * ERR_MALFORMED if `stored` has another shape.
 */
enum err command_write(struct buf *out, const char *stored, size_t len, int64_t now_ms) MUST_CHECK;

#endif
