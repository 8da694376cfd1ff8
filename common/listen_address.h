/* Where to listen, as it is written on a command line: `unix:PATH` or `HOST:PORT`. */
#ifndef COMMON_LISTEN_ADDRESS_H
#define COMMON_LISTEN_ADDRESS_H

#include "common/err.h"

struct listen_address {
	char path[108]; /* unix socket; "" for TCP */
	char host[256]; /* a numeric address; IPv6 without its brackets */
	int port;
};

/* ERR_INVALID with a sentence. */
enum err listen_address_parse(const char *text, struct listen_address *out, struct reason *why) MUST_CHECK;

/*
 * Whether one can listen there, by trying it and letting go again: libwebsockets 4.3 tries for ever where it
 * cannot. A socket's file whose program has died is removed. ERR_SYSTEM with a sentence.
 */
enum err listen_address_try(const struct listen_address *address, struct reason *why) MUST_CHECK;

#endif
