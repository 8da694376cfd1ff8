/* Who did what to which node, when, with which result. */
#ifndef FCGI_STORE_AUDIT_H
#define FCGI_STORE_AUDIT_H

#include "common/buf.h"
#include "fcgi/store/nodes.h"
#include "fcgi/store/store.h"

#include <stdbool.h>
#include <stdint.h>

#define AUDIT_KEPT 10000

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

enum err audit_add(struct store *store, const struct audit_entry *entry) MUST_CHECK;

/* Appends the newest `limit` as a JSON array, newest first. */
enum err audit_list(struct store *store, int64_t limit, struct buf *out) MUST_CHECK;

/* Appends {node: {service: {timestamp, user, action, result}}}: what was done last, where anything was. */
enum err audit_last_actions(struct store *store, const struct nodes *nodes, struct buf *out) MUST_CHECK;

#endif
