/*
 * The types of values, a function each, in a table. Which keys there are is not known here.
 *
 * Fields of the configuration's structs have different types, and the table reaches them by their offset. So
 * a value is copied into its field with memcpy, which needs no cast that the compiler could not check.
 */
#include "reporter/config/value.h"

#include "common/entry.h"
#include "common/id.h"
#include "common/mem.h"
#include "common/number.h"
#include "reporter/base/authorities.h"
#include "reporter/config/config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* --- texts -------------------------------------------------------------------------------------- */

static enum err set_text(const struct config_key *key, const char *value, void *field, struct reason *why)
{
	char *text;

	if (!*value)
		return reason_set(why, ERR_INVALID, "%s must not be empty", key->name);
	text = mem_text(value);
	memcpy(field, &text, sizeof(text));
	return ERR_NONE;
}

/* Characters that a host's name cannot have. Letters beyond ASCII it can: libcurl knows such names. */
#define NOT_IN_HOST " \t!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~"

/*
 * The length of the IPv6 address in brackets that `text` begins with, 0 if there is none. A zone may follow
 * the address (RFC 6874).
 *
 * SAMPLE [fe80::1%25eth0]
 */
static size_t address_len(const char *text)
{
	char address[INET6_ADDRSTRLEN] = "";
	struct in6_addr parsed;
	size_t len = strcspn(text + 1, "%]"), zone = strcspn(text + 1 + len, "]");

	if (len >= sizeof(address) || !text[1 + len + zone])
		return 0;
	memcpy(address, text + 1, len);
	return inet_pton(AF_INET6, address, &parsed) == 1 ? 1 + len + zone + 1 : 0;
}

/* Whether the rest of a URL begins with a host, and perhaps a port, that libcurl can use. An address that it
 * cannot use would look like a coordinator that is away, for ever.
 *
 * SAMPLE coordinator.example:8443/prefix
 */
static bool has_host(const char *text)
{
	size_t len = *text == '[' ? address_len(text) : strcspn(text, NOT_IN_HOST), digits;
	char port[sizeof("65535")] = "";
	int64_t number;

	if (!len)
		return false;
	if (text[len] != ':')
		return !text[len] || text[len] == '/';
	digits = strcspn(text + len + 1, "/");
	if (digits >= sizeof(port))
		return false;
	memcpy(port, text + len + 1, digits);
	return number_parse(port, 1, UINT16_MAX, &number) == ERR_NONE;
}

static enum err set_url(const struct config_key *key, const char *value, void *field, struct reason *why)
{
	static const char *const schemes[] = {"http://", "https://"};
	size_t len = strlen(value);

	while (len && value[len - 1] == '/')
		len--;
	for (size_t i = 0; i < 2; i++) {
		size_t scheme = strlen(schemes[i]);
		char *url;

		if (strncmp(value, schemes[i], scheme) != 0 || !has_host(value + scheme) ||
		    strpbrk(value, " \t?#@"))
			continue;
		url = mem_copy(value, len);
		memcpy(field, &url, sizeof(url));
		return ERR_NONE;
	}
	return reason_set(why, ERR_INVALID,
			  "%s must be https://HOST[:PORT] or http://HOST[:PORT], not \"%.100s\"", key->name,
			  value);
}

static enum err set_node(const struct config_key *key, const char *value, void *field, struct reason *why)
{
	if (!id_is_node(value))
		return reason_set(why, ERR_INVALID,
				  "%s must be 1 to 64 letters, digits, '.', '_' or '-', and begin with a "
				  "letter or digit, not \"%.80s\"",
				  key->name, value);
	memcpy(field, value, strlen(value) + 1);
	return ERR_NONE;
}

/* --- paths: what must be there already ---------------------------------------------------------- */

enum err config_value_check_socket(const char *key, const char *path, struct reason *why)
{
	size_t max = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;

	if (strlen(path) > max)
		return reason_set(why, ERR_INVALID,
				  "%s is the path of a socket and must have at most %zu bytes", key, max);
	return ERR_NONE;
}

static enum err check_authorities(const char *key, const char *path, struct reason *why)
{
	if (access(path, R_OK) < 0)
		return reason_set(why, ERR_INVALID, "%s %s cannot be read: %s", key, path, strerror(errno));
	if (!authorities_can_be_read(path))
		return reason_set(why, ERR_INVALID, "%s %s holds no certificate in PEM", key, path);
	return ERR_NONE;
}

static enum err check_directory(const char *key, const char *path, struct reason *why)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return reason_set(why, ERR_INVALID, "%s %s cannot be read: %s", key, path, strerror(errno));
	if (!S_ISDIR(status.st_mode))
		return reason_set(why, ERR_INVALID, "%s %s is not a directory", key, path);
	return ERR_NONE;
}

/* A directory that is there, or that can be made because the one above it is there. Whether we have the right
 * to make it is not judged here: the users of `ctl` and `--print` read the same configuration and need no
 * such right. */
static enum err check_state(const char *key, const char *path, struct reason *why)
{
	char *copy;
	struct stat status;
	bool made = true;
	int error;

	if (stat(path, &status) == 0)
		return check_directory(key, path, why);
	error = errno;
	copy = mem_text(path); /* dirname(3) writes into it */
	if (error == ENOENT && stat(dirname(copy), &status) < 0)
		made = false;
	free(copy);
	if (error == ENOTDIR || !made)
		return reason_set(why, ERR_INVALID, "%s %s cannot be made: %s", key, path, strerror(error));
	return ERR_NONE;
}

/* --- numbers and words -------------------------------------------------------------------------- */

static enum err set_integer(const struct config_key *key, const char *value, void *field, struct reason *why)
{
	int64_t number = 0;

	if (number_parse(value, key->min, key->max, &number) != ERR_NONE)
		return reason_set(why, ERR_INVALID,
				  "%s must be a whole number from %" PRId64 " to %" PRId64 ", not \"%.80s\"",
				  key->name, key->min, key->max, value);
	memcpy(field, &number, sizeof(number));
	return ERR_NONE;
}

static enum err set_choice(const struct config_key *key, const char *value, void *field, struct reason *why)
{
	struct reason all = {.text = ""};
	size_t used = 0;

	for (int i = 0; key->choices[i]; i++) {
		if (strcmp(value, key->choices[i]) == 0) {
			memcpy(field, &i, sizeof(i)); /* an enum has the size of an int here */
			return ERR_NONE;
		}
		used += (size_t)snprintf(all.text + used, sizeof(all.text) - used, "%s%s", i ? ", " : "",
					 key->choices[i]);
	}
	return reason_set(why, ERR_INVALID, "%s must be one of %s, not \"%.80s\"", key->name, all.text,
			  value);
}

static enum err set_level(const struct config_key *key, const char *value, void *field, struct reason *why)
{
	enum level level = LEVEL_DEBUG;

	if (level_parse(value, strlen(value), &level) != ERR_NONE)
		return reason_set(why, ERR_INVALID,
				  "%s must be DEBUG, INFO, WARNING, ERROR or CRITICAL, not \"%.80s\"",
				  key->name, value);
	memcpy(field, &level, sizeof(level));
	return ERR_NONE;
}

/* --- lists -------------------------------------------------------------------------------------- */

static void list_add(struct config_list *list, const char *text, size_t len)
{
	list->items = mem_resize(list->items, list->count + 2, sizeof(*list->items));
	list->items[list->count++] = mem_copy(text, len);
	list->items[list->count] = NULL;
}

static void list_free(struct config_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct config_list){0};
}

/* Splits at commas. Blanks around an item are cut off, and empty items are left out.
 *
 * SAMPLE a.service, b.service
 */
static void split_list(const char *value, struct config_list *out)
{
	while (*value) {
		size_t len = strcspn(value, ","), item;

		while (len && (*value == ' ' || *value == '\t')) {
			value++;
			len--;
		}
		for (item = len; item && (value[item - 1] == ' ' || value[item - 1] == '\t');)
			item--;
		if (item)
			list_add(out, value, item);
		value += len;
		value += *value == ',';
	}
}

static enum err set_list(const struct config_key *key, const char *value, void *field, struct reason *why)
{
	struct config_list list = {0};

	split_list(value, &list);
	if (!list.count)
		return reason_set(why, ERR_INVALID, "%s must not be empty", key->name);
	memcpy(field, &list, sizeof(list));
	return ERR_NONE;
}

static enum err set_actions(const struct config_key *key, const char *value, void *field, struct reason *why)
{
	struct config_list names = {0};
	unsigned actions = 0;
	enum err err = ERR_NONE;

	split_list(value, &names);
	for (size_t i = 0; i < names.count; i++) {
		enum service_action action;

		err = service_action_parse(names.items[i], &action);
		if (err != ERR_NONE) {
			err = reason_set(why, ERR_INVALID,
					 "%s may hold " SERVICE_ACTIONS_TEXT ", not \"%.80s\"", key->name,
					 names.items[i]);
			goto out;
		}
		actions |= 1U << action;
	}
	memcpy(field, &actions, sizeof(actions));
out:
	list_free(&names);
	return err;
}

/* Reads one word; between a quote and its twin, blanks belong to the word. Returns what follows the word,
 * NULL if a quote has no twin. */
static const char *read_word(const char *at, struct buf *word)
{
	char quote = '\0';

	for (; *at && (quote || (*at != ' ' && *at != '\t')); at++) {
		if (*at == quote)
			quote = '\0';
		else if (!quote && (*at == '"' || *at == '\''))
			quote = *at;
		else
			buf_char(word, *at);
	}
	return quote ? NULL : at;
}

/*
 * The words of a command as it is run, without a shell: no variable, no pattern, nothing that could be made
 * to run something else.
 *
 * SAMPLE /opt/legacy/ctl start "two words"
 */
static enum err set_argv(const struct config_key *key, const char *value, void *field, struct reason *why)
{
	struct config_list argv = {0};
	struct buf word = {0};
	enum err err = ERR_NONE;

	for (value += strspn(value, " \t"); *value; value += strspn(value, " \t")) {
		buf_clear(&word);
		value = read_word(value, &word);
		if (!value) {
			err = reason_set(why, ERR_INVALID, "%s has an open quote", key->name);
			goto out;
		}
		list_add(&argv, buf_string(&word), word.len);
	}
	if (!argv.count || argv.items[0][0] != '/') {
		err = reason_set(why, ERR_INVALID, "%s must begin with a program's absolute path", key->name);
		goto out;
	}
	memcpy(field, &argv, sizeof(argv));
	argv = (struct config_list){0}; /* it belongs to the field now */
out:
	buf_free(&word);
	list_free(&argv);
	return err;
}

/* --- the table ---------------------------------------------------------------------------------- */

enum storage {
	STORED_WHOLE, /* in the field itself */
	STORED_TEXT,  /* the field is a char *, or NULL */
	STORED_LIST,  /* the field is a struct config_list */
};

static const struct type {
	enum err (*set)(const struct config_key *key, const char *value, void *field, struct reason *why);
	enum storage storage;
	enum err (*check)(const char *key, const char *path, struct reason *why); /* before `set`; or NULL */
} TYPES[VALUE_TYPE_COUNT] = {
	[VALUE_TEXT] = {set_text, STORED_TEXT, NULL},
	[VALUE_URL] = {set_url, STORED_TEXT, NULL},
	[VALUE_SOCKET] = {set_text, STORED_TEXT, config_value_check_socket},
	[VALUE_AUTHORITIES] = {set_text, STORED_TEXT, check_authorities},
	[VALUE_DIRECTORY] = {set_text, STORED_TEXT, check_directory},
	[VALUE_STATE] = {set_text, STORED_TEXT, check_state},
	[VALUE_NODE] = {set_node, STORED_WHOLE, NULL},
	[VALUE_INTEGER] = {set_integer, STORED_WHOLE, NULL},
	[VALUE_CHOICE] = {set_choice, STORED_WHOLE, NULL},
	[VALUE_LEVEL] = {set_level, STORED_WHOLE, NULL},
	[VALUE_ACTIONS] = {set_actions, STORED_WHOLE, NULL},
	[VALUE_LIST] = {set_list, STORED_LIST, NULL},
	[VALUE_ARGV] = {set_argv, STORED_LIST, NULL},
};

enum err config_value_set(const struct config_key *key, const char *value, void *section, struct reason *why)
{
	const struct type *type = &TYPES[key->type];
	enum err err;

	if (type->check && *value) { /* an empty value is refused by `set` */
		err = type->check(key->name, value, why);
		if (err != ERR_NONE)
			return err;
	}
	return type->set(key, value, (char *)section + key->offset, why);
}

void config_value_free(const struct config_key *key, void *section)
{
	void *field = (char *)section + key->offset;
	char *text;

	switch (TYPES[key->type].storage) {
	case STORED_WHOLE:
		break;
	case STORED_TEXT:
		memcpy(&text, field, sizeof(text));
		free(text);
		memset(field, 0, sizeof(text));
		break;
	case STORED_LIST:
		list_free(field);
		break;
	}
}
