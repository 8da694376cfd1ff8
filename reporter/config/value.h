/* The types a configuration value can have: how each is read from text, checked, stored and freed. */
#ifndef REPORTER_CONFIG_VALUE_H
#define REPORTER_CONFIG_VALUE_H

#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_type {
	VALUE_TEXT,	   /* char *, not empty */
	VALUE_URL,	   /* char *, http:// or https://, without its last slash */
	VALUE_SOCKET,	   /* char *, a path that fits a Unix socket's address */
	VALUE_AUTHORITIES, /* char *, the path of a PEM file with certificates in it */
	VALUE_DIRECTORY,   /* char *, the path of one that is there */
	VALUE_STATE,	   /* char *, the path of a directory that is there or can be made in one that is */
	VALUE_NODE,	   /* char[ID_NODE_SIZE] */
	VALUE_INTEGER,	   /* int64_t within [min, max] */
	VALUE_CHOICE,	   /* an enum: the index in `choices` */
	VALUE_LEVEL,	   /* enum level */
	VALUE_ACTIONS,	   /* unsigned: a bit for each action named, in any order; may be empty */
	VALUE_LIST,	   /* struct config_list: at least one item between commas */
	VALUE_ARGV,	   /* struct config_list: words between blanks, "…" and '…' keep them */
	VALUE_TYPE_COUNT
};

/* One key of a section: a row shows what it may hold, and with which drivers or sources it goes. */
struct config_key {
	const char *name;
	enum value_type type;
	size_t offset;	     /* of the field in the section's struct */
	const char *initial; /* as text, if the file does not say; NULL: the field stays zero */
	bool required;
	unsigned kinds; /* a bit for each driver or source it fits; 0: all of them */
	int64_t min, max;
	const char *const *choices; /* ends with NULL */
};

/* Reads `value` and stores it in the key's field of `section`, whose old contents must have been freed.
 * ERR_INVALID with a sentence that names the key; the field is untouched then. */
enum err config_value_set(const struct config_key *key, const char *value, void *section,
			  struct reason *why) MUST_CHECK;

/* ERR_INVALID, with a sentence that names `key`, unless the path fits a Unix socket's address (unix(7)). */
enum err config_value_check_socket(const char *key, const char *path, struct reason *why) MUST_CHECK;

/* Frees what the key's field of `section` holds, if anything, and leaves it empty. */
void config_value_free(const struct config_key *key, void *section);

#endif
