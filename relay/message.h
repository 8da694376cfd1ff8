/*
 * The relay's messages (docs/PROTOCOL.md, "WebSocket"): JSON objects with a `type`, spliced from stored JSON
 * into frames. Here is what more than one file needs; every other message is made where it is sent.
 */
#ifndef RELAY_MESSAGE_H
#define RELAY_MESSAGE_H

#include "common/entry.h"
#include "common/json.h"
#include "feed/log_ring.h"
#include "feed/node_table.h"
#include "relay/frame.h"

#include <stddef.h>
#include <stdint.h>

/* Opens a message in an empty buffer. The caller puts its members and calls message_end, which returns the
 * frame with one reference and leaves the buffer empty. */
struct json_out message_begin(struct buf *buf, const char *type);
struct frame *message_end(struct json_out *json);

/* A whole message, given as printf does. */
struct frame *message_printf(const char *format, ...) PRINTF_LIKE(1, 2);

/* `new_logs` with the entries that pass the filter (NULL: all of them), and the number of the subscription
 * they are for (0: none); NULL if no entry passes. */
struct frame *message_new_logs(struct log_entry *const *entries, size_t count,
			       const struct entry_filter *filter, int64_t subscription, int64_t now_ms);

/* The member `key` with a node's points, which are an array without its brackets. */
void message_put_points(struct json_out *json, const char *key, const struct known_node *node);

/* What stands between the brackets of a node's array of certificates. */
struct span message_certificates(const struct known_node *node);

#endif
