/* Puts the reporter's parts together for a long life, and takes signals. */
#include "reporter/daemon.h"

#include "common/log.h"
#include "reporter/command.h"
#include "reporter/ctl.h"
#include "reporter/logs.h"
#include "reporter/loop.h"
#include "reporter/reporter.h"
#include "reporter/state_dir.h"
#include "reporter/uplink.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* How long a goodbye may take: systemd and people are waiting. */
enum { GOODBYE_MAX_MS = 3000 };

struct daemon {
	const char *path;
	struct config config;
	struct loop *loop;
	struct timer *patience; /* started: we are leaving */
	int signals;
	int state_lock;
	bool failed;
	struct uplink *uplink;
	struct uplink_stream *stream;
	struct reporter *reporter;
	struct commands *commands;
	struct ctl_server *ctl;
	struct logs *logs;
};

static void on_answered(void *user, bool taken)
{
	struct daemon *daemon = user;

	(void)taken;
	if (timer_is_started(daemon->patience))
		loop_stop(daemon->loop);
}

static void on_streamed(void *user, const char *json, size_t len)
{
	struct daemon *daemon = user;

	commands_take_text(daemon->commands, json, len);
}

static void on_command(void *user, const struct json *command)
{
	struct daemon *daemon = user;

	commands_take(daemon->commands, command);
}

static void on_patience_over(void *user)
{
	struct daemon *daemon = user;

	log_warning("daemon", "the coordinator did not hear the goodbye");
	loop_stop(daemon->loop);
}

/* Everything that hangs on the configuration. What failed was said. */
static enum err open_parts(struct daemon *daemon)
{
	struct config *config = &daemon->config;
	struct reporter_events events = {.command = on_command, .answered = on_answered, .user = daemon};
	struct reason why;
	enum err err = state_dir_open(config->reporter.state_dir, &daemon->state_lock, &why);

	if (!err)
		err = uplink_new(daemon->loop, &config->reporter, &daemon->uplink, &why);
	if (!err)
		err = reporter_new(daemon->loop, config, REPORT_DAEMON, daemon->uplink, &events,
				   &daemon->reporter, &why);
	if (!err)
		err = logs_new(daemon->loop, config, daemon->uplink, &daemon->logs, &why);
	if (!err)
		err = commands_new(daemon->loop, config, daemon->uplink, daemon->reporter, &daemon->commands,
				   &why);
	if (!err)
		err = ctl_server_new(daemon->loop, config->reporter.control_socket, daemon->reporter,
				     &daemon->ctl, &why);
	if (err) {
		log_error("daemon", "%s", why.text);
		return err;
	}
	reporter_set_logs(daemon->reporter, daemon->logs);
	daemon->stream = uplink_stream_open(daemon->uplink, on_streamed, daemon);
	reporter_begin(daemon->reporter);
	return ERR_NONE;
}

/* Works in every state of open_parts. */
static void close_parts(struct daemon *daemon)
{
	uplink_stream_free(daemon->stream);
	ctl_server_free(daemon->ctl);
	logs_free(daemon->logs);
	reporter_free(daemon->reporter);
	commands_free(daemon->commands);
	uplink_free(daemon->uplink);
	if (daemon->state_lock >= 0)
		close(daemon->state_lock);
	daemon->stream = NULL;
	daemon->ctl = NULL;
	daemon->logs = NULL;
	daemon->commands = NULL;
	daemon->reporter = NULL;
	daemon->uplink = NULL;
	daemon->state_lock = -1;
}

static void leave(struct daemon *daemon)
{
	if (timer_is_started(daemon->patience)) { /* the second signal */
		loop_stop(daemon->loop);
		return;
	}
	log_info("daemon", "saying goodbye");
	timer_start(daemon->patience, GOODBYE_MAX_MS);
	reporter_save(daemon->reporter);
	reporter_goodbye(daemon->reporter);
}

static void reload(struct daemon *daemon)
{
	struct config fresh;
	struct reason why;

	if (timer_is_started(daemon->patience))
		return;
	if (config_read(daemon->path, &fresh, &why)) {
		log_error("daemon", "configuration not changed: %s", why.text);
		return;
	}
	log_info("daemon", "reading the configuration anew path=%s", daemon->path);
	reporter_save(daemon->reporter);
	close_parts(daemon);
	config_free(&daemon->config);
	daemon->config = fresh;
	if (open_parts(daemon)) {
		daemon->failed = true;
		loop_stop(daemon->loop);
	}
}

static void on_signal(void *user, uint32_t events)
{
	struct daemon *daemon = user;
	struct signalfd_siginfo info;

	(void)events;
	if (read(daemon->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGHUP)
		reload(daemon);
	else
		leave(daemon);
}

/* Signals come as events; what is started later must unblock them for itself. */
static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int daemon_run(const char *path, struct config *config)
{
	struct daemon daemon = {.path = path, .config = *config, .state_lock = -1};
	struct watch *watch;

	*config = (struct config){0};
	daemon.signals = open_signals();
	daemon.loop = loop_new();
	daemon.patience = loop_timer(daemon.loop, on_patience_over, &daemon);
	watch = loop_watch(daemon.loop, daemon.signals, EPOLLIN, on_signal, &daemon);
	daemon.failed = open_parts(&daemon) != ERR_NONE;
	if (!daemon.failed)
		loop_run(daemon.loop);
	close_parts(&daemon);
	watch_free(watch);
	timer_free(daemon.patience);
	loop_free(daemon.loop);
	close(daemon.signals);
	config_free(&daemon.config);
	return daemon.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
