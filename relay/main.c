/* p2pdash-relay: puts the parts on one event loop, and ends in order. */
#include "common/log.h"
#include "common/settings.h"
#include "common/text.h"
#include "relay/access.h"
#include "relay/backlog.h"
#include "relay/browser.h"
#include "relay/channels.h"
#include "relay/hub.h"
#include "relay/log_feed.h"
#include "relay/node_feed.h"
#include "relay/redis_link.h"
#include "relay/stream.h"
#include "relay/sync.h"
#include "relay/ws.h"

#include <errno.h>
#include <ev.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define TICK_S	 0.25
#define CHECK_S	 2.0 /* Redis: is it there, and what has it counted */
#define LINGER_S 2.0 /* at the end, for close frames to be answered */

enum { LISTEN, REDIS, REDIS_CA, SECRET_FILE, LOG_LEVEL, SETTINGS_COUNT };

static const struct setting SETTINGS[] = {
	[LISTEN] = {.name = "listen",
		    .type = SETTING_TEXT,
		    .initial = "unix:run/relay.sock",
		    .value = "ADDRESS",
		    .help = "unix:PATH or HOST:PORT for browsers and workers, behind nginx"},
	[REDIS] = {.name = "redis",
		   .type = SETTING_TEXT,
		   .initial = "unix:run/redis.sock",
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
			 .initial = "run/jwt-secret",
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

struct relay {
	struct ev_loop *loop;
	struct access *access;
	struct hub *hub;
	struct node_feed *feed;
	struct log_feed *lines;
	struct streams *streams;
	struct redis_link *redis;
	struct follower follower;
	struct sync *sync;
	struct backlogs *backlogs;
	struct browsers browsers;
	struct ws *ws;
	ev_timer tick, check, linger;
	ev_signal terminate, interrupt;
};

/* --- the bus's events go to the sync ---------------------------------------------------------------- */

static void on_up(void *context)
{
	sync_up(((struct relay *)context)->sync);
}

static void on_lost(void *context)
{
	sync_lost(((struct relay *)context)->sync);
}

static void on_followed(void *context, const char *channel)
{
	sync_followed(((struct relay *)context)->sync, channel);
}

static void on_message(void *context, const char *channel, const char *payload, size_t len)
{
	sync_message(((struct relay *)context)->sync, channel, payload, len);
}

static const struct redis_link_events REDIS_LINK_EVENTS = {
	.up = on_up, .lost = on_lost, .followed = on_followed, .message = on_message};

/* --- time and signals --------------------------------------------------------------------------------- */

static void on_tick(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct relay *relay = timer->data;

	(void)events;
	node_feed_tick(relay->feed);
	ws_tick(relay->ws);
	if (ev_is_active(&relay->linger) && ws_count(relay->ws) == 0)
		ev_break(loop, EVBREAK_ALL);
}

static void on_check(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct relay *relay = timer->data;

	(void)loop;
	(void)events;
	redis_link_check(relay->redis);
	sync_refresh(relay->sync);
}

static void on_linger(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)timer;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

static void on_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
	struct relay *relay = watcher->data;

	(void)events;
	if (ev_is_active(&relay->linger))
		_exit(0); /* asked twice: no more patience */
	log_info("main", "ending connections=%zu", ws_count(relay->ws));
	ws_stop(relay->ws);
	ev_timer_start(loop, &relay->linger);
}

static void start_watchers(struct relay *relay)
{
	ev_timer_init(&relay->tick, on_tick, TICK_S, TICK_S);
	ev_timer_init(&relay->check, on_check, CHECK_S, CHECK_S);
	ev_timer_init(&relay->linger, on_linger, LINGER_S, 0);
	ev_signal_init(&relay->terminate, on_signal, SIGTERM);
	ev_signal_init(&relay->interrupt, on_signal, SIGINT);
	relay->tick.data = relay->check.data = relay->linger.data = relay;
	relay->terminate.data = relay->interrupt.data = relay;
	ev_timer_start(relay->loop, &relay->tick);
	ev_timer_start(relay->loop, &relay->check);
	ev_signal_start(relay->loop, &relay->terminate);
	ev_signal_start(relay->loop, &relay->interrupt);
}

/* --- the start ---------------------------------------------------------------------------------------- */

/* Every connection is a descriptor; the limit's soft half is meant for programs that use select. */
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

/* What the settings say, checked. */
struct configuration {
	struct token_secret secret;
	struct redis_address redis;
	struct redis_tls *tls;
	struct listen_address listen;
};

static enum err read_log_level(const char *text, struct reason *why)
{
	enum log_level level;

	if (log_parse_level(text, &level) != ERR_NONE)
		return reason_set(why, ERR_INVALID, "log-level must be debug, info, warning or error");
	log_set_level(level);
	return ERR_NONE;
}

static enum err configure(int argc, char **argv, struct configuration *out, struct reason *why)
{
	struct setting_value values[SETTINGS_COUNT];
	int rest = 0;
	enum err err = settings_read(&PROGRAM, argc, argv, values, &rest, why);

	if (err == ERR_NONE && rest < argc)
		err = reason_set(why, ERR_INVALID, "%s is one argument too many", argv[rest]);
	if (err == ERR_NONE)
		err = read_log_level(values[LOG_LEVEL].text, why);
	if (err == ERR_NONE)
		err = listen_address_parse(values[LISTEN].text, &out->listen, why);
	if (err == ERR_NONE)
		err = redis_address_parse(values[REDIS].text, &out->redis, why);
	if (err == ERR_NONE)
		err = redis_tls_new(&out->redis, values[REDIS_CA].text, &out->tls, why);
	if (err == ERR_NONE)
		err = token_secret_read(values[SECRET_FILE].text, &out->secret, why);
	if (err == ERR_NONE)
		settings_show(&PROGRAM, values);
	return err;
}

static void make_parts(struct relay *relay, const struct configuration *configuration)
{
	relay->loop = ev_default_loop(EVFLAG_AUTO);
	relay->access = access_new(&configuration->secret);
	relay->hub = hub_new();
	relay->feed = node_feed_new(relay->loop, relay->hub);
	relay->lines = log_feed_new(relay->loop, relay->hub);
	relay->redis = redis_link_new(relay->loop, &configuration->redis, configuration->tls,
				      &REDIS_LINK_EVENTS, relay);
	relay->streams = streams_new(relay->redis);
	relay->follower =
		(struct follower){.feed = relay->feed, .lines = relay->lines, .access = relay->access};
	relay->sync = sync_new(relay->redis, &relay->follower, relay->streams);
	relay->backlogs = backlogs_new(relay->redis);
	relay->browsers =
		(struct browsers){.feed = relay->feed, .lines = relay->lines, .backlogs = relay->backlogs};
}

/* The connections first: they hold subscriptions, and questions to the bus. */
static void free_parts(struct relay *relay)
{
	ws_free(relay->ws);
	redis_link_free(relay->redis);
	sync_free(relay->sync);
	backlogs_free(relay->backlogs);
	streams_free(relay->streams);
	log_feed_free(relay->lines);
	node_feed_free(relay->feed);
	hub_free(relay->hub);
	access_free(relay->access);
	ev_loop_destroy(relay->loop);
}

static enum err serve(struct relay *relay, const struct listen_address *listen, struct reason *why)
{
	const struct endpoint endpoints[] = {
		{"/ws/dashboard", ENDPOINT_WEBSOCKET, ROLE_VIEWER, &BROWSER_OPERATIONS, &relay->browsers},
		{"/api/reporter/commands", ENDPOINT_EVENTS, ROLE_WORKER, &STREAM_OPERATIONS, relay->streams},
	};
	const struct ws_options options = {.listen = *listen,
					   .table = {.rows = endpoints,
						     .count = sizeof(endpoints) / sizeof(*endpoints),
						     .access = relay->access},
					   .hub = relay->hub};
	enum err err = ws_new(relay->loop, &options, &relay->ws, why);

	if (err == ERR_NONE) {
		start_watchers(relay);
		log_info("main", "listening");
		ev_run(relay->loop, 0);
	}
	free_parts(relay);
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
