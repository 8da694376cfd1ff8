/*
 * The command's side of `ctl`: words become a question, and an answer becomes lines for a person. A row of
 * the table is a command. What the questions mean is not known here.
 */
#include "reporter/ctl/ctl.h"

#include "common/buf.h"
#include "common/json.h"
#include "common/number.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_MAX_BYTES = 64 * 1024, ANSWER_TIMEOUT_S = 5 };

static void print_stats(const struct json *result)
{
	struct buf text = {0};

	json_write(&text, result);
	puts(buf_string(&text));
	buf_free(&text);
}

/* SAMPLE worker-001: active, every 60 s, 41 of 41 reports received, last: success */
static void print_status(const struct json *result)
{
	const struct json *statistics = json_get(result, "statistics");
	const char *last = json_text(json_get(result, "last_report_status"));
	const char *node = json_text(json_get(result, "worker_id"));

	printf("%s: %s, every %.0f s%s, %.0f of %.0f reports received, last: %s\n", node ? node : "?",
	       json_is_true(json_get(result, "reporter_active")) ? "active" : "stopped",
	       json_number(json_get(result, "current_interval")),
	       json_is_true(json_get(result, "interval_fixed")) ? " (fixed)" : "",
	       json_number(json_get(statistics, "successful_reports")),
	       json_number(json_get(statistics, "total_reports")), last ? last : "none yet");
}

static const struct command {
	const char *word;
	const char *question; /* without the number that `takes_seconds` puts between */
	const char *question_end;
	bool takes_seconds;
	void (*print)(const struct json *result);
} COMMANDS[] = {
	{"stats", "{\"method\":\"get_stats\"}", "", false, print_stats},
	{"status", "{\"method\":\"control_reporter\",\"params\":{\"action\":\"status\"}}", "", false,
	 print_status},
	{"start", "{\"method\":\"control_reporter\",\"params\":{\"action\":\"start\"}}", "", false,
	 print_status},
	{"stop", "{\"method\":\"control_reporter\",\"params\":{\"action\":\"stop\"}}", "", false,
	 print_status},
	{"report-now", "{\"method\":\"control_reporter\",\"params\":{\"action\":\"report_now\"}}", "", false,
	 print_status},
	{"set-interval", "{\"method\":\"set_interval\",\"params\":{\"interval\":", "}}", true, print_status},
};

static const struct command *find(const char *word)
{
	for (size_t i = 0; word && i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++) {
		if (strcmp(COMMANDS[i].word, word) == 0)
			return &COMMANDS[i];
	}
	return NULL;
}

enum err ctl_check(char *const *words, struct reason *why)
{
	const struct command *command = find(words[0]);
	int64_t seconds;

	if (!words[0])
		return reason_set(why, ERR_INVALID, "ctl needs a command");
	if (!command)
		return reason_set(why, ERR_INVALID, "ctl has no command \"%.80s\"", words[0]);
	if (command->takes_seconds &&
	    (!words[1] || number_parse(words[1], 0, INT32_MAX, &seconds) != ERR_NONE))
		return reason_set(why, ERR_INVALID, "ctl %s needs a number of seconds", words[0]);
	if (words[1 + command->takes_seconds])
		return reason_set(why, ERR_INVALID, "ctl %s takes no more words: \"%.80s\"", words[0],
				  words[1 + command->takes_seconds]);
	return ERR_NONE;
}

/* Sends the question and reads until the other side closes. On ERR_SYSTEM errno says what failed. */
static enum err ask(const char *path, const struct buf *question, struct buf *answer)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const struct timeval timeout = {.tv_sec = ANSWER_TIMEOUT_S};
	enum err err = ERR_SYSTEM;
	int fd, error;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return ERR_SYSTEM;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return ERR_SYSTEM;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    send(fd, question->data, question->len, MSG_NOSIGNAL) != (ssize_t)question->len)
		goto out;
	while (answer->len < ANSWER_MAX_BYTES) {
		char piece[4096];
		ssize_t got = recv(fd, piece, sizeof(piece), 0);

		if (got < 0)
			goto out;
		if (got == 0)
			break;
		buf_append(answer, piece, (size_t)got);
	}
	err = ERR_NONE;
out:
	error = errno;
	close(fd);
	errno = error;
	return err;
}

/* Prints the answer; returns the exit status. */
static int show(const struct command *command, const struct buf *text)
{
	struct json *answer = NULL;
	struct reason why;
	const char *error;

	if (json_parse(buf_string(text), text->len, &answer, &why) != ERR_NONE) {
		fprintf(stderr, "p2pdash-reporter: the reporter's answer is not JSON: %s\n", why.text);
		return EXIT_FAILURE;
	}
	if (json_is_true(json_get(answer, "success"))) {
		command->print(json_get(answer, "result"));
		json_free(answer);
		return EXIT_SUCCESS;
	}
	error = json_text(json_get(answer, "error"));
	fprintf(stderr, "p2pdash-reporter: %s%s\n", error ? error : "refused",
		command->takes_seconds ? ", or 0: as the coordinator likes" : "");
	json_free(answer);
	return EXIT_FAILURE;
}

int ctl_run(const char *path, char *const *words)
{
	const struct command *command = find(words[0]);
	struct buf question = {0}, answer = {0};
	int status = EXIT_FAILURE;

	buf_text(&question, command->question);
	if (command->takes_seconds) /* 0 gives the interval back to the coordinator */
		buf_text(&question, strcmp(words[1], "0") == 0 ? "null" : words[1]);
	buf_printf(&question, "%s\n", command->question_end);
	if (ask(path, &question, &answer) != ERR_NONE)
		fprintf(stderr, "p2pdash-reporter: no reporter answers on %s: %s. Is it running?\n", path,
			strerror(errno));
	else
		status = show(command, &answer);
	buf_free(&question);
	buf_free(&answer);
	return status;
}
