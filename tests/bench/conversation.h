/*
 * One socket of the probe: bytes out, and a wait for a text among the bytes that come in. It knows no
 * protocol, so that every system that is measured is measured by the same code.
 */
#ifndef TESTS_BENCH_CONVERSATION_H
#define TESTS_BENCH_CONVERSATION_H

#include "common/err.h"

#include <stddef.h>

#define CONVERSATION_TEXT_MAX 64 /* the longest text that can be waited for */

struct conversation {
	int fd;
	char tail[CONVERSATION_TEXT_MAX]; /* the newest bytes: a text may come in two pieces */
	size_t tail_len;
};

enum hearing { HEARING_NOTHING, HEARING_TEXT, HEARING_END };

/* `unix:PATH`, `HOST:PORT` (numeric) or `datagram:PATH`. The socket is made non-blocking. ERR_INVALID or
 * ERR_SYSTEM. */
enum err conversation_open(struct conversation *conversation, const char *address) MUST_CHECK;
void conversation_close(struct conversation *conversation);

/* Sends all of it, waiting where the socket is full. ERR_SYSTEM. */
enum err conversation_say(struct conversation *conversation, const char *data, size_t len) MUST_CHECK;

/* Reads what is there. HEARING_TEXT if `text` ended in it; what came before and with it is forgotten then. */
enum hearing conversation_hear(struct conversation *conversation, const char *text);

#endif
