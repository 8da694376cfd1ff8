/* One function a type, in a table. Which keys there are is not known here. */
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

static void put_text(void *field, char *text)
{
	memcpy(field, &text, sizeof(text));
}

static enum err set_text(const struct config_key *key, const char *value, void *field, struct reason *why)
{
	if (!*value)
		return reason_set(why, ERR_INVALID, "%s must not be empty", key->name);
	put_text(field, mem_text(value));
	return ERR_NONE;
}

/* What no host's name holds; other letters than ASCII's it may. */
#define NOT_IN_HOST " \t!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~"

/* The length of the IPv6 address in brackets that `text` begins with, 0 if there is none. */
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

/* SAMPLE coordinator.example:8443/prefix */
static bool has_host(const char *text)
{
	size_t len = *text == '[' ? address_len(text) : strcspn(text, NOT_IN_HOST), digits;
	char port[sizeof("65535")] = "";
	int64_t number;

	if (!len || text[len] != ':')
		return len && (!text[len] || text[len] == '/');
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

		if (strncmp(value, schemes[i], scheme) == 0 && has_host(value + scheme) &&
		    !strpbrk(value, " \t?#@")) {
			put_text(field, mem_copy(value, len));
			return ERR_NONE;
		}
	}
	return reason_set(why, ERR_INVALID,
			  "%s must be https://HOST[:PORT] or http://HOST[:PORT], not \"%.100s\"", key->name,
			  value);
}

enum err config_value_check_socket(const char *key, const char *path, struct reason *why)
{
	size_t max = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;

	if (strlen(path) > max)
		return reason_set(why, ERR_INVALID,
				  "%s is the path of a socket and must have at most %zu bytes", key, max);
	return ERR_NONE;
}

static enum err check_socket(const struct config_key *key, const char *path, struct reason *why)
{
	return config_value_check_socket(key->name, path, why);
}

/* What errno says against a path. */
static enum err refuse_path(const struct config_key *key, const char *path, const char *what,
			    struct reason *why)
{
	return reason_set(why, ERR_INVALID, "%s %s cannot be %s: %s", key->name, path, what, strerror(errno));
}

static enum err check_authorities(const struct config_key *key, const char *path, struct reason *why)
{
	if (access(path, R_OK) < 0)
		return refuse_path(key, path, "read", why);
	if (!authorities_can_be_read(path))
		return reason_set(why, ERR_INVALID, "%s %s holds no certificate in PEM", key->name, path);
	return ERR_NONE;
}

static enum err check_directory(const struct config_key *key, const char *path, struct reason *why)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return refuse_path(key, path, "read", why);
	if (!S_ISDIR(status.st_mode))
		return reason_set(why, ERR_INVALID, "%s %s is not a directory", key->name, path);
	return ERR_NONE;
}

/* Who asks the daemon, or has a report printed, need not have the right to make or to see it. */
static enum err check_state(const struct config_key *key, const char *path, struct reason *why)
{
	char *copy = mem_text(path);
	struct stat status;
	enum err err = ERR_NONE;

	if (stat(path, &status) == 0)
		err = check_directory(key, path, why);
	else if (errno == ENOTDIR || (errno == ENOENT && stat(dirname(copy), &status) < 0))
		err = refuse_path(key, path, "made", why);
	free(copy);
	return err;
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

static enum err set_integer(const struct config_key *key, const char *value, void *field, struct reason *why)
{
	int64_t number = 0;

	if (number_parse(value, key->min, key->max, &number))
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
			memcpy(field, &i, sizeof(i)); /* an enum without negative values has an int's size */
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

	if (level_parse(value, strlen(value), &level))
		return reason_set(why, ERR_INVALID,
				  "%s must be DEBUG, INFO, WARNING, ERROR or CRITICAL, not \"%.80s\"",
				  key->name, value);
	memcpy(field, &level, sizeof(level));
	return ERR_NONE;
}

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

/* SAMPLE a.service, b.service */
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
	enum err err = ERR_NONE;
	unsigned actions = 0;

	split_list(value, &names);
	for (size_t i = 0; !err && i < names.count; i++) {
		enum service_action action;

		if (service_action_parse(names.items[i], &action))
			err = reason_set(why, ERR_INVALID,
					 "%s may hold " SERVICE_ACTIONS_TEXT ", not \"%.80s\"", key->name,
					 names.items[i]);
		else
			actions |= 1U << action;
	}
	list_free(&names);
	if (!err)
		memcpy(field, &actions, sizeof(actions));
	return err;
}

/* One word; a quote lasts to its twin. Returns what follows, NULL if a quote is left open. */
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

/* SAMPLE /opt/legacy/ctl start "two words" */
static enum err set_argv(const struct config_key *key, const char *value, void *field, struct reason *why)
{
	struct config_list argv = {0};
	struct buf word = {0};

	while (value && *(value += strspn(value, " \t"))) {
		buf_clear(&word);
		value = read_word(value, &word);
		if (value)
			list_add(&argv, buf_string(&word), word.len);
	}
	buf_free(&word);
	if (!value || !argv.count || argv.items[0][0] != '/') {
		list_free(&argv);
		return reason_set(why, ERR_INVALID, "%s %s", key->name,
				  value ? "must begin with a program's absolute path" : "has an open quote");
	}
	memcpy(field, &argv, sizeof(argv));
	return ERR_NONE;
}

static void clear_text(void *field)
{
	char *text;

	memcpy(&text, field, sizeof(text));
	free(text);
	put_text(field, NULL);
}

static void clear_list(void *field)
{
	list_free(field);
}

static const struct type {
	enum err (*set)(const struct config_key *key, const char *value, void *field, struct reason *why);
	void (*clear)(void *field); /* NULL: it holds nothing */
	enum err (*check)(const struct config_key *key, const char *path, struct reason *why); /* or NULL */
} TYPES[VALUE_TYPE_COUNT] = {
	[VALUE_TEXT] = {set_text, clear_text, NULL},
	[VALUE_URL] = {set_url, clear_text, NULL},
	[VALUE_SOCKET] = {set_text, clear_text, check_socket},
	[VALUE_AUTHORITIES] = {set_text, clear_text, check_authorities},
	[VALUE_DIRECTORY] = {set_text, clear_text, check_directory},
	[VALUE_STATE] = {set_text, clear_text, check_state},
	[VALUE_NODE] = {set_node, NULL, NULL},
	[VALUE_INTEGER] = {set_integer, NULL, NULL},
	[VALUE_CHOICE] = {set_choice, NULL, NULL},
	[VALUE_LEVEL] = {set_level, NULL, NULL},
	[VALUE_ACTIONS] = {set_actions, NULL, NULL},
	[VALUE_LIST] = {set_list, clear_list, NULL},
	[VALUE_ARGV] = {set_argv, clear_list, NULL},
};

enum err config_value_set(const struct config_key *key, const char *value, void *section, struct reason *why)
{
	const struct type *type = &TYPES[key->type];
	enum err err = type->check && *value ? type->check(key, value, why) : ERR_NONE;

	return err ? err : type->set(key, value, (char *)section + key->offset, why);
}

void config_value_free(const struct config_key *key, void *section)
{
	if (TYPES[key->type].clear)
		TYPES[key->type].clear((char *)section + key->offset);
}
