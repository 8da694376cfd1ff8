/*
 * Which names nodes, users and services may have, and random ids. Names are parts of Redis keys, of
 * channel payloads (which are split at newlines), of URLs and of file names, so they are narrow enough to
 * need no escapes in any of them.
 */
#ifndef COMMON_ID_H
#define COMMON_ID_H

#include <stdbool.h>
#include <stddef.h>

#define ID_NODE_MAX    64 /* the longest node id, without its NUL */
#define ID_NODE_SIZE   (ID_NODE_MAX + 1)
#define ID_RANDOM_SIZE 33	     /* 128 random bits in hex, and a NUL */
#define ID_COORDINATOR "coordinator" /* the node id of the coordinator itself */

/* Whether it is a node id or a user name: ^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$. False for NULL. */
bool id_is_node(const char *text);

/*
 * Whether it is a service's name, as a reporter's configuration gives it: the same characters and `@ : \`,
 * which stand in names of systemd's units, up to 128 of them. False for NULL.
 */
bool id_is_service(const char *text);

/*
 * Writes the host's name as a node id: what cannot stand in one becomes `-`, and a name that is too long is
 * cut. A host without a usable name is "this-machine".
 */
void id_of_host(char out[ID_NODE_SIZE]);

/*
 * Writes 128 random bits from the kernel as 32 lower-case hex digits, and a NUL. Nobody can guess the next
 * one.
 */
void id_random(char out[ID_RANDOM_SIZE]);

#endif
