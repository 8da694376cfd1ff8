/* Reads an INI file line by line. It knows brackets, equal signs, blanks and comments, and no key. */
#include "reporter/config/ini.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf" /* some editors begin a file in UTF-8 with it */

struct ini {
	const char *path;
	const struct ini_handler *handler;
	void *user;
	int line;
	int section_line; /* 0: no section yet */
};

/* Puts "FILE:LINE: " in front of what was refused. */
static enum err refuse(const struct ini *ini, int line, enum err err, struct reason *why)
{
	struct reason inner = *why;

	return reason_set(why, err, "%s:%d: %s", ini->path, line, inner.text);
}

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " \t\r\n");
	len = strlen(text);
	while (len && strchr(" \t\r\n", text[len - 1]))
		len--;
	text[len] = '\0';
	return text;
}

/* The quote that ends what is quoted from `at` on. NULL if nothing is: an apostrophe within a word is no
 * quote, nor is what has no twin. */
static char *end_of_quoted(const char *text, char *at)
{
	bool begins = (*at == '"' || *at == '\'') && (at == text || strchr(" \t=", at[-1]));

	return begins ? strchr(at + 1, *at) : NULL;
}

static void cut_comment(char *text)
{
	for (char *at = text; *at; at++) {
		char *end = end_of_quoted(text, at);

		if (end) {
			at = end;
		} else if (*at == ';' && at > text && (at[-1] == ' ' || at[-1] == '\t')) {
			*at = '\0';
			return;
		}
	}
}

static enum err end_section(struct ini *ini, struct reason *why)
{
	int line = ini->section_line;
	enum err err;

	if (!ini->section_line)
		return ERR_NONE;
	err = ini->handler->end(ini->user, &line, why);
	return err ? refuse(ini, line, err, why) : ERR_NONE;
}

static enum err read_section(struct ini *ini, char *text, struct reason *why)
{
	size_t len = strlen(text);
	char *kind, *name;
	enum err err = end_section(ini, why);

	if (err)
		return err;
	ini->section_line = ini->line;
	if (text[len - 1] != ']') {
		err = reason_set(why, ERR_MALFORMED, "the section's name must end with ]");
		return refuse(ini, ini->line, err, why);
	}
	text[len - 1] = '\0';
	kind = trim(text + 1);
	name = kind + strcspn(kind, " \t");
	if (*name)
		*name++ = '\0';
	err = ini->handler->section(ini->user, kind, trim(name), why);
	return err ? refuse(ini, ini->line, err, why) : ERR_NONE;
}

static enum err read_pair(struct ini *ini, char *text, struct reason *why)
{
	char *value = strchr(text, '=');
	enum err err;

	if (!value) {
		err = reason_set(why, ERR_MALFORMED, "expected [section] or key = value");
	} else if (!ini->section_line) {
		err = reason_set(why, ERR_MALFORMED, "the first line must be a [section]");
	} else {
		*value++ = '\0';
		err = ini->handler->pair(ini->user, trim(text), trim(value), ini->line, why);
	}
	return err ? refuse(ini, ini->line, err, why) : ERR_NONE;
}

static enum err read_line(struct ini *ini, char *text, struct reason *why)
{
	if (ini->line == 1 && strncmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
		text += strlen(BYTE_ORDER_MARK);
	text = trim(text);
	if (!*text || *text == ';' || *text == '#')
		return ERR_NONE;
	cut_comment(text);
	text = trim(text);
	return *text == '[' ? read_section(ini, text, why) : read_pair(ini, text, why);
}

enum err ini_read(const char *path, const struct ini_handler *handler, void *user, struct reason *why)
{
	struct ini ini = {.path = path, .handler = handler, .user = user};
	FILE *file = fopen(path, "re");
	enum err err = ERR_NONE;
	char *text = NULL;
	size_t capacity = 0;

	if (!file)
		return reason_set(why, ERR_SYSTEM, "%s: cannot be read: %s", path, strerror(errno));
	while (!err && getline(&text, &capacity, file) >= 0) {
		ini.line++;
		err = read_line(&ini, text, why);
	}
	if (!err && ferror(file))
		err = reason_set(why, ERR_SYSTEM, "%s: cannot be read: %s", path, strerror(errno));
	if (!err)
		err = end_section(&ini, why);
	free(text);
	fclose(file);
	return err;
}
