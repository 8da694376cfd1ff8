/*
 * p2pdash-relay: reads the settings, puts the parts on one event loop, and ends in order.
 *
 * What happens in the cluster comes in by the feed. Those who listen to it make frames of it (node_feed.c,
 * log_watch.c, default_protocol.c) and publish them on the hub, which hands them to connections (ws.c).
 */
#include "common/log.h"
#include "common/settings.h"
#include "common/text.h"
#include "feed/feed.h"
#include "relay/access.h"
#include "relay/default_protocol.h"
#include "relay/delta_protocol.h"
#include "relay/hub.h"
#include "relay/log_feed.h"
#include "relay/log_watch.h"
#include "relay/node_feed.h"
#include "relay/stream.h"
#include "relay/ws.h"

#include <assert.h>
#include <errno.h>
#include <ev.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define TICK_S	 0.25 /* how often the connections are looked at */
#define LINGER_S 2.0  /* how long the end waits for close frames to be answered */
#define LINES_EACH \
	100 /* of each node's log are read at the start: the default protocol's `initial` has 100 */

enum { LISTEN, REDIS, REDIS_CA, SECRET_FILE, LOG_LEVEL, SETTINGS_COUNT };

static const struct setting SETTINGS[] = {
	[LISTEN] = {.name = "listen",
		    .type = SETTING_TEXT,
		    .initial = "unix:" SETTING_STATE_DIR "/relay.sock",
		    .value = "ADDRESS",
		    .help = "unix:PATH or HOST:PORT for browsers and workers, behind nginx"},
	[REDIS] = {.name = "redis",
		   .type = SETTING_TEXT,
		   .initial = "unix:" SETTING_STATE_DIR "/redis.sock",
		   .secret = true,
		   .value = "ADDRESS",
		   .help = "unix:PATH or redis[s]://[user:password@]host[:port][/db]"},
	[REDIS_CA] = {.name = "redis-ca",
		      .type = SETTING_TEXT,
		      .initial = "",
		      .value = "PATH",
		      .help = "authorities that rediss:// trusts instead of the system's"},
	[SECRET_FILE] = {.name = "secret-file",
			 .type = SETTING_TEXT,
			 .initial = SETTING_STATE_DIR "/jwt-secret",
			 .value = "PATH",
			 .help = "the key tokens are signed with"},
	[LOG_LEVEL] = {.name = "log-level",
		       .type = SETTING_TEXT,
		       .initial = "info",
		       .value = "LEVEL",
		       .help = "debug, info, warning or error"},
};

static const struct program PROGRAM = {
	.name = "p2pdash-relay",
	.summary = "tells browsers what changes and workers what to do, from Redis",
	.usage = "p2pdash-relay [OPTION ...]",
	.notes = "SIGTERM closes the connections in order, a second one does not.\n"
		 "Exit status: 0 stopped; 2 wrong usage or configuration.",
	.settings = SETTINGS,
	.settings_count = SETTINGS_COUNT,
};

enum relay_state {
	RELAY_SERVING,
	RELAY_LEAVING, /* accepts nobody; close frames are on their way */
	RELAY_GONE     /* the loop ends */
};

/* All parts, in the order in which they are made. */
struct relay {
	enum relay_state state;
	struct ev_loop *loop;
	struct feed *feed;
	struct access *access;
	struct hub *hub;
	struct node_feed *nodes;
	struct log_feed *lines;
	struct log_watches *watches;
	struct default_protocol *default_protocol;
	struct delta_protocol delta_protocol;
	struct streams *streams;
	struct ws *ws;
	ev_timer tick, linger;
	ev_signal terminate, interrupt;
};

/* --- time and signals --------------------------------------------------------------------------------- */

/* The one place where the state changes: one step forward at a time. */
static void set_state(struct relay *relay, enum relay_state state)
{
	assert(state == relay->state + 1);
	relay->state = state;
}

static void end(struct relay *relay)
{
	set_state(relay, RELAY_GONE);
	ev_break(relay->loop, EVBREAK_ALL);
}

/* Whoever leaves goes when the last connection has closed, or when on_linger has lost its patience. */
static void on_tick(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct relay *relay = timer->data;

	(void)loop;
	(void)events;
	ws_tick(relay->ws);
	if (relay->state == RELAY_LEAVING && ws_count(relay->ws) == 0)
		end(relay);
}

static void on_linger(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct relay *relay = timer->data;

	(void)loop;
	(void)events;
	if (relay->state == RELAY_LEAVING)
		end(relay);
}

/* SIGTERM and SIGINT. */
static void on_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
	struct relay *relay = watcher->data;

	(void)events;
	if (relay->state != RELAY_SERVING)
		_exit(0); /* asked twice: no more patience */
	set_state(relay, RELAY_LEAVING);
	log_info("main", "ending connections=%zu", ws_count(relay->ws));
	streams_stop(relay->streams);
	ws_stop(relay->ws);
	ev_timer_start(loop, &relay->linger);
}

static void start_watchers(struct relay *relay)
{
	ev_timer_init(&relay->tick, on_tick, TICK_S, TICK_S);
	ev_timer_init(&relay->linger, on_linger, LINGER_S, 0);
	ev_signal_init(&relay->terminate, on_signal, SIGTERM);
	ev_signal_init(&relay->interrupt, on_signal, SIGINT);
	relay->tick.data = relay->linger.data = relay;
	relay->terminate.data = relay->interrupt.data = relay;
	ev_timer_start(relay->loop, &relay->tick);
	ev_signal_start(relay->loop, &relay->terminate);
	ev_signal_start(relay->loop, &relay->interrupt);
}

/* --- the start ---------------------------------------------------------------------------------------- */

/* Every connection is a descriptor, so the hard limit is what we want. The soft one, which is lower, exists
 * for the sake of programs that use select. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		log_warning("main",
			    "cannot raise the limit of open files: %s; fewer can be connected at once",
			    strerror(errno));
}

/* What the settings say, checked; the relay's parts point into it. */
struct configuration {
	struct token_secret secret;
	struct redis_address redis;
	struct redis_tls *tls;
	struct listen_address listen;
};

/* Reads the settings. ERR_INVALID and the like with a sentence for whoever typed them. */
static enum err configure(int argc, char **argv, struct configuration *out, struct reason *why)
{
	struct setting_value values[SETTINGS_COUNT];
	enum log_level level;
	int rest = 0;
	enum err err = settings_read(&PROGRAM, argc, argv, values, &rest, why);

	if (err != ERR_NONE)
		return err;
	if (rest < argc)
		return reason_set(why, ERR_INVALID, "%s is one argument too many", argv[rest]);
	if (log_parse_level(values[LOG_LEVEL].text, &level) != ERR_NONE)
		return reason_set(why, ERR_INVALID, "log-level must be debug, info, warning or error");
	log_set_level(level);
	err = listen_address_parse(values[LISTEN].text, &out->listen, why);
	if (err != ERR_NONE)
		return err;
	err = redis_address_parse(values[REDIS].text, &out->redis, why);
	if (err != ERR_NONE)
		return err;
	err = redis_tls_new(&out->redis, values[REDIS_CA].text, &out->tls, why);
	if (err != ERR_NONE)
		return err;
	err = token_secret_read(values[SECRET_FILE].text, &out->secret, why);
	if (err != ERR_NONE)
		return err;
	settings_show(&PROGRAM, values);
	return ERR_NONE;
}

/* Whoever listens to the feed, or joins it, does so before the loop runs. */
static void make_parts(struct relay *relay, const struct configuration *configuration)
{
	const struct feed_options options = {
		.address = &configuration->redis, .tls = configuration->tls, .lines_each = LINES_EACH};

	relay->loop = ev_default_loop(EVFLAG_AUTO);
	relay->feed = feed_new(relay->loop, &options);
	relay->access = access_new(relay->feed, &configuration->secret);
	relay->hub = hub_new();
	relay->nodes = node_feed_new(relay->loop, relay->hub, &relay->feed->known);
	relay->lines = log_feed_new(relay->loop, &relay->feed->known);
	relay->watches = log_watches_new(relay->hub, &relay->feed->known, relay->lines);
	relay->default_protocol = default_protocol_new(relay->hub, &relay->feed->known, relay->lines);
	relay->delta_protocol = (struct delta_protocol){
		.feed = relay->feed, .nodes = relay->nodes, .lines = relay->lines, .watches = relay->watches};
	relay->streams = streams_new(relay->feed);
}

/* The connections first, since they hold subscriptions and questions to Redis; then the feed, which may still
 * answer and tell; then those who listened to it. */
static void free_parts(struct relay *relay)
{
	streams_stop(relay->streams);
	ws_free(relay->ws);
	feed_free(relay->feed);
	streams_free(relay->streams);
	default_protocol_free(relay->default_protocol);
	log_watches_free(relay->watches);
	log_feed_free(relay->lines);
	node_feed_free(relay->nodes);
	hub_free(relay->hub);
	access_free(relay->access);
	ev_loop_destroy(relay->loop);
}

/* Runs until it is told to end, and frees the parts. The errors are those of ws_new. */
static enum err serve(struct relay *relay, const struct listen_address *listen, struct reason *why)
{
	const struct endpoint endpoints[] = {
		{"/ws/dashboard", "delta", ENDPOINT_WEBSOCKET, ROLE_VIEWER, &DELTA_PROTOCOL_OPERATIONS,
		 &relay->delta_protocol},
		{"/ws/dashboard", NULL, ENDPOINT_WEBSOCKET, ROLE_VIEWER, &DEFAULT_PROTOCOL_OPERATIONS,
		 relay->default_protocol},
		{"/api/reporter/commands", NULL, ENDPOINT_EVENTS, ROLE_WORKER, &STREAM_OPERATIONS,
		 relay->streams},
	};
	const struct ws_options options = {.listen = *listen,
					   .table = {.rows = endpoints,
						     .count = sizeof(endpoints) / sizeof(*endpoints),
						     .access = relay->access},
					   .hub = relay->hub};
	enum err err = ws_new(relay->loop, &options, &relay->ws, why);

	if (err != ERR_NONE)
		goto free_parts;
	start_watchers(relay);
	log_info("main", "listening");
	ev_run(relay->loop, 0);
free_parts:
	free_parts(relay); /* among them the connections, which need the endpoints */
	return err;
}

int main(int argc, char **argv)
{
	struct configuration configuration;
	struct relay relay = {0};
	struct reason why;

	text_init();
	signal(SIGPIPE, SIG_IGN);
	if (configure(argc, argv, &configuration, &why) != ERR_NONE)
		settings_refuse(&PROGRAM, &why);
	raise_descriptor_limit();
	make_parts(&relay, &configuration);
	if (serve(&relay, &configuration.listen, &why) != ERR_NONE)
		settings_refuse(&PROGRAM, &why);
	redis_tls_free(configuration.tls);
	return 0;
}
