/*
 * The HTTP of a request to libwebsockets: its headers read, its answer written. Private to ws.c; each
 * function that writes returns false if the connection is no use any more.
 */
#ifndef RELAY_WS_HTTP_H
#define RELAY_WS_HTTP_H

#include "common/err.h"
#include "relay/endpoint.h"

#include <stdbool.h>

struct lws;

/* Fills what the request line and the headers say; `upgrade` is left as it is. */
void ws_http_read(struct lws *wsi, struct request *request);

/* Answers with the contract's error body. */
bool ws_http_refuse(struct lws *wsi, enum err err, const struct reason *why);

/* Answers with the head of an event stream, which ends with the connection. */
bool ws_http_begin_events(struct lws *wsi);

#endif
