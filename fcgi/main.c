/*
 * p2pdash-api: settings, sockets, and the processes that serve them. The master reads everything before it
 * forks, so a wrong setting is told at once and a child cannot fail by it. After that it only supervises
 * (pool/pool.c); what a child does is pool/process.c with the routes of api/routes.c, or the janitor.
 *
 * How much of the machine and of the pool each kind of expensive work may take is decided here, in
 * set_limits.
 */
#include "common/limits.h"
#include "common/listen.h"
#include "common/log.h"
#include "common/settings.h"
#include "common/text.h"
#include "fcgi/api/routes.h"
#include "fcgi/http/context.h"
#include "fcgi/http/fastcgi.h"
#include "fcgi/http/route.h"
#include "fcgi/janitor.h"
#include "fcgi/pool/pool.h"
#include "fcgi/pool/process.h"

#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * nginx keeps connections open. A quick process holds two and serves whichever has a request, so idle ones
 * take no process from others; more would only queue behind each other. A waiting one is busy for long and
 * holds one.
 */
#define QUICK_CONNECTIONS   2
#define WAITING_CONNECTIONS 1

#define SEARCHES_A_USER 4 /* searches of the log that one user may run at once; the page runs two */

enum {
	SET_LISTEN,
	SET_WAIT_LISTEN,
	SET_WORKERS,
	SET_WAIT_WORKERS,
	SET_REDIS,
	SET_REDIS_CA,
	SET_SECRET_FILE,
	SET_SESSION_TTL,
	SET_COMMAND_TIMEOUT,
	SET_FORGET_AFTER,
	SET_LOG_LEVEL,
	SET_COUNT
};

static const struct setting SETTINGS[SET_COUNT] = {
	[SET_LISTEN] = {"listen", SETTING_TEXT, "unix:" SETTING_STATE_DIR "/api.sock", .value = "ADDRESS",
			.help = "where nginx finds the quick pool: unix:PATH or HOST:PORT"},
	[SET_WAIT_LISTEN] = {"wait-listen", SETTING_TEXT, "unix:" SETTING_STATE_DIR "/api-wait.sock",
			     .value = "ADDRESS", .help = "where nginx finds the waiting pool"},
	[SET_WORKERS] = {"workers", SETTING_INTEGER, "16", 1, 512, .value = "N",
			 .help = "processes of the quick pool, for calls that take milliseconds"},
	[SET_WAIT_WORKERS] =
		{"wait-workers", SETTING_INTEGER, "40", 1, 512, .value = "N",
		 .help = "processes of the waiting pool, for logins, the log and commands to workers"},
	[SET_REDIS] = {"redis", SETTING_TEXT, "unix:" SETTING_STATE_DIR "/redis.sock", .secret = true,
		       .value = "ADDRESS",
		       .help = "unix:PATH or redis[s]://[user:password@]host[:port][/db]"},
	[SET_REDIS_CA] = {"redis-ca", SETTING_TEXT, "", .value = "PATH",
			  .help = "PEM file of authorities to trust with rediss://, instead of the system's"},
	[SET_SECRET_FILE] =
		{"secret-file", SETTING_TEXT, SETTING_STATE_DIR "/jwt-secret", .value = "PATH",
		 .help = "file with the key that tokens are signed with, readable by its owner only"},
	[SET_SESSION_TTL] = {"session-ttl", SETTING_INTEGER, "43200", 60, 31536000, .value = "SECONDS",
			     .help = "how long a login lasts"},
	[SET_COMMAND_TIMEOUT] = {"command-timeout", SETTING_INTEGER, "30", 1, 300, .value = "SECONDS",
				 .help = "how long a worker may take to answer a command"},
	[SET_FORGET_AFTER] =
		{"forget-after", SETTING_INTEGER, "2592000", LIMIT_SILENCE_S, 315360000, .value = "SECONDS",
		 .help = "how long a worker may be silent before it is removed with all that is known of it"},
	[SET_LOG_LEVEL] = {"log-level", SETTING_TEXT, "info", .value = "LEVEL",
			   .help = "least level that is logged: debug, info, warning or error"},
};

static const struct program PROGRAM = {
	.name = "p2pdash-api",
	.summary = "the coordinator's API, a FastCGI pool behind nginx",
	.usage = "p2pdash-api [OPTION ...]",
	.notes = "Signals: SIGTERM or SIGINT finishes the requests in hand and stops; a second one stops at "
		 "once.\n"
		 "SIGHUP replaces every process without losing a request, and reads no setting again.\n"
		 "Exit status: 0 stopped; 1 stopped by a second signal; 2 wrong usage or configuration.",
	.settings = SETTINGS,
	.settings_count = SET_COUNT,
};

/* What all processes share: made by the master before it forks, and never written after. */
struct shared {
	struct redis_address redis;
	struct redis_tls *tls; /* NULL: none */
	struct token_secret secret;
	int64_t session_ttl_s, command_timeout_ms, forget_after_s;
	char pool_id[ID_RANDOM_SIZE];
	int64_t waits_a_user, waits_a_pool; /* these and the next as in struct context */
	struct semaphore_limits searches, waiting_searches;
	int64_t passwords_at_once;
	int quick_fd, waiting_fd; /* listening sockets */
	int semaphores;
};

/* One of the two pools that serve. */
struct serving_pool {
	const struct shared *shared;
	enum pool_kind kind;
};

static void answer(void *user, const struct request *request, struct response *response)
{
	route_answer(user, request, response);
}

/* A child's whole life. It connects to Redis by itself: a connection cannot be shared. */
static void serve(void *user)
{
	const struct serving_pool *pool = user;
	const struct shared *shared = pool->shared;
	bool is_quick = pool->kind == POOL_QUICK;
	struct context context = {
		.routes = ROUTES,
		.routes_count = ROUTES_COUNT,
		.pool = pool->kind,
		.store = store_open(&shared->redis, shared->tls),
		.token_cache = token_cache_new(),
		.secret = &shared->secret,
		.session_ttl_s = shared->session_ttl_s,
		.command_timeout_ms = shared->command_timeout_ms,
		.waits_a_user = shared->waits_a_user,
		.waits_a_pool = shared->waits_a_pool,
		.pool_id = shared->pool_id,
		.semaphores = shared->semaphores,
		.searches = shared->searches,
		.waiting_searches = shared->waiting_searches,
		.passwords_at_once = shared->passwords_at_once,
	};

	fastcgi_init();
	process_run(&(struct process_options){
		.listen_fd = is_quick ? shared->quick_fd : shared->waiting_fd,
		.connections = is_quick ? QUICK_CONNECTIONS : WAITING_CONNECTIONS,
		.answer = answer,
		.user = &context,
	});
	token_cache_free(context.token_cache);
	store_free(context.store);
}

static void clean_up(void *user)
{
	const struct shared *shared = user;

	janitor_run(&(struct janitor_options){
		.redis = &shared->redis,
		.tls = shared->tls,
		.forget_after_s = shared->forget_after_s,
	});
}

/*
 * Shares of the waiting pool. One user's calls may hold half of its processes while they wait for workers,
 * and all users' calls three quarters: the last quarter is left to calls that wait for no worker, logins and
 * reading the log. As many searches of the log run at once, and as many wait a moment for a slot. A login
 * queues behind them, which is bearable because no login can block: hashing a password always ends.
 *
 * Hashing is pure computation, so it may have half of the machine's processors, however many want to log in.
 */
static void set_limits(struct shared *shared, int64_t processes)
{
	int64_t quarter = (processes + 3) / 4;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	id_random(shared->pool_id);
	shared->waits_a_user = (processes + 1) / 2;
	shared->waits_a_pool = processes > quarter ? processes - quarter : 1;
	shared->searches.in_all = quarter;
	shared->searches.per_user = quarter < SEARCHES_A_USER ? quarter : SEARCHES_A_USER;
	shared->waiting_searches = (struct semaphore_limits){.in_all = quarter, .per_user = quarter};
	shared->passwords_at_once = processors > 1 ? processors / 2 : 1;
}

/* Everything that settings decide and that can be wrong, but the sockets. */
static enum err configure(const struct setting_value *values, struct shared *shared, struct reason *why)
{
	enum log_level level;
	enum err err = log_parse_level(values[SET_LOG_LEVEL].text, &level);

	if (err != ERR_NONE)
		return reason_set(why, ERR_INVALID, "log-level must be debug, info, warning or error");
	log_set_level(level);
	shared->session_ttl_s = values[SET_SESSION_TTL].number;
	shared->command_timeout_ms = values[SET_COMMAND_TIMEOUT].number * 1000;
	shared->forget_after_s = values[SET_FORGET_AFTER].number;
	set_limits(shared, values[SET_WAIT_WORKERS].number);
	err = redis_address_parse(values[SET_REDIS].text, &shared->redis, why);
	if (err != ERR_NONE)
		return err;
	err = redis_tls_new(&shared->redis, values[SET_REDIS_CA].text, &shared->tls, why);
	if (err != ERR_NONE)
		return err;
	err = token_secret_read(values[SET_SECRET_FILE].text, &shared->secret, why);
	if (err != ERR_NONE)
		return err;
	return semaphores_open(&shared->semaphores, why);
}

static enum err start(int argc, char **argv, struct setting_value *values, struct shared *shared,
		      struct reason *why)
{
	int rest = 0;
	enum err err = settings_read(&PROGRAM, argc, argv, values, &rest, why);

	if (err != ERR_NONE)
		return err;
	if (rest < argc)
		return reason_set(why, ERR_INVALID, "%s is one argument too many", argv[rest]);
	err = configure(values, shared, why);
	if (err != ERR_NONE)
		return err;
	settings_show(&PROGRAM, values);
	err = listen_open(values[SET_LISTEN].text, &shared->quick_fd, why);
	if (err != ERR_NONE)
		return err;
	err = listen_open(values[SET_WAIT_LISTEN].text, &shared->waiting_fd, why);
	if (err != ERR_NONE)
		listen_close(values[SET_LISTEN].text, shared->quick_fd);
	return err;
}

int main(int argc, char **argv)
{
	struct setting_value values[SET_COUNT];
	struct shared shared = {.quick_fd = -1, .waiting_fd = -1};
	struct serving_pool quick = {&shared, POOL_QUICK}, waiting = {&shared, POOL_WAITING};
	struct reason why;
	int status;

	text_init();
	if (start(argc, argv, values, &shared, &why) != ERR_NONE)
		settings_refuse(&PROGRAM, &why);
	status = pool_run(
		(const struct pool_group[]){
			{"api", (size_t)values[SET_WORKERS].number, serve, &quick},
			{"wait", (size_t)values[SET_WAIT_WORKERS].number, serve, &waiting},
			{"janitor", 1, clean_up, &shared},
		},
		3);
	listen_close(values[SET_LISTEN].text, shared.quick_fd);
	listen_close(values[SET_WAIT_LISTEN].text, shared.waiting_fd);
	redis_tls_free(shared.tls);
	return status;
}
