/*
 * Reads a request and writes an answer in the words of libwebsockets, before there is a connection. Who is
 * let in is decided in endpoint.c. The library wants room for its own header before everything that is
 * written, hence LWS_PRE.
 */
#include "relay/ws_http.h"

#include <libwebsockets.h>
#include <stdio.h>
#include <string.h>

/* A header that is absent, or too long to be anything of ours, is "". */
static void copy_header(struct lws *wsi, char *out, size_t size, enum lws_token_indexes header)
{
	if (lws_hdr_copy(wsi, out, (int)size, header) < 0)
		*out = '\0';
}

void ws_http_read(struct lws *wsi, struct connect_request *request)
{
	char *path = NULL;
	const char *mode;
	int len = 0, method = lws_http_get_uri_and_method(wsi, &path, &len);

	snprintf(request->path, sizeof(request->path), "%.*s", len > 0 ? len : 0, path ? path : "");
	request->is_get = method == LWSHUMETH_GET;
	mode = lws_get_urlarg_by_name(wsi, "mode=", request->mode, sizeof(request->mode));
	memmove(request->mode, mode ? mode : "", mode ? strlen(mode) + 1 : 1);
	copy_header(wsi, request->authorization, sizeof(request->authorization),
		    WSI_TOKEN_HTTP_AUTHORIZATION);
	copy_header(wsi, request->cookie, sizeof(request->cookie), WSI_TOKEN_HTTP_COOKIE);
	copy_header(wsi, request->origin, sizeof(request->origin), WSI_TOKEN_ORIGIN);
	copy_header(wsi, request->host, sizeof(request->host), WSI_TOKEN_HOST);
}

static bool add_header(struct lws *wsi, const struct http_header *header, unsigned char **at,
		       unsigned char *end)
{
	return lws_add_http_header_by_name(wsi, (const unsigned char *)header->name,
					   (const unsigned char *)header->value, (int)strlen(header->value),
					   at, end) == 0;
}

/* `extra` may be NULL. */
static bool send_head(struct lws *wsi, int status, const char *type, lws_filepos_t len,
		      const struct http_header *extra)
{
	static const struct http_header NO_STORE = {"cache-control:", "no-store"};
	unsigned char bytes[LWS_PRE + 1024], *at = bytes + LWS_PRE, *end = bytes + sizeof(bytes) - 1;

	return lws_add_http_common_headers(wsi, (unsigned)status, type, len, &at, end) == 0 &&
	       add_header(wsi, &NO_STORE, &at, end) && (!extra || add_header(wsi, extra, &at, end)) &&
	       lws_finalize_write_http_header(wsi, bytes + LWS_PRE, &at, end) == 0;
}

bool ws_http_refuse(struct lws *wsi, enum err err, const struct reason *why)
{
	struct buf body = {0};
	bool good;

	buf_append(&body, (char[LWS_PRE]){0}, LWS_PRE);
	endpoint_write_refusal(&body, err, why);
	good = send_head(wsi, err_status(err), "application/json", body.len - LWS_PRE,
			 endpoint_refusal_header(err)) &&
	       lws_write(wsi, (unsigned char *)body.data + LWS_PRE, body.len - LWS_PRE,
			 LWS_WRITE_HTTP_FINAL) >= 0;
	buf_free(&body);
	return good;
}

bool ws_http_begin_events(struct lws *wsi)
{
	static const struct http_header NO_BUFFERING = {"x-accel-buffering:",
							"no"}; /* nginx must not gather */

	/* No length: the stream ends with the connection. */
	if (!send_head(wsi, 200, "text/event-stream", LWS_ILLEGAL_HTTP_CONTENT_LEN, &NO_BUFFERING))
		return false;
	lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
	lws_http_headers_detach(wsi);
	return true;
}
