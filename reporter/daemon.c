/* Puts the reporter's parts together for a long life, and takes signals. */
#include "reporter/daemon.h"

#include "common/log.h"
#include "reporter/base/loop.h"
#include "reporter/ctl/ctl.h"
#include "reporter/wiring.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* How long a goodbye may take: systemd and people are waiting. */
enum { GOODBYE_MAX_MS = 3000, RELOAD_LATER_MS = 100 };

struct daemon {
	const char *path;
	struct config config;
	struct loop *loop;
	struct timer *patience; /* started: we are leaving */
	struct timer *reload;
	int signals;
	bool failed;
	struct wiring parts;
	struct ctl_server *ctl;
	struct uplink_stream *stream;
};

static void on_command(void *user, const char *json, size_t len)
{
	struct daemon *daemon = user;

	commands_take_text(daemon->parts.commands, json, len);
}

/* The node's commands and log lines are those of the reporter that speaks for it. While that is another one
 * (a machine that was cloned with its token), ours must neither act nor tell. */
static void set_speaking(struct daemon *daemon, bool speaking)
{
	logs_set_sending(daemon->parts.logs, speaking);
	if (speaking && !daemon->stream) {
		daemon->stream = uplink_stream_open(daemon->parts.uplink, on_command, daemon);
	} else if (!speaking && daemon->stream) {
		log_warning("daemon", "no commands are taken and no log lines sent until that one is gone");
		uplink_stream_free(daemon->stream);
		daemon->stream = NULL;
	}
}

static void on_answered(void *user, const struct uplink_answer *answer)
{
	struct daemon *daemon = user;

	if (timer_is_started(daemon->patience))
		loop_stop(daemon->loop);
	else if (answer->outcome != UPLINK_AWAY)
		set_speaking(daemon, answer->status != UPLINK_NODE_TAKEN);
}

static void on_patience_over(void *user)
{
	struct daemon *daemon = user;

	log_warning("daemon", "the coordinator did not hear the goodbye");
	loop_stop(daemon->loop);
}

/* Everything that hangs on the configuration. `memory` is of the one before, or NULL. What failed was said.
 */
static enum err open_all(struct daemon *daemon, const struct scheduler_memory *memory)
{
	const struct config *config = &daemon->config;
	struct reason why;
	enum err err = wiring_open(&daemon->parts, daemon->loop, config, REPORT_DAEMON, on_answered, daemon);

	if (err)
		return err;
	err = ctl_server_new(daemon->loop, config->reporter.control_socket, daemon->parts.reporter,
			     &daemon->ctl, &why);
	if (err) {
		log_error("daemon", "%s", why.text);
		return err;
	}
	if (memory)
		scheduler_recall(daemon->parts.reporter, memory);
	scheduler_begin(daemon->parts.reporter);
	return ERR_NONE;
}

/* Works in every state of open_all. */
static void close_all(struct daemon *daemon)
{
	uplink_stream_free(daemon->stream);
	ctl_server_free(daemon->ctl);
	wiring_close(&daemon->parts);
	daemon->stream = NULL;
	daemon->ctl = NULL;
}

static void leave(struct daemon *daemon)
{
	if (timer_is_started(daemon->patience)) { /* the second signal */
		loop_stop(daemon->loop);
		return;
	}
	log_info("daemon", "saying goodbye");
	timer_start(daemon->patience, GOODBYE_MAX_MS);
	scheduler_save(daemon->parts.reporter);
	scheduler_goodbye(daemon->parts.reporter);
}

/* Opens all of it with another configuration; where that cannot be (a state_dir that another reporter holds),
 * goes on with the one that worked. */
static void change_config(struct daemon *daemon, struct config *fresh)
{
	struct config before = daemon->config;
	struct scheduler_memory memory;

	scheduler_save(daemon->parts.reporter);
	memory = scheduler_remember(daemon->parts.reporter);
	close_all(daemon);
	daemon->config = *fresh;
	if (!open_all(daemon, &memory)) {
		config_free(&before);
		return;
	}
	log_error("daemon", "configuration not changed: it cannot be used here");
	close_all(daemon);
	config_free(&daemon->config);
	daemon->config = before;
	if (open_all(daemon, &memory)) {
		daemon->failed = true;
		loop_stop(daemon->loop);
	}
}

/* An action under way is not given up for it: it waits. */
static void on_reload(void *user)
{
	struct daemon *daemon = user;
	struct config fresh;
	struct reason why;

	if (timer_is_started(daemon->patience))
		return;
	if (commands_are_running(daemon->parts.commands)) {
		timer_start(daemon->reload, RELOAD_LATER_MS);
		return;
	}
	if (config_read(daemon->path, &fresh, &why)) {
		log_error("daemon", "configuration not changed: %s", why.text);
		return;
	}
	log_info("daemon", "reading the configuration anew path=%s", daemon->path);
	change_config(daemon, &fresh);
}

static void on_signal(void *user, uint32_t events)
{
	struct daemon *daemon = user;
	struct signalfd_siginfo info;

	(void)events;
	if (read(daemon->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGHUP)
		timer_start(daemon->reload, 0);
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
	struct daemon daemon = {.path = path, .config = *config, .parts = {.state_lock = -1}};
	struct watch *watch;

	*config = (struct config){0};
	daemon.signals = open_signals();
	daemon.loop = loop_new();
	daemon.patience = loop_timer(daemon.loop, on_patience_over, &daemon);
	daemon.reload = loop_timer(daemon.loop, on_reload, &daemon);
	watch = loop_watch(daemon.loop, daemon.signals, EPOLLIN, on_signal, &daemon);
	daemon.failed = open_all(&daemon, NULL) != ERR_NONE;
	if (!daemon.failed)
		loop_run(daemon.loop);
	close_all(&daemon);
	watch_free(watch);
	timer_free(daemon.reload);
	timer_free(daemon.patience);
	loop_free(daemon.loop);
	close(daemon.signals);
	config_free(&daemon.config);
	return daemon.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
