/*
 * The reporter as a service: it takes signals, changes the configuration while it runs, and leaves with a
 * goodbye. It opens and closes the parts, and does not know what they do.
 *
 * Its life is one state, because several things that can happen at any time mean something else once it
 * leaves: an answer is then perhaps the goodbye's, a second SIGTERM means "now", and a configuration is not
 * read any more. They all ask for the state, and one function makes the moves.
 *
 * When the configuration is read again, all parts are closed and opened anew with it; none of them is changed
 * while it runs. So parts come into being in one way only, the same as at the start, and no part needs to
 * know that a configuration can change. If the new one cannot be used here (another reporter holds its state
 * directory), the old one is opened again: a mistake must not end the monitoring.
 */
#include "reporter/daemon.h"

#include "common/log.h"
#include "reporter/base/loop.h"
#include "reporter/ctl/ctl.h"
#include "reporter/wiring.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
	GOODBYE_MAX_MS = 3000, /* systemd and people are waiting */
	RELOAD_LATER_MS = 100, /* until the next look whether an action has ended */
};

enum state {
	STATE_STARTING,
	STATE_RUNNING,
	STATE_LEAVING, /* the goodbye was said; `patience` runs */
	STATE_ENDED,   /* a signal told it to end, and it has */
	STATE_FAILED,  /* no configuration can be used here */
	STATE_COUNT
};

struct daemon {
	const char *path;
	struct config config;
	enum state state;
	struct loop *loop;
	struct timer *patience; /* until the coordinator must have heard the goodbye */
	struct timer *reload;
	int signals;
	struct wiring wiring;
	struct ctl_server *ctl;
	struct uplink_stream *stream; /* NULL: another reporter speaks for our node, or nobody knows yet */
};

/* The one place where the state changes. MOVES: from each state to those that may follow it. */
static void set_state(struct daemon *daemon, enum state state)
{
	static const bool MOVES[STATE_COUNT][STATE_COUNT] = {
		[STATE_STARTING] = {[STATE_RUNNING] = true, [STATE_FAILED] = true},
		[STATE_RUNNING] = {[STATE_LEAVING] = true, [STATE_FAILED] = true},
		[STATE_LEAVING] = {[STATE_ENDED] = true},
	};

	assert(MOVES[daemon->state][state]);
	daemon->state = state;
	if (state == STATE_ENDED || state == STATE_FAILED)
		loop_stop(daemon->loop);
}

static void on_command(void *user, const char *json, size_t len)
{
	struct daemon *daemon = user;

	commands_take_text(daemon->wiring.commands, json, len);
}

/* The node's commands and log lines are those of the reporter that speaks for it. While that is another one
 * (a machine that was cloned together with its token), ours must neither act nor tell. */
static void set_speaking(struct daemon *daemon, bool speaking)
{
	logs_set_sending(daemon->wiring.logs, speaking);
	if (speaking && !daemon->stream) {
		daemon->stream = uplink_stream_open(daemon->wiring.uplink, on_command, daemon);
		uplink_begin_beats(daemon->wiring.uplink, UPLINK_SILENCE_MS);
	} else if (!speaking && daemon->stream) {
		log_warning("daemon",
			    "another reporter speaks for this node: no commands are taken and no log "
			    "lines sent until it is gone");
		uplink_end_beats(daemon->wiring.uplink);
		uplink_stream_free(daemon->stream);
		daemon->stream = NULL;
	}
}

static void on_answered(void *user, const struct uplink_answer *answer)
{
	struct daemon *daemon = user;

	if (daemon->state == STATE_LEAVING)
		set_state(daemon, STATE_ENDED); /* while leaving, only the goodbye's answer is told */
	else if (answer->outcome != UPLINK_AWAY)
		set_speaking(daemon, answer->status != UPLINK_NODE_TAKEN);
}

static void on_patience_over(void *user)
{
	struct daemon *daemon = user;

	if (daemon->state != STATE_LEAVING)
		return; /* the goodbye was answered in this very turn */
	log_warning("daemon", "the coordinator did not hear the goodbye");
	set_state(daemon, STATE_ENDED);
}

/* Opens everything that hangs on the configuration. `memory` is the last scheduler's, or NULL. What failed
 * was logged. */
static enum err open_all(struct daemon *daemon, const struct scheduler_memory *memory)
{
	const struct config *config = &daemon->config;
	struct reason why;
	enum err err = wiring_open(&daemon->wiring, daemon->loop, config, REPORT_DAEMON, on_answered, daemon);

	if (err != ERR_NONE)
		return err;
	err = ctl_server_new(daemon->loop, config->reporter.control_socket, daemon->wiring.scheduler,
			     &daemon->ctl, &why);
	if (err != ERR_NONE) {
		log_error("daemon", "%s", why.text);
		return err;
	}
	scheduler_begin(daemon->wiring.scheduler, memory);
	return ERR_NONE;
}

/* Works in every state of open_all. */
static void close_all(struct daemon *daemon)
{
	uplink_stream_free(daemon->stream);
	ctl_server_free(daemon->ctl);
	wiring_close(&daemon->wiring);
	daemon->stream = NULL;
	daemon->ctl = NULL;
}

/* Opens all of it with another configuration, or, if that cannot be used here, with the one that worked. */
static void change_config(struct daemon *daemon, struct config *fresh)
{
	struct config before = daemon->config;
	struct scheduler_memory memory;

	scheduler_save(daemon->wiring.scheduler);
	memory = scheduler_remember(daemon->wiring.scheduler);
	close_all(daemon);
	daemon->config = *fresh;
	if (open_all(daemon, &memory) == ERR_NONE) {
		config_free(&before);
		return;
	}
	log_error("daemon", "configuration not changed: it cannot be used here");
	close_all(daemon);
	config_free(&daemon->config);
	daemon->config = before;
	if (open_all(daemon, &memory) != ERR_NONE)
		set_state(daemon, STATE_FAILED);
}

static void on_reload(void *user)
{
	struct daemon *daemon = user;
	struct config fresh;
	struct reason why;

	if (daemon->state != STATE_RUNNING)
		return;
	if (commands_are_running(daemon->wiring.commands)) { /* closing would give up the action under way */
		timer_start(daemon->reload, RELOAD_LATER_MS);
		return;
	}
	if (config_read(daemon->path, &fresh, &why) != ERR_NONE) {
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
	if (info.ssi_signo == SIGHUP) {
		timer_start(daemon->reload, 0);
	} else if (daemon->state == STATE_RUNNING) {
		log_info("daemon", "saying goodbye");
		set_state(daemon, STATE_LEAVING);
		timer_start(daemon->patience, GOODBYE_MAX_MS);
		scheduler_save(daemon->wiring.scheduler);
		uplink_end_beats(daemon->wiring.uplink); /* nothing follows the goodbye */
		scheduler_goodbye(daemon->wiring.scheduler);
	} else if (daemon->state == STATE_LEAVING) {
		set_state(daemon, STATE_ENDED); /* the second signal */
	}
}

/* Signals come as events of the loop. Programs that are started later must unblock them for themselves. */
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
	struct daemon daemon = {.path = path, .config = *config, .wiring = WIRING_CLOSED};
	struct watch *watch;

	*config = (struct config){0};
	daemon.signals = open_signals();
	daemon.loop = loop_new();
	daemon.patience = loop_timer(daemon.loop, on_patience_over, &daemon);
	daemon.reload = loop_timer(daemon.loop, on_reload, &daemon);
	watch = loop_watch(daemon.loop, daemon.signals, EPOLLIN, on_signal, &daemon);
	if (open_all(&daemon, NULL) == ERR_NONE) {
		set_state(&daemon, STATE_RUNNING);
		loop_run(daemon.loop);
	} else {
		set_state(&daemon, STATE_FAILED);
	}
	close_all(&daemon);
	watch_free(watch);
	timer_free(daemon.reload);
	timer_free(daemon.patience);
	loop_free(daemon.loop);
	close(daemon.signals);
	config_free(&daemon.config);
	return daemon.state == STATE_FAILED ? EXIT_FAILURE : EXIT_SUCCESS;
}
