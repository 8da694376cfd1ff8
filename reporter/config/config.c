/*
 * The configuration's sections and keys as tables, and the few checks that look at more than one key. How a
 * file is written is ini.c's concern, how a value is written value.c's.
 *
 * A section is judged twice: each line as it comes, and the whole when the section is complete, because only
 * then is it known which keys it does not have and which driver the others must fit. One mistake refuses the
 * whole file: half of a configuration would be one that nobody wrote.
 */
#include "reporter/config/config.h"

#include "common/buf.h"
#include "common/limits.h"
#include "common/mem.h"
#include "reporter/config/ini.h"
#include "reporter/config/value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define KIND(kind)   (1U << (kind))

enum { KEYS_MAX = 16, TIMEOUT_MAX_S = 3600, LOGS_MAX = 64, SPOOL_MIN_MIB = 8, SPOOL_MAX_MIB = 65536 };

static const char *const DRIVERS[] = {
	[DRIVER_SYSTEMD] = "systemd", [DRIVER_DOCKER] = "docker", [DRIVER_EXEC] = "exec", NULL};
static const char *const SOURCES[] = {
	[SOURCE_JOURNAL] = "journal", [SOURCE_FILE] = "file", [SOURCE_SOCKET] = "socket", NULL};
static const char *const FORMATS[] = {
	[LOG_FORMAT_AUTO] = "auto", [LOG_FORMAT_JSON] = "json", [LOG_FORMAT_PLAIN] = "plain", NULL};

/* A row for each key. Where keys fit some drivers or sources only, the first key is the one that chooses. */
#define REPORTER(field) .offset = offsetof(struct config_reporter, field)
static const struct config_key REPORTER_KEYS[] = {
	{"coordinator", VALUE_URL, REPORTER(coordinator), .required = true},
	{"node_id", VALUE_NODE, REPORTER(node_id), .required = true},
	{"token_file", VALUE_TEXT, REPORTER(token_file), .initial = "/etc/p2pdash/token"},
	{"ca_file", VALUE_AUTHORITIES, REPORTER(ca_file)},
	{"state_dir", VALUE_STATE, REPORTER(state_dir), .initial = "/var/lib/p2pdash"},
	{"control_socket", VALUE_SOCKET, REPORTER(control_socket), .initial = "/run/p2pdash/reporter.sock"},
	{"min_interval", VALUE_INTEGER, REPORTER(min_interval_s), .initial = "30", .min = 1,
	 .max = LIMIT_INTERVAL_MAX_S},
	{"max_interval", VALUE_INTEGER, REPORTER(max_interval_s), .initial = "300", .min = 1,
	 .max = LIMIT_INTERVAL_MAX_S},
	{"disk_path", VALUE_TEXT, REPORTER(disk_path), .initial = "/"},
	{"host_root", VALUE_DIRECTORY, REPORTER(host_root), .initial = "/"},
	{"spool_mib", VALUE_INTEGER, REPORTER(spool_mib), .initial = "64", .min = SPOOL_MIN_MIB,
	 .max = SPOOL_MAX_MIB},
};

#define SERVICE(field) .offset = offsetof(struct config_service, field)
static const struct config_key SERVICE_KEYS[] = {
	{"driver", VALUE_CHOICE, SERVICE(driver), .required = true, .choices = DRIVERS},
	{"description", VALUE_TEXT, SERVICE(description)},
	{"actions", VALUE_ACTIONS, SERVICE(actions)},
	{"timeout", VALUE_INTEGER, SERVICE(timeout_s), .initial = "30", .min = 1, .max = TIMEOUT_MAX_S},
	{"unit", VALUE_TEXT, SERVICE(unit), .required = true, .kinds = KIND(DRIVER_SYSTEMD)},
	{"container", VALUE_TEXT, SERVICE(container), .required = true, .kinds = KIND(DRIVER_DOCKER)},
	{"socket", VALUE_SOCKET, SERVICE(socket), .initial = "/var/run/docker.sock",
	 .kinds = KIND(DRIVER_DOCKER)},
	{"start", VALUE_ARGV, SERVICE(run[SERVICE_START]), .kinds = KIND(DRIVER_EXEC)},
	{"stop", VALUE_ARGV, SERVICE(run[SERVICE_STOP]), .kinds = KIND(DRIVER_EXEC)},
	{"restart", VALUE_ARGV, SERVICE(run[SERVICE_RESTART]), .kinds = KIND(DRIVER_EXEC)},
	{"status", VALUE_ARGV, SERVICE(status), .required = true, .kinds = KIND(DRIVER_EXEC)},
};

#define LOG(field) .offset = offsetof(struct config_log, field)
#define FROM_PATH  (KIND(SOURCE_FILE) | KIND(SOURCE_SOCKET))
static const struct config_key LOG_KEYS[] = {
	{"source", VALUE_CHOICE, LOG(source), .required = true, .choices = SOURCES},
	{"level", VALUE_LEVEL, LOG(level), .initial = "DEBUG"},
	{"units", VALUE_LIST, LOG(units), .kinds = KIND(SOURCE_JOURNAL)},
	{"directory", VALUE_TEXT, LOG(directory), .kinds = KIND(SOURCE_JOURNAL)},
	{"namespace", VALUE_TEXT, LOG(namespace), .kinds = KIND(SOURCE_JOURNAL)},
	{"path", VALUE_LIST, LOG(paths), .required = true, .kinds = FROM_PATH},
	{"logger", VALUE_TEXT, LOG(logger), .kinds = FROM_PATH},
	{"format", VALUE_CHOICE, LOG(format), .kinds = KIND(SOURCE_FILE), .choices = FORMATS},
};

/* Of struct config itself: the section has no struct of its own. */
static const struct config_key CERTIFICATES_KEYS[] = {
	{"paths", VALUE_LIST, .offset = offsetof(struct config, certificates), .required = true},
};

/* A kind of section: `[kind NAME]`, any number of them, or `[kind]`, once. */
struct section {
	const char *kind;
	const struct config_key *keys;
	size_t keys_count;
	size_t offset; /* of the values of the one that has no name, in struct config */
	/* Makes room for one more with a name. Returns where its values go; NULL if there is one of that name
	 * already. The function is NULL for a kind without names. */
	void *(*add)(struct config *config, const char *name);
	/* Judges and completes a whole section; may be NULL. `lines` has the lines of the table's keys, 0 for
	 * those that are not given. Sets *line to that of the key it refuses. */
	enum err (*check)(void *section, const int *lines, int *line, struct reason *why);
};

static void *add_service(struct config *config, const char *name)
{
	struct config_service *service;

	for (size_t i = 0; i < config->services_count; i++) {
		if (strcmp(config->services[i].name, name) == 0)
			return NULL;
	}
	config->services =
		mem_resize(config->services, config->services_count + 1, sizeof(*config->services));
	service = &config->services[config->services_count++];
	*service = (struct config_service){.name = mem_text(name)};
	return service;
}

static void *add_log(struct config *config, const char *name)
{
	struct config_log *log;

	for (size_t i = 0; i < config->logs_count; i++) {
		if (strcmp(config->logs[i].name, name) == 0)
			return NULL;
	}
	config->logs = mem_resize(config->logs, config->logs_count + 1, sizeof(*config->logs));
	log = &config->logs[config->logs_count++];
	*log = (struct config_log){.name = mem_text(name)};
	return log;
}

/* The line of a key in its table, 0 if the file does not have it. */
static int line_of(const struct config_key *keys, const int *lines, const char *name)
{
	size_t i = 0;

	while (strcmp(keys[i].name, name) != 0)
		i++;
	return lines[i];
}

/* Measures the disk once, so that a mistyped path is told now and not with every sample. */
static enum err check_disk(const struct config_reporter *reporter, struct reason *why)
{
	const char *root = strcmp(reporter->host_root, "/") == 0 ? "" : reporter->host_root;
	struct buf path = {0};
	struct statvfs space;
	enum err err = ERR_NONE;

	buf_printf(&path, "%s/%s", root, reporter->disk_path + (*reporter->disk_path == '/'));
	if (statvfs(path.data, &space) < 0)
		err = reason_set(why, ERR_INVALID, "disk_path: %s cannot be measured: %s", path.data,
				 strerror(errno));
	buf_free(&path);
	return err;
}

static enum err check_reporter(void *section, const int *lines, int *line, struct reason *why)
{
	const struct config_reporter *reporter = section;
	bool own = strcmp(reporter->node_id, ID_COORDINATOR) == 0;
	int disk_line = line_of(REPORTER_KEYS, lines, "disk_path");

	/* Only the coordinator's own reporter may report faster: there is one of it, but many workers. */
	if (!own && reporter->min_interval_s < LIMIT_INTERVAL_MIN_S) {
		*line = line_of(REPORTER_KEYS, lines, "min_interval");
		return reason_set(why, ERR_INVALID, "min_interval must be at least %d for a worker",
				  LIMIT_INTERVAL_MIN_S);
	}
	if (reporter->max_interval_s < reporter->min_interval_s) {
		int given = line_of(REPORTER_KEYS, lines, "max_interval");

		*line = given ? given : line_of(REPORTER_KEYS, lines, "min_interval");
		return reason_set(why, ERR_INVALID, "max_interval must not be less than min_interval");
	}
	if (disk_line) /* else the default is wrong below this host_root, and the section is named */
		*line = disk_line;
	return check_disk(reporter, why);
}

static enum err check_service(void *section, const int *lines, int *line, struct reason *why)
{
	struct config_service *service = section;

	if (!service->description)
		service->description = mem_text("");
	if (service->driver != DRIVER_EXEC)
		return ERR_NONE;
	for (int action = 0; action < SERVICE_ACTION_COUNT; action++) {
		bool by_parts = action == SERVICE_RESTART && service->run[SERVICE_START].count &&
				service->run[SERVICE_STOP].count;

		if (!(service->actions & 1U << action) || service->run[action].count || by_parts)
			continue;
		*line = line_of(SERVICE_KEYS, lines, "actions");
		return reason_set(why, ERR_INVALID, "actions allows %s, but there is no command for it",
				  service_action_name((enum service_action)action));
	}
	return ERR_NONE;
}

static enum err check_log(void *section, const int *lines, int *line, struct reason *why)
{
	struct config_log *log = section;

	if (!log->logger)
		log->logger = mem_text(log->name);
	if (log->directory && log->namespace) {
		*line = line_of(LOG_KEYS, lines, "namespace");
		return reason_set(why, ERR_INVALID, "namespace does not go with directory: give one of them");
	}
	if (log->source != SOURCE_SOCKET)
		return ERR_NONE;
	*line = line_of(LOG_KEYS, lines, "path");
	if (log->paths.count != 1)
		return reason_set(why, ERR_INVALID, "path must be one socket");
	return config_value_check_socket("path", log->paths.items[0], why);
}

static const struct section SECTIONS[] = {
	{"reporter", REPORTER_KEYS, COUNT(REPORTER_KEYS), offsetof(struct config, reporter), NULL,
	 check_reporter},
	{"service", SERVICE_KEYS, COUNT(SERVICE_KEYS), 0, add_service, check_service},
	{"log", LOG_KEYS, COUNT(LOG_KEYS), 0, add_log, check_log},
	{"certificates", CERTIFICATES_KEYS, COUNT(CERTIFICATES_KEYS), 0, NULL, NULL},
};
_Static_assert(COUNT(REPORTER_KEYS) <= KEYS_MAX && COUNT(SERVICE_KEYS) <= KEYS_MAX &&
		       COUNT(LOG_KEYS) <= KEYS_MAX,
	       "struct reading has a line for every key");

/* What is known while the file is read: the sections that are complete, and the one that is not. */
struct reading {
	struct config config;
	bool seen[COUNT(SECTIONS)];
	const struct section *section;
	void *values;	     /* the section's struct within `config` */
	int lines[KEYS_MAX]; /* of the section's keys, in its table's order; 0: not given */
};

static enum err on_section(void *user, const char *kind, const char *name, struct reason *why)
{
	struct reading *reading = user;
	const struct section *section;
	size_t i = 0;

	while (i < COUNT(SECTIONS) && strcmp(SECTIONS[i].kind, kind) != 0)
		i++;
	if (i == COUNT(SECTIONS))
		return reason_set(why, ERR_INVALID, "unknown section [%.80s]", kind);
	section = &SECTIONS[i];
	if (section->add && !id_is_service(name))
		return reason_set(why, ERR_INVALID, "[%s NAME] needs a name of letters, digits and ._-@:\\",
				  kind);
	if (!section->add && *name)
		return reason_set(why, ERR_INVALID, "[%s] takes no name", kind);
	if (section->add == add_service && reading->config.services_count >= LIMIT_SERVICES_A_NODE)
		return reason_set(why, ERR_INVALID, "[service %.80s] is one too many: there may be %d", name,
				  LIMIT_SERVICES_A_NODE);
	if (section->add == add_log && reading->config.logs_count >= LOGS_MAX)
		return reason_set(why, ERR_INVALID, "[log %.80s] is one too many: there may be %d", name,
				  LOGS_MAX);
	if (section->add)
		reading->values = section->add(&reading->config, name);
	else
		reading->values = reading->seen[i] ? NULL : (char *)&reading->config + section->offset;
	if (!reading->values)
		return reason_set(why, ERR_INVALID, "[%s%s%.80s] is there twice", kind, *name ? " " : "",
				  name);
	reading->seen[i] = true;
	reading->section = section;
	memset(reading->lines, 0, sizeof(reading->lines));
	return ERR_NONE;
}

static enum err on_pair(void *user, const char *key, const char *value, int line, struct reason *why)
{
	struct reading *reading = user;
	const struct section *section = reading->section;

	for (size_t i = 0; i < section->keys_count; i++) {
		if (strcmp(section->keys[i].name, key) != 0)
			continue;
		if (reading->lines[i])
			return reason_set(why, ERR_INVALID, "%s is there twice, first in line %d", key,
					  reading->lines[i]);
		reading->lines[i] = line;
		return config_value_set(&section->keys[i], value, reading->values, why);
	}
	return reason_set(why, ERR_INVALID, "unknown key \"%.80s\" in [%s]", key, section->kind);
}

/* The section's driver or source as a bit, and its name; 0 if the section has neither. */
static unsigned kind_of(const struct section *section, const void *values, const char **name)
{
	const struct config_key *key = &section->keys[0];
	int kind;

	if (key->type != VALUE_CHOICE)
		return 0;
	memcpy(&kind, (const char *)values + key->offset, sizeof(kind));
	*name = key->choices[kind];
	return 1U << kind;
}

/* A section is complete: refuses keys that do not fit and those that are missing, and fills in the defaults.
 */
static enum err on_end(void *user, int *line, struct reason *why)
{
	struct reading *reading = user;
	const struct section *section = reading->section;
	const char *kind_name = "";
	unsigned kind = kind_of(section, reading->values, &kind_name);

	for (size_t i = 0; i < section->keys_count; i++) {
		const struct config_key *key = &section->keys[i];
		bool given = reading->lines[i] != 0;
		bool fits = !kind || !key->kinds || key->kinds & kind;
		enum err err;

		if (given && !fits) {
			*line = reading->lines[i];
			return reason_set(why, ERR_INVALID, "%s does not go with %s = %s", key->name,
					  section->keys[0].name, kind_name);
		}
		if (given || !fits)
			continue;
		if (key->required)
			return reason_set(why, ERR_INVALID, "%s is missing in this section", key->name);
		if (!key->initial)
			continue;
		err = config_value_set(key, key->initial, reading->values, why);
		if (err != ERR_NONE)
			return err;
	}
	return section->check ? section->check(reading->values, reading->lines, line, why) : ERR_NONE;
}

enum err config_read(const char *path, struct config *out, struct reason *why)
{
	static const struct ini_handler handler = {on_section, on_pair, on_end};
	struct reading reading = {0};
	enum err err = ini_read(path, &handler, &reading, why);

	if (err != ERR_NONE)
		goto refused;
	if (!reading.config.reporter.coordinator) {
		err = reason_set(why, ERR_INVALID, "%s: there is no [reporter] section", path);
		goto refused;
	}
	*out = reading.config;
	return ERR_NONE;
refused:
	config_free(&reading.config);
	return err;
}

enum err config_initial(struct config *out, struct reason *why)
{
	struct config config = {0};

	for (size_t i = 0; i < COUNT(REPORTER_KEYS); i++) {
		enum err err;

		if (!REPORTER_KEYS[i].initial)
			continue;
		err = config_value_set(&REPORTER_KEYS[i], REPORTER_KEYS[i].initial, &config.reporter, why);
		if (err != ERR_NONE) {
			config_free(&config);
			return err;
		}
	}
	id_of_host(config.reporter.node_id);
	*out = config;
	return ERR_NONE;
}

static void free_values(const struct config_key *keys, size_t count, void *values)
{
	for (size_t i = 0; i < count; i++)
		config_value_free(&keys[i], values);
}

void config_free(struct config *config)
{
	free_values(REPORTER_KEYS, COUNT(REPORTER_KEYS), &config->reporter);
	for (size_t i = 0; i < config->services_count; i++) {
		free_values(SERVICE_KEYS, COUNT(SERVICE_KEYS), &config->services[i]);
		free(config->services[i].name);
	}
	for (size_t i = 0; i < config->logs_count; i++) {
		free_values(LOG_KEYS, COUNT(LOG_KEYS), &config->logs[i]);
		free(config->logs[i].name);
	}
	free_values(CERTIFICATES_KEYS, COUNT(CERTIFICATES_KEYS), config);
	free(config->services);
	free(config->logs);
	*config = (struct config){0};
}
