/* p2pdash-api: settings, sockets, and the processes that serve them. */
#include "common/clock.h"
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

#include <stdlib.h>
#include <unistd.h>

/*
 * nginx keeps connections open. A quick process holds two and serves whichever has a request, so idle ones
 * take no process from others; more would only queue behind each other. A waiting one is busy for long and
 * holds one.
 */
#define QUICK_CONNECTIONS   2
#define WAITING_CONNECTIONS 1

#define SEARCHES_A_USER 4 /* of the log at once: the page makes two */

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
	SET_LOG_LEVEL,
	SET_COUNT
};

static const struct setting SETTINGS[SET_COUNT] = {
	[SET_LISTEN] = {"listen", SETTING_TEXT, "unix:run/api.sock", .value = "ADDRESS",
			.help = "unix:PATH or HOST:PORT for FastCGI"},
	[SET_WAIT_LISTEN] = {"wait-listen", SETTING_TEXT, "unix:run/api-wait.sock", .value = "ADDRESS",
			     .help = "the same for logins, the log and calls that wait for a worker"},
	[SET_WORKERS] = {"workers", SETTING_INTEGER, "16", 1, 512, .value = "N",
			 .help = "processes that answer at once"},
	[SET_WAIT_WORKERS] = {"wait-workers", SETTING_INTEGER, "40", 1, 512, .value = "N",
			      .help = "processes for logins, the log and calls that wait for a worker"},
	[SET_REDIS] = {"redis", SETTING_TEXT, "unix:run/redis.sock", .secret = true, .value = "ADDRESS",
		       .help = "unix:PATH or redis[s]://[user:password@]host[:port][/db]"},
	[SET_REDIS_CA] = {"redis-ca", SETTING_TEXT, "", .value = "PATH",
			  .help = "authorities that rediss:// trusts instead of the system's"},
	[SET_SECRET_FILE] = {"secret-file", SETTING_TEXT, "run/jwt-secret", .value = "PATH",
			     .help = "the key tokens are signed with"},
	[SET_SESSION_TTL] = {"session-ttl", SETTING_INTEGER, "43200", 60, 31536000, .value = "SECONDS",
			     .help = "how long a login lasts"},
	[SET_COMMAND_TIMEOUT] = {"command-timeout", SETTING_INTEGER, "30", 1, 300, .value = "SECONDS",
				 .help = "how long a worker may take to answer a command"},
	[SET_LOG_LEVEL] = {"log-level", SETTING_TEXT, "info", .value = "LEVEL",
			   .help = "debug, info, warning or error"},
};

static const struct program PROGRAM = {
	.name = "p2pdash-api",
	.summary = "the coordinator's API, a FastCGI pool behind nginx",
	.usage = "p2pdash-api [OPTION ...]",
	.notes = "SIGTERM finishes the requests in hand, a second one does not; SIGHUP replaces every "
		 "process.\n"
		 "Exit status: 0 stopped; 1 stopped by a second signal; 2 wrong usage or configuration.",
	.settings = SETTINGS,
	.settings_count = SET_COUNT,
};

/* What the groups of processes share; read by the master before it forks, never written after. */
struct service {
	struct redis_address redis;
	struct redis_tls *tls;
	struct token_secret secret;
	int64_t session_ttl_s, command_timeout_ms, waits_a_user, waits_a_pool, started_at_ms;
	char pool_id[ID_RANDOM_SIZE];
	struct semaphore_limits searches, waiting_searches;
	int64_t passwords_at_once;
	int quick_fd, waiting_fd, semaphores;
};

static void answer(void *user, const struct request *request, struct response *response)
{
	route_answer(user, request, response);
}

static void serve(const struct service *service, enum pool_kind pool)
{
	struct context context = {
		.routes = ROUTES,
		.routes_count = ROUTES_COUNT,
		.secret = &service->secret,
		.session_ttl_s = service->session_ttl_s,
		.command_timeout_ms = service->command_timeout_ms,
		.waits_a_user = service->waits_a_user,
		.waits_a_pool = service->waits_a_pool,
		.pool_id = service->pool_id,
		.semaphores = service->semaphores,
		.searches = service->searches,
		.waiting_searches = service->waiting_searches,
		.passwords_at_once = service->passwords_at_once,
		.pool = pool,
		.store = store_open(&service->redis, service->tls),
		.token_cache = token_cache_new(),
	};

	fastcgi_init();
	process_run(&(struct process_options){
		.listen_fd = pool == POOL_QUICK ? service->quick_fd : service->waiting_fd,
		.connections = pool == POOL_QUICK ? QUICK_CONNECTIONS : WAITING_CONNECTIONS,
		.answer = answer,
		.user = &context,
	});
	token_cache_free(context.token_cache);
	store_free(context.store);
}

static void run_quick(void *user)
{
	serve(user, POOL_QUICK);
}

static void run_waiting(void *user)
{
	serve(user, POOL_WAITING);
}

static void run_janitor(void *user)
{
	const struct service *service = user;

	janitor_run(&(struct janitor_options){&service->redis, service->tls, service->started_at_ms});
}

/*
 * Shares of the pool for calls that take long. All calls that wait for workers leave a quarter of the
 * processes to logins and log searches, and one user's calls leave half. As many searches as that quarter run
 * at once, and as many more wait a moment for a slot. No login can block: it waits only for password checks,
 * which compute and then end.
 */
static void set_shares(struct service *service, int64_t processes)
{
	int64_t quarter = (processes + 3) / 4;

	service->waits_a_user = (processes + 1) / 2;
	service->waits_a_pool = processes > quarter ? processes - quarter : 1;
	service->searches.in_all = quarter;
	service->searches.per_user = quarter < SEARCHES_A_USER ? quarter : SEARCHES_A_USER;
	service->waiting_searches = (struct semaphore_limits){.in_all = quarter, .per_user = quarter};
	id_random(service->pool_id);
}

/* Half of the machine is left to everything else, however many want to log in. */
static int64_t half_of_the_processors(void)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	return online > 1 ? online / 2 : 1;
}

static enum err configure(const struct setting_value *values, struct service *service, struct reason *why)
{
	enum log_level level;
	enum err err = log_parse_level(values[SET_LOG_LEVEL].text, &level);

	if (err != ERR_NONE)
		return reason_set(why, ERR_INVALID, "log-level must be debug, info, warning or error");
	log_set_level(level);
	service->session_ttl_s = values[SET_SESSION_TTL].number;
	service->command_timeout_ms = values[SET_COMMAND_TIMEOUT].number * 1000;
	set_shares(service, values[SET_WAIT_WORKERS].number);
	service->passwords_at_once = half_of_the_processors();
	service->started_at_ms = clock_now_ms();
	err = redis_address_parse(values[SET_REDIS].text, &service->redis, why);
	if (err == ERR_NONE)
		err = redis_tls_new(&service->redis, values[SET_REDIS_CA].text, &service->tls, why);
	if (err == ERR_NONE)
		err = token_secret_read(values[SET_SECRET_FILE].text, &service->secret, why);
	return err;
}

static enum err start(int argc, char **argv, struct setting_value *values, struct service *service,
		      struct reason *why)
{
	int rest = 0;
	enum err err = settings_read(&PROGRAM, argc, argv, values, &rest, why);

	if (err == ERR_NONE && rest < argc)
		err = reason_set(why, ERR_INVALID, "%s is one argument too many", argv[rest]);
	if (err == ERR_NONE)
		err = configure(values, service, why);
	if (err == ERR_NONE)
		err = semaphores_open(&service->semaphores, why);
	if (err != ERR_NONE)
		return err;
	settings_show(&PROGRAM, values);
	err = listen_open(values[SET_LISTEN].text, &service->quick_fd, why);
	if (err != ERR_NONE)
		return err;
	err = listen_open(values[SET_WAIT_LISTEN].text, &service->waiting_fd, why);
	if (err != ERR_NONE)
		listen_close(values[SET_LISTEN].text, service->quick_fd);
	return err;
}

int main(int argc, char **argv)
{
	struct setting_value values[SET_COUNT];
	struct service service = {.quick_fd = -1};
	struct reason why;
	int status;

	text_init();
	if (start(argc, argv, values, &service, &why) != ERR_NONE)
		settings_refuse(&PROGRAM, &why);
	status = pool_run(
		(const struct pool_group[]){
			{"api", (size_t)values[SET_WORKERS].number, run_quick, &service},
			{"wait", (size_t)values[SET_WAIT_WORKERS].number, run_waiting, &service},
			{"janitor", 1, run_janitor, &service},
		},
		3);
	listen_close(values[SET_LISTEN].text, service.quick_fd);
	listen_close(values[SET_WAIT_LISTEN].text, service.waiting_fd);
	redis_tls_free(service.tls);
	return status;
}
