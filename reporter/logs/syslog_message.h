/*
 * One syslog message as it comes over a local socket: RFC 5424, RFC 3164 (with or without a host), and what
 * libraries make of it (no time, no tag, a NUL at the end).
 */
#ifndef REPORTER_LOGS_SYSLOG_MESSAGE_H
#define REPORTER_LOGS_SYSLOG_MESSAGE_H

#include "common/err.h"

#include <stddef.h>
#include <stdint.h>

/* A text in the datagram: it has no NUL, and no length if the message does not have it. */
struct syslog_text {
	const char *text;
	size_t len;
};

struct syslog_message {
	int severity; /* 0-7 */
	int64_t timestamp_ms;
	struct syslog_text app;	 /* RFC 5424's APP-NAME, RFC 3164's TAG without its process id */
	struct syslog_text id;	 /* RFC 5424's MSGID */
	struct syslog_text data; /* RFC 5424's STRUCTURED-DATA with its brackets */
	struct syslog_text text;
};

/* Gets a parameter of structured data: its element's id, its name, and its value with escapes undone. */
typedef void (*syslog_data_fn)(void *user, struct syslog_text id, struct syslog_text name, const char *value,
			       size_t value_len);

/* Gives each parameter of `data`, in order. */
void syslog_message_each_data(const struct syslog_message *message, syslog_data_fn give, void *user);

/*
 * The length of the message that the datagram begins with: some programs put several into one, each on a line
 * of its own that begins with a priority. What follows it is the newline.
 */
size_t syslog_message_len(const char *data, size_t len);

/*
 * ERR_MALFORMED, and *out untouched, if the datagram does not begin with a priority (`<0>` to `<191>`);
 * anything may follow it. A time that is missing, or that has whole seconds and agrees with `now_ms` within
 * two, is `now_ms`.
 */
enum err syslog_message_read(const char *data, size_t len, int64_t now_ms,
			     struct syslog_message *out) MUST_CHECK;

#endif
