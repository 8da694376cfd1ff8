/*
 * The delta protocol's nodes: what its clients know of every node, and the messages that bring it up to date.
 * The first change goes out at once, changes of the next 50 ms together.
 */
#ifndef RELAY_NODE_FEED_H
#define RELAY_NODE_FEED_H

#include "feed/known.h"
#include "relay/hub.h"

#include <stdint.h>

#define TOPIC_DELTA		 "delta" /* changed summaries, and `database` */
#define NODE_FEED_BATCH_MS	 50
#define NODE_FEED_HEARD_BATCH_MS 2000  /* the same for beats, which nobody waits for */
#define NODE_FEED_HEARD_MS	 10000 /* a beat is told if the one that was told last is as old as this */

struct ev_loop;
struct node_feed;

struct node_feed *node_feed_new(struct ev_loop *loop, struct hub *hub,
				struct known *known); /* all outlive it */
void node_feed_free(struct node_feed *nodes);	      /* NULL is nothing */

/* The topic of a node's messages: its next reports, and the whole node when the line of its points breaks. */
struct node_topic {
	char name[ID_NODE_SIZE + 8];
};
struct node_topic node_feed_topic(const char *id);

/* --- messages for one client; each comes with a reference of its own ----------------------------------- */

/* `snapshot`: all summaries, as the deltas so far have told them. */
struct frame *node_feed_snapshot(struct node_feed *nodes);

/* `node`: a node whole, with its history and certificates; with nulls if it is not known. */
struct frame *node_feed_node(const struct node_feed *nodes, const char *id);

/* `database`: whether Redis is away. */
struct frame *node_feed_database(const struct node_feed *nodes);

#endif
