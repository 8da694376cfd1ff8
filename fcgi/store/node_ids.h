/*
 * Lists of node ids as Redis keeps them, for the files of this folder. Redis holds what somebody wrote there,
 * so names that are no node's id are left out when a list is read; every id in a list is good for a key.
 */
#ifndef FCGI_STORE_NODE_IDS_H
#define FCGI_STORE_NODE_IDS_H

#include "common/err.h"
#include "common/id.h"
#include "common/keys.h"

#include <hiredis/hiredis.h>
#include <stddef.h>

struct store;

struct node_ids {
	char (*list)[ID_NODE_SIZE]; /* sorted; the owner frees it with free */
	size_t count;
};

/* Reads a reply that is an array of names, or, with a `step` of 2, of names with a score behind each. */
struct node_ids node_ids_read(const redisReply *names, size_t step);

/* Reads the members of a sorted set, KEY_NODES or KEY_LOG_NODES. Errors as redis_run's; then *out is
 * untouched. */
enum err node_ids_load(struct store *store, const char *key, struct node_ids *out) MUST_CHECK;

/* `node` alone, without asking Redis; if it is NULL, all members of the sorted set as above. */
enum err node_ids_pick(struct store *store, const char *key, const char *node,
		       struct node_ids *out) MUST_CHECK;

/* Adds one MGET of the same key of each node. There must be a node: Redis refuses an MGET of nothing. */
void node_ids_add_mget(struct store *store, const struct node_ids *ids, enum node_key which);

#endif
