/* Lists of node ids: read from replies, and asked for one key each. It does not know what is under the keys.
 */
#include "fcgi/store/node_ids.h"

#include "common/mem.h"
#include "fcgi/store/redis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare_ids(const void *a, const void *b)
{
	return strcmp(a, b);
}

struct node_ids node_ids_read(const redisReply *names, size_t step)
{
	struct node_ids ids = {.list = mem_alloc(names->elements / step + 1, sizeof(*ids.list))};

	for (size_t i = 0; i < names->elements; i += step) {
		const redisReply *name = names->element[i];

		/* A name may go on behind a NUL. */
		if (id_is_node(name->str) && strlen(name->str) == name->len)
			memcpy(ids.list[ids.count++], name->str, name->len + 1);
	}
	qsort(ids.list, ids.count, sizeof(*ids.list), compare_ids);
	return ids;
}

enum err node_ids_load(struct store *store, const char *key, struct node_ids *out)
{
	struct replies replies;
	enum err err;

	redis_add(store, "ZRANGE %s 0 -1", key);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	*out = node_ids_read(replies.item[0], 1);
	replies_free(&replies);
	return ERR_NONE;
}

enum err node_ids_pick(struct store *store, const char *key, const char *node, struct node_ids *out)
{
	if (!node)
		return node_ids_load(store, key, out);
	*out = (struct node_ids){.list = mem_alloc(1, sizeof(*out->list)), .count = 1};
	(void)snprintf(out->list[0], sizeof(out->list[0]), "%s", node);
	return ERR_NONE;
}

void node_ids_add_mget(struct store *store, const struct node_ids *ids, enum node_key which)
{
	const char **argv = mem_alloc(ids->count + 1, sizeof(*argv));
	struct key *keys = mem_alloc(ids->count + 1, sizeof(*keys));

	argv[0] = "MGET";
	for (size_t i = 0; i < ids->count; i++) {
		keys[i] = key_of_node(which, ids->list[i]);
		argv[i + 1] = keys[i].text;
	}
	redis_add_args(store, ids->count + 1, argv);
	free(argv);
	free(keys);
}
