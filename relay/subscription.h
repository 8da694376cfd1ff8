/* What a client of the delta protocol asks for, read from its `subscribe` message. */
#ifndef RELAY_SUBSCRIPTION_H
#define RELAY_SUBSCRIPTION_H

#include "common/entry.h"

#include <stdbool.h>

#define SUBSCRIPTION_NODES_MAX 100
#define SUBSCRIPTION_ID_MAX    64			     /* bytes of an id that is a text */
#define SUBSCRIPTION_ID_SIZE   (6 * SUBSCRIPTION_ID_MAX + 3) /* the same as JSON, all of it escaped */

/* What a client wants of something that it may leave as it is. */
enum subscription_wish {
	WISH_UNCHANGED, /* the member is absent */
	WISH_NOTHING,	/* null, or an empty list */
	WISH_THIS
};

struct subscription_request {
	char id[SUBSCRIPTION_ID_SIZE]; /* the client's name of the request, as JSON; "" if it has none */

	enum subscription_wish nodes;
	char ids[SUBSCRIPTION_NODES_MAX][ID_NODE_SIZE]; /* WISH_THIS: each once */
	size_t ids_count;

	enum subscription_wish logs;
	struct entry_filter filter; /* WISH_THIS */

	bool has_log_seq;
	int64_t log_seq; /* lines after it are wanted, too */
};

/*
 * Reads the text of a client's message, `len` bytes. ERR_MALFORMED or ERR_INVALID with a sentence for the
 * client; of *out only the id counts then.
 *
 * SAMPLE {"type":"subscribe","id":7,"nodes":["worker-001"],"logs":{"level":"WARNING"},"log_seq":1234}
 */
enum err subscription_read(const char *text, size_t len, struct subscription_request *out,
			   struct reason *why) MUST_CHECK;

#endif
