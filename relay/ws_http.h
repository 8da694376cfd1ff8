/*
 * The HTTP of a request to libwebsockets: its headers are read, and its answer is written. Private to ws.c.
 * Each function that writes returns false if the connection is of no use any more.
 */
#ifndef RELAY_WS_HTTP_H
#define RELAY_WS_HTTP_H

#include "common/err.h"
#include "relay/endpoint.h"

#include <stdbool.h>

struct lws;

/* Fills in what the request line and the headers say; `upgrade` is left as it is. */
void ws_http_read(struct lws *wsi, struct connect_request *request);

/* Answers with the status that belongs to the error, and with the usual body of errors. */
bool ws_http_refuse(struct lws *wsi, enum err err, const struct reason *why);

/* Answers 200 with the head of an event stream, whose body ends with the connection. */
bool ws_http_begin_events(struct lws *wsi);

#endif
