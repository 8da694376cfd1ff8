/* The audit: who did what to which node, when, and with which result. */
#ifndef FCGI_STORE_AUDIT_H
#define FCGI_STORE_AUDIT_H

#include "common/buf.h"
#include "fcgi/store/nodes.h"
#include "fcgi/store/store.h"

#include <stdbool.h>
#include <stdint.h>

#define AUDIT_KEPT	      10000 /* entries; the oldest go */
#define AUDIT_KEPT_OF_SERVICE 20    /* actions on one service that every viewer may read */

struct audit_entry {
	const char *user;
	const char *address;	/* the client's; NULL where a worker's result came later */
	const char *action;	/* "service.restart", "logs.clear", "user.add", … */
	const char *node;	/* NULL where no node is concerned */
	const char *target;	/* a service's, user's or token's name; NULL */
	const char *result;	/* "succeeded", "failed", "queued", "refused" */
	const char *message;	/* NULL */
	const char *command_id; /* NULL */
	bool on_service;	/* `target` is a service of `node`, and this is what was done to it last */
};

/* Writes the entry with the time of now. Errors as redis_run's, logged; the entry is then missing. */
enum err audit_add(struct store *store, const struct audit_entry *entry) MUST_CHECK;

/* Appends the newest `limit` entries as a JSON array, newest first. */
enum err audit_list(struct store *store, int64_t limit, struct buf *out) MUST_CHECK;

/*
 * Appends {node: {service: {timestamp, user, action, result}}}: what was done last to each service of these
 * nodes; nodes and services to which nothing was done are left out. On failure `out` holds a part of it.
 */
enum err audit_last_actions(struct store *store, const struct node_list *nodes, struct buf *out) MUST_CHECK;

/*
 * Appends the newest `limit` actions on a service as a JSON array of objects as above, newest first; an empty
 * one for a service to which nothing was done.
 */
enum err audit_of_service(struct store *store, const char *node, const char *service, int64_t limit,
			  struct buf *out) MUST_CHECK;

#endif
