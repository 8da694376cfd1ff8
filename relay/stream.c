/*
 * A worker's commands: first those that wait, then those that come, each once on a stream.
 *
 * The API puts a command into the node's list and publishes it on the node's channel. A stream follows the
 * channel first, and asks for the list when that is confirmed. So a command is in the answer, or comes by the
 * channel, or both; what has been sent on this stream is remembered by its id. A worker that loses its stream
 * comes again, and may get a command a second time: it knows by the id what it has done.
 */
#include "relay/stream.h"

#include "common/clock.h"
#include "common/command.h"
#include "common/json.h"
#include "common/keys.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/map.h"
#include "common/mem.h"
#include "relay/stream_loss.h"

#include <stdlib.h>
#include <string.h>

#define HEARTBEAT_MS 15000 /* of silence, after which a comment is sent, so that proxies keep the stream */

struct streams {
	struct feed *feed;
	struct map by_node; /* node -> struct stream, the one that gets the commands */
	struct stream_losses *losses;
};

/* One worker's connection. */
struct stream {
	struct streams *streams;
	struct connection *connection;
	char node[ID_NODE_SIZE];
	int64_t beat_ms;	      /* when the next heartbeat is due */
	struct question *waiting;     /* the list of waiting commands, asked for */
	char (*sent)[ID_RANDOM_SIZE]; /* a ring of the last ids; NULL until there is one */
	size_t sent_count;
};

/* Sends something that is no command. */
static void send_text(struct stream *stream, const char *text)
{
	hub_send_last(connection_subscriber(stream->connection), frame_of_text(text));
	stream->beat_ms = clock_monotonic_ms() + HEARTBEAT_MS;
}

/* --- commands ----------------------------------------------------------------------------------------- */

/* Whether the command has not been sent on this stream yet; it counts as sent from now on. */
static bool is_first_time(struct stream *stream, const char *id)
{
	size_t kept = stream->sent_count < LIMIT_COMMANDS_A_NODE ? stream->sent_count : LIMIT_COMMANDS_A_NODE;

	for (size_t i = 0; i < kept; i++)
		if (strcmp(stream->sent[i], id) == 0)
			return false;
	if (!stream->sent)
		stream->sent = mem_alloc(LIMIT_COMMANDS_A_NODE, sizeof(*stream->sent));
	memcpy(stream->sent[stream->sent_count++ % LIMIT_COMMANDS_A_NODE], id, strlen(id) + 1);
	return true;
}

/* Copies the id of a command as the worker gets it; false if it has none. */
static bool id_of(const char *command, size_t len, char out[ID_RANDOM_SIZE])
{
	struct json *json = NULL;
	const char *id;
	bool good;

	if (json_parse(command, len, &json, NULL) != ERR_NONE)
		return false;
	id = json_text(json_get(json, "id"));
	good = id && strlen(id) < ID_RANDOM_SIZE;
	if (good)
		memcpy(out, id, strlen(id) + 1);
	json_free(json);
	return good;
}

/* Sends a command as it is stored, unless it has expired or was sent before. */
static void send_command(struct stream *stream, const char *stored, size_t len)
{
	static const char HEAD[] = "event: command\ndata: ";
	struct buf buf = {0};
	char id[ID_RANDOM_SIZE];
	size_t start;
	enum err err;

	frame_begin(&buf);
	buf_text(&buf, HEAD);
	start = buf.len;
	err = command_write(&buf, stored, len, clock_now_ms());
	if (err == ERR_NONE && !id_of(buf.data + start, buf.len - start, id))
		err = ERR_MALFORMED;
	if (err == ERR_MALFORMED)
		log_error("stream",
			  "cannot read a command, so it is not sent; does an API of another version write "
			  "it? node=%s",
			  stream->node);
	if (err != ERR_NONE || !is_first_time(stream, id)) {
		buf_free(&buf);
		return;
	}
	buf_text(&buf, "\n\n");
	hub_send_last(connection_subscriber(stream->connection), frame_end(&buf));
	log_info("stream", "command sent node=%s id=%s", stream->node, id);
}

/* The commands that wait, the oldest first. */
static void on_waiting(void *context, const struct reply *reply)
{
	struct stream *stream = context;

	stream->waiting = NULL;
	for (size_t i = 0; i < reply_count(reply); i++) {
		size_t len;
		const char *stored = reply_text(reply_at(reply, i), &len);

		if (stored)
			send_command(stream, stored, len);
	}
}

/* --- the part of the sync: the channels of the workers that are connected ------------------------------- */

static void on_step(void *context, enum sync_step step)
{
	struct streams *streams = context;
	size_t cursor = 0;
	const char *node;
	void *stream;

	if (step != SYNC_BEGIN)
		return;
	while (map_next(&streams->by_node, &cursor, &node, &stream))
		redis_link_follow(streams->feed->link, channel_of_commands(node).text);
}

/* The channel is followed, so whatever was not published to it is in the list. */
static void on_followed(void *context, const char *channel)
{
	struct streams *streams = context;
	struct stream *stream = map_get(&streams->by_node, channel + strlen(CHANNEL_COMMANDS));

	if (!stream)
		return;
	stream_losses_clear(streams->losses, stream->node);
	if (!stream->waiting)
		stream->waiting = redis_link_ask(
			streams->feed->link,
			REDIS_WORDS("LRANGE", key_of_node(NODE_COMMANDS, stream->node).text, "0", "-1"),
			on_waiting, stream);
}

static void on_message(void *context, const char *channel, const char *payload, size_t len)
{
	struct streams *streams = context;
	struct stream *stream = map_get(&streams->by_node, channel + strlen(CHANNEL_COMMANDS));

	if (stream)
		send_command(stream, payload, len);
}

/* Commands have a deadline, and need nothing that a sync learns: they do not wait for it. */
static const struct sync_part STREAMS_PART = {.channels = {CHANNEL_COMMANDS},
					      .immediate = true,
					      .step = on_step,
					      .message = on_message,
					      .followed = on_followed};

struct streams *streams_new(struct feed *feed)
{
	struct streams *streams = mem_alloc(1, sizeof(*streams));

	streams->feed = feed;
	streams->losses = stream_losses_new(feed);
	sync_join(feed->sync, &STREAMS_PART, streams);
	return streams;
}

void streams_free(struct streams *streams)
{
	if (!streams)
		return;
	map_free(&streams->by_node);
	stream_losses_free(streams->losses);
	free(streams);
}

void streams_stop(struct streams *streams)
{
	stream_losses_stop(streams->losses);
}

/* --- the connection ----------------------------------------------------------------------------------- */

/* The worker is here. The commands come when Redis has confirmed the channel. */
static void *on_open(void *service, struct connection *connection, const struct token_claims *claims)
{
	struct streams *streams = service;
	struct stream *stream = mem_alloc(1, sizeof(*stream)), *older;

	stream->streams = streams;
	stream->connection = connection;
	memcpy(stream->node, claims->subject, sizeof(stream->node));
	older = map_get(&streams->by_node, stream->node);
	if (older) {
		log_info("stream", "a newer stream takes over node=%s", stream->node);
		connection_close(older->connection, WS_REPLACED, "replaced");
	}
	map_put(&streams->by_node, stream->node, stream);
	send_text(stream, ": connected\n\n");
	redis_link_follow(streams->feed->link, channel_of_commands(stream->node).text);
	return stream;
}

/* Nothing has been sent for a while: something must be, or the proxies in between close the stream. */
static void on_tick(void *session, int64_t monotonic_ms)
{
	struct stream *stream = session;

	if (stream->beat_ms <= monotonic_ms)
		send_text(stream, ":\n\n");
}

/* A worker that does not read: it has to come again, and gets what waits from the list. */
static void on_overflow(void *session)
{
	struct stream *stream = session;

	connection_close(stream->connection, WS_GOING_AWAY, "too_slow");
}

/* The channel is left only if no newer stream has taken it over. */
static void on_closed(void *session)
{
	struct stream *stream = session;
	struct streams *streams = stream->streams;

	if (map_get(&streams->by_node, stream->node) == stream) {
		map_remove(&streams->by_node, stream->node);
		redis_link_unfollow(streams->feed->link, channel_of_commands(stream->node).text);
		stream_losses_add(streams->losses, stream->node);
	}
	question_cancel(stream->waiting);
	free(stream->sent);
	free(stream);
}

const struct session_operations STREAM_OPERATIONS = {
	.open = on_open, .tick = on_tick, .overflow = on_overflow, .closed = on_closed};
