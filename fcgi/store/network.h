/* Who counts as one client: an IPv4 address, or the /64 of an IPv6 address, of which a client may have every
 * one. */
#ifndef FCGI_STORE_NETWORK_H
#define FCGI_STORE_NETWORK_H

#include <netinet/in.h>

#define NETWORK_SIZE INET6_ADDRSTRLEN

/* As text, from an address as nginx writes it. An IPv4 address written as IPv6 is itself; what is no address
 * stays as it is, cut to fit. */
void network_of(const char *address, char out[NETWORK_SIZE]);

#endif
