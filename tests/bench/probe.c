/*
 * The probe: many subscribers and one sender in one process, hence on one clock. In each round the sender
 * lets go of a message that carries a mark nobody has seen before, and each subscriber's time is taken when
 * the mark reaches it. What the bytes mean is the caller's business (tests/bench/lib/probe.js writes them).
 */
#include "common/buf.h"
#include "common/mem.h"
#include "common/settings.h"
#include "tests/bench/conversation.h"
#include "tests/bench/samples.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MARK	 "################" /* stands in the message where the mark goes */
#define MARK_LEN 16
#define SENDER	 UINT32_MAX /* its epoll data; subscribers have their index */
#define EVENTS	 256
#define NS_IN_MS 1000000
#define NS_IN_S	 1000000000

enum option {
	SUBSCRIBERS,
	SUBSCRIBE_TO,
	SAY,
	SAY_UNTIL,
	THEN,
	THEN_UNTIL,
	SEND_TO,
	MESSAGE,
	ANSWER,
	ROUNDS,
	WARM_UP,
	PAUSE_MS,
	PATIENCE_MS,
	OPTIONS
};

static const struct setting SETTINGS[OPTIONS] = {
	[SUBSCRIBERS] = {"subscribers", SETTING_INTEGER, "1", 0, 15000, false, "N", "how many listen"},
	[SUBSCRIBE_TO] = {"subscribe-to", SETTING_TEXT, "", 0, 0, false, "ADDRESS", "where they listen"},
	[SAY] = {"say", SETTING_TEXT, "", 0, 0, false, "FILE", "what each says first"},
	[SAY_UNTIL] = {"say-until", SETTING_TEXT, "", 0, CONVERSATION_TEXT_MAX, false, "TEXT",
		       "what answers it"},
	[THEN] = {"then", SETTING_TEXT, "", 0, 0, false, "FILE", "what it says next"},
	[THEN_UNTIL] = {"then-until", SETTING_TEXT, "", 0, CONVERSATION_TEXT_MAX, false, "TEXT",
			"what answers it"},
	[SEND_TO] = {"send-to", SETTING_TEXT, "", 0, 0, false, "ADDRESS",
		     "where messages go, if no COMMAND sends them"},
	[MESSAGE] = {"message", SETTING_TEXT, "", 0, 0, false, "FILE", "the message, with " MARK " in it"},
	[ANSWER] = {"answer", SETTING_TEXT, "", 0, CONVERSATION_TEXT_MAX, false, "TEXT",
		    "what the sender hears when it was taken"},
	[ROUNDS] = {"rounds", SETTING_INTEGER, "0", 0, 1000000, false, "N",
		    "messages; 0: hold the subscribers until standard input ends"},
	[WARM_UP] = {"warm-up", SETTING_INTEGER, "5", 0, 1000, false, "N",
		     "rounds before those, not counted"},
	[PAUSE_MS] = {"pause-ms", SETTING_INTEGER, "5", 0, 10000, false, "MS", "between rounds"},
	[PATIENCE_MS] = {"patience-ms", SETTING_INTEGER, "5000", 1, 60000, false, "MS",
			 "until what has not come is lost"},
};

static const struct program PROGRAM = {
	.name = "probe",
	.summary = "Measures how long a message takes to reach its subscribers.",
	.usage = "probe [OPTION ...] [-- COMMAND ARGUMENT ...]",
	.settings = SETTINGS,
	.settings_count = OPTIONS,
};

struct step {
	struct buf words;
	const char *until;
};

struct subscriber {
	struct conversation conversation;
	unsigned step;
	int64_t heard; /* the newest round whose mark it has seen */
};

struct probe {
	struct setting_value options[OPTIONS];
	char **command; /* NULL: messages are sent by `sender` */
	struct step steps[2];
	unsigned steps_count;
	struct buf message;

	int epoll;
	struct subscriber *subscribers;
	size_t count;
	struct conversation sender;

	int64_t round, started_ns;
	char mark[MARK_LEN + 1];
	size_t waiting; /* subscribers that have not finished their steps, or not seen the mark */
	bool answered;
	struct samples arrivals, last_arrivals, answers;
	size_t lost;
};

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NS_IN_S + now.tv_nsec;
}

static _Noreturn void give_up(const char *what, const char *value)
{
	fprintf(stderr, "probe: %s %s: %s\n", what, value, strerror(errno));
	exit(1);
}

static void read_file(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "rb");
	char chunk[4096];
	size_t got;

	if (!file)
		give_up("cannot read", path);
	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_append(out, chunk, got);
	fclose(file);
}

/* The message with this round's mark, which has the mark's length: it is written over the last one. */
static void place_mark(char *text, size_t len, const char *old, const char *new)
{
	char *end = text + len;

	while ((text = memmem(text, (size_t)(end - text), old, MARK_LEN)) != NULL)
		memcpy(text, new, MARK_LEN);
}

static void watch(struct probe *probe, int fd, uint32_t who)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = who};

	if (epoll_ctl(probe->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
		give_up("cannot watch", "a socket");
}

static void say_step(struct probe *probe, struct subscriber *subscriber)
{
	const struct buf *words = &probe->steps[subscriber->step].words;

	if (conversation_say(&subscriber->conversation, buf_string(words), words->len) != ERR_NONE)
		give_up("a subscriber cannot speak to", probe->options[SUBSCRIBE_TO].text);
}

static void open_subscribers(struct probe *probe)
{
	const char *address = probe->options[SUBSCRIBE_TO].text;

	probe->subscribers = mem_alloc(probe->count, sizeof(*probe->subscribers));
	probe->waiting = probe->count;
	for (size_t i = 0; i < probe->count; i++) {
		struct subscriber *subscriber = &probe->subscribers[i];

		if (conversation_open(&subscriber->conversation, address) != ERR_NONE)
			give_up("cannot subscribe to", address);
		watch(probe, subscriber->conversation.fd, (uint32_t)i);
		say_step(probe, subscriber);
	}
}

static void open_sender(struct probe *probe)
{
	const char *address = probe->options[SEND_TO].text;

	probe->sender.fd = -1;
	if (probe->command || !address)
		return;
	if (conversation_open(&probe->sender, address) != ERR_NONE)
		give_up("cannot send to", address);
	watch(probe, probe->sender.fd, SENDER);
}

static void hear_subscriber(struct probe *probe, struct subscriber *subscriber)
{
	const bool ready = subscriber->step == probe->steps_count;
	const char *text = ready ? probe->mark : probe->steps[subscriber->step].until;
	int64_t elapsed;

	switch (conversation_hear(&subscriber->conversation, text)) {
	case HEARING_NOTHING:
		return;
	case HEARING_END:
		give_up("a subscriber was dropped by", probe->options[SUBSCRIBE_TO].text);
	case HEARING_TEXT:
		break;
	}
	if (!ready) {
		if (++subscriber->step < probe->steps_count)
			say_step(probe, subscriber);
		else
			probe->waiting--;
		return;
	}
	if (subscriber->heard == probe->round)
		return;
	subscriber->heard = probe->round;
	elapsed = now_ns() - probe->started_ns;
	if (probe->round > 0)
		samples_add(&probe->arrivals, elapsed);
	if (--probe->waiting == 0 && probe->round > 0)
		samples_add(&probe->last_arrivals, elapsed);
}

static void hear_sender(struct probe *probe)
{
	switch (conversation_hear(&probe->sender, probe->answered ? NULL : probe->options[ANSWER].text)) {
	case HEARING_NOTHING:
		return;
	case HEARING_END:
		give_up("the sender was dropped by", probe->options[SEND_TO].text);
	case HEARING_TEXT:
		probe->answered = true;
		if (probe->round > 0)
			samples_add(&probe->answers, now_ns() - probe->started_ns);
	}
}

static void hear_for(struct probe *probe, int timeout_ms)
{
	struct epoll_event events[EVENTS];
	const int count = epoll_wait(probe->epoll, events, EVENTS, timeout_ms);

	for (int i = 0; i < count; i++) {
		if (events[i].data.u32 == SENDER)
			hear_sender(probe);
		else
			hear_subscriber(probe, &probe->subscribers[events[i].data.u32]);
	}
}

/* Until everything that is waited for has come; false when patience has ended. */
static bool hear_all(struct probe *probe)
{
	const int64_t end = now_ns() + probe->options[PATIENCE_MS].number * NS_IN_MS;

	while (probe->waiting > 0 || !probe->answered) {
		if (now_ns() > end)
			return false;
		hear_for(probe, 100);
	}
	return true;
}

/* What it prints is nobody's: standard output is for the result. */
static pid_t start_command(char **command)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	errno = posix_spawnp(&pid, command[0], &actions, NULL, command, environ);
	if (errno != 0)
		give_up("cannot run", command[0]);
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static void run_round(struct probe *probe, int64_t round)
{
	char mark[MARK_LEN + 1];
	pid_t pid = 0;

	snprintf(mark, sizeof(mark), "%016lld", (long long)now_ns());
	if (probe->message.len > 0)
		place_mark(probe->message.data, probe->message.len, probe->mark, mark);
	for (char **word = probe->command; word && *word; word++)
		place_mark(*word, strlen(*word), probe->mark, mark);
	memcpy(probe->mark, mark, sizeof(mark));

	probe->round = round;
	probe->waiting = probe->count;
	probe->answered = probe->sender.fd < 0 || !probe->options[ANSWER].text;
	probe->started_ns = now_ns();
	if (probe->command)
		pid = start_command(probe->command);
	else if (conversation_say(&probe->sender, buf_string(&probe->message), probe->message.len) !=
		 ERR_NONE)
		give_up("cannot send to", probe->options[SEND_TO].text);
	if (!hear_all(probe) && round > 0)
		probe->lost += probe->waiting;
	if (pid)
		waitpid(pid, NULL, 0);
}

static void run_rounds(struct probe *probe)
{
	const int64_t rounds = probe->options[ROUNDS].number;
	const int64_t pause_ns = probe->options[PAUSE_MS].number * NS_IN_MS;

	/* Those that warm up have numbers up to zero, minus one being the first subscriber's "nothing yet".
	 */
	for (size_t i = 0; i < probe->count; i++)
		probe->subscribers[i].heard = INT64_MIN;
	for (int64_t round = 1 - probe->options[WARM_UP].number; round <= rounds; round++) {
		const int64_t resume = now_ns() + pause_ns;

		run_round(probe, round);
		while (now_ns() < resume)
			hear_for(probe, (int)((resume - now_ns()) / NS_IN_MS) + 1);
	}
}

static void read_steps(struct probe *probe)
{
	const struct setting_value *options = probe->options;
	const enum option files[] = {SAY, THEN}, untils[] = {SAY_UNTIL, THEN_UNTIL};

	for (unsigned i = 0; i < 2 && options[files[i]].text; i++) {
		read_file(options[files[i]].text, &probe->steps[i].words);
		probe->steps[i].until = options[untils[i]].text;
		probe->steps_count++;
	}
}

static void print_result(struct probe *probe)
{
	printf("{");
	samples_print(&probe->arrivals, "arrival");
	printf(",");
	samples_print(&probe->last_arrivals, "last");
	printf(",");
	samples_print(&probe->answers, "answer");
	printf(",\"lost\":%zu}\n", probe->lost);
}

static void hold(void)
{
	puts("ready");
	fflush(stdout);
	while (getchar() != EOF)
		continue;
}

int main(int argc, char **argv)
{
	struct probe probe = {.mark = MARK, .answered = true};
	struct reason why;
	int rest;

	if (settings_read(&PROGRAM, argc, argv, probe.options, &rest, &why) != ERR_NONE)
		settings_refuse(&PROGRAM, &why);
	probe.command = rest < argc ? argv + rest : NULL;
	probe.count = (size_t)probe.options[SUBSCRIBERS].number;
	probe.epoll = epoll_create1(EPOLL_CLOEXEC);
	read_steps(&probe);
	if (probe.options[MESSAGE].text)
		read_file(probe.options[MESSAGE].text, &probe.message);

	open_subscribers(&probe);
	open_sender(&probe);
	if (!hear_all(&probe))
		give_up("not every subscriber was answered by", probe.options[SUBSCRIBE_TO].text);
	if (probe.options[ROUNDS].number == 0) {
		hold();
	} else {
		run_rounds(&probe);
		print_result(&probe);
	}

	for (size_t i = 0; i < probe.count; i++)
		conversation_close(&probe.subscribers[i].conversation);
	conversation_close(&probe.sender);
	free(probe.subscribers);
	samples_free(&probe.arrivals);
	samples_free(&probe.last_arrivals);
	samples_free(&probe.answers);
	buf_free(&probe.steps[0].words);
	buf_free(&probe.steps[1].words);
	buf_free(&probe.message);
	return 0;
}
