/*
 * Log lines from programs on this machine, by a Unix datagram socket: JSON entries, syslog, or plain text.
 * Writers never wait for us and nothing here can be read twice, so there are no positions.
 */
#include "reporter/logs/source.h"

#include "common/clock.h"
#include "common/json.h"
#include "common/limits.h"
#include "common/listen.h"
#include "common/log.h"
#include "common/mem.h"
#include "reporter/logs/line.h"
#include "reporter/logs/syslog_message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define DATAGRAM_MAX_BYTES \
	(512 * 1024) /* a message at the limit, every character of it escaped in JSON, and more */
#define DATAGRAMS_A_TURN     1000
#define RECEIVE_BUFFER_BYTES (8 * 1024 * 1024)
#define SOCKET_MODE	     0666 /* any program may log, as with /dev/log; the directory's mode can narrow it */
#define RETRY_MS	     5000

struct source_reader {
	struct loop *loop;
	const struct config_log *config;
	struct source_sink sink;
	const char *path;
	int fd; /* -1: not listening, tried again by the timer */
	dev_t device;
	ino_t inode; /* of the socket's file, to see that it is still ours */
	struct watch *watch;
	struct timer *retry;
	bool troubled; /* the failure was logged */
	struct log_line_parser lines;
	struct buf name, cut;
	char datagram[DATAGRAM_MAX_BYTES];
};

/* --- datagrams ---------------------------------------------------------------------------------- */

/* The contract's entry. False: something else, perhaps another library's JSON. */
static bool take_entry(struct source_reader *reader, const char *data, size_t len, int64_t now_ms)
{
	struct json *document = NULL;
	struct entry entry;
	bool taken = false;

	if (*data != '{' || json_parse(data, len, &document, NULL) != ERR_NONE)
		return false;
	if (entry_read(document, "entry", now_ms, &reader->cut, &entry, NULL) == ERR_NONE) {
		if (!entry.logger_name || !*entry.logger_name)
			entry.logger_name = reader->config->logger;
		reader->sink.take(reader->sink.user, &entry, NULL, NULL);
		taken = true;
	}
	json_free(document);
	return taken;
}

static bool take_syslog(struct source_reader *reader, const char *data, size_t len, int64_t now_ms)
{
	struct syslog_message message;
	struct entry entry = {.logger_name = reader->config->logger};

	if (syslog_message_read(data, len, now_ms, &message) != ERR_NONE)
		return false;
	entry.timestamp_ms = message.timestamp_ms;
	entry.level = level_of_severity(message.severity);
	entry.message = message.text.text;
	entry.message_len = message.text.len;
	if (message.app.len) {
		buf_clear(&reader->name);
		buf_append(&reader->name, message.app.text, message.app.len);
		entry.logger_name = buf_string(&reader->name);
	}
	entry_cut_message(&entry, &reader->cut);
	reader->sink.take(reader->sink.user, &entry, NULL, NULL);
	return true;
}

static void take_datagram(struct source_reader *reader, const char *data, size_t len)
{
	int64_t now_ms = clock_now_ms();
	struct entry entry;

	while (len > 0 && (data[len - 1] == '\0' || data[len - 1] == '\n'))
		len--;
	if (len == 0 || take_entry(reader, data, len, now_ms) || take_syslog(reader, data, len, now_ms))
		return;
	log_line_read(&reader->lines, data, len, now_ms, &entry);
	reader->sink.take(reader->sink.user, &entry, NULL, NULL);
}

static void on_readable(void *user, uint32_t events)
{
	struct source_reader *reader = user;

	(void)events;
	for (int i = 0; i < DATAGRAMS_A_TURN; i++) {
		ssize_t got = recv(reader->fd, reader->datagram, sizeof(reader->datagram), MSG_DONTWAIT);

		if (got < 0)
			return;
		take_datagram(reader, reader->datagram, (size_t)got);
	}
}

/* --- the socket --------------------------------------------------------------------------------- */

static void say_trouble(struct source_reader *reader, const char *error)
{
	if (!reader->troubled)
		log_warning("source", "cannot listen on the log socket log=%s path=%s error=\"%s\"",
			    reader->config->name, reader->path, error);
	reader->troubled = true;
}

static int open_socket(struct source_reader *reader)
{
	int fd = -1, size = RECEIVE_BUFFER_BYTES;
	enum err err = listen_bind(reader->path, SOCK_DGRAM, SOCKET_MODE, &fd);

	if (err != ERR_NONE) {
		say_trouble(reader, err == ERR_INVALID ? "what is there is no socket, so it is left alone"
						       : strerror(errno));
		return -1;
	}
	/* Only root may go beyond the system's limit; others get as much as it allows. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return fd;
}

static void start_listening(void *user)
{
	struct source_reader *reader = user;
	struct stat file;

	reader->fd = open_socket(reader);
	if (reader->fd < 0 || lstat(reader->path, &file) < 0) {
		timer_start(reader->retry, RETRY_MS);
		return;
	}
	reader->device = file.st_dev;
	reader->inode = file.st_ino;
	reader->troubled = false;
	reader->watch = loop_watch(reader->loop, reader->fd, EPOLLIN, on_readable, reader);
	log_info("source", "listening for log entries log=%s path=%s", reader->config->name, reader->path);
}

static bool is_ours(const struct source_reader *reader)
{
	struct stat file;

	return lstat(reader->path, &file) == 0 && file.st_dev == reader->device &&
	       file.st_ino == reader->inode;
}

/* What was sent is taken; whoever sends from now on is told that nobody reads, and may keep it. */
static void stop_listening(struct source_reader *reader)
{
	watch_free(reader->watch);
	reader->watch = NULL;
	if (reader->fd < 0)
		return;
	(void)shutdown(reader->fd, SHUT_RD);
	on_readable(reader, EPOLLIN);
	close(reader->fd);
	reader->fd = -1;
}

/* --- the source --------------------------------------------------------------------------------- */

static struct source_reader *socket_open(struct loop *loop, const struct config_log *config,
					 const struct source_sink *sink)
{
	struct source_reader *reader = mem_alloc(1, sizeof(*reader));

	reader->loop = loop;
	reader->config = config;
	reader->sink = *sink;
	reader->path = config->paths.items[0];
	reader->fd = -1;
	reader->lines = (struct log_line_parser){.format = LOG_FORMAT_AUTO, .logger = config->logger};
	reader->retry = loop_timer(loop, start_listening, reader);
	start_listening(reader);
	return reader;
}

/* Somebody may have removed the socket's file, as cleaners of /run and /tmp do. */
static void socket_sweep(struct source_reader *reader)
{
	if (reader->fd < 0 || is_ours(reader))
		return;
	log_warning("source", "the log socket's file is gone, made again log=%s path=%s",
		    reader->config->name, reader->path);
	stop_listening(reader);
	start_listening(reader);
}

static void socket_close(struct source_reader *reader)
{
	if (!reader)
		return;
	if (reader->fd >= 0 && is_ours(reader))
		unlink(reader->path);
	stop_listening(reader);
	timer_free(reader->retry);
	log_line_parser_free(&reader->lines);
	buf_free(&reader->name);
	buf_free(&reader->cut);
	free(reader);
}

const struct source source_socket = {
	.name = "socket",
	.open = socket_open,
	.sweep = socket_sweep,
	.close = socket_close,
};
