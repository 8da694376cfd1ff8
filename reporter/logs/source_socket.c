/*
 * Log lines from programs on this machine, by a Unix datagram socket: syslog, or a line as a file could have
 * it, of which the contract's JSON entry is one.
 *
 * A writer never waits for us, and what it sent cannot be read twice. So this source has no positions and
 * does not pause; while the spool is full the oldest entries go. It does not know who writes, and lets
 * everybody.
 */
#include "reporter/logs/source.h"

#include "common/clock.h"
#include "common/entry_fields.h"
#include "common/limits.h"
#include "common/listen.h"
#include "common/log.h"
#include "common/mem.h"
#include "reporter/logs/line.h"
#include "reporter/logs/syslog_message.h"
#include "reporter/logs/timestamp.h"
#include "reporter/logs/utf16.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* A message at the limit, every character of it escaped in JSON, and more. */
#define DATAGRAM_MAX_BYTES   (512 * 1024)
#define DATAGRAMS_A_TURN     1000
#define RECEIVE_BUFFER_BYTES (8 * 1024 * 1024)
#define SOCKET_MODE	     0666 /* any program may log, as with /dev/log; the directory's mode can narrow it */
#define RETRY_MS	     5000

struct source_reader {
	struct loop *loop;
	const struct config_log *config;
	struct source_sink sink;
	const char *path;
	int fd;		     /* -1: not listening, which the timer tries again */
	struct stat file;    /* of the socket when it was made, to see that it still is ours */
	struct watch *watch; /* NULL while not listening */
	struct timer *retry;
	struct line_parser parser;
	struct buf name, fields, text; /* scratch: a syslog tag, its structured data, a datagram in UTF-8 */
	char datagram[DATAGRAM_MAX_BYTES]; /* the one at work */
};

/* --- datagrams ---------------------------------------------------------------------------------- */

/* A field of an entry that is being made. */
static void add_field(void *user, struct syslog_text id, struct syslog_text name, const char *value,
		      size_t len)
{
	struct entry_fields *fields = user;
	char path[LIMIT_NAME + 1];

	if (snprintf(path, sizeof(path), "%.*s%s%.*s", (int)id.len, id.text, id.len ? "." : "", (int)name.len,
		     name.text) < (int)sizeof(path))
		(void)entry_fields_add_text(fields, path, value, len);
}

/* What a syslog message says beside its text, behind what the text itself said. */
static struct span syslog_fields(struct source_reader *reader, const struct syslog_message *message,
				 bool is_believed, struct span said)
{
	static const struct syslog_text NO_ID = {"", 0}, MSGID = {"msgid", 5}, TIME = {"time", 4};
	struct entry_fields fields = {.out = &reader->fields, .any = said.len > 0};
	char time[CLOCK_ISO_LEN + 1];

	buf_clear(&reader->fields);
	if (said.len)
		buf_append(&reader->fields, said.data, said.len - 1); /* without its closing brace */
	if (!is_believed) {
		clock_format_iso(message->timestamp_ms, time);
		add_field(&fields, NO_ID, TIME, time, strlen(time));
	}
	if (message->id.len)
		add_field(&fields, NO_ID, MSGID, message->id.text, message->id.len);
	syslog_message_each_data(message, add_field, &fields);
	return entry_fields_end(&fields);
}

/* False if it does not begin as a syslog message does. */
static bool take_syslog(struct source_reader *reader, const char *data, size_t len, int64_t now_ms)
{
	struct syslog_message message;
	struct entry entry = {.logger_name = reader->config->logger};
	bool is_believed;

	if (syslog_message_read(data, len, now_ms, &message) != ERR_NONE)
		return false;
	is_believed = timestamp_is_believed(message.timestamp_ms, now_ms);
	entry.timestamp_ms = is_believed ? message.timestamp_ms : now_ms;
	entry.level = level_of_severity(message.severity);
	/* A message that is only structured data shows that. */
	if (message.text.len == 0)
		message.text = message.data;
	entry.message = message.text.text;
	entry.message_len = message.text.len;
	if (message.app.len) {
		buf_clear(&reader->name);
		buf_append(&reader->name, message.app.text, message.app.len);
		entry.logger_name = buf_string(&reader->name);
	}
	line_read_message(&reader->parser, true, now_ms, &entry);
	entry.fields = syslog_fields(reader, &message, is_believed, entry.fields);
	reader->sink.take(reader->sink.user, &entry, NULL, NULL);
	return true;
}

/* Takes what was sent at once: an entry, or several syslog messages. */
static void take_datagram(struct source_reader *reader, const char *data, size_t len, int64_t now_ms)
{
	struct entry entry;

	while (len > 0) {
		size_t first = syslog_message_len(data, len);

		if (!take_syslog(reader, data, first, now_ms) &&
		    line_read(&reader->parser, data, first, now_ms, &entry))
			reader->sink.take(reader->sink.user, &entry, NULL, NULL);
		if (first == len)
			break;
		data += first + 1;
		len -= first + 1;
	}
}

static void on_readable(void *user, uint32_t events)
{
	struct source_reader *reader = user;

	(void)events;
	for (int i = 0; i < DATAGRAMS_A_TURN; i++) {
		ssize_t got = recv(reader->fd, reader->datagram, sizeof(reader->datagram), MSG_DONTWAIT);
		const char *data = reader->datagram;
		size_t len;

		if (got < 0)
			return;
		len = (size_t)got;
		if (utf16_is_marked(data, len)) {
			utf16_to_utf8(data, len, &reader->text);
			data = buf_string(&reader->text);
			len = reader->text.len;
		}
		while (len > 0 && (data[len - 1] == '\0' || data[len - 1] == '\n'))
			len--;
		take_datagram(reader, data, len, clock_now_ms());
	}
}

/* --- the socket --------------------------------------------------------------------------------- */

static enum err open_socket(struct source_reader *reader, struct reason *why)
{
	int fd = -1, size = RECEIVE_BUFFER_BYTES;
	enum err err = listen_bind(reader->path, SOCK_DGRAM, SOCKET_MODE, &fd);

	if (err == ERR_INVALID)
		return reason_set(why, err, "what is there is no socket, so it is left alone");
	if (err != ERR_NONE)
		return reason_set(why, err, "%s", strerror(errno));
	if (lstat(reader->path, &reader->file) < 0) {
		err = reason_set(why, ERR_SYSTEM, "%s", strerror(errno));
		close(fd);
		return err;
	}
	/* Only root may go beyond the system's limit; others get as much as it allows. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	reader->fd = fd;
	return ERR_NONE;
}

static void start_listening(void *user)
{
	struct source_reader *reader = user;
	struct reason why;

	if (open_socket(reader, &why) != ERR_NONE) {
		if (troubles_begin(reader->sink.troubles, TROUBLE_LOG, reader->config->name, why.text))
			log_warning("source", "cannot listen on the log socket log=%s path=%s error=\"%s\"",
				    reader->config->name, reader->path, why.text);
		timer_start(reader->retry, RETRY_MS);
		return;
	}
	troubles_end(reader->sink.troubles, TROUBLE_LOG, reader->config->name, NULL);
	reader->watch = loop_watch(reader->loop, reader->fd, EPOLLIN, on_readable, reader);
	log_info("source", "listening for log entries log=%s path=%s", reader->config->name, reader->path);
}

/* Whether it listens, and the socket's file is the one it made. */
static bool is_reachable(const struct source_reader *reader)
{
	struct stat file;

	return reader->fd >= 0 && lstat(reader->path, &file) == 0 && file.st_dev == reader->file.st_dev &&
	       file.st_ino == reader->file.st_ino;
}

/* Takes what was sent. A program that sends from now on is told that nobody reads, and may keep its lines. */
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
	reader->parser = (struct line_parser){.format = LOG_FORMAT_AUTO, .logger = config->logger};
	reader->retry = loop_timer(loop, start_listening, reader);
	start_listening(reader);
	return reader;
}

/* The socket's file may have been removed, as cleaners of /run and /tmp do. */
static void socket_sweep(struct source_reader *reader)
{
	if (reader->fd < 0 || is_reachable(reader))
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
	if (is_reachable(reader))
		unlink(reader->path);
	stop_listening(reader);
	timer_free(reader->retry);
	line_parser_free(&reader->parser);
	buf_free(&reader->name);
	buf_free(&reader->fields);
	buf_free(&reader->text);
	free(reader);
}

const struct source source_socket = {
	.name = "socket",
	.open = socket_open,
	.sweep = socket_sweep,
	.close = socket_close,
};
