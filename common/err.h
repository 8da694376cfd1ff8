/*
 * What can go wrong, for every program: one list, and one table (err.c) that turns each value into the
 * HTTP status and the stable `code` of the wire contract.
 *
 * A function that can fail returns an `enum err` and gives its results by out-parameters, which it leaves
 * untouched when it fails. Callers compare with ERR_NONE, return at once or go to their one `out:`, and
 * pass on the error they got.
 */
#ifndef COMMON_ERR_H
#define COMMON_ERR_H

#define MUST_CHECK		   __attribute__((warn_unused_result))
#define PRINTF_LIKE(string, first) __attribute__((format(printf, string, first)))

enum err {
	ERR_NONE = 0,
	ERR_MALFORMED,	  /* not JSON, not a number, cut short */
	ERR_UNAUTHORIZED, /* no token, or one that is not ours */
	ERR_TOKEN_EXPIRED,
	ERR_TOKEN_REVOKED,
	ERR_BAD_CREDENTIALS,
	ERR_FORBIDDEN,		/* the role does not allow it */
	ERR_BAD_ORIGIN,		/* cookie without a same-origin Origin */
	ERR_NODE_MISMATCH,	/* a worker's token used for another node */
	ERR_ACTION_NOT_ALLOWED, /* the worker's own configuration forbids it */
	ERR_NOT_FOUND,
	ERR_UNKNOWN_NODE,
	ERR_UNKNOWN_SERVICE,
	ERR_UNKNOWN_COMMAND,
	ERR_UNKNOWN_USER,
	ERR_METHOD_NOT_ALLOWED,
	ERR_CONFLICT,
	ERR_WORKER_BUSY,      /* it does not take the command now; nothing was done */
	ERR_DUPLICATE_WORKER, /* two reporters with one node id */
	ERR_TOO_LARGE,
	ERR_NOT_JSON, /* the body's media type */
	ERR_INVALID,  /* well-formed, but a value is out of its range */
	ERR_TOO_MANY_REQUESTS,
	ERR_TOO_MANY_WAITING, /* calls that wait for workers */
	ERR_TOO_MANY_READS,   /* of the log, at once */
	ERR_INTERNAL,
	ERR_WORKER_FAILED, /* the worker answered, with nonsense */
	ERR_BACKEND_AWAY,  /* Redis does not answer */
	ERR_BACKEND_FULL,  /* Redis may hold no more: it answers, and takes nothing new */
	ERR_WORKER_NOT_CONNECTED,
	ERR_WORKER_TIMEOUT,
	ERR_SYSTEM, /* a system call failed; errno says why */
	ERR_COUNT
};

/* The HTTP status that the API answers an error with; 200 for ERR_NONE. */
int err_status(enum err err);

/* The error's stable snake_case name in the wire contract, which clients may rely on; static storage. */
const char *err_code(enum err err);

/*
 * One sentence for the person who reads the answer or the log: what was refused, and which field, file or
 * line it is about. It never holds a secret.
 */
struct reason {
	char text[256];
};

/*
 * Writes the sentence, cut to the struct's size, and returns `err`, so that a check can say `return
 * reason_set(why, ERR_INVALID, …)`. With `why` NULL the sentence is dropped.
 */
enum err reason_set(struct reason *why, enum err err, const char *format, ...) PRINTF_LIKE(3, 4) MUST_CHECK;

#endif
