/* What the API publishes of nodes and of the log (docs/architecture/redis.md), taken apart and passed on.
 */
#ifndef FEED_CHANNELS_H
#define FEED_CHANNELS_H

#include "feed/known.h"

#include <stddef.h>

/* A message of CHANNEL_METRICS, CHANNEL_LOGS or CHANNEL_REMOVED. A message of another shape is logged and
 * ignored, as are all other channels. */
void channels_message(struct known *known, const char *channel, const char *payload, size_t len);

#endif
