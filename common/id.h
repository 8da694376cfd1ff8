/* Names: which node, service and user names are allowed, and random ones. */
#ifndef COMMON_ID_H
#define COMMON_ID_H

#include <stdbool.h>
#include <stddef.h>

#define ID_NODE_MAX    64 /* the longest node id, without its NUL */
#define ID_NODE_SIZE   (ID_NODE_MAX + 1)
#define ID_RANDOM_SIZE 33	     /* 128 random bits in hex, and a NUL */
#define ID_COORDINATOR "coordinator" /* the node id of the coordinator itself */

/* ^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$ : node ids, user names. `text` may be NULL (false). */
bool id_is_node(const char *text);

/* A service's name in a reporter's configuration: the same letters and `@ : \`, up to 128 (systemd's unit
 * names fit). */
bool id_is_service(const char *text);

/* 128 bits from the kernel as lower-case hex. */
void id_random(char out[ID_RANDOM_SIZE]);

#endif
