/* Where to listen, as it is written on a command line: `unix:PATH` or `HOST:PORT`. */
#ifndef RELAY_LISTEN_ADDRESS_H
#define RELAY_LISTEN_ADDRESS_H

#include "common/err.h"

struct listen_address {
	char path[108]; /* unix socket; "" for TCP */
	char host[256]; /* an address or an interface; IPv6 without its brackets */
	int port;
};

/* ERR_INVALID with a sentence. */
enum err listen_address_parse(const char *text, struct listen_address *out, struct reason *why) MUST_CHECK;

#endif
