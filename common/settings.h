/*
 * Settings of a program: one table, read once, validated whole. A setting `api-workers` is the option
 * --api-workers N and the environment variable P2PDASH_API_WORKERS; the option wins. This is the only reader
 * of the environment.
 */
#ifndef COMMON_SETTINGS_H
#define COMMON_SETTINGS_H

#include "common/buf.h"
#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum setting_type { SETTING_TEXT, SETTING_INTEGER, SETTING_FLAG };

struct setting {
	const char *name; /* lower case with dashes */
	enum setting_type type;
	const char *initial; /* as text; NULL: must be given (SETTING_TEXT, SETTING_INTEGER) */
	int64_t min, max;    /* SETTING_INTEGER; for SETTING_TEXT max is the longest length, 0: 4096 */
	bool secret;	     /* shown as *** */
	const char *value;   /* the placeholder in --help, "PATH"; NULL for a flag */
	const char *help;
};

/* Values by the table's index. Texts live as long as argv and the environment. */
struct setting_value {
	const char *text; /* SETTING_TEXT; else NULL */
	int64_t number;	  /* SETTING_INTEGER; SETTING_FLAG: 0 or 1 */
};

struct program {
	const char *name;    /* "p2pdash-api" */
	const char *summary; /* the first line of --help */
	const char *usage;   /* "p2pdash-api [OPTION …]" */
	const char *notes;   /* after the options; may be NULL */
	const struct setting *settings;
	size_t settings_count;
};

/*
 * Fills values[settings_count] from the environment and argv. On --help or --version it prints and exits 0;
 * *rest is the index of the first argument that is no option. ERR_INVALID with a sentence naming the option
 * or the variable; main then calls settings_refuse.
 */
enum err settings_read(const struct program *program, int argc, char **argv, struct setting_value *values,
		       int *rest, struct reason *why) MUST_CHECK;

/* Prints `NAME: why` and where to find help on standard error, and exits 2. */
_Noreturn void settings_refuse(const struct program *program, const struct reason *why);

/* Logs every value once, secrets masked. */
void settings_show(const struct program *program, const struct setting_value *values);

#endif
