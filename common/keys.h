/*
 * Every Redis key and channel of the system; their names are spelled here and in keys.c, and nowhere else.
 * What is stored under each key, and what is published on each channel, is described in
 * docs/architecture/redis.md.
 */
#ifndef COMMON_KEYS_H
#define COMMON_KEYS_H

#define KEY_PREFIX "p2pdash:"

#define KEY_NODES	"p2pdash:nodes"		      /* zset: node, score = time last heard in ms */
#define KEY_STATS	"p2pdash:stats"		      /* hash: started_at, total_updates, last_cleanup */
#define KEY_LOG_SEQ	"p2pdash:log_seq"	      /* counter: the last entry's seq */
#define KEY_LOG_NODES	"p2pdash:log_sources:nodes"   /* zset: node, score = time of its last entry in ms */
#define KEY_LOG_LOGGERS "p2pdash:log_sources:loggers" /* zset: logger_name, likewise */
#define KEY_USERS	"p2pdash:users"		      /* hash: name -> JSON */
#define KEY_TOKENS	"p2pdash:tokens"	      /* hash: jti -> JSON, the workers' tokens */
#define KEY_TOKENS_USED "p2pdash:tokens_used"	      /* hash: jti -> time of its last use in ms */
#define KEY_AUDIT	"p2pdash:audit"		      /* list, newest first */

#define CHANNEL_METRICS	 "p2pdash:metrics"
#define CHANNEL_LOGS	 "p2pdash:logs"
#define CHANNEL_REMOVED	 "p2pdash:removed"
#define CHANNEL_REVOKED	 "p2pdash:revoked"
#define CHANNEL_HEARD	 "p2pdash:heard"
#define CHANNEL_STREAMS	 "p2pdash:streams"   /* the one channel that relays publish on */
#define CHANNEL_COMMANDS "p2pdash:commands:" /* followed by the node id */
#define CHANNEL_MARKS	 "p2pdash:marks"     /* nobody publishes here: see feed/redis_link.h */

/* A key or channel that has a name in it, by value, so that nobody has to free it. */
#define KEY_SIZE 192
struct key {
	char text[KEY_SIZE];
};

/* What is kept of each node, under a key of its own. */
enum node_key {
	NODE_STATE,	   /* string: the newest report as it is served */
	NODE_SUMMARY,	   /* string: its flat summary for delta mode */
	NODE_HISTORY,	   /* list: points, newest first */
	NODE_LOGS,	   /* list: entries, newest first */
	NODE_LOG_BYTES,	   /* counter: how many bytes these are */
	NODE_CERTIFICATES, /* string: JSON array */
	NODE_COMMANDS,	   /* list: commands waiting, oldest first */
	NODE_BATCH,	   /* string: the last log batch taken */
	NODE_INSTANCE,	   /* string with TTL: which reporter process speaks for the node */
	NODE_ACTIONS,	   /* hash: service -> JSON, what was done to it last */
	NODE_ACTION_LOG,   /* hash: service -> JSON objects, one a line: what was done to it, newest first */
	NODE_STREAM_LOST   /* string: when its command stream was lost, in ms; the one key that a relay writes
			    */
};

/*
 * p2pdash:{node}:state and so on. The braces are Redis Cluster's hash tag: all keys of a node lie on one
 * shard, so they can be changed in one transaction. `node` must satisfy id_is_node.
 */
struct key key_of_node(enum node_key which, const char *node);

/* The families below have a name or a random id in the key. */

/* hash with TTL: the command and its result */
struct key key_of_command(const char *command_id);

/* list with TTL: one element once the result is there; waited for with BLPOP */
struct key key_of_command_done(const char *command_id);

/* string with TTL: the token is revoked */
struct key key_of_revoked(const char *token_id);

/* counter with TTL; `who` is a network, or a network and a user */
struct key key_of_login_failures(const char *who);

/* zset: the commands whose results the user waits for, score = until when in ms */
struct key key_of_waits(const char *user);

/* zset: the commands whose results a pool of processes waits for, score likewise */
struct key key_of_pool_waits(const char *pool_id);

/* the channel on which the node's commands are published */
struct key channel_of_commands(const char *node);

#endif
