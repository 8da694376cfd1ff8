/*
 * The `code` in the result of a command that did not succeed. The reporter gives it, and the API decides
 * by it what it answers its caller: a command that was tried and failed is an answer with `success:
 * false`, one that was not even tried is an error with a status of its own.
 */
#ifndef COMMON_RESULT_CODE_H
#define COMMON_RESULT_CODE_H

#include "common/err.h"

enum result_code {
	/* It was tried. */
	RESULT_FAILED,
	RESULT_TIMEOUT,
	RESULT_INTERRUPTED, /* the reporter ended meanwhile: nobody knows */

	/* It was not. */
	RESULT_UNKNOWN_SERVICE,
	RESULT_ACTION_NOT_ALLOWED,
	RESULT_UNKNOWN_METHOD,
	RESULT_INVALID,	    /* a parameter, or the kind of command */
	RESULT_BUSY,	    /* with another action of the same service */
	RESULT_EXPIRED,	    /* it came too late */
	RESULT_LEDGER_FULL, /* too many commands in too short a time */
	RESULT_NOT_NOTED,   /* the disk did not take it */
	RESULT_CODE_COUNT
};

/* The code as the wire contract writes it; static storage. */
const char *result_code_name(enum result_code code);

/*
 * The API's error for a code that says that nothing was tried. ERR_NONE for a code that says that it was,
 * for a text that is no code (a newer reporter may know more of them), and for NULL.
 */
enum err result_code_refusal(const char *name);

#endif
