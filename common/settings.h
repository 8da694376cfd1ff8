/*
 * Settings of a program: a row of its table each, read once at start and checked as a whole before
 * anything is opened. A setting `wait-workers` is the option --wait-workers N and the environment variable
 * P2PDASH_WAIT_WORKERS; the option wins. --help is written from the same table. Nothing else in the
 * project reads the environment.
 *
 * A stack's sockets and secrets are in its state directory, which P2PDASH_STATE_DIR names. The defaults of
 * all programs lie there, so whoever names the directory of one stack never reaches another by accident.
 */
#ifndef COMMON_SETTINGS_H
#define COMMON_SETTINGS_H

#include "common/buf.h"
#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum setting_type { SETTING_TEXT, SETTING_INTEGER, SETTING_FLAG };

/* How a default begins that lies in the state directory: `run` where P2PDASH_STATE_DIR is not set. */
#define SETTING_STATE_DIR "$P2PDASH_STATE_DIR"

/* A row of a program's table. */
struct setting {
	const char *name; /* lower case with dashes */
	enum setting_type type;
	const char *initial; /* as text, may hold SETTING_STATE_DIR; NULL: must be given (TEXT, INTEGER) */
	int64_t min, max;    /* SETTING_INTEGER; for SETTING_TEXT max is the longest length, 0: 4096 */
	bool secret;	     /* shown as *** */
	const char *value;   /* the placeholder in --help, "PATH"; NULL for a flag */
	const char *help;
};

/* Values by the table's index. Texts live as long as argv and the environment. */
struct setting_value {
	const char *text; /* SETTING_TEXT; else NULL */
	int64_t number;	  /* SETTING_INTEGER; SETTING_FLAG: 0 or 1 */
	bool given;	  /* by an option or a variable; else it is the table's default */
};

/* What a program says about itself. */
struct program {
	const char *name;    /* "p2pdash-api" */
	const char *summary; /* the first line of --help */
	const char *usage;   /* "p2pdash-api [OPTION …]" */
	const char *notes;   /* after the options; may be NULL */
	const struct setting *settings;
	size_t settings_count;
};

/*
 * Fills values[settings_count] from the environment and argv; *rest is the index of the first argument
 * that is not an option. On --help and --version it prints and ends the process with status 0. ERR_INVALID
 * with a sentence that names the option or the variable, as the person wrote it; main then calls
 * settings_refuse.
 */
enum err settings_read(const struct program *program, int argc, char **argv, struct setting_value *values,
		       int *rest, struct reason *why) MUST_CHECK;

/* Prints `NAME: why` and where to find help on standard error, and ends the process with status 2. */
_Noreturn void settings_refuse(const struct program *program, const struct reason *why);

/* Logs every value, a line each; secrets as ***. */
void settings_show(const struct program *program, const struct setting_value *values);

#endif
