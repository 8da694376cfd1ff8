/*
 * The reporter's configuration, read from an INI file and checked whole. An unknown section or key, a key
 * that does not go with its section's driver or source, and a value that is missing or bad are each refused
 * with a sentence that names file and line. Nothing outside of this machine can change it: what the
 * coordinator may do here is written here.
 */
#ifndef REPORTER_CONFIG_CONFIG_H
#define REPORTER_CONFIG_CONFIG_H

#include "common/action.h"
#include "common/entry.h"
#include "common/err.h"
#include "common/id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_PATH "/etc/p2pdash/reporter.conf"

/* A list of texts, also an argv: if there are any, `items` ends with a NULL that is not counted. */
struct config_list {
	char **items;
	size_t count;
};

struct config_reporter {
	char *coordinator; /* http:// or https://, no slash at its end */
	char node_id[ID_NODE_SIZE];
	char *token_file;     /* read by the uplink, refused if others may read it */
	char *ca_file;	      /* NULL: the system's authorities */
	char *state_dir;      /* made if it is missing */
	char *control_socket; /* for `ctl` */
	int64_t min_interval_s, max_interval_s;
	char *disk_path;   /* whose file system is measured, below host_root */
	char *host_root;   /* where proc/ and sys/ are, and disk_path begins: "/"; in a container the host's
			      tree */
	int64_t spool_mib; /* how much the waiting log lines may take on disk */
};

enum driver_kind { DRIVER_SYSTEMD, DRIVER_DOCKER, DRIVER_EXEC, DRIVER_COUNT };

struct config_service {
	char *name;
	char *description; /* "" if not given */
	enum driver_kind driver;
	unsigned actions;  /* bit 1u << enum service_action for each that the coordinator may ask for */
	int64_t timeout_s; /* how long an action or a look may take; 30 if not given */
	char *unit;	   /* systemd: with its suffix */
	char *container;   /* docker: name or id */
	char *socket;	   /* docker: the engine's; /var/run/docker.sock if not given */
	/* exec: argv by action; restart may be empty: stop, then start. An allowed action has its argv. */
	struct config_list run[SERVICE_ACTION_COUNT];
	struct config_list status; /* exec: argv */
};

enum source_kind { SOURCE_JOURNAL, SOURCE_FILE, SOURCE_SOCKET, SOURCE_COUNT };

enum log_format { LOG_FORMAT_AUTO, LOG_FORMAT_JSON, LOG_FORMAT_PLAIN };

struct config_log {
	char *name;
	enum source_kind source;
	enum level level;	  /* entries below are not sent; DEBUG if not given */
	struct config_list units; /* journal: empty is all */
	char *directory;	  /* journal: of its files; NULL: the system's */
	char *namespace;	  /* journal: of journald; NULL: the machine's own journal */
	struct config_list paths; /* file: paths and glob patterns; socket: exactly one path */
	char *logger;		  /* file, socket: for entries without one; the section's name if not given */
	enum log_format format;	  /* file */
};

struct config {
	struct config_reporter reporter;
	struct config_service *services;
	size_t services_count;
	struct config_log *logs;
	size_t logs_count;
	struct config_list certificates; /* paths and glob patterns */
};

/*
 * Reads and checks the file. The caller frees *out with config_free. On failure *out is untouched: ERR_SYSTEM
 * if the file cannot be read, ERR_MALFORMED or ERR_INVALID for what is in it.
 */
enum err config_read(const char *path, struct config *out, struct reason *why) MUST_CHECK;

/*
 * What holds on a machine that has no file: every key of [reporter] has its default, the node is called as
 * the host, and nothing is watched. There is no coordinator (NULL), so it is only good to look at the
 * machine. The caller frees *out with config_free. ERR_INVALID, with a sentence, if a default cannot be used
 * here.
 */
enum err config_initial(struct config *out, struct reason *why) MUST_CHECK;

void config_free(struct config *config); /* leaves it zeroed; a zeroed one is fine */

#endif
