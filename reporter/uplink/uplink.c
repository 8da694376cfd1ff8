/*
 * Calls to the coordinator: the request, the token, and what a status means for trying again. It does not
 * know what is sent. A coordinator may be away for days, and thousands of failures in the log would hide
 * everything else; so how the way fares is kept, and logged when it changes.
 */
#include "reporter/uplink/uplink.h"

#include "common/log.h"
#include "common/mem.h"
#include "reporter/base/gzip.h"
#include "reporter/config/credential.h"
#include "reporter/uplink/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CALL_TIMEOUT_MS = 30000, RETRY_AFTER_MAX_S = 300 };

struct uplink_call {
	struct uplink *uplink;
	struct http_exchange *exchange;
	struct buf body; /* must last as long as the exchange, which does not copy it */
	uplink_done_fn done;
	void *user;
};

enum err uplink_new(struct loop *loop, const struct config_reporter *config, struct uplink **out,
		    struct reason *why)
{
	struct buf token = {0};
	enum err err = credential_read(config->token_file, &token, why);

	if (err != ERR_NONE)
		return err;
	*out = mem_alloc(1, sizeof(**out));
	**out = (struct uplink){.loop = loop, .config = config, .token = token, .calls = {.what = "reports"}};
	return ERR_NONE;
}

void uplink_free(struct uplink *uplink)
{
	if (!uplink)
		return;
	uplink_end_beats(uplink);
	buf_free(&uplink->token);
	free(uplink);
}

struct http_exchange *uplink_start(struct uplink *uplink, const char *path, struct http_request *request)
{
	struct buf url = {0};
	struct http_exchange *exchange;

	buf_printf(&url, "%s%s", uplink->config->coordinator, path);
	request->url = url.data;
	request->ca_file = uplink->config->ca_file;
	request->bearer = uplink->token.data;
	exchange = http_client_start(loop_http_client(uplink->loop), request);
	buf_free(&url);
	return exchange;
}

/* Notes the state, and logs it if it is another than before. Any state may follow any other. */
static void set_state(struct uplink *uplink, struct reachability *reachability, enum reach state, int status,
		      const char *error)
{
	const char *url = uplink->config->coordinator;
	int refusal = state == REACH_REFUSED ? status : 0;

	if (reachability->state == state && reachability->refusal == refusal)
		return;
	reachability->state = state;
	reachability->refusal = refusal;
	if (state == REACH_UP)
		log_info("uplink", "connected to the coordinator for=%s url=%s", reachability->what, url);
	else if (state == REACH_REFUSED)
		log_error("uplink", "the coordinator refuses us for=%s status=%d error=%s",
			  reachability->what, status, error);
	else
		log_warning("uplink",
			    "the coordinator is away, will try again for=%s url=%s status=%d error=%s",
			    reachability->what, url, status, error);
}

enum uplink_outcome uplink_observe(struct uplink *uplink, struct reachability *reachability, int status,
				   const char *error)
{
	struct reason why;

	if (status >= 200 && status < 300) {
		set_state(uplink, reachability, REACH_UP, status, NULL);
		return UPLINK_TAKEN;
	}
	if (!status || status == 429 || status >= 500) {
		set_state(uplink, reachability, REACH_AWAY, status, error);
		return UPLINK_AWAY;
	}
	/* Any other status is about what was sent, so its sender logs it. */
	if (status == 401 || status == 403 || status == UPLINK_NODE_TAKEN)
		set_state(uplink, reachability, REACH_REFUSED, status, error);
	if (status == 401 && credential_read(uplink->config->token_file, &uplink->token, &why) != ERR_NONE)
		log_error("uplink", "%s", why.text); /* and the old token is tried again */
	return UPLINK_REFUSED;
}

int64_t uplink_retry_after_ms(int64_t seconds)
{
	if (seconds < 0)
		return -1;
	return (seconds < RETRY_AFTER_MAX_S ? seconds : RETRY_AFTER_MAX_S) * 1000;
}

static void on_done(void *user, const struct http_answer *http)
{
	struct uplink_call *call = user;
	struct uplink_answer answer = {.status = http->status,
				       .retry_after_ms = uplink_retry_after_ms(http->retry_after_s)};
	struct json *json = NULL;
	struct reason why, bare_status;

	if (http->body_len && json_parse(http->body, http->body_len, &json, &why) != ERR_NONE)
		json = NULL; /* a proxy's page, say */
	answer.json = json_is_object(json) ? json : NULL;
	/* In this order: what the coordinator says, what went wrong on the way, or no more than the status.
	 */
	answer.error = json_text(json_get(json, "error"));
	if (!answer.error)
		answer.error = http->error;
	if (!answer.error) {
		snprintf(bare_status.text, sizeof(bare_status.text),
			 "the coordinator answered with status %d", http->status);
		answer.error = bare_status.text;
	}
	answer.outcome = uplink_observe(call->uplink, &call->uplink->calls, http->status, answer.error);
	buf_free(&call->body);
	call->done(call->user, &answer);
	json_free(json);
	free(call);
}

struct uplink_call *uplink_post(struct uplink *uplink, const char *path, struct buf *body,
				uplink_done_fn done, void *user)
{
	struct uplink_call *call = mem_alloc(1, sizeof(*call));
	struct http_request request = {.method = "POST", .timeout_ms = CALL_TIMEOUT_MS, .done = on_done};

	*call = (struct uplink_call){.uplink = uplink, .body = *body, .done = done, .user = user};
	*body = (struct buf){0};
	if (gzip_body(&call->body))
		request.content_encoding = "gzip";
	request.body = call->body.data;
	request.body_len = call->body.len;
	request.user = call;
	call->exchange = uplink_start(uplink, path, &request);
	beat_postpone(uplink);
	return call;
}

void uplink_cancel(struct uplink_call *call)
{
	if (!call)
		return;
	http_client_cancel(call->exchange);
	buf_free(&call->body);
	free(call);
}
