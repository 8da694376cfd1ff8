/*
 * Reads an INI file line by line. It knows brackets, equal signs, blanks and comments, and no key.
 *
 * A comment within a line begins with a `;` that follows a blank, because values hold semicolons too: `a;b`,
 * or a command in quotes, `sh -c "true ; false"`. So quotes must be known here, though what they mean is the
 * value's concern. An apostrophe within a word is no quote, and neither is a quote without a twin.
 */
#include "reporter/config/ini.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf" /* some editors begin a file in UTF-8 with it */

struct ini {
	const struct ini_handler *handler;
	void *user;
	int line;	  /* the one that is read */
	int section_line; /* where the section begins; 0: there is none yet */
	int fault_line;	  /* what an error is about */
};

/* Cuts blanks and the line's end off both ends, in place. */
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

static void cut_comment(char *text)
{
	for (char *at = text; *at; at++) {
		bool after_blank = at > text && (at[-1] == ' ' || at[-1] == '\t');
		bool may_quote = at == text || after_blank || at[-1] == '=';
		char *twin = may_quote && (*at == '"' || *at == '\'') ? strchr(at + 1, *at) : NULL;

		if (twin) {
			at = twin;
		} else if (*at == ';' && after_blank) {
			*at = '\0';
			return;
		}
	}
}

static enum err end_section(struct ini *ini, struct reason *why)
{
	if (!ini->section_line)
		return ERR_NONE;
	ini->fault_line = ini->section_line;
	return ini->handler->end(ini->user, &ini->fault_line, why);
}

static enum err read_section(struct ini *ini, char *text, struct reason *why)
{
	size_t len = strlen(text);
	char *kind, *name;
	enum err err = end_section(ini, why);

	if (err != ERR_NONE)
		return err;
	ini->section_line = ini->line;
	ini->fault_line = ini->line;
	if (text[len - 1] != ']')
		return reason_set(why, ERR_MALFORMED, "the section's name must end with ]");
	text[len - 1] = '\0';
	kind = trim(text + 1);
	name = kind + strcspn(kind, " \t");
	if (*name)
		*name++ = '\0';
	return ini->handler->section(ini->user, kind, trim(name), why);
}

static enum err read_line(struct ini *ini, char *text, struct reason *why)
{
	char *value;

	ini->fault_line = ini->line;
	if (ini->line == 1 && strncmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
		text += strlen(BYTE_ORDER_MARK);
	text = trim(text);
	if (!*text || *text == ';' || *text == '#')
		return ERR_NONE;
	cut_comment(text);
	text = trim(text);
	if (*text == '[')
		return read_section(ini, text, why);
	value = strchr(text, '=');
	if (!value)
		return reason_set(why, ERR_MALFORMED, "expected [section] or key = value");
	if (!ini->section_line)
		return reason_set(why, ERR_MALFORMED, "the first line must be a [section]");
	*value++ = '\0';
	return ini->handler->pair(ini->user, trim(text), trim(value), ini->line, why);
}

enum err ini_read(const char *path, const struct ini_handler *handler, void *user, struct reason *why)
{
	struct ini ini = {.handler = handler, .user = user};
	struct reason fault;
	FILE *file = fopen(path, "re");
	enum err err;
	char *text = NULL;
	size_t capacity = 0;

	if (!file)
		return reason_set(why, ERR_SYSTEM, "%s: cannot be read: %s", path, strerror(errno));
	while (getline(&text, &capacity, file) >= 0) {
		ini.line++;
		err = read_line(&ini, text, &fault);
		if (err != ERR_NONE)
			goto refused;
	}
	if (ferror(file)) {
		err = reason_set(why, ERR_SYSTEM, "%s: cannot be read: %s", path, strerror(errno));
		goto out;
	}
	err = end_section(&ini, &fault);
	if (err == ERR_NONE)
		goto out;
refused:
	err = reason_set(why, err, "%s:%d: %s", path, ini.fault_line, fault.text);
out:
	free(text);
	fclose(file);
	return err;
}
