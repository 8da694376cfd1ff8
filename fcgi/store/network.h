/*
 * Which addresses count as one client: an IPv4 address does, and the /64 of an IPv6 address, since whoever
 * has one address of a /64 can use them all.
 */
#ifndef FCGI_STORE_NETWORK_H
#define FCGI_STORE_NETWORK_H

#include <netinet/in.h>

#define NETWORK_SIZE INET6_ADDRSTRLEN

/*
 * The network of an address as nginx writes it, as text. An IPv4 address written as IPv6 is that IPv4
 * address; a text that is no address (nginx writes "unix:") stays as it is, cut to fit.
 */
void network_of(const char *address, char out[NETWORK_SIZE]);

#endif
